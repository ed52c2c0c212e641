import { isUtf8 } from 'node:buffer';
import type { Socket } from 'node:net';
import type { Disposable } from '../../core/base/lifecycle.ts';
import { type ClosingFrame, FrameHeaders } from '../../core/connection/wire/frameHeaders.ts';
import type { FrameFacts } from '../../core/record/frameFacts.ts';
import type { TextRun } from '../../core/record/textRun.ts';

interface FastLaneEvents {
  /** Called for each chunk before anything that it completes is reported. */
  onInput(): void;
  /** Whole texts, of which `ws` gets nothing. */
  onTexts(run: TextRun): void;
  /** A text that came in several chunks, of which `ws` gets nothing. */
  onText(payload: Uint8Array, frame: FrameFacts | undefined): void;
}

/** Reads the frames on a socket that `ws` reads. */
interface FastLane extends Disposable {
  /** Must be called once for each message of `ws`, in order; `undefined` if its frames are not remarkable. */
  next(): FrameFacts | undefined;
  /** The peer's close frame, if it was received and all messages before it were reported. */
  readonly closing: ClosingFrame | undefined;
}

/** What `ws` does with a chunk of its socket. */
type Client = (this: Socket, chunk: Buffer) => void;

/** The first byte of a text in one frame that is not compressed (RFC 6455, section 5.2). */
const plainText = 0x81;
const length16 = 126;
const maxHeaderLength = 4;
const maxPlainLength = 0xffff;
const space = 0x20;

/** Bytes that are looked at together: as many as a socket brings at once. */
const runByteLength = maxHeaderLength + maxPlainLength;
/** Two for each frame, which has at least two bytes. */
const spans = new Uint32Array(runByteLength + 1);
const scratch = Buffer.alloc(runByteLength);

/** Smaller buffers are left to the garbage collector. */
const minFreedByteLength = 4096;

/**
 * Takes plain text messages out of the stream before `ws` sees them, without an object for each, and
 * gives all else to `ws`. Must be called while `ws` emits 'open': `ws` has added its listener then,
 * and no byte has been delivered yet, not even those that came with the handshake's answer. It does
 * not make the stream flow, since `prependListener` does not.
 *
 * The lane is open only while `ws` has reported all that it was given, and is between two frames and
 * two messages: so nothing overtakes a message that `ws` is still inflating, or goes on behind a frame
 * that it refuses, which it says later. What follows a frame for `ws` in the same chunk goes to `ws` as
 * well, because to give it single frames would take longer; the next chunk goes there up to the end of the
 * frame in which it begins. If anything else reads the socket too, only the headers are read, beside `ws`.
 *
 * @param maxByteLength of a message
 */
export function openFastLane(
  socket: Socket,
  maxByteLength: number,
  events: FastLaneEvents,
): FastLane {
  const headers = new FrameHeaders();
  const [client, ...others] = socket.listeners('data') as Client[];
  if (client && others.length === 0) {
    return new Lane(socket, client, headers, Math.min(maxByteLength, maxPlainLength), events);
  }
  const listen = (chunk: Buffer) => {
    events.onInput();
    headers.read(chunk, performance.now());
  };
  socket.prependListener('data', listen);
  return {
    next: () => headers.next(),
    get closing() {
      return headers.closing;
    },
    dispose: () => void socket.removeListener('data', listen),
  };
}

class Lane implements FastLane {
  readonly #socket: Socket;
  readonly #client: Client;
  readonly #headers: FrameHeaders;
  readonly #maxLength: number;
  readonly #events: FastLaneEvents;
  /** For the beginning of a plain text whose end has not come; made with the first. */
  #held: Buffer | undefined;
  #heldLength = 0;

  constructor(
    socket: Socket,
    client: Client,
    headers: FrameHeaders,
    maxLength: number,
    events: FastLaneEvents,
  ) {
    this.#socket = socket;
    this.#client = client;
    this.#headers = headers;
    this.#maxLength = maxLength;
    this.#events = events;
    socket.prependListener('data', this.#read);
    socket.removeListener('data', client);
    socket.prependListener('close', this.#giveBack);
  }

  next(): FrameFacts | undefined {
    return this.#headers.next();
  }

  get closing(): ClosingFrame | undefined {
    return this.#headers.closing;
  }

  dispose(): void {
    this.#socket.removeListener('data', this.#read);
    this.#socket.removeListener('close', this.#giveBack);
  }

  /** `ws` itself reads what a socket that was paused and is gone has left, behind what is held here. */
  readonly #giveBack = () => {
    this.dispose();
    if (!this.#socket.readableEnded && this.#socket.readableLength > 0) {
      this.#giveHeld();
    }
  };

  readonly #read = (chunk: Buffer) => {
    this.#events.onInput();
    const begin = this.#endFrame(chunk, this.#complete(chunk));
    if (this.#heldLength === 0 && !this.#headers.isIdle) {
      this.#give(chunk, begin, chunk.length);
      return; // A part of a message may be kept by `ws`.
    }
    const end = this.#takeTexts(chunk, begin);
    if (end < chunk.length && isBeginning(chunk, end, this.#maxLength)) {
      this.#hold(chunk, end, chunk.length);
    } else {
      this.#give(chunk, end, chunk.length);
    }
    // Where nothing was left for the lane, `ws` may have got the chunk itself.
    if (begin < chunk.length && (end > 0 || this.#heldLength > 0)) {
      this.#free(chunk);
    }
  };

  /** Gives `ws` the end of a frame that it has the beginning of; returns where the next one begins. */
  #endFrame(chunk: Buffer, begin: number): number {
    let position = begin;
    while (this.#heldLength === 0 && this.#headers.left > 0 && position < chunk.length) {
      const end = Math.min(chunk.length, position + this.#headers.left);
      this.#give(chunk, position, end);
      position = end;
    }
    return position;
  }

  /** Takes what there is of the text that is held; returns where the next frame begins. */
  #complete(chunk: Buffer): number {
    let position = 0;
    while (this.#heldLength > 0) {
      const held = this.#held?.subarray(0, this.#heldLength) ?? scratch;
      const length = frameLength(held, 0, held.length, this.#maxLength);
      if (length === notPlain) {
        this.#giveHeld();
      } else if (length === held.length) {
        this.#takeHeld(held);
      } else {
        const end = Math.min(chunk.length, position + length - held.length);
        if (end === position) {
          break;
        }
        this.#hold(chunk, position, end);
        position = end;
      }
    }
    return position;
  }

  #hold(chunk: Buffer, begin: number, end: number): void {
    this.#headers.read(chunk.subarray(begin, end), performance.now());
    this.#held ??= Buffer.allocUnsafeSlow(runByteLength);
    chunk.copy(this.#held, this.#heldLength, begin, end);
    this.#heldLength += end - begin;
  }

  /** The text that is held is whole. */
  #takeHeld(frame: Buffer): void {
    const payload = frame.subarray(headerLength(frame, 0));
    if (isUtf8(payload)) {
      this.#heldLength = 0;
      this.#events.onText(payload, this.#headers.next());
    } else {
      this.#giveHeld();
    }
  }

  /** `ws` gets what is held; its headers have been read. */
  #giveHeld(): void {
    const bytes = Buffer.from(this.#held?.subarray(0, this.#heldLength) ?? []);
    this.#heldLength = 0;
    if (bytes.length > 0) {
      this.#client.call(this.#socket, bytes);
    }
  }

  /** `ws` gets a part of a chunk: a copy, unless that is all of it. */
  #give(chunk: Buffer, begin: number, end: number): void {
    if (begin < end) {
      const isAll = begin === 0 && end === chunk.length;
      const bytes = isAll ? chunk : Buffer.from(chunk.subarray(begin, end));
      this.#headers.read(bytes, performance.now());
      this.#client.call(this.#socket, bytes);
    }
  }

  /** Reports the whole texts from `begin` on; returns where they end. */
  #takeTexts(chunk: Buffer, begin: number): number {
    let position = begin;
    while (position < chunk.length) {
      const { count, end } = findTexts(chunk, position, this.#maxLength);
      if (count === 0 || !areUtf8(chunk, position, end, count)) {
        break;
      }
      this.#headers.skip(count);
      this.#events.onTexts({ bytes: chunk, spans, count });
      position = end;
    }
    return position;
  }

  /**
   * Gives the memory of a chunk back at once. Without an object for each message no garbage is collected
   * for long, and chunks would pile up.
   */
  #free({ buffer, byteLength }: Buffer): void {
    if (
      byteLength >= minFreedByteLength &&
      byteLength === buffer.byteLength &&
      buffer instanceof ArrayBuffer &&
      this.#socket.listenerCount('data') === 1
    ) {
      buffer.transfer(0);
    }
  }
}

const notPlain = -1;

/**
 * The length of the frame at `begin`, whose first byte is that of a plain text; that of its header
 * while no more of it is known, and `notPlain` if the frame is for `ws`.
 */
function frameLength(bytes: Buffer, begin: number, end: number, maxLength: number): number {
  const known = end - begin;
  const second = bytes[begin + 1] ?? 0;
  if (known < 2) {
    return 2;
  }
  if (second > length16) {
    return notPlain;
  }
  if (second === length16 && known < maxHeaderLength) {
    return maxHeaderLength;
  }
  const length = second < length16 ? second : bytes.readUInt16BE(begin + 2);
  return length > maxLength ? notPlain : headerLength(bytes, begin) + length;
}

function headerLength(bytes: Buffer, begin: number): number {
  return bytes[begin + 1] === length16 ? maxHeaderLength : 2;
}

/** Whether the rest of a chunk, which is no whole plain text, may be the beginning of one. */
function isBeginning(chunk: Buffer, begin: number, maxLength: number): boolean {
  return (
    chunk[begin] === plainText &&
    frameLength(chunk, begin, chunk.length, maxLength) > chunk.length - begin
  );
}

/** Puts the whole plain texts from `begin` on into `spans`. */
function findTexts(
  chunk: Buffer,
  begin: number,
  maxLength: number,
): { readonly count: number; readonly end: number } {
  const limit = Math.min(chunk.length, begin + runByteLength);
  let count = 0;
  let position = begin;
  while (position + 2 <= limit && chunk[position] === plainText) {
    let length = chunk[position + 1] ?? 0;
    let payload = position + 2;
    if (length >= length16) {
      payload += 2;
      if (length > length16 || payload > limit) {
        break;
      }
      length = ((chunk[position + 2] ?? 0) << 8) | (chunk[position + 3] ?? 0);
    }
    const end = payload + length;
    if (end > limit || length > maxLength) {
      break;
    }
    spans[2 * count] = payload;
    spans[2 * count + 1] = end;
    count++;
    position = end;
  }
  return { count, end: position };
}

/**
 * Whether each of these texts is UTF-8, looked at together: with spaces in place of the headers no
 * character can go on from one text to the next.
 */
function areUtf8(chunk: Buffer, begin: number, end: number, count: number): boolean {
  chunk.copy(scratch, 0, begin, end);
  let position = 0;
  for (let index = 0; index < count; index++) {
    const payload = (spans[2 * index] ?? 0) - begin;
    while (position < payload) {
      scratch[position++] = space;
    }
    position = (spans[2 * index + 1] ?? 0) - begin;
  }
  return isUtf8(scratch.subarray(0, end - begin));
}
