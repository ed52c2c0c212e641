import type { WebSocket } from 'ws';
import type { JsonObject } from '../../core/json/json.ts';
import { objectIn } from './objectIn.ts';
import { quotes } from './quotes.ts';
import { Beginning, every, type Serve } from './serve.ts';

const eventMs = 500;
const itemMs = 250;
/** Every so many quotes, a ping goes along in the same message. */
const pingTurn = 4;
const maxCount = 1000;
const maxStreams = 16;

const separator = '\u001e';

/** A hub of SignalR in JSON: it calls `Quote` at clients, and has the methods `Add`, `Echo` and the stream `Count`. */
export const signalr: Serve = socket => {
  const hub = new Hub(socket);
  socket.on('message', (data: Buffer) => {
    // One that somebody has typed may end without the separator.
    for (const record of data.toString().split(separator)) {
      if (record !== '') {
        hub.take(record);
      }
    }
  });
  return () => hub.stop();
};

class Hub {
  readonly #socket: WebSocket;
  readonly #beginning: Beginning;
  readonly #next = quotes();
  #isShaken = false;
  /** What stops each stream that goes on, by the id of its invocation. */
  readonly #streams = new Map<unknown, () => void>();

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#beginning = new Beginning(() => this.#begin());
  }

  take(text: string): void {
    const record = objectIn(text);
    if (!this.#isShaken) {
      this.#shake(record);
      return;
    }
    const { type, invocationId } = record;
    switch (type) {
      case 1:
        this.#invoke(record);
        break;
      case 4:
        this.#stream(record);
        break;
      case 5:
        this.#endStream(invocationId);
        break;
      case 7:
        this.#socket.close(1000);
        break;
    }
  }

  stop(): void {
    this.#beginning.stop();
    for (const stop of this.#streams.values()) {
      stop();
    }
    this.#streams.clear();
  }

  #shake({ protocol }: JsonObject): void {
    if (protocol !== undefined && protocol !== 'json') {
      this.#send({ error: `The protocol ${JSON.stringify(protocol)} is not supported.` });
      this.#socket.close(1000);
      return;
    }
    this.#beginning.now();
  }

  #begin(): () => void {
    this.#isShaken = true;
    this.#send({});
    let turn = 0;
    return every(eventMs, () => {
      turn++;
      const quote = { type: 1, target: 'Quote', arguments: [this.#next()] };
      this.#send(quote, ...(turn % pingTurn === 0 ? [{ type: 6 }] : []));
    });
  }

  #invoke({ invocationId, target, arguments: given }: JsonObject): void {
    const args: readonly unknown[] = Array.isArray(given) ? given : [];
    if (invocationId === undefined) {
      return;
    }
    if (target === 'Add') {
      const result = args.reduce((sum: number, each) => sum + Number(each), 0);
      this.#send({ type: 3, invocationId, result });
    } else if (target === 'Echo') {
      this.#send({ type: 3, invocationId, result: args[0] ?? null });
    } else {
      const error = `Unknown hub method '${String(target)}'`;
      this.#send({ type: 3, invocationId, error });
    }
  }

  #stream({ invocationId, target, arguments: given }: JsonObject): void {
    if (target !== 'Count' || this.#streams.size >= maxStreams) {
      const error = target === 'Count' ? 'Too many streams' : `Unknown stream '${String(target)}'`;
      this.#send({ type: 3, invocationId, error });
      return;
    }
    const until = Math.min(maxCount, Array.isArray(given) ? Number(given[0]) : 0);
    let count = 0;
    this.#streams.get(invocationId)?.();
    const stop = every(itemMs, () => {
      if (count < until) {
        this.#send({ type: 2, invocationId, item: count++ });
      } else {
        this.#endStream(invocationId);
      }
    });
    this.#streams.set(invocationId, stop);
  }

  #endStream(invocationId: unknown): void {
    const stop = this.#streams.get(invocationId);
    if (stop) {
      stop();
      this.#streams.delete(invocationId);
      this.#send({ type: 3, invocationId });
    }
  }

  #send(...records: readonly object[]): void {
    this.#socket.send(records.map(each => JSON.stringify(each) + separator).join(''));
  }
}
