import { messageOf } from '../../../core/base/errors.ts';
import { lowerBound } from '../../../core/base/lowerBound.ts';
import type { BatchReader } from '../../../core/record/batch.ts';
import { recordsIn } from '../../../core/capture/captureStore.ts';
import type { StoredRecord } from '../../../core/record/block.ts';
import { RowIndex, type RowEdit } from '../../../core/capture/rowIndex.ts';
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
import { viewFind } from './viewFind.ts';
import { mergeHorizonMs, ViewMerge } from './viewMerge.ts';
import { ViewRevision, type Revision } from './viewRevision.ts';
import { ViewDecoders, type DecodingsOf } from './viewDecoders.ts';
import { droppedRow, rowsOfRun } from './viewRows.ts';
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

/** A view as the capture worker holds it: the index of its rows, and how far it has looked. */
export class ViewSession {
  readonly #captures: StoreOf;
  readonly #ids: readonly number[];
  readonly #test: ViewMatcher;
  #index: RowIndex;
  #sources: readonly ViewSource[] = [];
  #revision: ViewRevision | undefined;
  /** Those who need the positions to stay as they are. */
  #holders = 0;
  readonly #onDidGetWork: () => void;
  #judge: RegexTimeGuard;
  /** With several sources only. */
  #merge: ViewMerge | undefined;
  /** The source of the newest row. */
  #newest: ViewSource | undefined;
  /** The oldest rows of the captures as of the last look. */
  #firsts: number[] = [];
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
    // The position before the first is reserved for the row about dropped ones.
    this.#index = new RowIndex(firstPosition + 1);
    this.#reading(() => this.#begin());
  }

  #begin(): void {
    const test = this.#test;
    const ids = this.#ids;
    const isEach = ids.length > 1;
    this.#firsts = [];
    this.#merge = isEach
      ? new ViewMerge(ids.length, (source, seq) => this.#index.append(source, seq))
      : undefined;
    this.#sources = ids.map((capture, source) => {
      const onShown = (seq: number, count: number, at: number) => {
        if (this.#merge) {
          this.#merge.add(source, seq, at);
        } else {
          this.#index.append(source, seq, count);
        }
      };
      const slotOf = () => this.#decoders.slotOf(capture);
      return new ViewSource({ capture, test, judge: this.#judge, onShown, isEach, slotOf });
    });
    const sources = this.#sources;
    this.#revision = new ViewRevision({
      test,
      sources,
      decodingOf: source => this.#decoders.slotOf(ids[source] ?? -1)?.decoding,
      isShown: (source, seq) => this.#placeOf(source, seq) !== undefined,
      waitingFrom: source => this.#merge?.waitingFrom(source) ?? Infinity,
    });
    for (const capture of ids) {
      this.changed(capture);
    }
    const times = sources.map(source => timeOf(source, lastOf(source)));
    this.#newest = sources[times.indexOf(Math.max(...times))];
  }

  get state(): ViewState {
    const sources = this.#sources;
    const dropped = this.#dropped;
    const { slow } = this.#judge;
    const problem = this.#problem;
    const unread = sum(sources.map(source => source.unread));
    const newest = this.#newest;
    const decoding = this.#decoders.stateFor(newest?.capture);
    return {
      first: this.#first,
      next: this.#index.next,
      scanned: sum(sources.map(source => source.scanned)),
      total: sum(sources.map(source => source.total)),
      hidden: sum(sources.map(source => source.hidden)),
      dropped,
      ...(newest &&
        lastOf(newest) >= 0 && { newest: { capture: newest.capture, seq: lastOf(newest) } }),
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
    return this.#merge?.isWaiting && this.#failure === undefined ? mergeHorizonMs : Infinity;
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
    const to = from + Math.min(count, maxRowsPerRead);
    const rows: ViewRow[] = [];
    const position = this.#first;
    if (position < this.#index.first && from <= position && position < to) {
      rows.push({ ...this.#droppedRow(), position });
    }
    for (const run of this.#index.runs(from, to)) {
      const source = this.#sources[run.source];
      const capture = source?.capture ?? 0;
      rows.push(...this.#decoders.decode(capture, rowsOfRun(source?.store, capture, run)));
    }
    return rows;
  }

  /** The rows at the positions `from` up to, not including, `to` that are in a capture still. */
  *records(
    from: number,
    to: number,
  ): Generator<{ readonly capture: number; readonly record: StoredRecord }> {
    for (const { source: number, seq, length } of this.#index.runs(from, to)) {
      const source = this.#sources[number];
      for (const record of source?.store ? recordsIn(source.store, seq, seq + length) : []) {
        yield { capture: source?.capture ?? 0, record };
      }
    }
  }

  locate(place: ViewPlace): Located {
    return 'at' in place ? this.#locateTime(place.at) : this.#locateRow(place.capture, place.seq);
  }

  /** Resolves with nothing found if another search, or the end of the view, ends it. */
  find({ condition, from, direction }: FindParams): Promise<FindAnswer> {
    const test = nativeMatcher({ condition });
    this.#endSearch();
    const steps = viewFind({
      index: this.#index,
      storeOf: source => this.#sources[source]?.store,
      test,
      judge: new RegexTimeGuard(test),
      from,
      direction,
    });
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
    const source = this.#sources.find(candidate => candidate.capture === capture);
    const store = this.#captures.get(capture)?.store;
    if (source && store) {
      const deadline = isPressed ? performance.now() + pressedMs : Infinity;
      this.#newest = source;
      this.#reading(() => {
        source.appended(store, batch, deadline);
        if (!isPressed && !this.#test.asksDecoders) {
          source.work(performance.now() + pressedMs);
        }
        this.#drop();
        this.#mergeAll();
      });
    }
  }

  /** Rows of a capture went, or it was opened or closed. */
  changed(capture: number): void {
    const source = this.#sources.find(candidate => candidate.capture === capture);
    source?.refresh(this.#captures.get(capture)?.store);
    this.#decoders.refresh();
    this.#drop();
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
    if (this.#merge && this.#ids.includes(capture)) {
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
    this.#index = new RowIndex(this.#index.next + 1);
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
      this.#edit(revision.found);
      revision.done();
    }
  }

  /** Adds rows and takes rows out, which gives all of them new positions. */
  #edit(revisions: readonly Revision[]): void {
    const edits: (RowEdit & Pick<Revision, 'at'>)[] = [];
    for (const { source, seq, at, isAdded } of revisions) {
      const place = this.#placeOf(source, seq);
      const isKept = seq >= (this.#sources[source]?.store?.extent.first ?? Infinity);
      if (isKept && (place === undefined) === isAdded) {
        const position = place ?? this.#placeFor(source, seq, at);
        edits.push({ position, source, seq, at, isAdded });
      }
    }
    if (edits.length > 0) {
      const toAdded = ({ isAdded }: RowEdit) => (isAdded ? 0 : 1);
      edits.sort(
        (one, other) =>
          one.position - other.position ||
          toAdded(one) - toAdded(other) ||
          one.at - other.at ||
          one.seq - other.seq,
      );
      this.#index = this.#index.edited(this.#index.next + 1, edits);
      this.#restarts++;
    }
  }

  #placeOf(source: number, seq: number): number | undefined {
    const position = this.#index.positionOf(source, seq);
    return position !== undefined && this.#index.at(position)?.seq === seq ? position : undefined;
  }

  /** Where a row belongs that the view does not have. */
  #placeFor(source: number, seq: number, at: number): number {
    const { first, next } = this.#index;
    const end = this.#index.positionOf(source, seq) ?? next;
    return this.#merge ? lowerBound(first, end, position => this.#timeAt(position) <= at) : end;
  }

  #goOn(deadline: number): void {
    while (this.#isBehind && performance.now() < deadline) {
      const source = this.#sources[this.#merge ? (this.#merge.mostBehind ?? -1) : 0];
      source?.work(deadline);
      this.#mergeAll();
      if (!source) {
        break;
      }
    }
  }

  /** Brings the rows of several captures that have waited long enough into their order. */
  merge(): void {
    this.#reading(() => this.#mergeAll());
  }

  #mergeAll(): void {
    const merge = this.#merge;
    if (merge) {
      for (const [number, source] of this.#sources.entries()) {
        const at = source.isCaughtUp ? Infinity : timeOf(source, source.cursor - 1);
        merge.reached(number, at, source.isCaughtUp);
      }
      merge.run(Date.now());
    }
  }

  close(): void {
    this.#decoders.close();
    this.#endSearch();
  }

  get #isBehind(): boolean {
    const hasEnded = this.#judge.hasGivenUp || this.#failure !== undefined;
    return !hasEnded && this.#sources.some(source => !source.isCaughtUp && !source.isWaiting);
  }

  get #dropped(): number {
    return sum(this.#sources.map(source => source.store?.extent.dropped ?? 0));
  }

  get #first(): number {
    return this.#index.first - (this.#dropped > 0 ? 1 : 0);
  }

  #droppedRow(): Omit<ViewRow, 'position'> {
    const source = this.#sources.find(({ store }) => (store?.extent.dropped ?? 0) > 0);
    const first = source?.store?.extent.first ?? 0;
    const at = source?.store?.rows(first, 1)[0]?.at ?? 0;
    return { ...droppedRow(this.#dropped, first - 1, at), capture: source?.capture ?? 0 };
  }

  /** Forgets rows that the captures have dropped. */
  #drop(): void {
    let isAny = false;
    for (const [number, { store }] of this.#sources.entries()) {
      const first = store?.extent.first ?? Infinity;
      if (first !== this.#firsts[number]) {
        this.#firsts[number] = first;
        this.#merge?.dropBelow(number, first);
        isAny = true;
      }
    }
    if (isAny) {
      const positions = this.#firsts.map((first, number) => this.#index.positionOf(number, first));
      const { next } = this.#index;
      this.#index.dropBelow(Math.min(...positions.map(position => position ?? next)));
    }
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

  #locateRow(capture: number, seq: number): Located {
    const number = this.#sources.findIndex(source => source.capture === capture);
    const source = this.#sources[number];
    return {
      position: this.#index.positionOf(number, seq) ?? this.#index.next,
      isExact: this.#placeOf(number, seq) !== undefined,
      isScanned: !source || ((seq < source.cursor || source.isCaughtUp) && !this.#merge?.isWaiting),
    };
  }

  #locateTime(at: number): Located {
    const { first, next } = this.#index;
    const position = lowerBound(first, next, candidate => this.#timeAt(candidate) < at);
    return {
      position,
      isExact: position < this.#index.next && this.#timeAt(position) === at,
      isScanned: this.#sources.every(
        source => source.isCaughtUp || timeOf(source, source.cursor - 1) >= at,
      ),
    };
  }

  #timeAt(position: number): number {
    const found = this.#index.at(position);
    const source = found && this.#sources[found.source];
    return source ? timeOf(source, found.seq) : -Infinity;
  }
}

function halfway(deadline: number): number {
  return (performance.now() + deadline) / 2;
}

function lastOf({ store }: ViewSource): number {
  return (store?.extent.next ?? 0) - 1;
}

function timeOf({ store }: ViewSource, seq: number): number {
  return store?.rows(seq, 1)[0]?.at ?? -Infinity;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
