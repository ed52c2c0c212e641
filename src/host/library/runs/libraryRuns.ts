import { UserError } from '../../../core/base/errors.ts';
import type { RunProgress } from '../../../core/library/sequenceRun.ts';
import type { Step } from '../../../core/library/library.ts';
import type { MessageBody } from '../../../core/message/messageBody.ts';
import type { RunView, ItemView } from '../../../shared/composerProtocol.ts';
import { l10n } from 'vscode';
import type { Destination } from '../../../core/consent/destination.ts';
import type { Wanted } from '../../../core/consent/disclosure.ts';
import { messageDisclosures, stepsOf } from '../../../core/consent/messageDisclosures.ts';
import { bodyLabel } from '../../../core/library/librarySchema.ts';
import type { Value, Origin } from '../../../core/variables/value.ts';
import type { Target, Targets } from '../../connections/targets.ts';
import { type Consent, type ConsentSubject, digest } from '../../consent/consent.ts';
import type { Found, LibraryStore } from '../files/libraryStore.ts';
import type { RunOptions, SequenceRunner } from './sequenceRunner.ts';

/** How many items the page gets. */
const maxItems = 1000;
/** How much of a message a question shows, in UTF-16 units. */
const maxContentLength = 200;

export interface LibraryRunsParts {
  readonly library: LibraryStore;
  readonly runner: SequenceRunner;
  readonly consent: Consent;
  readonly targets: Targets;
  /** Where what is sent goes. Throws a UserError if that is not known. */
  readonly destinationOf: (target: Target) => Destination;
  /** The value of a name on a connection, given by its id. */
  readonly named: (name: string, connection: string) => Value | undefined;
}

/** Runs items of the library, after asking for permission if needed. */
export class LibraryRuns {
  readonly #parts: LibraryRunsParts;

  constructor(parts: LibraryRunsParts) {
    this.#parts = parts;
  }

  get items(): readonly ItemView[] {
    return this.#parts.library.runnables
      .slice(0, maxItems)
      .map(({ origin, item }) => ({ kind: item.kind, origin, path: item.path }));
  }

  runsOn(connection: string): readonly RunView[] {
    return this.#parts.runner.all
      .filter(run => run.connection === connection)
      .map(({ id, path, progress }) => ({ id, name: path, progress }));
  }

  /** @throws UserError if there is no such message */
  bodyOf(path: string, origin?: Origin): MessageBody {
    const { item } = this.#parts.library.get(path, origin);
    if (item.kind === 'sequence') {
      throw new UserError(l10n.t('"{0}" is a sequence. Run it, or edit it in its file.', path));
    }
    return item.body;
  }

  /**
   * Starts a run, after asking the user if needed. Resolves when it has started.
   *
   * @returns `ended`, which resolves at the end of the run and never rejects
   * @throws UserError if it cannot start; CancellationError if the user cancels
   */
  async start(
    found: Found,
    connection: string,
    options?: RunOptions,
  ): Promise<{ readonly ended: Promise<RunProgress> }> {
    const { targets, consent, library, runner } = this.#parts;
    const monitored = targets.get(connection);
    const destination = this.#parts.destinationOf(monitored);
    const { to } = destination;
    const wantedBy = (items: readonly Found[]) => this.#wantedBy(items, destination, monitored.id);
    const own = library.runnables.filter(({ origin }) => origin === 'workspace');
    await consent.require({
      purpose: {
        kind: 'send',
        path: found.item.path,
        name: monitored.name,
        to,
        contents: stepsOf(found.item).map(({ body }) => contentOf(body)),
        everything: { count: own.length, wanted: wantedBy(own) },
      },
      wanted: () => wantedBy([found]),
      mayAsk: true,
    });
    return { ended: runner.start(found.item, found.origin, monitored.id, options) };
  }

  /** The same for an item that is given by its path. */
  async startByPath(
    path: string,
    origin: Origin | undefined,
    connection: string,
    options?: RunOptions,
  ): Promise<{ readonly ended: Promise<RunProgress> }> {
    const { library } = this.#parts;
    await library.ready();
    return this.start(library.get(path, origin), connection, options);
  }

  /**
   * The steps of a sequence or message that `onOpen` names. If both files have the path, the item
   * with the origin of `onOpen` is used.
   *
   * @param origin who wrote `onOpen`
   * @throws UserError if there is none, or it may not be sent
   */
  async stepsOf(path: string, origin: Origin, on: ConsentSubject): Promise<readonly Step[]> {
    const { library, consent } = this.#parts;
    await library.ready();
    const found = library.getFor(origin, path);
    const destination = consent.destinationOf(on);
    // The user was asked before the connection was dialled, and may not be there now.
    if (!consent.isAllowed(this.#wantedBy([found], destination, on.id))) {
      throw new UserError(
        l10n.t(
          '"{0}" was not sent: you have not allowed this workspace to send it as it is now. Connect manually to be asked.',
          path,
        ),
      );
    }
    return stepsOf(found.item);
  }

  /** The item that `onOpen` by this author names, if there is one. */
  itemOf(path: string, by: Origin): Found | undefined {
    try {
      return this.#parts.library.getFor(by, path);
    } catch {
      return undefined; // The error is shown when it is to be sent.
    }
  }

  stop(id: string): void {
    this.#parts.runner.stop(id);
  }

  #wantedBy(
    items: readonly Found[],
    { to, isForeign }: Destination,
    connection: string,
  ): readonly Wanted[] {
    const named = (name: string) => this.#parts.named(name, connection);
    return messageDisclosures(items, { named, isForeign, digest }).map(what => ({ to, what }));
  }
}

/** A message as it was written, with references in place of secrets. */
function contentOf(body: MessageBody): string {
  const text = bodyLabel(body, maxContentLength);
  return body.as === 'file' ? l10n.t('the file {0}', text) : text;
}
