import type { Socket } from 'node:net';
import { maxHeadBytes, readAnswerHead } from '../http/answerHead.ts';

/** Collects the bytes of heads in time that is linear in their number, however they come. */
class HeadBuffer {
  #bytes = Buffer.allocUnsafe(4096);
  #begin = 0;
  #length = 0;
  #searched = 0;

  /** What was added and not taken. */
  get bytes(): Buffer {
    return this.#bytes.subarray(this.#begin, this.#length);
  }

  add(chunk: Uint8Array): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length = needed;
  }

  /** Takes a head with the empty line at its end, if it is whole. */
  take(): Buffer | undefined {
    const bytes = this.#bytes.subarray(0, this.#length);
    const from = Math.max(this.#begin, this.#searched);
    for (let at = bytes.indexOf(10, from); at >= 0; at = bytes.indexOf(10, at + 1)) {
      const next = bytes[at + 1] === 13 ? at + 2 : at + 1;
      if (bytes[next] === 10) {
        const head = bytes.subarray(this.#begin, next + 1);
        this.#begin = next + 1;
        return head;
      }
    }
    this.#searched = Math.max(this.#begin, this.#length - 2);
    return undefined;
  }
}

export interface FinalHeadPorts {
  /** Takes the interim answers, and slows the upstream down. */
  readonly client: Socket;
  /**
   * The final answer has come; the socket is paused.
   *
   * @param raw one character a byte, with the empty line at its end
   * @param rest what came behind it
   */
  readonly onHead: (raw: string, head: ReturnType<typeof readAnswerHead>, rest: Buffer) => void;
  /** What came is not, or not yet at its limit, the head of an answer. */
  readonly onForeign: (begin: Buffer) => void;
  readonly onError: (error: Error) => void;
}

/** Counts interim answers: an upstream may send any number (RFC 9110, section 15.2), but not for ever. */
export class InterimLimit {
  #bytes = 0;

  /** Returns the error if it is too much. */
  add(bytes: number): Error | undefined {
    this.#bytes += bytes;
    return this.#bytes > maxHeadBytes
      ? new Error('it sent interim answers without end, and no final one')
      : undefined;
  }
}

/** Reads the answer to an opening handshake; interim answers are passed on. */
export function readFinalHead(upstream: Socket, ports: FinalHeadPorts): void {
  const { client, onHead, onForeign, onError } = ports;
  const buffer = new HeadBuffer();
  const limit = new InterimLimit();
  const onDrain = () => void upstream.resume();
  const onData = (chunk: Buffer) => {
    buffer.add(chunk);
    for (let taken = buffer.take(); taken; taken = buffer.take()) {
      const raw = taken.toString('latin1');
      const head = readAnswerHead(raw.trimStart());
      const { status } = head;
      if (status === undefined) {
        stop();
        onForeign(taken);
        return;
      }
      if (status >= 200 || status === 101) {
        stop();
        upstream.pause();
        onHead(raw, head, buffer.bytes);
        return;
      }
      const tooMuch = limit.add(taken.length);
      if (tooMuch) {
        stop();
        onError(tooMuch);
        return;
      }
      // A copy: the buffer goes on to be written to.
      if (!client.write(Buffer.from(taken))) {
        upstream.pause();
        client.once('drain', onDrain);
      }
    }
    const { bytes } = buffer;
    if (bytes.length > maxHeadBytes || isForeign(bytes)) {
      stop();
      onForeign(bytes);
    }
  };
  const onEnd = () => {
    stop();
    onError(new Error('the connection was dropped'));
  };
  const onFailure = (error: Error) => {
    stop();
    onError(error);
  };
  const stop = () => {
    upstream.off('data', onData);
    upstream.off('end', onEnd);
    upstream.off('error', onFailure);
    client.off('drain', onDrain);
  };
  upstream.on('data', onData);
  upstream.on('end', onEnd);
  upstream.on('error', onFailure);
  upstream.resume();
}

/** Whether bytes cannot become the beginning of an HTTP answer. */
function isForeign(bytes: Buffer): boolean {
  const begin = bytes.toString('latin1', 0, 64).trimStart().toUpperCase().slice(0, 5);
  return !'HTTP/'.startsWith(begin);
}
