import { lowerBound } from '../../../core/base/lowerBound.ts';
import { recordsIn } from '../../../core/capture/captureStore.ts';
import { RowIndex, type RowEdit } from '../../../core/capture/rowIndex.ts';
import type { FindAnswer, Located, ViewPlace, ViewRow } from '../../../core/capture/view.ts';
import type { StoredRecord } from '../../../core/record/block.ts';
import { viewFind, type ViewFindOptions } from './viewFind.ts';
import { ViewMerge } from './viewMerge.ts';
import type { Revision } from './viewRevision.ts';
import { droppedRow, rowsOfRun } from './viewRows.ts';
import type { OnShown, ViewSource } from './viewSource.ts';

/**
 * Which row of which capture is at which position of a view: those of one capture as they were found, those
 * of several in the order of their times.
 */
export class ViewPositions {
  readonly sources: readonly ViewSource[];
  /** With several sources only. */
  readonly #merge: ViewMerge | undefined;
  #index: RowIndex;
  /** The oldest rows of the captures as of the last look. */
  readonly #firsts: number[] = [];

  /** @param free positions below it were used */
  constructor(
    free: number,
    captures: readonly number[],
    open: (capture: number, onShown: OnShown) => ViewSource,
  ) {
    // The position before the first is reserved for the row about dropped ones.
    this.#index = new RowIndex(free + 1);
    this.#merge =
      captures.length > 1
        ? new ViewMerge(captures.length, (source, seq) => this.#index.append(source, seq))
        : undefined;
    this.sources = captures.map((capture, source) =>
      open(capture, (seq, count, at) => {
        if (this.#merge) {
          this.#merge.add(source, seq, at);
        } else {
          this.#index.append(source, seq, count);
        }
      }),
    );
  }

  /** Rows are at the positions `first` up to, not including, `next`. */
  get first(): number {
    return this.#index.first - (this.dropped > 0 ? 1 : 0);
  }

  get next(): number {
    return this.#index.next;
  }

  /** How many rows the captures have dropped. */
  get dropped(): number {
    return this.sources.reduce((total, { store }) => total + (store?.extent.dropped ?? 0), 0);
  }

  /** The source in which the next rows are to be looked for, so that those which were found come to their places. */
  get sought(): ViewSource | undefined {
    return this.sources[this.#merge ? (this.#merge.mostBehind ?? -1) : 0];
  }

  get isMerged(): boolean {
    return this.#merge !== undefined;
  }

  /** Rows were found that have not come to their places yet. */
  get isWaiting(): boolean {
    return this.#merge?.isWaiting === true;
  }

  /** The first row of a source that waits; Infinity if none does. */
  waitingFrom(source: number): number {
    return this.#merge?.waitingFrom(source) ?? Infinity;
  }

  has(source: number, seq: number): boolean {
    return this.#placeOf(source, seq) !== undefined;
  }

  /** The rows at the positions `from` up to, not including, `to`, each time some that follow each other in one capture. */
  *rows(from: number, to: number): Generator<readonly ViewRow[]> {
    const position = this.first;
    if (position < this.#index.first && from <= position && position < to) {
      yield [{ ...this.#droppedRow(), position }];
    }
    for (const run of this.#index.runs(from, to)) {
      const source = this.sources[run.source];
      yield rowsOfRun(source?.store, source?.capture ?? 0, run);
    }
  }

  /** The rows at the positions `from` up to, not including, `to` that are in a capture still. */
  *records(
    from: number,
    to: number,
  ): Generator<{ readonly capture: number; readonly record: StoredRecord }> {
    for (const { source: number, seq, length } of this.#index.runs(from, to)) {
      const source = this.sources[number];
      for (const record of source?.store ? recordsIn(source.store, seq, seq + length) : []) {
        yield { capture: source?.capture ?? 0, record };
      }
    }
  }

  /** Looks for a row, step by step; each step is short. */
  find(options: Omit<ViewFindOptions, 'index' | 'storeOf'>): Generator<undefined, FindAnswer> {
    const storeOf = (source: number) => this.sources[source]?.store;
    return viewFind({ ...options, index: this.#index, storeOf });
  }

  locate(place: ViewPlace): Located {
    return 'at' in place ? this.#locateTime(place.at) : this.#locateRow(place.capture, place.seq);
  }

  /** Brings the rows of several captures that have waited long enough into their order. */
  merge(): void {
    const merge = this.#merge;
    if (merge) {
      for (const [number, source] of this.sources.entries()) {
        const at = source.isCaughtUp ? Infinity : source.timeOf(source.cursor - 1);
        merge.reached(number, at, source.isCaughtUp);
      }
      merge.run(Date.now());
    }
  }

  /** Forgets rows that the captures have dropped. */
  drop(): void {
    let isAny = false;
    for (const [number, { store }] of this.sources.entries()) {
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

  /**
   * Adds rows and takes rows out, which gives all of them new positions.
   *
   * @returns whether there was anything to add or to take out
   */
  edit(revisions: readonly Revision[]): boolean {
    const edits: (RowEdit & Pick<Revision, 'at'>)[] = [];
    for (const { source, seq, at, isAdded } of revisions) {
      const place = this.#placeOf(source, seq);
      const isKept = seq >= (this.sources[source]?.store?.extent.first ?? Infinity);
      if (isKept && (place === undefined) === isAdded) {
        const position = place ?? this.#placeFor(source, seq, at);
        edits.push({ position, source, seq, at, isAdded });
      }
    }
    if (edits.length === 0) {
      return false;
    }
    const toAdded = ({ isAdded }: RowEdit) => (isAdded ? 0 : 1);
    edits.sort(
      (one, other) =>
        one.position - other.position ||
        toAdded(one) - toAdded(other) ||
        one.at - other.at ||
        one.seq - other.seq,
    );
    this.#index = this.#index.edited(this.#index.next + 1, edits);
    return true;
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

  #locateRow(capture: number, seq: number): Located {
    const number = this.sources.findIndex(source => source.capture === capture);
    const source = this.sources[number];
    return {
      position: this.#index.positionOf(number, seq) ?? this.#index.next,
      isExact: this.has(number, seq),
      isScanned: !source || ((seq < source.cursor || source.isCaughtUp) && !this.isWaiting),
    };
  }

  #locateTime(at: number): Located {
    const { first, next } = this.#index;
    const position = lowerBound(first, next, candidate => this.#timeAt(candidate) < at);
    return {
      position,
      isExact: position < next && this.#timeAt(position) === at,
      isScanned: this.sources.every(
        source => source.isCaughtUp || source.timeOf(source.cursor - 1) >= at,
      ),
    };
  }

  #timeAt(position: number): number {
    const found = this.#index.at(position);
    return (found && this.sources[found.source]?.timeOf(found.seq)) ?? -Infinity;
  }

  #droppedRow(): Omit<ViewRow, 'position'> {
    const source = this.sources.find(({ store }) => (store?.extent.dropped ?? 0) > 0);
    const first = source?.store?.extent.first ?? 0;
    const at = source?.store?.rows(first, 1)[0]?.at ?? 0;
    return { ...droppedRow(this.dropped, first - 1, at), capture: source?.capture ?? 0 };
  }
}
