import { messageOf } from '../../core/base/errors.ts';
import type { Params, RequestName } from '../../shared/monitorProtocol.ts';
import type { Request } from './hostLink.ts';
import { text } from '../widgets/strings.ts';

/** Sends the requests that the user makes, and keeps why the last one failed. */
export class HostRequests {
  readonly #request: Request;
  readonly #onChange: () => void;
  #problem: string | undefined;

  constructor(request: Request, onChange: () => void) {
    this.#request = request;
    this.#onChange = onChange;
  }

  /** Why a request failed, until one succeeds. */
  get problem(): string | undefined {
    return this.#problem;
  }

  send<K extends RequestName>(name: K, params: Params<K>, done?: () => void): void {
    this.#request(name, params).then(
      () => {
        this.worked();
        done?.();
      },
      (error: unknown) => this.failed(error),
    );
  }

  /** A request of the user has failed with this error. */
  failed(error: unknown): void {
    this.fail(text('requestFailed', messageOf(error)));
  }

  worked(): void {
    if (this.#problem !== undefined) {
      this.#problem = undefined;
      this.#onChange();
    }
  }

  fail(reason: string): void {
    this.#problem = reason;
    this.#onChange();
  }
}
