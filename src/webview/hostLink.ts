import type {
  HostEvents,
  Params,
  RequestName,
  Result,
  ToHost,
  ToPage,
} from '../shared/protocol.ts';

type Listeners = { readonly [K in keyof HostEvents]: (value: HostEvents[K]) => void };

/** Asks the host; rejects with what the host says went wrong. */
export type Request = <K extends RequestName>(name: K, params: Params<K>) => Promise<Result<K>>;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The page's only way to the extension: typed requests out, typed events in. */
export class HostLink {
  readonly #api: { postMessage(message: ToHost): void };
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 0;

  constructor(api: { postMessage(message: ToHost): void }, listeners: Listeners) {
    this.#api = api;
    window.addEventListener('message', (event: MessageEvent<ToPage>) => {
      const message = event.data;
      if ('event' in message) {
        (listeners[message.event] as (value: unknown) => void)(message.value);
      } else {
        this.#settle(message);
      }
    });
  }

  readonly request: Request = <K extends RequestName>(request: K, params: Params<K>) => {
    const id = this.#nextId++;
    return new Promise<Result<K>>((resolve, reject) => {
      this.#waiting.set(id, { resolve: value => resolve(value as Result<K>), reject });
      this.#api.postMessage({ id, request, params });
    });
  };

  #settle(answer: Exclude<ToPage, { event: unknown }>): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('error' in answer) {
      waiting?.reject(new Error(answer.error));
    } else {
      waiting?.resolve(answer.result);
    }
  }
}
