import { FrameReader, type ReadFrame } from './frameReader.ts';
import { answerOf, type Answer } from './httpHeads.ts';
import type { Inflater } from './inflater.ts';
import type { InflaterPool } from './inflaterPool.ts';
import { patch } from './patch.ts';
import { base64Of, bytesOf, copyOf, latin1Of, now, quietly, utf8Of } from './pristine.ts';

/** A socket of the program. */
export interface Stream {
  prependListener(event: string, listener: (chunk: unknown) => void): unknown;
  removeListener(event: string, listener: (chunk: unknown) => void): unknown;
}

export interface SocketPorts {
  readonly inflaters: InflaterPool;
  readonly say: (kind: string, ...facts: readonly unknown[]) => void;
  /** Called once, when the socket is closed. */
  readonly onClosed: () => void;
}

type Side = 'in' | 'out';

const maxHead = 64 * 1024;
/** So much may wait to be inflated; then the rest of the socket is given up. */
const maxWaitingBytes = 64 * 1024 * 1024;

/** One socket: its bytes both ways, from its opening handshake on. */
export class FollowedSocket {
  readonly #ports: SocketPorts;
  readonly #role: 'client' | 'server';
  readonly #readers: Record<Side, FrameReader>;
  readonly #heads = new Map<Side, { text: string; readonly onEnd: (head: string) => void }>();
  readonly #inflaters: Partial<Record<Side, Inflater | undefined>> = {};
  readonly #undo: (() => void)[] = [];
  /** Frames that came while one before them is inflated, in order. */
  #waiting: { readonly side: Side; readonly at: number; readonly frame: ReadFrame }[] = [];
  #waitingAt = 0;
  #waitingBytes = 0;
  #isInflating = false;
  /** Bytes that were received, and that the program has put back: they come again. */
  #putBack = 0;
  #hasClosed = false;
  #isReadable = true;
  /** What permessage-deflate was agreed on with; empty if it was not. */
  #compression = '';

  constructor(socket: Stream, role: 'client' | 'server', ports: SocketPorts) {
    this.#ports = ports;
    this.#role = role;
    const reader = (side: Side) => new FrameReader(frame => this.#take(side, frame));
    this.#readers = { in: reader('in'), out: reader('out') };
    this.#listen(socket, 'data', chunk => this.#received(chunk));
    const send = (_socket: unknown, [chunk, encoding]: readonly unknown[]) =>
      this.push('out', chunk, encoding);
    this.#undo.push(
      patch(socket, 'write', send),
      patch(socket, 'end', send),
      patch(socket, 'unshift', (_socket, [chunk, encoding]) => {
        this.#putBack += bytesOf(chunk, encoding)?.length ?? 0;
      }),
    );
    this.#listen(socket, 'close', () => this.#onClose());
  }

  /** Whether its frames are read; they are not after a refusal. */
  get isReadable(): boolean {
    return this.#isReadable;
  }

  /** What comes first on a side is an HTTP head. */
  skipHead(side: Side, onAnswer?: (answer: Answer) => void): void {
    this.#heads.set(side, { text: '', onEnd: head => onAnswer?.(answerOf(head)) });
  }

  answered(answer: Answer): void {
    this.#ports.say('answer', now(), answer);
    this.#isReadable = answer.status === 101;
    const extensions = answer.headers
      .filter(([name]) => name.toLowerCase() === 'sec-websocket-extensions')
      .map(([, value]) => value)
      .join();
    this.#compression = /permessage-deflate/i.test(extensions) ? extensions : '';
  }

  /** @param chunk bytes or text that came or are sent, as a stream has it */
  push(side: Side, chunk: unknown, encoding?: unknown): void {
    if (!this.#isReadable) {
      return;
    }
    const bytes = bytesOf(chunk, encoding);
    if (!bytes || bytes.length === 0) {
      return;
    }
    const head = this.#heads.get(side);
    if (!head) {
      this.#readers[side].push(bytes);
      return;
    }
    const before = head.text.length;
    head.text += latin1Of(bytes);
    const end = head.text.indexOf('\r\n\r\n');
    if (end >= 0) {
      this.#heads.delete(side);
      head.onEnd(head.text.slice(0, end));
      this.push(side, bytes.subarray(end + 4 - before));
    } else if (head.text.length > maxHead) {
      this.#isReadable = false; // No HTTP.
    }
  }

  /** Follows it no longer; it goes on by itself. */
  release(): void {
    this.#isReadable = false;
    this.#waiting = [];
    this.#waitingAt = 0;
    for (const undo of this.#undo) {
      quietly(undo);
    }
    this.#releaseInflaters();
  }

  #listen(socket: Stream, event: string, listener: (chunk: unknown) => void): void {
    const quiet = (chunk: unknown) => quietly(() => listener(chunk));
    socket.prependListener(event, quiet);
    this.#undo.push(() => socket.removeListener(event, quiet));
  }

  #received(chunk: unknown): void {
    const bytes = bytesOf(chunk);
    const known = Math.min(this.#putBack, bytes?.length ?? 0);
    this.#putBack -= known;
    this.push('in', bytes?.subarray(known));
  }

  #onClose(): void {
    this.#hasClosed = true;
    this.#ports.onClosed();
    if (!this.#isInflating) {
      this.#end();
    }
  }

  #end(): void {
    this.#hasClosed = false;
    this.#releaseInflaters();
    this.#ports.say('close', now());
  }

  #releaseInflaters(): void {
    for (const inflater of Object.values(this.#inflaters)) {
      if (inflater) {
        this.#ports.inflaters.release(inflater);
      }
    }
  }

  #take(side: Side, frame: ReadFrame): void {
    const at = now();
    if (this.#isInflating) {
      this.#waitingBytes += frame.payload.length;
      this.#waiting.push({ side, at, frame: { ...frame, payload: copyOf(frame.payload) } });
      if (this.#waitingBytes > maxWaitingBytes) {
        this.#isReadable = false;
        this.#ports.say('lost', at);
      }
    } else {
      this.#inflate(side, at, frame);
    }
  }

  #inflate(side: Side, at: number, frame: ReadFrame): void {
    if (!frame.isCompressed || this.#compression === '' || frame.leftOut > 0) {
      this.#tell(side, at, frame, frame.payload);
      return;
    }
    const { inflaters } = this.#ports;
    const inflater = (this.#inflaters[side] ??= inflaters.create(this.#keepsContext(side)));
    if (!inflater) {
      this.#tell(side, at, frame, undefined);
      return;
    }
    this.#isInflating = true;
    inflaters.inflate(inflater, frame.payload, payload => {
      this.#isInflating = false;
      quietly(() => this.#tell(side, at, frame, payload));
      quietly(() => this.#next());
    });
  }

  /** Whether a compressed message of a side may refer to those before it (RFC 7692, section 7.1.1). */
  #keepsContext(side: Side): boolean {
    const sender = (side === 'out') === (this.#role === 'client') ? 'client' : 'server';
    return !this.#compression.toLowerCase().includes(`${sender}_no_context_takeover`);
  }

  /** Goes on with what came while a message was inflated. */
  #next(): void {
    while (!this.#isInflating && this.#waitingAt < this.#waiting.length) {
      const next = this.#waiting[this.#waitingAt++];
      if (next) {
        this.#waitingBytes -= next.frame.payload.length;
        this.#inflate(next.side, next.at, next.frame);
      }
    }
    if (this.#waitingAt === this.#waiting.length || this.#waitingAt > 1000) {
      this.#waiting = this.#waiting.slice(this.#waitingAt);
      this.#waitingAt = 0;
    }
    if (this.#hasClosed && !this.#isInflating) {
      this.#end();
    }
  }

  /** @param payload absent if it cannot be inflated */
  #tell(side: Side, at: number, frame: ReadFrame, payload: Buffer | undefined): void {
    const { opcode, isCompressed, fragments, wireBytes, leftOut } = frame;
    const told = payload ?? frame.payload;
    const data = opcode === 1 && payload ? utf8Of(told) : base64Of(told);
    const remark = payload ? leftOut : -1;
    const isPlain = !isCompressed && fragments === 1 && remark === 0;
    if (isPlain) {
      this.#ports.say(side, at, opcode, data);
    } else {
      this.#ports.say(side, at, opcode, data, isCompressed, fragments, wireBytes, remark);
    }
  }
}
