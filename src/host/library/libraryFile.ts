import { FileSystemError, l10n, RelativePattern, Uri, workspace } from 'vscode';
import { messageOf, UserError } from '../../core/base/errors.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import { libraryLimits } from '../../core/library/librarySchema.ts';
import type { LibraryEdit } from './editLibrary.ts';
import { noContent, type LibraryContent } from './libraryContent.ts';
import { logged } from '../ui/unwaited.ts';
import { libraryFileName, watchFolder } from './libraryWatch.ts';
import type { Origin } from './origin.ts';

/** One of the two files that libraries are kept in, as it is on the disk. */
export class LibraryFile implements Disposable {
  readonly #store = new DisposableStore();
  readonly #log: Logger;
  readonly #onDidRead: () => void;
  #text = '';
  #content: LibraryContent = noContent;
  #isRead = false;
  /** One reading or writing after the other. */
  #queue: Promise<unknown> = Promise.resolve();

  readonly origin: Origin;
  readonly uri: Uri;

  /** @param folder what the file is in; it need not be there */
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

  /** How the file is called where it is spoken of. */
  get name(): string {
    return this.origin === 'workspace'
      ? `.vscode/${libraryFileName}`
      : l10n.t('your own {0}', libraryFileName);
  }

  /** Whether it was looked into at all; until then it is not known what is in it. */
  get isRead(): boolean {
    return this.#isRead;
  }

  get content(): LibraryContent {
    return this.#content;
  }

  /** What `content` was read from. */
  get text(): string {
    return this.#text;
  }

  /** Resolves when everything that was asked for so far has been done. */
  async settled(): Promise<void> {
    await this.#queue;
  }

  /** Reads it again. Never rejects: what is wrong with it is among its problems. */
  read(): Promise<void> {
    return this.#inTurn(async () => {
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
   * Changes the file, or makes it.
   *
   * @throws UserError where it cannot be changed, saying why and what to do; then it is as before
   */
  async edit(change: (edit: LibraryEdit) => void): Promise<void> {
    await this.#inTurn(async () => {
      const shown = workspace.textDocuments.find(({ uri }) => uri.toString() === String(this.uri));
      if (shown?.isDirty) {
        throw new UserError(
          l10n.t('{0} has changes that are not saved. Save it first.', this.name),
        );
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

  /** The text of the file; empty where there is none. */
  async #load(): Promise<string> {
    try {
      const { size } = await workspace.fs.stat(this.uri);
      if (size > libraryLimits.bytes) {
        throw new UserError(
          l10n.t(
            'The file is larger than {0} MiB and is not read. Keep long messages in files of their own, and name them with "file".',
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

  #inTurn(task: () => Promise<void>): Promise<void> {
    const turn = this.#queue.then(task);
    this.#queue = turn.catch(() => undefined);
    return turn;
  }
}

/** Most windows have no library, and do not load what reads one. */
async function contentOf(text: string, origin: Origin): Promise<LibraryContent> {
  return text === '' ? noContent : (await import('./libraryText.ts')).readLibraryText(text, origin);
}
