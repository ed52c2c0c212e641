import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'node:util';
import type { ScriptError } from '../core/decode/script/script.ts';

const toPath = fileURLToPath;
const textOf = format;

const maxMessageLength = 2048;
const maxStackLength = 8192;
const denied =
  'A decoder may read files of its own folder only, write none, and start no program or thread';
const frameLine = /^\s+at (?:.*? \()?(\S.*?):(\d+):(\d+)\)?$/;

/** Cuts a text that a stranger may have made as long as he likes. */
export function cut(text: string, maxLength: number): string {
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}

/**
 * What was thrown, with its place in the files of the decoder: of its stack the first line that is of
 * them. Never throws.
 *
 * @param file the decoder's; what is beside and below it belongs to it
 */
export function scriptErrorOf(thrown: unknown, file: string): ScriptError {
  try {
    const { message, stack } = textsOf(thrown);
    const lines = stack.split('\n');
    const folder = dirname(file);
    const frames = lines.filter(line => frameLine.test(line));
    const own = frames.filter(line => placeIn(line, folder) !== undefined);
    const [first = ''] = own;
    const place = placeIn(first, folder) ?? arrowPlace(lines, folder) ?? { file };
    return {
      message: cut(message, maxMessageLength),
      ...(own.length > 0 ? { stack: cut([message, ...own].join('\n'), maxStackLength) } : {}),
      ...place,
    };
  } catch {
    return { message: 'What the decoder has thrown cannot be read', file };
  }
}

function textsOf(thrown: unknown): { readonly message: string; readonly stack: string } {
  if (!(thrown instanceof Error)) {
    return { message: `The decoder has thrown ${cut(textOf('%o', thrown), 200)}`, stack: '' };
  }
  const { name, message, stack = '', code } = thrown as Error & { readonly code?: unknown };
  const what = code === 'ERR_ACCESS_DENIED' ? denied : message;
  return {
    message: name === 'Error' ? what : `${name}: ${what}`,
    stack: cut(stack, 10 * maxStackLength),
  };
}

type Place = Required<Pick<ScriptError, 'file' | 'line' | 'column'>>;

function placeIn(line: string, folder: string): Place | undefined {
  const [, place = '', row = '', column = ''] = frameLine.exec(line) ?? [];
  const path = place.startsWith('file:') ? toPath(place) : place;
  return path.startsWith(folder + sep)
    ? { file: path, line: Number(row), column: Number(column) }
    : undefined;
}

/** What Node puts before the stack of a text that cannot be parsed: its place, its line, and an arrow below. */
export function arrowPlace(lines: readonly string[], folder: string): Place | undefined {
  for (let index = 0; index < lines.length; index++) {
    const [, place = '', row = ''] = /^(\S.*):(\d+)$/.exec(lines[index] ?? '') ?? [];
    const path = place.startsWith('file:') ? toPath(place) : place;
    if (path.startsWith(folder + sep)) {
      const arrow = lines[index + 2] ?? '';
      return { file: path, line: Number(row), column: Math.max(0, arrow.indexOf('^')) + 1 };
    }
  }
  return undefined;
}
