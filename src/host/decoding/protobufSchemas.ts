import {
  Diagnostic,
  DiagnosticSeverity,
  l10n,
  languages,
  Range,
  RelativePattern,
  type Uri,
  workspace,
} from 'vscode';
import type { Clock } from '../../core/base/clock.ts';
import { Emitter } from '../../core/base/event.ts';
import { KeptByKey } from '../../core/base/keptByKey.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import { Timer } from '../../core/base/timer.ts';
import { plainLine } from '../../core/text/plainText.ts';
import { inform, plain, type Sentence } from '../ui/notify.ts';
import { logged } from '../ui/unwaited.ts';
import { problemOf } from './readySchema.ts';
import { watchedFolders } from './scripts/watchedFolders.ts';
import {
  type FileProblem,
  loadSchema,
  type LoadedSchema,
  type SchemaFilesPorts,
  type SchemaRequest,
} from './schemaFiles.ts';

export interface ProtobufSchemasPorts extends SchemaFilesPorts {
  readonly clock: Clock;
  readonly log: Logger;
}

/** A schema that somebody has asked for. */
interface Entry extends Disposable {
  readonly request: SchemaRequest;
  readonly watches: DisposableStore;
  readonly timer: Timer;
  /** What was read last; absent: it is read for the first time. */
  loaded: LoadedSchema | undefined;
  loading: Promise<void>;
  /** The table as text, to see whether it is another. */
  text: string;
  /** The paths of the files that are watched. */
  paths: ReadonlySet<string>;
}

/** Editors write a file in several steps, and a checkout writes many files. */
const settleMs = 200;
/** Of one schema; what is wrong in the beginning is often why the rest is. */
const maxShown = 100;
const maxLogged = 10;

/** The schemas of the rules, which are read again when their files change. Their problems are marked in the files. */
export class ProtobufSchemas implements Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: ProtobufSchemasPorts;
  readonly #diagnostics = this.#store.add(
    languages.createDiagnosticCollection('websocket-monitor-protobuf'),
  );
  readonly #entries = this.#store.add(
    new KeptByKey(keyOf, (request: SchemaRequest) => this.#newEntry(request)),
  );
  readonly #onDidChange = this.#store.add(new Emitter<undefined>());

  /** A schema was read that is another than before. */
  readonly onDidChange = this.#onDidChange.event;

  constructor(ports: ProtobufSchemasPorts) {
    this.#ports = ports;
  }

  /** What is known of a schema; `undefined` while it is read for the first time, which this begins. */
  get(request: SchemaRequest): LoadedSchema | undefined {
    return this.#entries.get(request).loaded;
  }

  /** Resolves once a schema was read for the first time; never rejects. */
  async whenRead(request: SchemaRequest): Promise<void> {
    await this.#entries.get(request).loading.catch(() => undefined);
  }

  /** Reads a schema once, of which nobody is told. */
  async read(request: SchemaRequest): Promise<LoadedSchema> {
    return loadSchema(request, this.#ports);
  }

  /** Forgets all others. */
  retain(requests: readonly SchemaRequest[]): void {
    this.#entries.retain(requests);
    this.#mark();
  }

  dispose(): void {
    this.#store.dispose();
  }

  #newEntry(request: SchemaRequest): Entry {
    const watches = new DisposableStore();
    const timer = new Timer(this.#ports.clock);
    const entry: Entry = {
      request,
      watches,
      timer,
      loaded: undefined,
      loading: Promise.resolve(),
      text: '',
      paths: new Set(),
      dispose: () => {
        timer.dispose();
        watches.dispose();
      },
    };
    this.#begin(entry);
    return entry;
  }

  /** One after the other, so that the last that is read is the newest. */
  #begin(entry: Entry): void {
    entry.loading = entry.loading.then(() => this.#read(entry));
    logged('Reading a Protobuf schema', this.#ports.log, entry.loading);
  }

  async #read(entry: Entry): Promise<void> {
    const loaded = await loadSchema(entry.request, this.#ports);
    if (entry.watches.isDisposed) {
      return;
    }
    const isFirst = entry.loaded === undefined;
    const text = loaded.table ? JSON.stringify(loaded.table) : '';
    // The same table stays the same object, by which others see that nothing has changed.
    entry.loaded =
      text === entry.text && entry.loaded ? { ...loaded, table: entry.loaded.table } : loaded;
    this.#watch(entry, loaded.watched);
    this.#mark();
    this.#tell(entry.request, loaded, isFirst);
    if (isFirst || text !== entry.text) {
      entry.text = text;
      this.#onDidChange.fire(undefined);
    }
  }

  #watch(entry: Entry, files: readonly Uri[]): void {
    const paths = new Set(files.map(({ path }) => path));
    const isSame =
      paths.size === entry.paths.size && [...paths].every(each => entry.paths.has(each));
    if (isSame) {
      return;
    }
    entry.paths = paths;
    entry.watches.clear();
    const changed = ({ path }: Uri) => {
      if (entry.paths.has(path)) {
        entry.timer.start(settleMs, () => this.#begin(entry));
      }
    };
    for (const folder of watchedFolders(files)) {
      const pattern = new RelativePattern(folder, '*');
      const watcher = entry.watches.add(workspace.createFileSystemWatcher(pattern));
      entry.watches.add(watcher.onDidCreate(changed));
      entry.watches.add(watcher.onDidChange(changed));
      entry.watches.add(watcher.onDidDelete(changed));
    }
  }

  /** Marks the problems of all schemas in their files. */
  #mark(): void {
    const marked = new Map<string, { readonly uri: Uri; readonly diagnostics: Diagnostic[] }>();
    const said = new Set<string>();
    for (const { loaded } of this.#entries.all) {
      for (const problem of loaded?.problems.slice(0, maxShown) ?? []) {
        const { uri, line, column, message } = problem;
        const key = `${uri.toString()} ${line} ${column} ${message}`;
        // Two schemas may share a file.
        if (!said.has(key)) {
          said.add(key);
          const of = marked.get(uri.toString()) ?? { uri, diagnostics: [] };
          of.diagnostics.push(diagnosticOf(problem));
          marked.set(uri.toString(), of);
        }
      }
    }
    this.#diagnostics.clear();
    for (const { uri, diagnostics } of marked.values()) {
      this.#diagnostics.set(uri, diagnostics);
    }
  }

  /** Later the marks are enough: who edits a schema saves it half done. */
  #tell({ schema }: SchemaRequest, loaded: LoadedSchema, isFirst: boolean): void {
    const { log } = this.#ports;
    const { failure, problems } = loaded;
    const problem = problemOf(schema.join(', '), loaded);
    if (problem === undefined) {
      return;
    }
    const sentence: Sentence =
      failure === undefined
        ? problem
        : [l10n.t('{0} Messages are decoded without a schema.'), failure];
    log.warn(plain(sentence));
    for (const { uri, line, column, message } of problems.slice(0, maxLogged)) {
      log.warn(plain(['{0}:{1}:{2}: {3}', uri.path, line, column, message]));
    }
    if (isFirst) {
      inform('warning', sentence);
    }
  }
}

function diagnosticOf({ line, column, message }: FileProblem): Diagnostic {
  // The editor marks the word that begins there.
  const range = new Range(line - 1, column - 1, line - 1, column - 1);
  const diagnostic = new Diagnostic(range, plainLine(message), DiagnosticSeverity.Warning);
  diagnostic.source = 'WebSocket Monitor';
  return diagnostic;
}

/** What a request says, and what it depends on. */
function keyOf({ scope, schema, includes }: SchemaRequest): string {
  const { isTrusted, workspaceFolders = [] } = workspace;
  const folders = workspaceFolders.map(({ uri }) => uri.toString());
  return JSON.stringify([scope, schema, includes, isTrusted, folders]);
}
