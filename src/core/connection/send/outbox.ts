import type { Clock } from '../../base/clock.ts';
import { UserError } from '../../base/errors.ts';
import { Emitter } from '../../base/event.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { QueueLimits } from '../state/options.ts';
import type { OutgoingMessage } from '../../message/outgoingMessage.ts';
import { SendQueue, type QueueView } from './sendQueue.ts';

/** A connection that is open. */
export interface SendTarget {
  /** Whether the messages of the setting `onOpen` have been sent, or will not be. */
  readonly onOpenSent: boolean;
  /** Whether so much waits for a peer that does not read that nothing more is sent. */
  readonly isFull: boolean;
  send(message: OutgoingMessage): Promise<void>;
}

interface OutboxPorts {
  readonly clock: Clock;
  /** Adds a row to the list that says what happened to a message. */
  readonly notice: (sentence: string) => void;
  readonly limits: () => QueueLimits;
  /** While the connection is open. */
  readonly open: () => SendTarget | undefined;
  /** Whether the connection is open or on its way to be. */
  readonly isWanted: () => boolean;
}

/** What happened to a message that was submitted. */
export interface Submission {
  readonly delivery: 'written' | 'queued';
  /** Resolves when it was written to the network; rejects if it was not, or if that is unknown. */
  readonly done: Promise<void>;
}

/** Decides whether a message is sent now, waits for the connection to open, or is refused. */
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

  /** What would happen to a message now; `undefined` if it would be refused. */
  get takes(): Submission['delivery'] | undefined {
    const open = this.#ports.open();
    if (open && (open.onOpenSent || !this.#hasQueue)) {
      return 'written';
    }
    return this.#ports.isWanted() && this.#hasQueue ? 'queued' : undefined;
  }

  /** Why nothing is sent while the connection is not open, as a sentence. */
  refusalOf(kind: OutgoingMessage['kind']): string {
    return this.#ports.isWanted() && !this.#hasQueue && kind === 'message'
      ? 'Not connected yet: nothing was sent. With queue.maxMessages, messages wait until it is.'
      : 'Not connected: nothing was sent. Connect first.';
  }

  /** See `Connection.submit`. */
  submit(message: OutgoingMessage): Submission {
    const open = this.#ports.open();
    const isMessage = message.kind === 'message';
    if (open && (!isMessage || this.takes === 'written')) {
      const done = open.send(message);
      done.catch(() => undefined);
      return { delivery: 'written', done };
    }
    if (isMessage && this.takes === 'queued') {
      return { delivery: 'queued', done: this.#queue.add(message, this.#ports.limits()) };
    }
    throw new UserError(this.refusalOf(message.kind));
  }

  /** Sends the queue. */
  drainTo(open: SendTarget): void {
    this.#queue.drain(
      message => open.send(message),
      () => open.isFull,
    );
  }

  /** Drops the queue. `why` follows a colon. */
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
