import { copyOf, joined, newBytes } from './pristine.ts';

export type Zlib = Pick<typeof import('node:zlib'), 'createInflateRaw' | 'constants'>;
type InflateRaw = import('node:zlib').InflateRaw;

/** What ends a message that is compressed, and is left out on the wire (RFC 7692, section 7.2.2). */
const tail = copyOf(new Uint8Array([0, 0, 0xff, 0xff]));
/** Of one message: a small one may inflate to gigabytes. */
const maxInflated = 32 * 1024 * 1024;
/** How far back a message may refer (RFC 1951, section 2). */
const windowLength = 32 * 1024;
const firstWindowLength = 1024;

/** Inflates the messages of one direction, one after the other: each may refer to those before. */
export class Inflater {
  readonly #zlib: Zlib;
  readonly #keepsContext: boolean;
  #stream: InflateRaw | undefined;
  /** What the stream was given, in bytes. */
  #given = 0;
  #parts: Buffer[] = [];
  #length = 0;
  /** The latest output, up to twice the window; it grows with what there is. */
  #window = newBytes(0);
  #windowEnd = 0;
  #done: ((payload: Buffer | undefined) => void) | undefined;
  #isBroken = false;

  /** @param keepsContext whether a message may refer to those before it */
  constructor(zlib: Zlib, keepsContext = true) {
    this.#zlib = zlib;
    this.#keepsContext = keepsContext;
  }

  get isBusy(): boolean {
    return this.#done !== undefined;
  }

  /** What it keeps while it has no stream. */
  get rememberedBytes(): number {
    return this.#window.length;
  }

  /**
   * Calls `done` once, with `undefined` if the payload cannot be inflated or is too large. After that
   * none can: the next ones may refer to it.
   */
  inflate(payload: Buffer, done: (payload: Buffer | undefined) => void): void {
    if (this.#isBroken) {
      done(undefined);
      return;
    }
    this.#done = done;
    const stream = (this.#stream ??= this.#open());
    this.#given += payload.length + tail.length;
    stream.write(payload);
    stream.write(tail);
    stream.flush(() => {
      if (stream !== this.#stream || this.#isBroken) {
        return;
      }
      if (stream.bytesWritten < this.#given) {
        // The message ended the compressed data (RFC 7692, section 7.2.3.4); the next one begins anew.
        this.rest();
      }
      this.#finish(joined(this.#parts));
    });
  }

  /** Gives its stream back, which takes memory; the next message opens another one. */
  rest(): void {
    this.#stream?.destroy();
    this.#stream = undefined;
  }

  /** Nothing more is inflated. Work that goes on in a stream would keep the program alive. */
  close(): void {
    if (!this.#isBroken) {
      this.#isBroken = true;
      this.rest();
      this.#window = newBytes(0);
      this.#finish(undefined);
    }
  }

  #open(): InflateRaw {
    const dictionary = this.#window.subarray(
      Math.max(0, this.#windowEnd - windowLength),
      this.#windowEnd,
    );
    const stream = this.#zlib.createInflateRaw({
      flush: this.#zlib.constants.Z_SYNC_FLUSH,
      ...(dictionary.length > 0 && { dictionary: copyOf(dictionary) }),
    });
    this.#given = 0;
    stream.on('data', (part: Buffer) => {
      try {
        this.#take(part);
      } catch {
        this.close();
      }
    });
    stream.on('error', () => this.close());
    return stream;
  }

  #take(part: Buffer): void {
    this.#length += part.length;
    if (this.#length > maxInflated) {
      this.close();
      return;
    }
    this.#parts.push(part);
    if (this.#keepsContext) {
      this.#remember(part.subarray(Math.max(0, part.length - windowLength)));
    }
  }

  #remember(bytes: Buffer): void {
    const needed = this.#windowEnd + bytes.length;
    if (needed > 2 * windowLength) {
      this.#window.copyWithin(0, this.#windowEnd - windowLength, this.#windowEnd);
      this.#windowEnd = windowLength;
    } else if (needed > this.#window.length) {
      let length = Math.max(firstWindowLength, this.#window.length);
      while (length < needed) {
        length *= 2;
      }
      const grown = newBytes(length);
      grown.set(this.#window.subarray(0, this.#windowEnd));
      this.#window = grown;
    }
    this.#window.set(bytes, this.#windowEnd);
    this.#windowEnd += bytes.length;
  }

  #finish(payload: Buffer | undefined): void {
    const done = this.#done;
    this.#done = undefined;
    this.#parts = [];
    this.#length = 0;
    done?.(payload);
  }
}
