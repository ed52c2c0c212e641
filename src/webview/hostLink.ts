import type {
  HostEvents,
  Params,
  RequestName,
  Result,
  ToHost,
  ToPage,
} from '../shared/protocol.ts';
import { Asking } from './asking.ts';

type Listeners = { readonly [K in keyof HostEvents]: (value: HostEvents[K]) => void };

/** Asks the host; rejects with what the host says went wrong. */
export type Request = <K extends RequestName>(name: K, params: Params<K>) => Promise<Result<K>>;

/** The page's only way to the extension: typed requests out, typed events in. */
export class HostLink {
  readonly #asking: Asking;

  constructor(api: { postMessage(message: ToHost): void }, listeners: Listeners) {
    this.#asking = new Asking(message => api.postMessage(message as ToHost));
    window.addEventListener('message', (event: MessageEvent<ToPage>) => {
      const message = event.data;
      if ('event' in message) {
        (listeners[message.event] as (value: unknown) => void)(message.value);
      } else {
        this.#asking.settle(message);
      }
    });
  }

  readonly request: Request = <K extends RequestName>(request: K, params: Params<K>) =>
    this.#asking.ask(request, params) as Promise<Result<K>>;
}
