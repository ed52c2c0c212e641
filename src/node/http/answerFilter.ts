import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { maxHeadBytes, readAnswerHead } from './answerHead.ts';

const Byte = { Tab: 9, LineFeed: 10, CarriageReturn: 13, Blank: 32 } as const;
const byteOrderMark = [0xef, 0xbb, 0xbf] as const;
const beginning = 'HTTP/';
const firstCapacity = 4096;
/** Enough to recognise another protocol. */
const maxSampleBytes = 256;

/** The peer did not answer with HTTP. The members are named as in errors of Node's parser. */
class ForeignAnswerError extends Error {
  readonly code = 'HPE_INVALID_CONSTANT';
  readonly rawPacket: Uint8Array;

  constructor(bytes: Uint8Array) {
    super('The answer is not HTTP');
    this.rawPacket = bytes;
  }
}

/** The head is longer than `maxHeadBytes` and has no final status. */
class HeadOverflowError extends Error {
  readonly code = 'HPE_HEADER_OVERFLOW';

  constructor() {
    super('The head of the answer is too long');
  }
}

/**
 * Corrects the heads of a request's answers on their way to Node's parser, which would refuse them.
 * This is done on the socket because an agent would replace the editor's agent, and a second request
 * would fail if it needs a ticket that is valid only once.
 *
 * @param onOddities called with what was corrected, before the parser sees it
 */
export function filterAnswers(
  request: ClientRequest,
  onOddities: (oddities: readonly string[]) => void,
): void {
  request.once('socket', (socket: Socket) => new AnswerFilter(socket, onOddities).begin());
}

/** Whether no other answer follows, which is so for all statuses except 1xx. */
function isFinal(status: number | undefined): boolean {
  return status !== undefined && (status < 100 || status >= 200);
}

type Listener = (chunk: Buffer) => void;

/** Intercepts a socket's data before its listeners until the last head has passed. */
class AnswerFilter {
  readonly #socket: Socket;
  readonly #onOddities: (oddities: readonly string[]) => void;
  readonly #listeners: readonly Listener[];
  #bytes: Buffer = Buffer.alloc(firstCapacity);
  #length = 0;
  /** The offset of the status line, if it was found. */
  #start: number | undefined;
  #lineStart = 0;
  #searched = 0;

  constructor(socket: Socket, onOddities: (oddities: readonly string[]) => void) {
    this.#socket = socket;
    this.#onOddities = onOddities;
    this.#listeners = socket.listeners('data') as Listener[];
  }

  begin(): void {
    const socket = this.#socket;
    this.#listeners.forEach(listener => socket.off('data', listener));
    socket.on('data', this.#onData);
    // Before Node's own listeners, which would report a reset.
    socket.prependListener('end', this.#endOfHead);
    socket.prependListener('error', this.#endOfHead);
  }

  readonly #onData = (chunk: Buffer) => {
    this.#append(chunk);
    for (;;) {
      if (this.#start === undefined && !this.#findStart()) {
        return;
      }
      const end = this.#findEnd();
      if (end === undefined) {
        if (this.#length > maxHeadBytes) {
          this.#endOfHead();
        }
        return;
      }
      const { status, text } = this.#read(end);
      if (end > maxHeadBytes && !isFinal(status)) {
        this.#overflow();
        return;
      }
      const head = Buffer.from(text, 'latin1');
      const rest = this.#bytes.subarray(end, this.#length);
      if (status === undefined || status === 101 || isFinal(status)) {
        this.#release();
        this.#socket.unshift(Buffer.concat([head, rest]));
        return;
      }
      // This was the head of a 1xx; another follows.
      this.#restart(Buffer.from(rest));
      this.#pass(head);
    }
  };

  /** The head is incomplete or too long: uses its status if there is one. */
  readonly #endOfHead = () => {
    const { status, text } = this.#start === undefined ? { text: '' } : this.#read(this.#length);
    if (isFinal(status)) {
      this.#release();
      this.#pass(Buffer.from(text, 'latin1'));
    } else if (this.#length > maxHeadBytes) {
      this.#overflow();
    } else {
      this.#release();
      this.#pass(this.#bytes.subarray(0, this.#length));
    }
  };

  #overflow(): void {
    this.#release();
    this.#socket.destroy(new HeadOverflowError());
  }

  #append(chunk: Buffer): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(needed, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    chunk.copy(this.#bytes, this.#length);
    this.#length = needed;
  }

  #restart(rest: Buffer): void {
    this.#bytes = rest;
    this.#length = rest.length;
    this.#start = undefined;
    this.#searched = 0;
  }

  /** Returns whether a status line has begun. Ends the connection if none can follow. */
  #findStart(): boolean {
    let at = 0;
    while (at < this.#length && this.#isBeforeStart(at)) {
      at++;
    }
    const begun = this.#textTo(Math.min(this.#length, at + beginning.length), at).toUpperCase();
    if (begun === beginning) {
      this.#start = at;
      this.#lineStart = at;
      this.#searched = at;
      return true;
    }
    if (!beginning.startsWith(begun) || at > maxSampleBytes) {
      const sample = this.#bytes.subarray(0, Math.min(this.#length, maxSampleBytes));
      this.#release();
      this.#socket.destroy(new ForeignAnswerError(Buffer.from(sample)));
    }
    return false;
  }

  #isBeforeStart(at: number): boolean {
    const byte = this.#bytes[at];
    return (
      byte === Byte.Blank ||
      byte === Byte.Tab ||
      byte === Byte.CarriageReturn ||
      byte === Byte.LineFeed ||
      byte === byteOrderMark[at]
    );
  }

  /** The offset after the first empty line. */
  #findEnd(): number | undefined {
    for (;;) {
      const at = this.#bytes.indexOf(Byte.LineFeed, this.#searched);
      if (at < 0 || at >= this.#length) {
        this.#searched = this.#length;
        return undefined;
      }
      const isEmpty =
        at === this.#lineStart ||
        (at === this.#lineStart + 1 && this.#bytes[this.#lineStart] === Byte.CarriageReturn);
      this.#lineStart = at + 1;
      this.#searched = at + 1;
      if (isEmpty) {
        return at + 1;
      }
    }
  }

  #read(end: number) {
    const head = readAnswerHead(this.#textTo(end, this.#start));
    const oddities = this.#start === 0 ? [] : ['blanks before the status line'];
    const all = [...oddities, ...head.oddities];
    if (all.length > 0) {
      this.#onOddities(all);
    }
    return head;
  }

  #textTo(end: number, from = 0): string {
    return this.#bytes.toString('latin1', from, end);
  }

  #pass(bytes: Buffer): void {
    if (bytes.length === 0) {
      return;
    }
    this.#listeners.forEach(listener => listener.call(this.#socket, bytes));
  }

  #release(): void {
    this.#socket.off('data', this.#onData);
    this.#socket.off('end', this.#endOfHead);
    this.#socket.off('error', this.#endOfHead);
    this.#listeners.forEach(listener => this.#socket.on('data', listener));
  }
}
