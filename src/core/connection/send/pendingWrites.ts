import { messageOf, UserError } from '../../base/errors.ts';
import { Formats } from '../../base/format.ts';
import { visibleLine } from '../../text/visibleText.ts';
import { byteLengthOf, type DataMessage } from '../../message/outgoingMessage.ts';
import type { Traffic } from '../wire/traffic.ts';
import type { Transport } from '../wire/transport.ts';

interface PendingWritesPorts {
  readonly transport: Pick<Transport, 'send'>;
  readonly traffic: Traffic;
  /** Adds a row to the list that says what happened to messages that it shows as sent. */
  readonly notice: (sentence: string) => void;
}

interface Pending {
  readonly message: DataMessage;
  readonly isHeartbeat: boolean;
  readonly reject: (error: Error) => void;
}

const formats = new Formats('en');
const maxNameLength = 40;
const maxNames = 3;

/** The messages that were handed to one socket and that it has not written yet. */
export class PendingWrites {
  readonly #ports: PendingWritesPorts;
  readonly #pending = new Set<Pending>();
  #largestByteLength = 0;

  constructor(ports: PendingWritesPorts) {
    this.#ports = ports;
  }

  /** Bytes of the largest message so far; 0 before the first. */
  get largestByteLength(): number {
    return this.#largestByteLength;
  }

  /**
   * Hands a message to the socket and records it. Resolves when it was written; rejects if it was not,
   * or if that is unknown.
   */
  send(message: DataMessage, isHeartbeat = false): Promise<void> {
    return new Promise((resolve, reject) => {
      const pending = { message, isHeartbeat, reject };
      this.#pending.add(pending);
      this.#ports.transport.send(message.data, error => {
        if (!this.#pending.delete(pending)) {
          return; // `failAll` has reported it already.
        }
        if (error) {
          this.#report([pending], `Not delivered: ${nameOf(message)}: ${messageOf(error)}.`);
          reject(error);
        } else {
          resolve();
        }
      });
      this.#ports.traffic.sent(message.data, isHeartbeat, message.shown);
      // A text has at least a third as many characters as bytes.
      if (message.data.length * 3 > this.#largestByteLength) {
        this.#largestByteLength = Math.max(this.#largestByteLength, byteLengthOf(message.data));
      }
    });
  }

  /** The socket is gone: whether the peer got what it had not written is unknown. */
  failAll(): void {
    const lost = [...this.#pending];
    this.#pending.clear();
    const asked = lost.filter(({ isHeartbeat }) => !isHeartbeat);
    const names = asked.slice(0, maxNames).map(({ message }) => nameOf(message));
    const more = asked.length > maxNames ? ` and ${asked.length - maxNames} more` : '';
    this.#report(
      asked,
      `Delivery unknown: the connection went down before it had taken ${names.join(', ')}${more}.`,
    );
    for (const { reject } of lost) {
      reject(new UserError('Delivery unknown: the connection went down while this was sent.'));
    }
  }

  #report(pending: readonly Pending[], sentence: string): void {
    if (pending.some(({ isHeartbeat }) => !isHeartbeat)) {
      this.#ports.notice(sentence);
    }
  }
}

/** Names a message as the list shows it: without its secrets. */
function nameOf({ data, shown = data }: DataMessage): string {
  const size = formats.bytes(byteLengthOf(data));
  if (typeof shown !== 'string') {
    return `a binary message (${size})`;
  }
  const line = visibleLine(shown.slice(0, maxNameLength));
  return `“${line}${shown.length > maxNameLength ? '…' : ''}” (${size})`;
}
