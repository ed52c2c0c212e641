import { lowerBound } from '../../../core/base/lowerBound.ts';
import type { BatchReader } from '../../../core/record/batch.ts';
import type { CaptureStore, StoredRecord } from '../../../core/capture/captureStore.ts';
import { RowIndex, type RowRun } from '../../../core/capture/rowIndex.ts';
import type {
  FindAnswer,
  Located,
  ViewPlace,
  ViewQuery,
  ViewRow,
  ViewState,
} from '../../../core/capture/view.ts';
import { ViewMatcher, RowMatch } from '../../../core/capture/viewMatcher.ts';
import type { FindParams } from '../../capture/captureProtocol.ts';
import { RegexTimeGuard } from './regexTimeGuard.ts';
import { mergeHorizonMs, ViewMerge } from './viewMerge.ts';
import { ViewSource } from './viewSource.ts';
import type { Row } from '../../../core/capture/capture.ts';
import type { StateRow } from '../../../core/connection/report.ts';

/** Rows that are read at once at most. */
const maxRowsPerRead = 2000;

/** How long a batch is looked at while others wait to be stored. */
const pressedMs = 2;

/** What a view needs of a capture. */
export type StoreOf = ReadonlyMap<number, { readonly store: CaptureStore }>;

interface Search {
  readonly steps: Generator<undefined, FindAnswer>;
  readonly resolve: (answer: FindAnswer) => void;
}

/** A view as the capture worker holds it: the index of its rows, and how far it has looked. */
export class ViewSession {
  readonly #captures: StoreOf;
  readonly #index: RowIndex;
  readonly #sources: readonly ViewSource[];
  readonly #judge: RegexTimeGuard;
  /** With several sources only. */
  readonly #merge: ViewMerge | undefined;
  /** The oldest rows of the captures as of the last look. */
  readonly #firsts: number[] = [];
  #search: Search | undefined;

  /**
   * Throws if a condition holds what is no regular expression.
   *
   * @param firstPosition positions below it were used
   */
  constructor(query: ViewQuery, firstPosition: number, captures: StoreOf) {
    const test = new ViewMatcher(query, decodeUtf8);
    const ids = [...new Set(query.captures)];
    const isEach = ids.length > 1;
    // The position before the first is reserved for the row about dropped ones.
    this.#index = new RowIndex(firstPosition + 1);
    this.#captures = captures;
    this.#judge = new RegexTimeGuard(test);
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
      return new ViewSource({ capture, test, judge: this.#judge, onShown, isEach });
    });
    for (const capture of ids) {
      this.changed(capture);
    }
  }

  get state(): ViewState {
    const sources = this.#sources;
    const dropped = this.#dropped;
    const { slow, hasGivenUp } = this.#judge;
    const unread = sum(sources.map(source => source.unread));
    return {
      first: this.#first,
      next: this.#index.next,
      scanned: sum(sources.map(source => source.scanned)),
      total: sum(sources.map(source => source.total)),
      hidden: sum(sources.map(source => source.hidden)),
      dropped,
      ...(slow && { slow }),
      ...(unread > 0 && { unread }),
      ...(hasGivenUp && {
        problem:
          'The filter was stopped: its regular expression takes too long. ' +
          'Simplify repetitions within repetitions, as in (a+)+.',
      }),
    };
  }

  /** There are rows to look at, or something to find. */
  get hasWork(): boolean {
    return this.#search !== undefined || this.#isBehind;
  }

  /** How long to wait before `merge` is called; Infinity if nothing waits for it. */
  get mergeDelayMs(): number {
    return this.#merge?.isWaiting ? mergeHorizonMs : Infinity;
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
      rows.push(...rowsOfRun(source?.store, source?.capture ?? 0, run));
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
      for (const record of source?.store?.records(seq, seq + length) ?? []) {
        yield { capture: source?.capture ?? 0, record };
      }
    }
  }

  locate(place: ViewPlace): Located {
    return 'at' in place ? this.#locateTime(place.at) : this.#locateRow(place.capture, place.seq);
  }

  /** Resolves with nothing found if another search, or the end of the view, ends it. */
  find({ condition, from, direction }: FindParams): Promise<FindAnswer> {
    const test = new ViewMatcher({ condition }, decodeUtf8);
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

  /** A batch has been stored, and the limits were enforced. */
  appended(capture: number, batch: BatchReader, isPressed: boolean): void {
    const source = this.#sources.find(candidate => candidate.capture === capture);
    const store = this.#captures.get(capture)?.store;
    if (source && store) {
      const deadline = isPressed ? performance.now() + pressedMs : Infinity;
      source.appended(store, batch, deadline);
      this.#drop();
      this.merge();
    }
  }

  /** Rows of a capture went, or it was opened or closed. */
  changed(capture: number): void {
    const source = this.#sources.find(candidate => candidate.capture === capture);
    source?.refresh(this.#captures.get(capture)?.store);
    this.#drop();
    this.merge();
  }

  /**
   * Goes on until `deadline`, which is of `performance.now`.
   *
   * @returns whether something is left to do
   */
  work(deadline: number): boolean {
    const half = this.#search && this.#isBehind ? (performance.now() + deadline) / 2 : deadline;
    this.#goOnSearching(half);
    while (this.#isBehind && performance.now() < deadline) {
      const source = this.#sources[this.#merge ? (this.#merge.mostBehind ?? -1) : 0];
      source?.work(deadline);
      this.merge();
      if (!source) {
        break;
      }
    }
    return this.hasWork;
  }

  /** Brings the rows of several captures that have waited long enough into their order. */
  merge(): void {
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
    this.#endSearch();
  }

  get #isBehind(): boolean {
    return !this.#judge.hasGivenUp && this.#sources.some(source => !source.isCaughtUp);
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
    while (search && search === this.#search && performance.now() < deadline) {
      const step = search.steps.next();
      if (step.done) {
        this.#search = undefined;
        search.resolve(step.value);
      }
    }
  }

  #endSearch(): void {
    this.#search?.resolve({ isWrapped: false });
    this.#search = undefined;
  }

  #locateRow(capture: number, seq: number): Located {
    const number = this.#sources.findIndex(source => source.capture === capture);
    const source = this.#sources[number];
    const position = this.#index.positionOf(number, seq);
    return {
      position: position ?? this.#index.next,
      isExact: position !== undefined && this.#index.at(position)?.seq === seq,
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

function timeOf({ store }: ViewSource, seq: number): number {
  return store?.rows(seq, 1)[0]?.at ?? -Infinity;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

const count = new Intl.NumberFormat('en');

/** The rows of a run as the list shows them. A row that is gone leaves a note in its place. */
function rowsOfRun(
  store: CaptureStore | undefined,
  capture: number,
  { position, seq, length }: RowRun,
): readonly ViewRow[] {
  const stored = store?.rows(seq, length) ?? [];
  let index = 0;
  return Array.from({ length }, (_, offset) => {
    const row = stored[index];
    if (row?.seq !== seq + offset) {
      return {
        ...missingRow(seq + offset, stored[index]?.at ?? 0),
        position: position + offset,
        capture,
      };
    }
    index++;
    return { ...row, position: position + offset, capture };
  });
}

/** The row that takes the place of the oldest ones. */
function droppedRow(dropped: number, seq: number, at: number): Row {
  const rows = dropped === 1 ? 'older row was' : 'older rows were';
  return noteRow(seq, at, {
    state: 'connected',
    severity: 'warning',
    text:
      `${count.format(dropped)} ${rows} dropped to keep within ` +
      'history.maxMessages or history.maxMegabytes.',
  });
}

function missingRow(seq: number, at: number): Row {
  return noteRow(seq, at, {
    state: 'connected',
    severity: 'info',
    text: 'This row is no longer in the history.',
  });
}

function noteRow(seq: number, at: number, note: StateRow): Row {
  const preview = JSON.stringify(note);
  return {
    seq,
    at,
    kind: 'state',
    direction: 'in',
    heartbeat: false,
    byteLength: preview.length,
    preview,
  };
}

/** Positions that are searched before others have a turn; of patterns, each may take its time. */
const stepLength = 1024;
const patternStepLength = 64;
const groupByteLength = 1024 * 1024;

interface ViewFindOptions {
  readonly index: RowIndex;
  readonly storeOf: (source: number) => CaptureStore | undefined;
  readonly test: ViewMatcher;
  readonly judge: RegexTimeGuard;
  readonly from: number;
  readonly direction: FindParams['direction'];
}

/** Looks for a row in a view, step by step; each step is short. */
function* viewFind(options: ViewFindOptions): Generator<undefined, FindAnswer> {
  const { index, direction } = options;
  const { first, next } = index;
  const from = Math.min(Math.max(options.from, first - 1), next);
  const parts: readonly (readonly [number, number])[] =
    direction === 'next'
      ? [[from + 1, next], [first, from + 1]] // prettier-ignore
      : [[first, from], [from, next]]; // prettier-ignore
  for (const [part, [begin, end]] of parts.entries()) {
    const position = yield* findBetween(options, begin, end);
    if (position !== undefined) {
      return { position, isWrapped: part > 0 };
    }
  }
  return { isWrapped: false };
}

function* findBetween(
  options: ViewFindOptions,
  begin: number,
  end: number,
): Generator<undefined, number | undefined> {
  const { test, judge, direction } = options;
  const length = test.hasPattern ? patternStepLength : stepLength;
  for (let done = 0; done < end - begin && !judge.hasGivenUp; done += length) {
    const isNext = direction === 'next';
    const from = isNext ? begin + done : Math.max(begin, end - done - length);
    const to = isNext ? Math.min(end, from + length) : end - done;
    const found = matchesBetween(options, from, to);
    const position = isNext ? found.at(0) : found.at(-1);
    if (position !== undefined) {
      return position;
    }
    yield;
  }
  return undefined;
}

function matchesBetween(options: ViewFindOptions, from: number, to: number): readonly number[] {
  const positions: number[] = [];
  for (const run of options.index.runs(from, to)) {
    for (const seq of matchesInRun(options, run)) {
      positions.push(run.position + seq - run.seq);
    }
  }
  return positions;
}

function matchesInRun(
  options: ViewFindOptions,
  { source, seq, length }: RowRun,
): readonly number[] {
  const { test, judge } = options;
  const seqs: number[] = [];
  let group: StoredRecord[] = [];
  let byteLength = 0;
  const judgeGroup = () => {
    for (const [index, verdict] of judge.match(group, Infinity).entries()) {
      const record = group[index];
      if (record && verdict === RowMatch.Shown) {
        seqs.push(record.seq);
      }
    }
    group = [];
    byteLength = 0;
  };
  for (const found of options.storeOf(source)?.find(test, seq, seq + length, true) ?? []) {
    if (found.is === 'open') {
      group.push(found.record);
      byteLength += found.record.payload.length;
    }
    if (found.is !== 'open' || byteLength > groupByteLength) {
      judgeGroup();
    }
    if (found.is === 'shown') {
      seqs.push(found.seq);
    }
  }
  judgeGroup();
  return seqs;
}

/** Bytes that are not UTF-8 become U+FFFD; a byte order mark is kept. */
function decodeUtf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}
