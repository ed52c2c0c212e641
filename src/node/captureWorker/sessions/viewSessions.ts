import type { BatchReader } from '../../../core/record/batch.ts';
import type { ViewReport, ViewState } from '../../../core/capture/view.ts';
import type { ParamsOf, ViewRequestName, WorkerRequest } from '../../capture/captureProtocol.ts';
import type { DecodingTime } from '../decoding/decodingTime.ts';
import type { CaptureSession } from './captureSession.ts';
import { ViewSession } from './viewSession.ts';

/** How long a view looks for rows, or decodes, before others have their turn. */
const sliceMs = 8;

/** How long rows that were just stored wait to be decoded before they are told of. */
const advanceMs = 2;

/** The shortest time between two snapshots of a view for the host, which sends no more to the page. */
const reportIntervalMs = 50;

/** The newest rows of a view, which go with its snapshots. */
interface Tail {
  /** How many at most. */
  count: number;
  /** Those below this position have gone. */
  next: number;
}

interface ViewSessionsOptions {
  readonly captures: ReadonlyMap<number, CaptureSession>;
  readonly decodingTime: DecodingTime;
  readonly report: (view: number, report: ViewReport) => void;
  /** `work` has something to do. */
  readonly onDidGetWork: () => void;
}

/** All views that are open in the capture worker, and whose turn it is. */
export class ViewSessions {
  readonly #options: ViewSessionsOptions;
  readonly #views = new Map<number, ViewSession>();
  /** The last snapshot of each view that was sent to the host. */
  readonly #reported = new Map<number, ViewState>();
  readonly #tails = new Map<number, Tail>();
  #reportTimer: NodeJS.Timeout | undefined;
  #wakeTimer: NodeJS.Timeout | undefined;
  #sliceEndedAt = 0;

  constructor(options: ViewSessionsOptions) {
    this.#options = options;
  }

  /** How long until `work` has something to do if no batch comes; Infinity if nothing is left. */
  get restMs(): number {
    let restMs = Infinity;
    for (const view of this.#views.values()) {
      if (view.hasSearching) {
        return 0;
      }
      if (view.hasDecoding) {
        restMs = this.#options.decodingTime.restMs;
      }
    }
    return restMs;
  }

  has(id: number): boolean {
    return this.#views.has(id);
  }

  get(id: number): ViewSession | undefined {
    return this.#views.get(id);
  }

  perform(request: WorkerRequest<ViewRequestName>): unknown {
    if (request.request === 'view.open') {
      return this.#open(request.key, request.params);
    }
    const view = this.#views.get(request.key);
    if (!view) {
      throw new Error(`View ${request.key} is not open`);
    }
    switch (request.request) {
      case 'view.tail':
        this.#setTail(request.key, request.params.count);
        return undefined;
      case 'view.rows':
        return view.rows(request.params.from, request.params.count);
      case 'view.locate':
        return view.locate(request.params);
      case 'view.find':
        return view.find(request.params);
      case 'view.close':
        view.close();
        this.#views.delete(request.key);
        this.#reported.delete(request.key);
        this.#tails.delete(request.key);
        return undefined;
    }
  }

  /** A batch has been stored, and the limits were enforced. */
  appended(capture: number, batch: BatchReader, isPressed: boolean): void {
    const { decodingTime } = this.#options;
    decodingTime.stored();
    if (!isPressed) {
      decodingTime.use(isPressed, advanceMs, deadline => {
        this.#views.forEach(view => view.advance(deadline));
      });
    }
    for (const view of this.#views.values()) {
      view.appended(capture, batch, isPressed);
    }
    this.#scheduleReport();
    this.#scheduleWake();
  }

  /** Rows of a capture went, or it was opened or closed. */
  changed(capture: number): void {
    for (const view of this.#views.values()) {
      view.changed(capture);
    }
    this.#scheduleReport();
  }

  /** All rows of a capture went. */
  cleared(capture: number): void {
    for (const view of this.#views.values()) {
      view.cleared(capture);
    }
    this.#goOn();
  }

  /** Rows of a capture that had gone are back. */
  restored(capture: number): void {
    for (const view of this.#views.values()) {
      view.restored(capture);
    }
    this.#goOn();
  }

  #goOn(): void {
    this.#scheduleReport();
    this.#scheduleWake();
    this.#options.onDidGetWork();
  }

  /**
   * Goes on with what the views are behind with, for one slice.
   *
   * @param isPressed batches wait to be stored: half of the time is theirs, and more of it where messages
   *   are decoded
   */
  work(isPressed: boolean): void {
    const decoded = this.#withTurn(
      view => view.hasDecoding,
      view => this.#options.decodingTime.use(isPressed, sliceMs, deadline => view.decode(deadline)),
    );
    const now = performance.now();
    const searched =
      isPressed && now - this.#sliceEndedAt < sliceMs
        ? undefined
        : this.#withTurn(
            view => view.hasSearching,
            view => {
              view.search(now + sliceMs);
              this.#sliceEndedAt = performance.now();
              return true;
            },
          );
    if (decoded === undefined && searched === undefined) {
      return;
    }
    if (this.#isToTell(decoded) || this.#isToTell(searched)) {
      this.#report();
    } else {
      this.#scheduleReport();
    }
    this.#scheduleWake();
  }

  /**
   * Has one of the views that have something to do go on with it.
   *
   * @param step returns whether there was time for it
   * @returns its number, if there was
   */
  #withTurn(
    hasWork: (view: ViewSession) => boolean,
    step: (view: ViewSession) => boolean,
  ): number | undefined {
    for (const [id, view] of this.#views) {
      if (hasWork(view)) {
        if (!step(view)) {
          return undefined;
        }
        // The next one has its turn first.
        this.#views.delete(id);
        this.#views.set(id, view);
        return id;
      }
    }
    return undefined;
  }

  /** Whether the host is to be told at once of a view that went on. */
  #isToTell(id: number | undefined): boolean {
    const view = id === undefined ? undefined : this.#views.get(id);
    const told = id === undefined ? undefined : this.#reported.get(id);
    if (!view) {
      return false;
    }
    if (!told || view.restarts !== (told.restarts ?? 0)) {
      // Rows at positions that are not used any more must not be asked for in vain.
      return true;
    }
    // In a flood it comes to an end again and again.
    const wasBehind = told.scanned < told.total || told.decoding?.readTo !== undefined;
    return wasBehind && !view.hasWork;
  }

  #open(id: number, { query, firstPosition, tail }: ParamsOf<'view.open'>): ViewReport {
    this.#views.get(id)?.close();
    const view = new ViewSession(query, firstPosition, this.#options.captures, () => this.#goOn());
    this.#views.set(id, view);
    this.#setTail(id, tail);
    // So that the answer brings the first rows, or all of a short capture.
    view.work(performance.now() + sliceMs / 2);
    this.#options.onDidGetWork();
    return this.#withTail(id, view, view.state);
  }

  #scheduleReport(): void {
    if (!this.#reportTimer && this.#views.size > 0) {
      this.#report();
      this.#reportTimer = setTimeout(() => {
        this.#reportTimer = undefined;
        if (this.#report()) {
          this.#scheduleReport();
        }
      }, reportIntervalMs);
    }
  }

  /** @returns whether there was something to report */
  #report(): boolean {
    let isAny = false;
    for (const [id, view] of this.#views) {
      const state = view.state;
      if (!isSame(this.#reported.get(id), state)) {
        this.#reported.set(id, state);
        this.#options.report(id, this.#withTail(id, view, state));
        isAny = true;
      }
    }
    return isAny;
  }

  #setTail(id: number, count: number): void {
    this.#tails.set(id, { next: 0, ...this.#tails.get(id), count });
  }

  /** Adds the newest rows, of those that were not reported. */
  #withTail(id: number, view: ViewSession, state: ViewState): ViewReport {
    const tail = this.#tails.get(id);
    const from = Math.max(tail?.next ?? 0, state.next - (tail?.count ?? 0));
    if (!tail || from >= state.next) {
      return state;
    }
    tail.next = state.next;
    try {
      return { ...state, tail: view.rows(from, state.next - from) };
    } catch {
      // Whoever asks for the rows is told why they cannot be read.
      return state;
    }
  }

  /** Rows of several captures wait a moment for older ones of the others, and answers for further ones. */
  #scheduleWake(): void {
    if (this.#wakeTimer) {
      return;
    }
    let delayMs = Infinity;
    for (const view of this.#views.values()) {
      delayMs = Math.min(delayMs, view.delayMs);
    }
    // What is to be done at once is, without a timer.
    if (delayMs > 0 && delayMs < Infinity) {
      this.#wakeTimer = setTimeout(() => {
        this.#wakeTimer = undefined;
        for (const view of this.#views.values()) {
          view.merge();
        }
        this.#goOn();
      }, delayMs);
    }
  }
}

function isSame(a: ViewState | undefined, b: ViewState): boolean {
  return (
    a?.first === b.first &&
    a.next === b.next &&
    a.scanned === b.scanned &&
    a.total === b.total &&
    a.hidden === b.hidden &&
    a.unread === b.unread &&
    a.dropped === b.dropped &&
    a.restarts === b.restarts &&
    a.slow?.count === b.slow?.count &&
    a.decoding?.version === b.decoding?.version &&
    a.decoding?.readTo === b.decoding?.readTo &&
    a.decoding?.title === b.decoding?.title &&
    a.decoding?.shown === b.decoding?.shown &&
    a.decoding?.misfits?.count === b.decoding?.misfits?.count &&
    a.decoding?.stepProblem?.problem === b.decoding?.stepProblem?.problem &&
    a.problem === b.problem
  );
}
