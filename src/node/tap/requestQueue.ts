import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** So many requests of a connection may wait before nothing more is read from it. */
const maxWaiting = 100;

/**
 * The requests that came over one connection of a client. Each is begun when the answer to the one before
 * has ended (RFC 9112, section 9.3.2), so that an upstream is asked no faster than its answers are taken.
 */
export class RequestQueue {
  readonly #client: Socket;
  #waiting: (() => void)[] = [];
  #isBusy = false;
  #isPaused = false;

  constructor(client: Socket) {
    this.#client = client;
  }

  /** @param begin sees to it that the response ends */
  add(response: ServerResponse, begin: () => void): void {
    response.once('close', () => {
      this.#isBusy = false;
      this.#next();
    });
    this.#waiting.push(() => {
      this.#isBusy = true;
      begin();
    });
    this.#next();
    if (this.#waiting.length >= maxWaiting && !this.#isPaused) {
      this.#isPaused = true;
      // Node resumes the socket itself when it has read this request.
      process.nextTick(() => this.#client.pause());
    }
  }

  /**
   * Adds an upgrade, after which Node reads nothing more from the client.
   *
   * @param head what came behind the request
   * @param begin takes what came until then, and listens to what follows
   */
  addUpgrade(head: Buffer, begin: (head: Buffer) => void): void {
    if (!this.#isBusy) {
      begin(head);
      return;
    }
    const stopReading = readEarly(this.#client, head);
    this.#waiting.push(() => {
      const early = stopReading();
      // Node counts the silence after an answer, and would end the socket after a minute.
      this.#client.setTimeout(0);
      if (this.#client.writable) {
        begin(early);
        this.#client.resume();
      }
    });
  }

  #next(): void {
    if (this.#client.destroyed) {
      this.#waiting = [];
    } else if (!this.#isBusy) {
      this.#waiting.shift()?.();
    }
    if (this.#isPaused && this.#waiting.length < maxWaiting) {
      this.#isPaused = false;
      this.#client.resume();
    }
  }
}

/** What a client may send behind an upgrade that waits. */
const maxEarlyBytes = 65_536;

/**
 * Reads a client, so that its end is seen: a client that has left or sends too much is dropped.
 *
 * @returns stops that, and gives what came
 */
function readEarly(client: Socket, head: Buffer): () => Buffer {
  const early = [head];
  let length = head.length;
  const onData = (chunk: Buffer) => {
    early.push(chunk);
    length += chunk.length;
    if (length > maxEarlyBytes) {
      client.destroy();
    }
  };
  const onEnd = () => client.destroy();
  client.on('data', onData);
  client.on('end', onEnd);
  client.resume();
  return () => {
    client.off('data', onData);
    client.off('end', onEnd);
    client.pause();
    return Buffer.concat(early);
  };
}
