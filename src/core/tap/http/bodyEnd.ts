import type { HeaderLine } from '../../record/handshakeFacts.ts';

/** Where the body of an answer ends (RFC 9112, section 6.3): after so many bytes, after its last chunk, or with the connection. */
type Framing =
  | { readonly kind: 'length'; left: number }
  | { readonly kind: 'chunked'; readonly reader: ChunkReader }
  | { readonly kind: 'close' };

/** Finds where the body of an answer ends, without changing a byte of it. */
export class BodyEnd {
  readonly #framing: Framing;

  constructor(status: number, headers: readonly HeaderLine[]) {
    this.#framing = framingOf(status, headers);
  }

  /** Whether the body ends with the connection only. */
  get isOpen(): boolean {
    return this.#framing.kind === 'close';
  }

  /** Whether there is no body at all. */
  get isEmpty(): boolean {
    return this.#framing.kind === 'length' && this.#framing.left === 0;
  }

  /** Returns how many bytes of the chunk belong to the body if it ends there; `undefined` if it goes on. */
  read(chunk: Uint8Array): number | undefined {
    const framing = this.#framing;
    switch (framing.kind) {
      case 'length': {
        const some = Math.min(framing.left, chunk.length);
        framing.left -= some;
        return framing.left === 0 ? some : undefined;
      }
      case 'chunked':
        return framing.reader.read(chunk);
      case 'close':
        return undefined;
    }
  }
}

function framingOf(status: number, headers: readonly HeaderLine[]): Framing {
  const values = (wanted: string) =>
    headers.flatMap(([name, value]) => (name.toLowerCase() === wanted ? [value.trim()] : []));
  if (status === 204 || status === 304) {
    return { kind: 'length', left: 0 };
  }
  if (values('transfer-encoding').some(value => /(?:^|,)\s*chunked\s*$/i.test(value))) {
    return { kind: 'chunked', reader: new ChunkReader() };
  }
  const [length] = values('content-length');
  return length !== undefined && /^\d{1,15}$/.test(length)
    ? { kind: 'length', left: Number(length) }
    : { kind: 'close' };
}

const lineFeed = 10;
const carriageReturn = 13;

/** Reads the chunked coding (RFC 9112, section 7.1). */
class ChunkReader {
  #state: 'size' | 'data' | 'trailer' = 'size';
  #line = '';
  #left = 0;
  #isBroken = false;

  /** See `BodyEnd.read`. */
  read(chunk: Uint8Array): number | undefined {
    let at = 0;
    while (at < chunk.length && !this.#isBroken) {
      if (this.#state === 'data') {
        const some = Math.min(this.#left, chunk.length - at);
        at += some;
        this.#left -= some;
        if (this.#left === 0) {
          this.#state = 'size';
        }
        continue;
      }
      const byte = chunk[at++] ?? 0;
      if (byte !== lineFeed) {
        this.#line += byte === carriageReturn ? '' : String.fromCharCode(byte);
        this.#isBroken = this.#line.length > maxLineLength;
        continue;
      }
      const line = this.#line;
      this.#line = '';
      if (this.#state === 'trailer') {
        if (line === '') {
          return at;
        }
      } else if (!this.#beginChunk(line)) {
        this.#isBroken = true;
      }
    }
    return undefined;
  }

  #beginChunk(line: string): boolean {
    const [digits] = /^[\da-f]{1,12}/i.exec(line.trimStart()) ?? [];
    if (digits === undefined) {
      return line === ''; // The end of the chunk before.
    }
    const size = Number.parseInt(digits, 16);
    this.#state = size === 0 ? 'trailer' : 'data';
    this.#left = size;
    return true;
  }
}

const maxLineLength = 16_384;
