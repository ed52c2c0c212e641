import {
  debug,
  l10n,
  Range,
  RelativePattern,
  Uri,
  ViewColumn,
  window,
  workspace,
  type DebugSession,
} from 'vscode';
import type { Clock } from '../../core/base/clock.ts';
import { UserError } from '../../core/base/errors.ts';
import { percentDecoded } from '../../core/base/percent.ts';
import { withinTime } from '../../core/base/withinTime.ts';
import { isObject } from '../../core/json/json.ts';
import type { ScriptPlace } from '../../core/record/watchFacts.ts';
import type { WatchService } from './watchService.ts';
import { fileExists } from '../ui/fileExists.ts';

export interface OpenScriptParts {
  readonly clock: Clock;
  readonly watch: Pick<WatchService, 'sessionOf' | 'scriptOf'>;
}

interface Found {
  readonly uri: Uri;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

const answerTimeoutMs = 3000;
const maxCandidates = 50;

/**
 * Opens the line of a script beside the monitor: of the source that the debugger maps it to or, once
 * the session has ended, of the file of the workspace that the script's address leads to. No other
 * file is opened, whatever the script's address says.
 *
 * @throws UserError if there is none
 */
export async function openScript(parts: OpenScriptParts, session: string, place: ScriptPlace) {
  const running = parts.watch.sessionOf(session);
  const found =
    (running && (await byDebugger(parts, running, place))) ?? (await inWorkspace(place));
  if (!found) {
    const template = running
      ? l10n.t('The debugger knows no source for {0}, and the workspace has no such file.')
      : l10n.t('The debug session has ended, and the workspace has no file for {0}.');
    throw new UserError(template.replace('{0}', place.url));
  }
  const { uri, line, column } = found;
  const document = await workspace.openTextDocument(uri);
  const at = document.validatePosition(new Range(line - 1, column - 1, line - 1, column - 1).start);
  await window.showTextDocument(document, {
    viewColumn: ViewColumn.Beside,
    preview: true,
    selection: new Range(at, at),
  });
}

/** js-debug follows source maps, and knows which file of the workspace a URL stands for. */
async function byDebugger(
  { clock, watch }: OpenScriptParts,
  session: DebugSession,
  { url, line, column }: ScriptPlace,
): Promise<Found | undefined> {
  const asked = Promise.resolve(
    session.customRequest('getPreferredUILocation', {
      originalUrl: watch.scriptOf(session.id, url),
      line: line - 1,
      column: column - 1,
    }),
  ).catch((): unknown => undefined); // It knows no such script.
  const answer: unknown = (await withinTime(asked, answerTimeoutMs, clock)) ? await asked : {};
  const source = isObject(answer) ? answer['source'] : undefined;
  if (!isObject(answer) || !isObject(source)) {
    return undefined;
  }
  const { path } = source;
  // A path that begins so leads to another machine.
  if (typeof path === 'string' && /^[\\/]{2}/.test(path)) {
    return undefined;
  }
  const uri = debug.asDebugSourceUri(source, session);
  if (uri.scheme === 'file' && !(await fileExists(uri))) {
    return undefined;
  }
  return { uri, line: Number(answer['line']) + 1, column: Number(answer['column']) + 1 };
}

/** The file whose path ends as the script's address does, by as many names as possible. */
async function inWorkspace({ url, line, column }: ScriptPlace): Promise<Found | undefined> {
  const names = namesOf(url);
  const [last = ''] = names.slice(-1);
  if (last === '' || /[*?{}[\]!]/.test(last)) {
    return undefined;
  }
  const found = (workspace.workspaceFolders ?? []).map(folder =>
    workspace.findFiles(
      new RelativePattern(folder, `**/${last}`),
      '**/node_modules/**',
      maxCandidates,
    ),
  );
  const ranked = (await Promise.all(found))
    .flat()
    .map(uri => ({ uri, common: commonEnd(names, uri.path.split('/')) }))
    .toSorted((one, other) => other.common - one.common);
  const [best, second] = ranked;
  return best && best.common !== second?.common ? { uri: best.uri, line, column } : undefined;
}

/** The names in the path of an address. */
function namesOf(url: string): readonly string[] {
  const path = url.replace(/[?#].*$/s, '').replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '');
  return path
    .split(/[/\\]/)
    .map(name => percentDecoded(name))
    .filter(name => name !== '' && !/[/\\\0]/.test(name));
}

function commonEnd(names: readonly string[], path: readonly string[]): number {
  let common = 0;
  while (common < names.length && names.at(-1 - common) === path.at(-1 - common)) {
    common++;
  }
  return common;
}
