import type {
  HostEvents,
  Params,
  RequestName,
  Result,
  ToHost,
  ToPage,
} from '../../shared/monitorProtocol.ts';
import { RpcClient } from '../../core/base/rpc.ts';

type Listeners = { readonly [K in keyof HostEvents]: (value: HostEvents[K]) => void };

/** Sends a request to the host. Rejects with the host's sentence about what went wrong. */
export type Request = <K extends RequestName>(name: K, params: Params<K>) => Promise<Result<K>>;

/** The page's only connection to the extension host: sends typed requests, receives typed events. */
export class HostLink {
  readonly #rpc: RpcClient;
  #listeners: Partial<Listeners> = {};

  constructor(api: { postMessage(message: ToHost): void }) {
    this.#rpc = new RpcClient(message => api.postMessage(message as ToHost));
    window.addEventListener('message', (event: MessageEvent<ToPage>) => {
      const message = event.data;
      if ('event' in message) {
        (this.#listeners[message.event] as ((value: unknown) => void) | undefined)?.(message.value);
      } else {
        this.#rpc.settle(message);
      }
    });
  }

  readonly request: Request = <K extends RequestName>(request: K, params: Params<K>) =>
    this.#rpc.request(request, params) as Promise<Result<K>>;

  /** Receives events from now on. Earlier ones are older than the host's first answer. */
  listen(listeners: Listeners): void {
    this.#listeners = listeners;
  }
}
