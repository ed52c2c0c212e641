import {
  FileSystemError,
  l10n,
  Range,
  RelativePattern,
  type TextDocument,
  Uri,
  workspace,
  WorkspaceEdit,
} from 'vscode';
import { messageOf, UserError } from '../../../core/base/errors.ts';
import { DisposableStore, type Disposable } from '../../../core/base/lifecycle.ts';
import { TaskQueue } from '../../../core/base/taskQueue.ts';
import type { Logger } from '../../../core/base/logger.ts';
import { libraryLimits } from '../../../core/library/librarySchema.ts';
import type { LibraryEdit } from './editLibrary.ts';
import type { Origin } from '../../../core/variables/value.ts';
import { type LibraryContent, noContent } from './libraryContent.ts';
import { logged } from '../../ui/unwaited.ts';
import { libraryFileName, watchFolder } from './libraryWatch.ts';

export interface LibraryFileEvents {
  readonly onDidRead: () => void;
  /** Messages and sequences have got other paths, each given with the one before. */
  readonly onDidMove: (moved: ReadonlyMap<string, string>) => void;
}

/** One of the two library files, as it is on the disk. */
export class LibraryFile implements Disposable {
  readonly #store = new DisposableStore();
  readonly #log: Logger;
  readonly #events: LibraryFileEvents;
  #text = '';
  #content: LibraryContent = noContent;
  #isRead = false;
  /** Reads and writes, one after another. */
  readonly #queue = new TaskQueue();

  readonly origin: Origin;
  readonly uri: Uri;

  /** @param folder the folder of the file; it need not exist */
  constructor(origin: Origin, folder: Uri, log: Logger, events: LibraryFileEvents) {
    this.origin = origin;
    this.uri = Uri.joinPath(folder, libraryFileName);
    this.#log = log;
    this.#events = events;
    const watcher = this.#store.add(
      workspace.createFileSystemWatcher(new RelativePattern(folder, libraryFileName)),
    );
    const read = () => logged(`Reading ${this.name}`, log, this.read());
    this.#store.add(watcher.onDidCreate(read));
    this.#store.add(watcher.onDidChange(read));
    this.#store.add(watcher.onDidDelete(read));
    if (origin === 'workspace') {
      this.#store.add(watchFolder(folder, read));
    }
  }

  /** The name of the file in messages. */
  get name(): string {
    return this.origin === 'workspace'
      ? `.vscode/${libraryFileName}`
      : l10n.t('your own {0}', libraryFileName);
  }

  /** Whether it has been read since it was opened. */
  get isRead(): boolean {
    return this.#isRead;
  }

  get content(): LibraryContent {
    return this.#content;
  }

  /** The text that `content` was read from. */
  get text(): string {
    return this.#text;
  }

  /** Resolves when all reads and writes that were requested so far have ended. */
  async settled(): Promise<void> {
    await this.#queue.settled();
  }

  /** Reads it again. Never rejects: an error is one of its problems. */
  read(): Promise<void> {
    return this.#queue.add(async () => {
      const [before, shown, wasRead] = [this.#text, this.#content, this.#isRead];
      try {
        this.#text = await this.#load();
        this.#content =
          this.#text === before ? this.#content : await contentOf(this.#text, this.origin);
      } catch (error) {
        this.#text = '';
        const problem = { offset: 0, length: 1, message: messageOf(error) };
        this.#content = { ...noContent, problems: [problem] };
      }
      this.#isRead = true;
      // The editor reports a file that was written here again.
      if (!this.#store.isDisposed && (this.#content !== shown || !wasRead)) {
        this.#events.onDidRead();
      }
    });
  }

  /**
   * Changes the file, or creates it. If it is open in an editor, the change is made there and saved.
   *
   * @param show shows the change in an editor. If it is given, changes that are not saved yet get this one
   *   added, for the user to save; else they prevent it. Called before an open document is saved, since
   *   the user may go on typing.
   * @returns the text of the file, or of the editor that it is open in
   * @throws UserError if it cannot be changed, saying why and what to do; then it is as before
   */
  async edit(
    change: (edit: LibraryEdit) => void,
    show?: (document: TextDocument) => Promise<void>,
  ): Promise<string> {
    let moved: ReadonlyMap<string, string> = new Map();
    const text = await this.#queue.add(async () => {
      const shown = workspace.textDocuments.find(({ uri }) => uri.toString() === String(this.uri));
      if (shown?.isDirty && !show) {
        throw new UserError(l10n.t('{0} has unsaved changes. Save it and try again.', this.name));
      }
      const before = shown?.isDirty ? shown.getText() : await this.#load();
      const { LibraryEdit } = await import('./editLibrary.ts');
      const edit = new LibraryEdit(before, this.name);
      change(edit);
      if (edit.text === before) {
        return before;
      }
      edit.requireReadable();
      moved = edit.moved;
      this.#log.debug(`Writing ${this.uri.path}`);
      // Otherwise the editor would show the text of before until it has noticed the new one.
      if (shown?.getText() === before) {
        return changeDocument(shown, edit.text, show);
      }
      await workspace.fs.writeFile(this.uri, new TextEncoder().encode(edit.text));
      return edit.text;
    });
    await this.read();
    if (moved.size > 0) {
      this.#events.onDidMove(moved);
    }
    return text;
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** The text of the file; empty if there is none. */
  async #load(): Promise<string> {
    try {
      const { size } = await workspace.fs.stat(this.uri);
      if (size > libraryLimits.bytes) {
        throw new UserError(
          l10n.t(
            'The file is larger than {0} MiB and is not read. Put long messages into files of their own and refer to them with "file".',
            libraryLimits.bytes / 1024 / 1024,
          ),
        );
      }
      const bytes = await workspace.fs.readFile(this.uri);
      return new TextDecoder().decode(bytes);
    } catch (error) {
      if (error instanceof FileSystemError && error.code === 'FileNotFound') {
        return '';
      }
      throw error;
    }
  }
}

/**
 * Replaces what differs, so that editors keep their place, and saves the document unless the user has
 * changes in it that are not saved.
 *
 * @returns its text afterwards, which the editor may have formatted
 */
async function changeDocument(
  document: TextDocument,
  text: string,
  show: ((document: TextDocument) => Promise<void>) | undefined,
): Promise<string> {
  const wasDirty = document.isDirty;
  const before = document.getText();
  const { from, to, inserted } = differenceOf(before, text);
  const range = new Range(document.positionAt(from), document.positionAt(to));
  const change = new WorkspaceEdit();
  change.replace(document.uri, range, inserted);
  const isChanged = await workspace.applyEdit(change);
  if (isChanged) {
    await show?.(document);
  }
  const isSaved = isChanged && !wasDirty && ((await document.save()) || !document.isDirty);
  // Who types while it is being saved prevents that, and saves the change together with what is typed.
  if (!isChanged || !(isSaved || wasDirty || show)) {
    throw new UserError(
      l10n.t('{0} could not be changed in its editor. Save it and try again.', libraryFileName),
    );
  }
  return document.getText();
}

/** The part of `before` that `after` has something else for, never half a line break or character. */
function differenceOf(before: string, after: string) {
  const shortest = Math.min(before.length, after.length);
  let from = 0;
  while (from < shortest && before[from] === after[from]) {
    from++;
  }
  let tail = 0;
  while (tail < shortest - from && before.at(-1 - tail) === after.at(-1 - tail)) {
    tail++;
  }
  if (/[\r\ud800-\udbff]/.test(before.charAt(from - 1))) {
    from--;
  }
  if (tail > 0 && /[\n\udc00-\udfff]/.test(before.charAt(before.length - tail))) {
    tail--;
  }
  return {
    from,
    to: before.length - tail,
    inserted: after.slice(from, after.length - tail),
  };
}

/** Loads the reader only if there is a library; most windows have none. */
async function contentOf(text: string, origin: Origin): Promise<LibraryContent> {
  return text === '' ? noContent : (await import('./libraryText.ts')).readLibraryText(text, origin);
}
