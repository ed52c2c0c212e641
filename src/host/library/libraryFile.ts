import { FileSystemError, l10n, RelativePattern, Uri, workspace } from 'vscode';
import { messageOf, UserError } from '../../core/base/errors.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import { TaskQueue } from '../../core/base/taskQueue.ts';
import type { Logger } from '../../core/base/logger.ts';
import { libraryLimits } from '../../core/library/librarySchema.ts';
import type { LibraryEdit } from './editLibrary.ts';
import type { Origin } from '../../core/variables/value.ts';
import { type LibraryContent, noContent } from './libraryContent.ts';
import { logged } from '../ui/unwaited.ts';
import { libraryFileName, watchFolder } from './libraryWatch.ts';

/** One of the two library files, as it is on the disk. */
export class LibraryFile implements Disposable {
  readonly #store = new DisposableStore();
  readonly #log: Logger;
  readonly #onDidRead: () => void;
  #text = '';
  #content: LibraryContent = noContent;
  #isRead = false;
  /** Reads and writes, one after another. */
  readonly #queue = new TaskQueue();

  readonly origin: Origin;
  readonly uri: Uri;

  /** @param folder the folder of the file; it need not exist */
  constructor(origin: Origin, folder: Uri, log: Logger, onDidRead: () => void) {
    this.origin = origin;
    this.uri = Uri.joinPath(folder, libraryFileName);
    this.#log = log;
    this.#onDidRead = onDidRead;
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
      const before = this.#text;
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
      if (!this.#store.isDisposed) {
        this.#onDidRead();
      }
    });
  }

  /**
   * Changes the file, or creates it.
   *
   * @throws UserError if it cannot be changed, saying why and what to do; then it is as before
   */
  async edit(change: (edit: LibraryEdit) => void): Promise<void> {
    await this.#queue.add(async () => {
      const shown = workspace.textDocuments.find(({ uri }) => uri.toString() === String(this.uri));
      if (shown?.isDirty) {
        throw new UserError(l10n.t('{0} has unsaved changes. Save it and try again.', this.name));
      }
      const before = await this.#load();
      const { LibraryEdit } = await import('./editLibrary.ts');
      const edit = new LibraryEdit(before, this.name);
      change(edit);
      if (edit.text !== before) {
        edit.requireReadable();
        await workspace.fs.writeFile(this.uri, new TextEncoder().encode(edit.text));
        this.#log.debug(`Wrote ${this.uri.path}`);
      }
    });
    await this.read();
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

/** Loads the reader only if there is a library; most windows have none. */
async function contentOf(text: string, origin: Origin): Promise<LibraryContent> {
  return text === '' ? noContent : (await import('./libraryText.ts')).readLibraryText(text, origin);
}
