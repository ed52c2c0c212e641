import { Emitter } from '../../core/base/event.ts';
import { DisposableStore } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import type {
  CaptureView,
  FindAnswer,
  Located,
  ViewPlace,
  ViewQuery,
  ViewRow,
  ViewState,
} from '../../core/capture/view.ts';
import type { Condition } from '../../core/filter/condition.ts';
import type { MethodOf, ParamsOf, ResultOf } from './captureProtocol.ts';
import type { WorkerLink } from './workerLink.ts';

interface ViewProxyOptions {
  readonly id: number;
  readonly log: Logger;
  readonly link: WorkerLink;
  readonly onDidClose: () => void;
}

/** The host's end of a view that the worker keeps; `reopen` must be called once to open it. */
export class ViewProxy implements CaptureView {
  readonly #store = new DisposableStore();
  readonly #query: ViewQuery;
  readonly #parts: ViewProxyOptions;
  readonly #onDidChange = this.#store.add(new Emitter<ViewState>());
  #state: ViewState = { first: 0, next: 0, scanned: 0, total: 0, hidden: 0, dropped: 0 };

  readonly onDidChange = this.#onDidChange.event;

  constructor(query: ViewQuery, parts: ViewProxyOptions) {
    this.#query = query;
    this.#parts = parts;
  }

  get id(): number {
    return this.#parts.id;
  }

  get state(): ViewState {
    return this.#state;
  }

  async rows(from: number, count: number): Promise<readonly ViewRow[]> {
    return (await this.#ask('rows', { from, count })) ?? [];
  }

  async locate(place: ViewPlace): Promise<Located> {
    const located = await this.#ask('locate', place);
    return located ?? { position: this.#state.next, isExact: false, isScanned: true };
  }

  async find(
    condition: Condition,
    from: number,
    direction: 'next' | 'previous',
  ): Promise<FindAnswer> {
    return (await this.#ask('find', { condition, from, direction })) ?? { isWrapped: false };
  }

  /**
   * Asks the worker to open the view. A worker that takes the place of another goes through all rows
   * again, at positions that were not used yet.
   */
  reopen(): void {
    const { link, id } = this.#parts;
    const firstPosition = this.#state.next;
    void link
      .request('view', id, 'open', { query: this.#query, firstPosition })
      .then(({ result, error }) => {
        if (error !== undefined) {
          this.setState({ ...this.#state, problem: `The messages cannot be shown: ${error}` });
        } else {
          this.setState(result as ViewState);
        }
      });
  }

  /** What the worker says of it, some forty times a second at most. */
  setState(state: ViewState): void {
    if (!this.#store.isDisposed) {
      this.#state = state;
      this.#onDidChange.fire(state);
    }
  }

  dispose(): void {
    if (!this.#store.isDisposed) {
      this.#store.dispose();
      void this.#parts.link.request('view', this.id, 'close', undefined);
      this.#parts.onDidClose();
    }
  }

  /** `undefined` where the worker could not do it. */
  async #ask<M extends MethodOf<'view'>>(
    method: M,
    params: ParamsOf<'view', M>,
  ): Promise<ResultOf<'view', M> | undefined> {
    this.#assertOpen();
    const { link, id, log } = this.#parts;
    const answer = await link.request('view', id, method, params);
    this.#assertOpen();
    if (answer.error !== undefined) {
      log.error(`View ${id} could not ${method}: ${answer.error}`);
    }
    return answer.result as ResultOf<'view', M> | undefined;
  }

  #assertOpen(): void {
    if (this.#store.isDisposed) {
      throw new Error('The view is closed');
    }
  }
}
