import { messageOf } from '../../core/base/errors.ts';
import { Emitter } from '../../core/base/event.ts';
import { DisposableStore } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import type {
  CaptureView,
  FindAnswer,
  Located,
  ViewPlace,
  ViewQuery,
  ViewReport,
  ViewRow,
  ViewState,
} from '../../core/capture/view.ts';
import type { Condition } from '../../core/filter/condition.ts';
import type { ParamsOf, ResultOf, ViewRequestName } from './captureProtocol.ts';
import type { WorkerLink } from './workerLink.ts';

interface ViewProxyOptions {
  readonly id: number;
  /** See `CaptureView.setTail`. */
  readonly tail: number;
  readonly log: Logger;
  readonly link: WorkerLink;
  readonly onDidClose: () => void;
}

/** The host's end of a view that the worker keeps; `reopen` must be called once to open it. */
export class ViewProxy implements CaptureView {
  readonly #store = new DisposableStore();
  readonly #query: ViewQuery;
  readonly #parts: ViewProxyOptions;
  readonly #onDidChange = this.#store.add(new Emitter<ViewReport>());
  /** How often the worker was asked to open it. */
  #openings = 0;
  #tail: number;
  #state: ViewState = { first: 0, next: 0, scanned: 0, total: 0, hidden: 0, dropped: 0 };

  readonly onDidChange = this.#onDidChange.event;

  constructor(query: ViewQuery, parts: ViewProxyOptions) {
    this.#query = query;
    this.#parts = parts;
    this.#tail = parts.tail;
  }

  get id(): number {
    return this.#parts.id;
  }

  /** The ids of its captures. */
  get captures(): readonly number[] {
    return this.#query.captures;
  }

  get state(): ViewState {
    return this.#state;
  }

  async rows(from: number, count: number): Promise<readonly ViewRow[]> {
    return (await this.#ask('view.rows', { from, count })) ?? [];
  }

  async locate(place: ViewPlace): Promise<Located> {
    const located = await this.#ask('view.locate', place);
    return located ?? { position: this.#state.next, isExact: false, isScanned: true };
  }

  async find(
    condition: Condition,
    from: number,
    direction: 'next' | 'previous',
  ): Promise<FindAnswer> {
    return (await this.#ask('view.find', { condition, from, direction })) ?? { isWrapped: false };
  }

  setTail(count: number): void {
    if (count !== this.#tail && !this.#store.isDisposed) {
      this.#tail = count;
      // If it fails, rows are asked for.
      this.#parts.link.request('view.tail', this.id, { count }).catch(() => undefined);
    }
  }

  /**
   * Asks the worker to open the view. A worker that replaces another searches all rows
   * again, at positions that were not used yet.
   */
  reopen(): void {
    const { link, id } = this.#parts;
    const opening = ++this.#openings;
    const params = { query: this.#query, firstPosition: this.#state.next, tail: this.#tail };
    link.request('view.open', id, params).then(
      report => this.receive(report),
      (error: unknown) => {
        // If the worker was replaced meanwhile, another request is on its way.
        if (opening === this.#openings) {
          const problem = `The messages cannot be shown: ${messageOf(error)}`;
          this.receive({ ...this.#state, problem });
        }
      },
    );
  }

  /** To be called with the worker's reports, at most about twenty a second. */
  receive(report: ViewReport): void {
    if (!this.#store.isDisposed) {
      const { tail = [], ...state } = report;
      this.#state = state;
      this.#onDidChange.fire({ ...state, tail });
    }
  }

  dispose(): void {
    if (!this.#store.isDisposed) {
      this.#store.dispose();
      this.#parts.link.request('view.close', this.id, undefined).catch(() => undefined);
      this.#parts.onDidClose();
    }
  }

  /** `undefined` if the worker could not do it, which is logged. */
  async #ask<K extends ViewRequestName>(
    request: K,
    params: ParamsOf<K>,
  ): Promise<ResultOf<K> | undefined> {
    this.#assertOpen();
    const { link, id, log } = this.#parts;
    let result: ResultOf<K> | undefined;
    try {
      result = await link.request(request, id, params);
    } catch (error) {
      log.error(`View ${id} failed at ${request}: ${messageOf(error)}`);
    }
    this.#assertOpen();
    return result;
  }

  #assertOpen(): void {
    if (this.#store.isDisposed) {
      throw new Error('The view is closed');
    }
  }
}
