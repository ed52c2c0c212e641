import type {
  HostEvents,
  Params,
  RequestName,
  Result,
  ToHost,
  ToPage,
} from '../../shared/monitorProtocol.ts';
import { Asking } from './asking.ts';

type Listeners = { readonly [K in keyof HostEvents]: (value: HostEvents[K]) => void };

/** Asks the host; rejects with what the host says went wrong. */
export type Request = <K extends RequestName>(name: K, params: Params<K>) => Promise<Result<K>>;

/** The page's only way to the extension: typed requests out, typed events in. */
export class HostLink {
  readonly #asking: Asking;
  #listeners: Partial<Listeners> = {};

  constructor(api: { postMessage(message: ToHost): void }) {
    this.#asking = new Asking(message => api.postMessage(message as ToHost));
    window.addEventListener('message', (event: MessageEvent<ToPage>) => {
      const message = event.data;
      if ('event' in message) {
        (this.#listeners[message.event] as ((value: unknown) => void) | undefined)?.(message.value);
      } else {
        this.#asking.settle(message);
      }
    });
  }

  readonly request: Request = <K extends RequestName>(request: K, params: Params<K>) =>
    this.#asking.ask(request, params) as Promise<Result<K>>;

  /** Hears events from now on. What came before is older than what the host answers. */
  listen(listeners: Listeners): void {
    this.#listeners = listeners;
  }
}
