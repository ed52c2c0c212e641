import { l10n, type Uri, workspace } from 'vscode';
import type { Clock } from '../../../core/base/clock.ts';
import { Emitter } from '../../../core/base/event.ts';
import { KeptByKey } from '../../../core/base/keptByKey.ts';
import { DisposableStore, type Disposable } from '../../../core/base/lifecycle.ts';
import type { Logger } from '../../../core/base/logger.ts';
import type { ReadyScript } from '../../../core/decode/script/script.ts';
import type { FindFileWithin } from '../../../core/message/fileAccess.ts';
import { plain } from '../../ui/notify.ts';
import { logged } from '../../ui/unwaited.ts';
import { findScript, namesOf, type FoundScript } from './findScript.ts';
import { ScriptFolders } from './scriptFolders.ts';
import type { ScriptRequest } from './scriptRequest.ts';
import { watchedFolders } from './watchedFolders.ts';

export interface ScriptsPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly findFile: FindFileWithin;
}

/** A decoder that somebody has asked for. */
interface Entry extends Disposable {
  readonly request: ScriptRequest;
  readonly watches: DisposableStore;
  /** Absent: it is looked for for the first time. */
  found: FoundScript | undefined;
  finding: Promise<void>;
  /** The folders that are watched. */
  folders: readonly Uri[];
  /** What it came to last, to see whether it is another. */
  text: string;
}

/** The decoders in files that rules name. Whoever runs them does so again when their files change. */
export class Scripts implements Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: ScriptsPorts;
  readonly #folders: ScriptFolders;
  readonly #entries: KeptByKey<ScriptRequest, Entry>;
  readonly #onDidChange = this.#store.add(new Emitter<undefined>());

  /** A decoder has changed, is found, or is not found any more. */
  readonly onDidChange = this.#onDidChange.event;

  constructor(ports: ScriptsPorts) {
    this.#ports = ports;
    this.#folders = this.#store.add(new ScriptFolders(ports.clock));
    this.#entries = this.#store.add(new KeptByKey(keyOf, request => this.#newEntry(request)));
  }

  /** A decoder as far as it is known; begins to look for it if this is new. */
  get(request: ScriptRequest): ReadyScript {
    if (!workspace.isTrusted) {
      const { name, title } = namesOf(request);
      return {
        is: 'notRun',
        name,
        problem: l10n.t('The decoder "{0}" runs once the workspace is trusted.', title),
      };
    }
    return this.#readyOf(this.#entries.get(request));
  }

  /** The file that runs at a path, as users know it; `undefined`: no decoder runs there. */
  uriOf(file: string): Uri | undefined {
    return this.#entries.all.find(({ found }) => found?.file === file)?.found?.uri;
  }

  /** Forgets all others. */
  retain(requests: readonly ScriptRequest[]): void {
    this.#entries.retain(requests);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #newEntry(request: ScriptRequest): Entry {
    const watches = new DisposableStore();
    const entry: Entry = {
      request,
      watches,
      found: undefined,
      finding: Promise.resolve(),
      folders: [],
      text: '',
      dispose: () => watches.dispose(),
    };
    entry.text = JSON.stringify(this.#readyOf(entry));
    this.#find(entry);
    return entry;
  }

  #readyOf({ request, found, folders }: Entry): ReadyScript {
    const { name, title } = namesOf(request);
    if (found?.file === undefined) {
      const problem = found?.problem;
      return problem === undefined
        ? { is: 'awaited', name, problem: l10n.t('The decoder "{0}" is looked for.', title) }
        : { is: 'notRun', name, problem };
    }
    const version = folders.reduce((sum, folder) => sum + this.#folders.changesOf(folder), 1);
    return { name, title, file: found.file, version };
  }

  /** One after the other, so that the last that is found is the newest. */
  #find(entry: Entry): void {
    entry.finding = entry.finding.then(async () => {
      const found = await findScript(entry.request, this.#ports.findFile);
      if (entry.watches.isDisposed) {
        return;
      }
      if (found.problem !== undefined && found.problem !== entry.found?.problem) {
        this.#ports.log.warn(plain(found.problem));
      }
      entry.found = found;
      this.#watch(entry, found.watched);
      const text = JSON.stringify(this.#readyOf(entry));
      if (text !== entry.text) {
        entry.text = text;
        this.#onDidChange.fire(undefined);
      }
    });
    logged('Looking for a decoder', this.#ports.log, entry.finding);
  }

  #watch(entry: Entry, files: readonly Uri[]): void {
    const folders = watchedFolders(files);
    const before = new Set(entry.folders.map(String));
    if (before.size === folders.length && folders.every(each => before.has(String(each)))) {
      return;
    }
    entry.folders = folders;
    entry.watches.clear();
    for (const folder of entry.folders) {
      entry.watches.add(this.#folders.watch(folder, () => this.#find(entry)));
    }
  }
}

/** What a request says, and what it depends on. */
function keyOf(request: ScriptRequest): string {
  const { workspaceFolders = [] } = workspace;
  return JSON.stringify([request, workspaceFolders.map(({ uri }) => uri.toString())]);
}
