import type { WebSocket } from 'ws';
import { operationOf } from '../../core/decode/protocols/graphql/operation.ts';
import { isObject, type JsonObject } from '../../core/json/json.ts';
import { objectIn } from './objectIn.ts';
import { quotes } from './quotes.ts';
import { Beginning, every, type Serve } from './serve.ts';

const eventMs = 500;
const aliveMs = 5000;
const maxSubscriptions = 16;

/** What the two protocols call the same. */
interface Words {
  readonly request: string;
  readonly result: string;
  readonly end: string;
  readonly alive: string;
}

/** The subprotocol of the older one is `graphql-ws`. */
const older: Words = { request: 'start', result: 'data', end: 'stop', alive: 'ka' };
const newer: Words = { request: 'subscribe', result: 'next', end: 'complete', alive: 'ping' };

/** GraphQL: any subscription gets quotes, any query the time, any mutation an error. */
export const graphql: Serve = socket => {
  const service = new Service(socket, socket.protocol === 'graphql-ws' ? older : newer);
  socket.on('message', (data: Buffer) => service.take(objectIn(data.toString())));
  return () => service.stop();
};

/** The id under which one that only looks on gets quotes. */
const unasked = 'demo';

class Service {
  readonly #socket: WebSocket;
  readonly #words: Words;
  readonly #beginning: Beginning;
  readonly #next = quotes();
  /** What stops each subscription, by its id. */
  readonly #subscriptions = new Map<string, () => void>();
  #isAsked = false;

  constructor(socket: WebSocket, words: Words) {
    this.#socket = socket;
    this.#words = words;
    this.#beginning = new Beginning(() => this.#begin());
  }

  take({ type, id, payload }: JsonObject): void {
    switch (type) {
      case 'connection_init':
        this.#isAsked = true;
        this.#beginning.now();
        break;
      case 'ping':
        this.#send({ type: 'pong' });
        break;
      case this.#words.request:
        this.#run(String(id), isObject(payload) ? payload : {});
        break;
      case this.#words.end:
        this.#unsubscribe(String(id));
        break;
      case 'connection_terminate':
        this.#socket.close(1000);
        break;
    }
  }

  stop(): void {
    this.#beginning.stop();
    for (const stop of this.#subscriptions.values()) {
      stop();
    }
    this.#subscriptions.clear();
  }

  #begin(): () => void {
    this.#send({ type: 'connection_ack' });
    if (!this.#isAsked) {
      this.#subscribe(unasked);
    }
    return every(aliveMs, () => this.#send({ type: this.#words.alive }));
  }

  #run(id: string, { query, operationName }: JsonObject): void {
    const wanted = typeof operationName === 'string' ? operationName : undefined;
    const { kind, name } = operationOf(typeof query === 'string' ? query : '', wanted);
    switch (kind) {
      case 'subscription':
        this.#subscribe(id);
        break;
      case 'query':
        this.#result(id, { data: { now: new Date().toISOString() } });
        this.#send({ id, type: 'complete' });
        break;
      case 'mutation': {
        const error = { message: `Nothing can be changed here, also not by ${name}` };
        this.#send({ id, type: 'error', payload: [error] });
        break;
      }
    }
  }

  #subscribe(id: string): void {
    this.#unsubscribe(id);
    if (this.#subscriptions.size >= maxSubscriptions) {
      this.#send({ id, type: 'error', payload: [{ message: 'Too many subscriptions' }] });
      return;
    }
    const stop = every(eventMs, () => this.#result(id, { data: { quote: this.#next() } }));
    this.#subscriptions.set(id, stop);
  }

  #unsubscribe(id: string): void {
    this.#subscriptions.get(id)?.();
    this.#subscriptions.delete(id);
  }

  #result(id: string, payload: object): void {
    this.#send({ id, type: this.#words.result, payload });
  }

  #send(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }
}
