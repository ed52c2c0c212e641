import { UserError } from '../../core/base/errors.ts';
import type { RunProgress } from '../../core/library/sequenceRun.ts';
import type { Step } from '../../core/library/library.ts';
import type { MessageBody } from '../../core/message/messageBody.ts';
import type { RunView, ItemView } from '../../shared/composerProtocol.ts';
import { l10n } from 'vscode';
import type { Destination } from '../../core/consent/destination.ts';
import type { Wanted } from '../../core/consent/disclosure.ts';
import { messageDisclosures, stepsOf } from '../../core/consent/messageDisclosures.ts';
import { bodyLabel } from '../../core/library/librarySchema.ts';
import type { Value } from '../../core/variables/value.ts';
import type { Connections } from '../connections/connections.ts';
import type { Consent, ConsentSubject } from '../consent/consent.ts';
import { digest } from '../consent/digest.ts';
import type { Found, LibraryStore } from './libraryStore.ts';
import type { Origin } from './origin.ts';
import type { SequenceRunner } from './sequenceRunner.ts';

/** As many as the page is told of. */
const maxItems = 1000;
/** Of a message in a question, in UTF-16 units. */
const longestContent = 200;

export interface LibraryRunsParts {
  readonly library: LibraryStore;
  readonly runner: SequenceRunner;
  readonly consent: Consent;
  readonly connections: Connections;
  /** What a name stands for on a connection, by its id. */
  readonly named: (name: string, connection: string) => Value | undefined;
}

/** What the panel and other parts of the host do with the library. */
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
    const { connections, consent, library, runner } = this.#parts;
    const monitored = connections.get(connection);
    const destination = consent.destinationOf(monitored);
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
    return { ended: runner.start(found.item, found.origin, monitored.id) };
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
  async stepsOf(path: string, origin: Origin, on: ConsentSubject): Promise<readonly Step[]> {
    const { library, consent } = this.#parts;
    await library.ready();
    const found = library.getFor(origin, path);
    const destination = consent.destinationOf(on);
    // It was asked about before it was dialled, and nobody may be there now.
    if (!consent.isAllowed(this.#wantedBy([found], destination, on.id))) {
      throw new UserError(
        l10n.t(
          '"{0}" was not sent: this workspace may not send it as it is now. Connect by hand to be asked.',
          path,
        ),
      );
    }
    return stepsOf(found.item);
  }

  /** The item that `onOpen` of this author names, if there is one. */
  itemOf(path: string, by: Origin): Found | undefined {
    try {
      return this.#parts.library.getFor(by, path);
    } catch {
      return undefined; // Why there is none is said where it is to be sent.
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

/** What a message is, as it was written: no secret is in it. */
function contentOf(body: MessageBody): string {
  const text = bodyLabel(body, longestContent);
  return body.as === 'file' ? l10n.t('the file {0}', text) : text;
}
