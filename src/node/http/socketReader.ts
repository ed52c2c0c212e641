import type { Socket } from 'node:net';

/** Reading pauses while the socket has delivered this many bytes that were not requested yet. */
const maxUntakenBytes = 64 * 1024;

/** The beginning of an HTTP answer, of any length, possibly after blank lines. */
const mayBeHttp = /^\s*(H|HT|HTT|HTTP|HTTP\/[^]*)?$/i;

/** Reads the beginning of a socket's data, and leaves the rest to the next owner of the socket. */
export class SocketReader {
  readonly #socket: Socket;
  #seen = Buffer.alloc(0);
  #ended: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('close', this.#onEnd);
    socket.on('error', this.#onError);
  }

  /** Exactly this many bytes. Rejects if the socket ends before. */
  bytes(length: number): Promise<Buffer> {
    return this.#take(() => (this.#seen.length >= length ? length : undefined));
  }

  /**
   * The head of an HTTP answer, with the empty line at its end, or the received bytes if they are not
   * HTTP. Lines may end in LF alone. Rejects above `limit` bytes, which must be less than 64 KiB.
   */
  async head(limit: number): Promise<string> {
    const bytes = await this.#take(() => {
      const text = this.#seen.toString('latin1', 0, limit);
      const end = /\S[^]*?\n\r?\n/.exec(text);
      if (!end && this.#seen.length > limit) {
        throw new Error(`no end of the answer within ${limit} bytes`);
      }
      if (!mayBeHttp.test(text)) {
        return this.#seen.length;
      }
      return end ? end.index + end[0].length : undefined;
    });
    return bytes.toString('latin1');
  }

  /** Gives the socket back, paused, with the bytes that were not read. */
  release(): void {
    this.#socket.pause();
    this.#socket.off('data', this.#onData);
    this.#socket.off('end', this.#onEnd);
    this.#socket.off('close', this.#onEnd);
    this.#socket.off('error', this.#onError);
    if (this.#seen.length > 0) {
      this.#socket.unshift(this.#seen);
    }
  }

  async #take(lengthOf: () => number | undefined): Promise<Buffer> {
    for (;;) {
      const length = lengthOf();
      if (length !== undefined) {
        const taken = this.#seen.subarray(0, length);
        this.#seen = this.#seen.subarray(length);
        if (this.#seen.length < maxUntakenBytes) {
          this.#socket.resume();
        }
        return taken;
      }
      if (this.#ended) {
        throw this.#ended;
      }
      await new Promise<void>(resolve => (this.#wake = resolve));
    }
  }

  readonly #onData = (chunk: Buffer) => {
    this.#seen = Buffer.concat([this.#seen, chunk]);
    if (this.#seen.length >= maxUntakenBytes) {
      this.#socket.pause();
    }
    this.#wake();
  };

  readonly #onEnd = () => {
    this.#ended ??= new Error('the connection was closed');
    this.#wake();
  };

  readonly #onError = (error: Error) => {
    this.#ended ??= error;
    this.#wake();
  };
}
