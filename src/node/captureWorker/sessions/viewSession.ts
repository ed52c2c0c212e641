import { messageOf } from '../../../core/base/errors.ts';
import type { BatchReader } from '../../../core/record/batch.ts';
import type {
  FindAnswer,
  Located,
  ViewPlace,
  ViewQuery,
  ViewRow,
  ViewState,
} from '../../../core/capture/view.ts';
import type { ViewMatcher } from '../../../core/capture/viewMatcher.ts';
import type { FindParams } from '../../capture/captureProtocol.ts';
import { nativeMatcher } from './nativeMatcher.ts';
import { RegexTimeGuard } from './regexTimeGuard.ts';
import { ViewDecoders, type DecodingsOf } from './viewDecoders.ts';
import { mergeHorizonMs } from './viewMerge.ts';
import { ViewPositions } from './viewPositions.ts';
import { ViewRevision } from './viewRevision.ts';
import { ViewSource } from './viewSource.ts';

/** Rows that are read at once at most. */
const maxRowsPerRead = 2000;

/** How long a batch is looked at while others wait to be stored. */
const pressedMs = 2;

/** What a view needs of a capture. */
export type StoreOf = DecodingsOf;

interface Search {
  readonly steps: Generator<undefined, FindAnswer>;
  readonly resolve: (answer: FindAnswer) => void;
}

/** A view as the capture worker holds it: what it has to look at, in which turns, and what stops it. */
export class ViewSession {
  readonly #captures: StoreOf;
  readonly #ids: readonly number[];
  readonly #test: ViewMatcher;
  #positions: ViewPositions;
  #revision: ViewRevision | undefined;
  /** Those who need the positions to stay as they are. */
  #holders = 0;
  readonly #onDidGetWork: () => void;
  #judge: RegexTimeGuard;
  /** The source of the newest row. */
  #newest: ViewSource | undefined;
  #search: Search | undefined;
  readonly #decoders: ViewDecoders;
  #decoderRestarts = 0;
  /** Why rows could not be read, as a sentence: then it stays as it is until it begins anew. */
  #failure: string | undefined;
  #restarts = 0;

  /**
   * Throws if a condition holds what is no regular expression.
   *
   * @param firstPosition positions below it were used
   * @param onDidGetWork there are decoders now, so that `work` has something to do
   */
  constructor(
    query: ViewQuery,
    firstPosition: number,
    captures: StoreOf,
    onDidGetWork: () => void = () => undefined,
  ) {
    this.#test = nativeMatcher(query);
    this.#ids = [...new Set(query.captures)];
    this.#captures = captures;
    this.#onDidGetWork = onDidGetWork;
    this.#decoders = new ViewDecoders(query.isDecoded ? this.#ids : [], captures, onDidGetWork);
    this.#judge = new RegexTimeGuard(this.#test);
    this.#positions = this.#newPositions(firstPosition);
    this.#reading(() => this.#begin());
  }

  #newPositions(free: number): ViewPositions {
    const test = this.#test;
    const judge = this.#judge;
    const isEach = this.#ids.length > 1;
    return new ViewPositions(free, this.#ids, (capture, onShown) => {
      const slotOf = () => this.#decoders.slotOf(capture);
      return new ViewSource({ capture, test, judge, onShown, isEach, slotOf });
    });
  }

  #begin(): void {
    const positions = this.#positions;
    const { sources } = positions;
    this.#revision = new ViewRevision({
      test: this.#test,
      sources,
      decodingOf: source => this.#decoders.slotOf(this.#ids[source] ?? -1)?.decoding,
      isShown: (source, seq) => positions.has(source, seq),
      waitingFrom: source => positions.waitingFrom(source),
    });
    for (const capture of this.#ids) {
      this.changed(capture);
    }
    const times = sources.map(source => source.timeOf(source.last));
    this.#newest = sources[times.indexOf(Math.max(...times))];
  }

  get state(): ViewState {
    const { first, next, dropped, sources } = this.#positions;
    const { slow } = this.#judge;
    const problem = this.#problem;
    const unread = sum(sources.map(source => source.unread));
    const newest = this.#newest;
    const decoding = this.#decoders.stateFor(newest?.capture);
    return {
      first,
      next,
      scanned: sum(sources.map(source => source.scanned)),
      total: sum(sources.map(source => source.total)),
      hidden: sum(sources.map(source => source.hidden)),
      dropped,
      ...(newest && newest.last >= 0 && { newest: { capture: newest.capture, seq: newest.last } }),
      ...(this.#restarts > 0 && { restarts: this.#restarts }),
      ...(slow && { slow }),
      ...(unread > 0 && { unread }),
      ...(decoding && { decoding }),
      ...(problem !== undefined && { problem }),
    };
  }

  get #problem(): string | undefined {
    return this.#judge.hasGivenUp
      ? 'The filter was stopped: its regular expression takes too long. ' +
          'Simplify repetitions within repetitions, as in (a+)+.'
      : this.#failure;
  }

  /** There are rows to look at, or something to find. */
  get hasWork(): boolean {
    return this.hasDecoding || this.hasSearching;
  }

  /** `decode` has something to do. */
  get hasDecoding(): boolean {
    return (
      this.#decoders.isBehind ||
      (this.#test.asksDecoders && this.#isBehind) ||
      this.#revisionDelayMs === 0
    );
  }

  /** `search` has something to do. */
  get hasSearching(): boolean {
    return this.#search !== undefined || (!this.#test.asksDecoders && this.#isBehind);
  }

  /** Changes when positions that were told of are not used any more. */
  get restarts(): number {
    return this.#restarts;
  }

  /** How long to wait before `merge` is called; Infinity if nothing waits for it. */
  get mergeDelayMs(): number {
    return this.#positions.isWaiting && this.#failure === undefined ? mergeHorizonMs : Infinity;
  }

  /** How long until `merge` or `work` has something to do, if nothing happens; Infinity if that is never. */
  get delayMs(): number {
    return Math.min(this.mergeDelayMs, this.#revisionDelayMs);
  }

  get #revisionDelayMs(): number {
    const isStopped = this.#failure !== undefined || this.#judge.hasGivenUp;
    return isStopped ? Infinity : (this.#revision?.delayMs(performance.now()) ?? Infinity);
  }

  /** Keeps the positions as they are until what is returned is called; rows are added and dropped all the same. */
  hold(): () => void {
    this.#holders++;
    return () => {
      this.#holders--;
      this.#revise(0);
      this.#onDidGetWork();
    };
  }

  rows(from: number, count: number): readonly ViewRow[] {
    const runs = this.#positions.rows(from, from + Math.min(count, maxRowsPerRead));
    return [...runs].flatMap(rows => this.#decoders.decode(rows));
  }

  /** See `ViewPositions.records`. */
  records(from: number, to: number): ReturnType<ViewPositions['records']> {
    return this.#positions.records(from, to);
  }

  locate(place: ViewPlace): Located {
    return this.#positions.locate(place);
  }

  /** Resolves with nothing found if another search, or the end of the view, ends it. */
  find({ condition, from, direction }: FindParams): Promise<FindAnswer> {
    const test = nativeMatcher({ condition });
    this.#endSearch();
    const judge = new RegexTimeGuard(test);
    const steps = this.#positions.find({ test, judge, from, direction });
    return new Promise(resolve => {
      this.#search = { steps, resolve };
    });
  }

  /** Goes on with the decoders alone until `deadline`, so that rows which are stored now can be told of as decoded. */
  advance(deadline: number): void {
    this.#reading(() => this.#decoders.work(deadline));
  }

  /** A batch has been stored, and the limits were enforced. What asks decoders is left to `decode`. */
  appended(capture: number, batch: BatchReader, isPressed: boolean): void {
    const source = this.#sourceOf(capture);
    const store = this.#captures.get(capture)?.store;
    if (source && store) {
      const deadline = isPressed ? performance.now() + pressedMs : Infinity;
      this.#newest = source;
      this.#reading(() => {
        source.appended(store, batch, deadline);
        if (!isPressed && !this.#test.asksDecoders) {
          source.work(performance.now() + pressedMs);
        }
        this.#positions.drop();
        this.#positions.merge();
      });
    }
  }

  /** Rows of a capture went, or it was opened or closed. */
  changed(capture: number): void {
    const source = this.#sourceOf(capture);
    source?.refresh(this.#captures.get(capture)?.store);
    this.#decoders.refresh();
    this.#positions.drop();
    this.merge();
  }

  /** Files may be damaged, or become so: that concerns this view alone, and neither others nor the worker. */
  #reading(step: () => void): void {
    if (this.#failure === undefined) {
      try {
        step();
      } catch (error) {
        this.#fail(error);
      }
    }
  }

  #fail(error: unknown): void {
    this.#failure = `The messages cannot be read: ${messageOf(error)}`;
    this.#endSearch();
  }

  /** All rows of a capture went, from between those of others if there are any. */
  cleared(capture: number): void {
    if (this.#positions.isMerged && this.#ids.includes(capture)) {
      this.#restart();
    } else {
      this.changed(capture);
    }
  }

  /** Older rows of a capture are back. */
  restored(capture: number): void {
    if (this.#ids.includes(capture)) {
      this.#restart();
    }
  }

  #restart(): void {
    this.#endSearch();
    this.#restarts++;
    this.#failure = undefined;
    this.#judge = new RegexTimeGuard(this.#test);
    this.#positions = this.#newPositions(this.#positions.next);
    this.#reading(() => this.#begin());
  }

  /**
   * Goes on until `deadline`, which is of `performance.now`.
   *
   * @returns whether something is left to do
   */
  work(deadline: number): boolean {
    this.decode(this.hasSearching ? halfway(deadline) : deadline);
    this.search(deadline);
    return this.hasWork;
  }

  /** The part of `work` that decodes messages. */
  decode(deadline: number): void {
    const { asksDecoders } = this.#test;
    this.advance(asksDecoders ? halfway(deadline) : deadline);
    const { restarts } = this.#decoders;
    if (restarts !== this.#decoderRestarts) {
      this.#decoderRestarts = restarts;
      if (asksDecoders) {
        this.#restart();
      }
    }
    if (asksDecoders) {
      this.#reading(() => this.#goOn(deadline));
    }
    this.#revise(deadline);
  }

  /** The part of `work` that decodes none. */
  search(deadline: number): void {
    const { asksDecoders } = this.#test;
    const isBoth = this.#search && !asksDecoders && this.#isBehind;
    this.#goOnSearching(isBoth ? halfway(deadline) : deadline);
    if (!asksDecoders) {
      this.#reading(() => this.#goOn(deadline));
    }
  }

  #revise(deadline: number): void {
    const revision = this.#revision;
    if (!revision || this.#judge.hasGivenUp) {
      return;
    }
    this.#reading(() => revision.work(deadline));
    if (this.#holders > 0 || this.#search) {
      return;
    }
    if (revision.isLost && !this.#isBehind && !this.#decoders.isBehind) {
      this.#restart();
    } else if (revision.found.length > 0) {
      if (this.#positions.edit(revision.found)) {
        this.#restarts++;
      }
      revision.done();
    }
  }

  #goOn(deadline: number): void {
    while (this.#isBehind && performance.now() < deadline) {
      const source = this.#positions.sought;
      source?.work(deadline);
      this.#positions.merge();
      if (!source) {
        break;
      }
    }
  }

  /** Brings the rows of several captures that have waited long enough into their order. */
  merge(): void {
    this.#reading(() => this.#positions.merge());
  }

  close(): void {
    this.#decoders.close();
    this.#endSearch();
  }

  get #isBehind(): boolean {
    const hasEnded = this.#judge.hasGivenUp || this.#failure !== undefined;
    return (
      !hasEnded && this.#positions.sources.some(source => !source.isCaughtUp && !source.isWaiting)
    );
  }

  #sourceOf(capture: number): ViewSource | undefined {
    return this.#positions.sources.find(source => source.capture === capture);
  }

  #goOnSearching(deadline: number): void {
    const search = this.#search;
    try {
      while (search && search === this.#search && performance.now() < deadline) {
        const step = search.steps.next();
        if (step.done) {
          this.#search = undefined;
          search.resolve(step.value);
        }
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #endSearch(): void {
    this.#search?.resolve({ isWrapped: false });
    this.#search = undefined;
  }
}

function halfway(deadline: number): number {
  return (performance.now() + deadline) / 2;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
