import { UserError } from '../../core/base/errors.ts';
import type { RunProgress } from '../../core/library/sequenceRun.ts';
import type { Step } from '../../core/library/library.ts';
import type { MessageBody } from '../../core/library/messageBody.ts';
import type { RunView, SavedItem } from '../../shared/composerProtocol.ts';
import { CancellationError, l10n } from 'vscode';
import type { Connections } from '../connections.ts';
import type { Found, LibraryStore } from './libraryStore.ts';
import type { Origin } from './origin.ts';
import type { SendPermission } from './sendPermission.ts';
import type { SequenceRunner } from './sequenceRunner.ts';

/** As many as the page is told of. */
const mostSaved = 1000;

export interface LibraryRunsParts {
  readonly library: LibraryStore;
  readonly runner: SequenceRunner;
  readonly permission: SendPermission;
  readonly connections: Connections;
}

/** What the panel and other parts of the host do with the library. */
export class LibraryRuns {
  readonly #parts: LibraryRunsParts;

  constructor(parts: LibraryRunsParts) {
    this.#parts = parts;
  }

  get saved(): readonly SavedItem[] {
    return this.#parts.library.runnables
      .slice(0, mostSaved)
      .map(({ origin, item }) => ({ kind: item.kind, origin, path: item.path }));
  }

  runsOn(connection: string): readonly RunView[] {
    return this.#parts.runner.all
      .filter(run => run.connection === connection)
      .map(({ id, path, progress }) => ({ id, name: path, progress }));
  }

  /** @throws UserError where there is no such message */
  bodyOf(path: string, origin?: Origin): MessageBody {
    const { item } = this.#parts.library.get(path, origin);
    if (item.kind === 'sequence') {
      throw new UserError(l10n.t('"{0}" is a sequence: run it, or edit it in its file.', path));
    }
    return item.body;
  }

  /**
   * Begins a run, after the user was asked where that is needed. Resolves when it has begun.
   *
   * @returns what resolves at its end, and never rejects
   * @throws UserError where it cannot begin; CancellationError where the user would rather not
   */
  async start(found: Found, connection: string): Promise<{ readonly ended: Promise<RunProgress> }> {
    const { connections, permission, runner } = this.#parts;
    const { id, name } = connections.get(connection);
    await permission.require(found, name);
    return { ended: runner.start(found.item, found.origin, id) };
  }

  /** The same for an item by its path, as the page and code name it. */
  async startByPath(
    path: string,
    origin: Origin | undefined,
    connection: string,
  ): Promise<{ readonly ended: Promise<RunProgress> }> {
    const { library } = this.#parts;
    await library.ready();
    return this.start(library.get(path, origin), connection);
  }

  /**
   * The steps of a sequence, or of a message, that `onOpen` names; of two of that path, the one that is
   * of the same origin as `onOpen`.
   *
   * @param origin who wrote `onOpen`
   * @throws UserError where there is none, or where it may not be sent
   */
  async stepsOf(path: string, origin: Origin): Promise<readonly Step[]> {
    const { library, permission } = this.#parts;
    await library.ready();
    const found = library.getFor(origin, path);
    try {
      await permission.require(found, l10n.t('each connection that it opens'));
    } catch (error) {
      if (error instanceof CancellationError) {
        throw new UserError(
          l10n.t('"{0}" was not sent: this workspace was not allowed to send it.', path),
        );
      }
      throw error;
    }
    return found.item.kind === 'sequence' ? found.item.steps : [found.item];
  }

  stop(id: string): void {
    this.#parts.runner.stop(id);
  }
}
