import { Diagnostic, DiagnosticSeverity, languages, l10n, Range, Uri, workspace } from 'vscode';
import { UserError } from '../../../core/base/errors.ts';
import { Emitter } from '../../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../../core/base/lifecycle.ts';
import { LineIndex } from '../../../core/text/lineIndex.ts';
import type { Logger } from '../../../core/base/logger.ts';
import { runnablesOf, type Library, type Runnable } from '../../../core/library/library.ts';
import { plainLine } from '../../../core/text/plainText.ts';
import { logged } from '../../ui/unwaited.ts';
import { LibraryFile } from './libraryFile.ts';
import type { Origin } from '../../../core/variables/value.ts';
import { origins, type TextProblem } from './libraryContent.ts';
import { workspaceLibraryFolder } from './libraryWatch.ts';

/** How many problems of a file are logged; all of them are marked in the file. */
const maxLogged = 10;

/** A message or sequence, and whose it is. */
export interface Found {
  readonly origin: Origin;
  readonly item: Runnable;
}

/** The paths of messages and sequences of one file that have another one now, with that. */
export interface Moved {
  readonly origin: Origin;
  readonly moved: ReadonlyMap<string, string>;
}

export interface LibraryStorePorts {
  readonly globalStorageUri: Uri;
  readonly log: Logger;
}

/**
 * The library: messages, sequences, environments and extractors of the workspace and of the user.
 */
export class LibraryStore implements Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: LibraryStorePorts;
  readonly #files = new Map<Origin, LibraryFile>();
  readonly #diagnostics = this.#store.add(
    languages.createDiagnosticCollection('websocket-monitor'),
  );
  readonly #onDidChange = this.#store.add(new Emitter<undefined>());
  readonly #onDidMove = this.#store.add(new Emitter<Moved>());
  readonly #logged = new Map<Origin, string>();

  /** The content of the files, or whether it may be used, has changed. */
  readonly onDidChange = this.#onDidChange.event;
  /** Messages and sequences have got other paths by a command. */
  readonly onDidMove = this.#onDidMove.event;

  constructor(ports: LibraryStorePorts) {
    this.#ports = ports;
    this.#open('user', ports.globalStorageUri);
    this.#openWorkspace();
    this.#store.add(workspace.onDidChangeWorkspaceFolders(() => this.#openWorkspace()));
    this.#store.add(workspace.onDidGrantWorkspaceTrust(() => this.#onDidChange.fire(undefined)));
  }

  /** The workspace's file if a folder is open, then the user's. */
  get files(): readonly LibraryFile[] {
    return origins.flatMap(origin => this.#files.get(origin) ?? []);
  }

  /** Whether all files have been read since they were opened. */
  get isRead(): boolean {
    return this.files.every(file => file.isRead);
  }

  /** Resolves when the files have been read. */
  async ready(): Promise<void> {
    await Promise.all(this.files.map(file => file.settled()));
  }

  /** The content that may be used: in Restricted Mode only the user's. */
  get usable(): Library {
    const libraries = this.files.filter(isUsable).map(({ content }) => content.library);
    return {
      items: libraries.flatMap(({ items }) => items),
      environments: libraries.flatMap(({ environments }) => environments),
      extractors: libraries.flatMap(({ extractors }) => extractors),
    };
  }

  /**
   * Whether there are messages and sequences that may not be run because the workspace is not
   * trusted.
   */
  get isHeldBack(): boolean {
    return this.files.some(file => !isUsable(file) && runnablesIn(file).length > 0);
  }

  /** All messages and sequences that may be run. */
  get runnables(): readonly Found[] {
    return this.files.filter(isUsable).flatMap(runnablesIn);
  }

  /**
   * The message or sequence of this path. If both files have it, the workspace's, unless `origin`
   * is given.
   *
   * @throws UserError if there is none, or it may not be run
   */
  get(path: string, origin?: Origin): Found {
    const files = this.files.filter(file => origin === undefined || file.origin === origin);
    for (const file of files) {
      const item = runnablesOf(file.content.library.items).find(each => each.path === path);
      if (item && isUsable(file)) {
        return { origin: file.origin, item };
      }
      if (item) {
        throw new UserError(
          l10n.t(
            '"{0}" is from this workspace, which is not trusted. Trust the workspace first.',
            path,
          ),
        );
      }
    }
    throw new UserError(l10n.t('There is no saved message or sequence "{0}".', path));
  }

  /**
   * The same, but an item of `origin` is preferred: the workspace's item does not replace the
   * user's of the same path, nor the other way round.
   */
  getFor(origin: Origin, path: string): Found {
    const isOwn = this.runnables.some(each => each.origin === origin && each.item.path === path);
    return this.get(path, isOwn ? origin : undefined);
  }

  /** @throws UserError if no folder is open */
  file(origin: Origin): LibraryFile {
    const file = this.#files.get(origin);
    if (!file) {
      throw new UserError(l10n.t('Open a folder first. The file is stored in it.'));
    }
    return file;
  }

  dispose(): void {
    for (const file of this.#files.values()) {
      file.dispose();
    }
    this.#files.clear();
    this.#store.dispose();
  }

  #openWorkspace(): void {
    const known = this.#files.get('workspace');
    const uri = workspaceLibraryFolder();
    if (known && uri?.toString() === Uri.joinPath(known.uri, '..').toString()) {
      return;
    }
    known?.dispose();
    this.#files.delete('workspace');
    this.#diagnostics.clear();
    if (uri) {
      this.#open('workspace', uri);
    }
    this.#onDidChange.fire(undefined);
  }

  #open(origin: Origin, folder: Uri): void {
    const file = new LibraryFile(origin, folder, this.#ports.log, {
      onDidRead: () => {
        this.#report(file);
        this.#onDidChange.fire(undefined);
      },
      onDidMove: moved => this.#onDidMove.fire({ origin, moved }),
    });
    this.#files.set(origin, file);
    logged(`Reading ${file.name}`, this.#ports.log, file.read());
  }

  /** Marks the problems of a file in the editor, and logs them once. */
  #report(file: LibraryFile): void {
    const { uri, origin, name, text, content } = file;
    const { problems } = content;
    const lines = new LineIndex(problems.length > 0 ? text : '');
    this.#diagnostics.set(
      uri,
      problems.map(problem => diagnosticOf(problem, lines)),
    );
    const logged = problems.slice(0, maxLogged).map(({ message }) => `${name}: ${message}`);
    if (problems.length > maxLogged) {
      const more = problems.length - maxLogged;
      logged.push(
        `${name}: ${more} more ${more === 1 ? 'problem is' : 'problems are'} marked in the file.`,
      );
    }
    const words = logged.join('\n');
    if (words !== '' && words !== this.#logged.get(origin)) {
      this.#ports.log.warn(words);
    }
    this.#logged.set(origin, words);
  }
}

function runnablesIn({ origin, content }: LibraryFile): readonly Found[] {
  return runnablesOf(content.library.items).map(item => ({ origin, item }));
}

/** Whether the content of a file may be used. */
export function isUsable({ origin }: Pick<LibraryFile, 'origin'>): boolean {
  return origin === 'user' || workspace.isTrusted;
}

function diagnosticOf({ offset, length, message }: TextProblem, lines: LineIndex): Diagnostic {
  const range = rangeOf(lines, offset, length);
  const diagnostic = new Diagnostic(range, plainLine(message), DiagnosticSeverity.Warning);
  diagnostic.source = 'WebSocket Monitor';
  return diagnostic;
}

/** The range of a span; the document need not be open. */
export function rangeOf(lines: LineIndex, offset: number, length: number): Range {
  const from = lines.at(offset);
  const to = lines.at(offset + length);
  return new Range(from.line, from.character, to.line, to.character);
}
