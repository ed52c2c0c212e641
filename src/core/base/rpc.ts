import { messageOf } from './errors.ts';

/** A request as it travels between a page, the extension host and a worker thread. */
export interface RpcRequest {
  /** Unique among the requests of one client. */
  readonly id: number;
  readonly request: string;
  /** The id of the object on the other side that it is about, if there are several. */
  readonly key?: number | undefined;
  readonly params: unknown;
}

/** Every request is answered once. `error` is a sentence. */
export type RpcAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string };

interface Pending {
  readonly message: RpcRequest;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The asking side: sends requests and matches answers to them. */
export class RpcClient {
  readonly #post: (message: RpcRequest) => void;
  /** In the order in which they were sent. */
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #closedBecause: string | undefined;

  /** @param post sends a message to the other side */
  constructor(post: (message: RpcRequest) => void) {
    this.#post = post;
  }

  /** The requests that have no answer yet, in the order in which they were sent. */
  get unanswered(): readonly RpcRequest[] {
    return Array.from(this.#pending.values(), ({ message }) => message);
  }

  /** Rejects with an Error that has the sentence of a failed answer, or the reason given to `close`. */
  request(request: string, params: unknown, key?: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#send({ id: ++this.#lastId, request, key, params }, resolve, reject);
    });
  }

  /**
   * Sends a request that is answered only if it fails. It counts as unanswered until the result is
   * called, by whoever learns otherwise that it was done.
   */
  tell(request: string, params: unknown, key: number, onFail: (error: Error) => void): () => void {
    const id = ++this.#lastId;
    this.#send({ id, request, key, params }, () => undefined, onFail);
    return () => this.#pending.delete(id);
  }

  /** Takes an answer from the other side. Does nothing if the request was answered before. */
  settle(answer: RpcAnswer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if ('error' in answer) {
      pending?.reject(new Error(answer.error));
    } else {
      pending?.resolve(answer.result);
    }
  }

  #send(message: RpcRequest, resolve: Pending['resolve'], reject: Pending['reject']): void {
    if (this.#closedBecause !== undefined) {
      reject(new Error(this.#closedBecause));
      return;
    }
    this.#pending.set(message.id, { message, resolve, reject });
    try {
      this.#post(message);
    } catch (error) {
      this.#pending.delete(message.id);
      throw error;
    }
  }

  /** Rejects the requests that have no answer yet, and all later ones. The first reason counts. */
  close(reason: string): void {
    this.#closedBecause ??= reason;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) {
      reject(new Error(reason));
    }
  }
}

/**
 * The answering side: performs a request and replies, at once unless `perform` returns a promise.
 * Never throws: a failure is an answer as well.
 */
export function answerRequest<Q extends Pick<RpcRequest, 'id'>>(
  request: Q,
  perform: (request: Q) => unknown,
  reply: (answer: RpcAnswer, request: Q) => void,
): void {
  const { id } = request;
  const fail = (error: unknown) => reply({ id, error: messageOf(error) }, request);
  try {
    const result = perform(request);
    if (result instanceof Promise) {
      // A result that cannot be posted fails as well.
      result.then(value => reply({ id, result: value }, request)).catch(fail);
    } else {
      reply({ id, result }, request);
    }
  } catch (error) {
    fail(error);
  }
}
