import type { Clock } from '../base/clock.ts';
import { UserError } from '../base/errors.ts';
import { Emitter } from '../base/event.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { Logger } from '../base/logger.ts';
import type { QueueLimits } from './options.ts';
import type { Parcel } from '../message/parcel.ts';
import { SendQueue, type QueueView } from './sendQueue.ts';
import type { Session } from './session.ts';

export interface OutboxPorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Says in the list what became of something that was to be sent. */
  readonly notice: (sentence: string) => void;
  readonly limits: () => QueueLimits;
  /** While the connection is open. */
  readonly session: () => Session | undefined;
  /** Whether the connection is open or on its way to be. */
  readonly isWanted: () => boolean;
}

/** What became of something that was given to be sent. */
export interface Submission {
  readonly delivery: 'written' | 'queued';
  /** Resolves when it was handed to the network; rejects where it never was, or nobody knows. */
  readonly done: Promise<void>;
}

/** Decides whether something is sent now, waits for the connection to open, or is refused. */
export class Outbox implements Disposable {
  readonly #ports: OutboxPorts;
  readonly #queue: SendQueue;
  readonly #onDidChange = new Emitter<QueueView>();

  /** What waits to be sent has changed. */
  readonly onDidChange = this.#onDidChange.event;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
    const { clock, notice } = ports;
    this.#queue = new SendQueue({
      clock,
      notice,
      onDidChange: () => this.#onDidChange.fire(this.#queue.view),
    });
  }

  get queue(): QueueView {
    return this.#queue.view;
  }

  /** What would become of a message now; `undefined` where it would be refused. */
  get takes(): Submission['delivery'] | undefined {
    const session = this.#ports.session();
    if (session && (session.isGreeted || !this.#hasQueue)) {
      return 'written';
    }
    return this.#ports.isWanted() && this.#hasQueue ? 'queued' : undefined;
  }

  /** Why nothing is sent while the connection is not open, as a sentence. */
  refusalOf(kind: Parcel['kind']): string {
    return this.#ports.isWanted() && !this.#hasQueue && kind === 'message'
      ? 'Not connected yet: nothing was sent. With queue.maxMessages, messages wait until it is.'
      : 'Not connected: nothing was sent. Connect first.';
  }

  /** See `Connection.submit`. */
  submit(parcel: Parcel): Submission {
    const session = this.#ports.session();
    const isMessage = parcel.kind === 'message';
    if (session && (!isMessage || this.takes === 'written')) {
      const done = session.send(parcel);
      done.catch(() => undefined);
      return { delivery: 'written', done };
    }
    if (isMessage && this.takes === 'queued') {
      return { delivery: 'queued', done: this.#queue.add(parcel, this.#ports.limits()) };
    }
    throw new UserError(this.refusalOf(parcel.kind));
  }

  /** Sends all that waits. */
  drainTo(session: Session): void {
    this.#queue.drain(
      parcel => session.send(parcel),
      () => session.isFull,
    );
  }

  /** Takes what waits out unsent. `why` follows a colon. */
  clear(why: string): void {
    this.#queue.clear(why);
  }

  dispose(): void {
    this.#queue.dispose();
    this.#onDidChange.dispose();
  }

  get #hasQueue(): boolean {
    return this.#ports.limits().maxMessages > 0;
  }
}
