import type { Event } from '../../core/base/event.ts';
import { Emitter } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { ComposerView } from '../../shared/composerProtocol.ts';
import type { Connections } from '../connections/connections.ts';
import { libraryView, type LibraryRequestsParts } from './libraryRequests.ts';
import type { LibraryStore } from '../library/libraryStore.ts';
import type { SequenceRunner } from '../library/sequenceRunner.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { sendingView } from './composerRequests.ts';
import type { Sender } from '../sending/sender.ts';

/** More names than this help nobody who looks for one. */
const mostNames = 500;

export interface ComposerModelParts extends Pick<LibraryRequestsParts, 'runs' | 'environments'> {
  readonly connections: Connections;
  readonly library: LibraryStore;
  readonly runner: SequenceRunner;
  readonly sender: Sender;
  readonly secrets: Secrets;
  readonly log: Logger;
}

/** What the page's composer shows of the selected connection. */
export class ComposerModel implements Disposable {
  readonly #store = new DisposableStore();
  readonly #parts: ComposerModelParts;

  /** Something that it shows may have changed. */
  readonly onDidChange: Event<undefined>;

  constructor(parts: ComposerModelParts) {
    this.#parts = parts;
    const { library, runner, environments, secrets } = parts;
    const changes = this.#store.add(new Emitter<undefined>());
    this.onDidChange = changes.event;
    for (const { onDidChange } of [library, runner, environments, secrets]) {
      this.#store.add(onDidChange(() => changes.fire(undefined)));
    }
  }

  /** `undefined` where there is nobody to send to, as for the capture of an earlier window. */
  view(selected: string | undefined): ComposerView | undefined {
    const monitored = selected === undefined ? undefined : this.#parts.connections.find(selected);
    if (!monitored) {
      return undefined;
    }
    const { sender, secrets } = this.#parts;
    const { named, ...library } = libraryView(monitored.id, this.#parts);
    return {
      ...sendingView(monitored, sender),
      ...library,
      names: {
        env: Object.keys(process.env).sort().slice(0, mostNames),
        secret: secrets.names.slice(0, mostNames),
        named: named.slice(0, mostNames),
      },
    };
  }

  dispose(): void {
    this.#store.dispose();
  }
}
