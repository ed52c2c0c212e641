import type { Clock } from '../../base/clock.ts';
import { UserError } from '../../base/errors.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { Timer } from '../../base/timer.ts';
import { Formats } from '../../base/format.ts';
import type { QueueLimits } from '../state/options.ts';
import { byteLengthOf, type DataMessage } from '../../message/outgoingMessage.ts';

export interface QueueView {
  readonly count: number;
  readonly byteLength: number;
}

interface QueuePorts {
  readonly clock: Clock;
  readonly onDidChange: () => void;
  /** Adds a row to the list that says that messages were dropped, and why. */
  readonly notice: (sentence: string) => void;
}

interface Waiting {
  readonly message: DataMessage;
  readonly byteLength: number;
  /** On the monotonic clock. */
  readonly dueAt: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const formats = new Formats('en');

/** Messages that wait for the connection to open, oldest first. */
export class SendQueue implements Disposable {
  readonly #ports: QueuePorts;
  readonly #timer: Timer;
  #waiting: Waiting[] = [];
  #byteLength = 0;

  constructor(ports: QueuePorts) {
    this.#ports = ports;
    this.#timer = new Timer(ports.clock);
  }

  get view(): QueueView {
    return { count: this.#waiting.length, byteLength: this.#byteLength };
  }

  /**
   * Adds a message. The result resolves when it was sent, and rejects if it was dropped.
   *
   * @throws UserError if it does not fit
   */
  add(message: DataMessage, limits: QueueLimits): Promise<void> {
    const byteLength = byteLengthOf(message.data);
    if (this.#waiting.length >= limits.maxMessages) {
      throw new UserError(
        `Not sent: the queue is full (queue.maxMessages is ${limits.maxMessages}).`,
      );
    }
    if (this.#byteLength + byteLength > limits.maxBytes) {
      const max = formats.bytes(limits.maxBytes);
      throw new UserError(`Not sent: no more than ${max} can wait (queue.maxKilobytes).`);
    }
    const dueAt = this.#ports.clock.monotonic() + limits.maxAgeMs;
    const sent = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ message, byteLength, dueAt, resolve, reject });
    });
    // A caller that only wants to queue it does not await this; a notice reports it then.
    sent.catch(() => undefined);
    this.#byteLength += byteLength;
    this.#changed();
    return sent;
  }

  /** Sends everything in order, until the peer takes no more; the rest is dropped. */
  drain(send: (message: DataMessage) => Promise<void>, isFull: () => boolean): void {
    const all = this.#takeAll();
    for (const [index, { message, resolve, reject }] of all.entries()) {
      if (isFull()) {
        this.#drop(all.slice(index), 'the peer does not read what was sent before');
        return;
      }
      send(message).then(resolve, reject);
    }
  }

  /** Drops everything. `why` follows a colon. */
  clear(why: string): void {
    this.#drop(this.#takeAll(), why);
  }

  dispose(): void {
    this.clear('the connection was removed');
  }

  #takeAll(): readonly Waiting[] {
    const all = this.#waiting;
    this.#waiting = [];
    this.#byteLength = 0;
    if (all.length > 0) {
      this.#changed();
    }
    return all;
  }

  #expire(): void {
    const now = this.#ports.clock.monotonic();
    const old = this.#waiting.filter(({ dueAt }) => dueAt <= now);
    this.#waiting = this.#waiting.filter(({ dueAt }) => dueAt > now);
    this.#byteLength = this.#waiting.reduce((sum, { byteLength }) => sum + byteLength, 0);
    this.#changed();
    this.#drop(old, 'the connection did not open in time (queue.maxAge)');
  }

  #drop(dropped: readonly Waiting[], why: string): void {
    if (dropped.length === 0) {
      return;
    }
    const amount =
      dropped.length === 1 ? 'A queued message was' : `${dropped.length} queued messages were`;
    this.#ports.notice(`${amount} not sent: ${why}.`);
    for (const { reject } of dropped) {
      reject(new UserError(`Not sent: ${why}.`));
    }
  }

  #changed(): void {
    this.#timer.dispose();
    const [oldest] = this.#waiting;
    if (oldest) {
      const inMs = oldest.dueAt - this.#ports.clock.monotonic();
      this.#timer.start(Math.max(0, inMs), () => this.#expire());
    }
    this.#ports.onDidChange();
  }
}
