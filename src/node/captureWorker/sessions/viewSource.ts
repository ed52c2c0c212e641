import type { BatchReader } from '../../../core/record/batch.ts';
import { findInBlock } from '../../../core/capture/log/blockFind.ts';
import { recordsIn, type CaptureStore } from '../../../core/capture/captureStore.ts';
import type { MatchedRows, OpenRecord } from '../../../core/capture/matchedRows.ts';
import { RowMatch, type ViewMatcher } from '../../../core/capture/viewMatcher.ts';
import type { CaptureDecoding } from '../decoding/captureDecoding.ts';
import type { DecodingSlot } from '../decoding/decodingSlot.ts';
import type { RegexTimeGuard } from './regexTimeGuard.ts';

/** Rows that are searched at first, so that the first ones show at once, and at most. */
const minStep = 256;
const maxStep = 4096;

/** A search that takes less is made longer, one that takes more is made shorter. */
const goodStepMs = 5;

/** Records that wait for their verdict. */
const groupLength = 4096;
const groupByteLength = 1024 * 1024;

/** Of those that decoders are asked about, which takes longer by far. */
const decodedGroupLength = 64;

/** Takes rows that are shown, in order; `at` is the time of the first of them. */
export type OnShown = (seq: number, count: number, at: number) => void;

interface ViewSourceOptions {
  readonly capture: number;
  readonly test: ViewMatcher;
  readonly judge: RegexTimeGuard;
  readonly onShown: OnShown;
  /** Each row comes by itself, with its time. */
  readonly isEach: boolean;
  /** What decodes the capture, if anything does. */
  readonly slotOf: () => Pick<DecodingSlot, 'decoding' | 'problem'> | undefined;
}

/** One capture of a view: which of its rows have been matched. */
export class ViewSource {
  readonly #options: ViewSourceOptions;
  #store: CaptureStore | undefined;
  #cursor = 0;
  /** Where the capture ended when it was looked at last. */
  #next = 0;
  #hidden = 0;
  #unread = 0;
  #step = minStep;
  #group: OpenRecord[] = [];
  #groupByteLength = 0;
  /** Rows that are left out, but counted, and may be judged otherwise later. */
  readonly #counted = new Map<number, RowMatch>();

  constructor(options: ViewSourceOptions) {
    this.#options = options;
  }

  get capture(): number {
    return this.#options.capture;
  }

  get store(): CaptureStore | undefined {
    return this.#store;
  }

  get hidden(): number {
    return this.#hidden;
  }

  /** Messages that could not be looked into. */
  get unread(): number {
    return this.#unread;
  }

  /** The newest row of the capture; below 0 if it never had one. */
  get last(): number {
    return (this.#store?.extent.next ?? 0) - 1;
  }

  /** -Infinity if the row is not there. */
  timeOf(seq: number): number {
    return this.#store?.rows(seq, 1)[0]?.at ?? -Infinity;
  }

  /** The row that is looked at next. */
  get cursor(): number {
    return this.#cursor;
  }

  get isCaughtUp(): boolean {
    return this.#cursor >= this.#next;
  }

  /** Nothing can be done before the decoders have gone on. */
  get isWaiting(): boolean {
    return !this.isCaughtUp && this.#cursor >= this.#limit;
  }

  /** Where the rows end that can be looked at. */
  get #limit(): number {
    const { test, slotOf } = this.#options;
    const slot = test.asksDecoders ? slotOf() : undefined;
    // Where decoders cannot be had, a message is what it is without them.
    const isFree = !slot || slot.problem !== undefined;
    return isFree ? this.#next : Math.min(this.#next, slot.decoding?.cursor ?? 0);
  }

  get scanned(): number {
    const { total } = this;
    const first = this.#store?.extent.first ?? this.#cursor;
    return this.isCaughtUp ? total : Math.max(0, Math.min(this.#cursor - first, total - 1));
  }

  get total(): number {
    const { first, missing = 0 } = this.#store?.extent ?? { first: this.#next };
    return this.#next - first - missing;
  }

  /** To be called when rows were added or removed, or the capture was opened, reopened or closed. */
  refresh(store: CaptureStore | undefined): void {
    if (store !== this.#store) {
      this.#store = store;
      this.#resetCounts();
    }
    if (!store) {
      this.#next = this.#cursor;
      return;
    }
    const { first, next, dropped } = store.extent;
    if (first === next && dropped === 0) {
      // It was cleared.
      this.#resetCounts();
    }
    for (const seq of this.#counted.keys()) {
      if (seq >= first) {
        break;
      }
      this.#counted.delete(seq);
    }
    this.#cursor = Math.max(this.#cursor, first);
    this.#next = next;
  }

  #resetCounts(): void {
    this.#hidden = 0;
    this.#unread = 0;
    this.#counted.clear();
  }

  /**
   * Looks at a batch that has just been stored, which saves reading it back, unless older rows come
   * first or there is no time.
   */
  appended(store: CaptureStore, batch: BatchReader, deadline: number): void {
    const wasCaughtUp = this.isCaughtUp && store === this.#store;
    this.refresh(store);
    const { first, next } = store.extent;
    const { test, isEach, slotOf } = this.#options;
    const slot = test.asksDecoders ? slotOf() : undefined;
    if (slot && !isUndecoded(slot, batch)) {
      return;
    }
    if (!wasCaughtUp || next !== batch.nextSeq || first > batch.firstSeq) {
      return;
    }
    this.#cursor = batch.firstSeq;
    const rows = { block: batch, begin: 0, end: batch.rowCount };
    this.#take(findInBlock(test, rows, isEach), next, deadline);
  }

  /** Looks at rows until `deadline`, which is of `performance.now`, or until it has caught up. */
  work(deadline: number): void {
    for (let now = performance.now(); now < deadline && this.#cursor < this.#limit;) {
      this.#cursor = Math.max(this.#cursor, this.#store?.skipTo(this.#cursor) ?? 0);
      const end = Math.min(this.#cursor + this.#step, this.#limit);
      this.#search(end, deadline);
      if (this.#options.judge.hasGivenUp) {
        return;
      }
      const duration = performance.now() - now;
      now += duration;
      if (duration < goodStepMs / 2) {
        this.#step = Math.min(2 * this.#step, maxStep);
      } else if (duration > goodStepMs) {
        this.#step = Math.max(this.#step >>> 1, 1);
      }
    }
  }

  #search(end: number, deadline: number): void {
    const { test, isEach, slotOf } = this.#options;
    const decoding = test.asksDecoders ? slotOf()?.decoding : undefined;
    const from = this.#cursor;
    if (!decoding) {
      this.#take(this.#store?.find(test, from, end, isEach) ?? [], end, deadline);
      return;
    }
    const each = Math.min(decoding.firstDecoded(from, end), Math.max(from, decoding.unsettledFrom));
    if (each === from) {
      const to = from < decoding.unsettledFrom ? decoding.endOfSession(from, end) : end;
      this.#take(this.#decodedRows(decoding, from, to), to, deadline);
    } else {
      this.#take(this.#store?.find(test, from, each, isEach) ?? [], each, deadline);
    }
  }

  /**
   * Judges a row again that was judged before.
   *
   * @param wasShown whether the view has it
   * @returns its time if the view must add it, or take it out; else `undefined`
   */
  judgeAgain(seq: number, wasShown: boolean): number | undefined {
    const { judge, slotOf } = this.#options;
    const decoding = slotOf()?.decoding;
    const [open] = decoding ? this.#decodedRows(decoding, seq, seq + 1) : [];
    const [verdict] = open ? judge.match([open.record], Infinity) : [];
    if (!open || verdict === undefined) {
      return undefined;
    }
    this.#count(wasShown ? undefined : this.#counted.get(seq), -1);
    this.#counted.delete(seq);
    this.#note(open.record, verdict);
    return (verdict === RowMatch.Shown) === wasShown ? undefined : open.record.at;
  }

  /** Rows that decoders may read, each to be matched by itself. */
  *#decodedRows(
    decoding: CaptureDecoding,
    from: number,
    to: number,
  ): Generator<Extract<MatchedRows, { is: 'open' }>> {
    const { capture } = this.#options;
    for (const lent of this.#store ? recordsIn(this.#store, from, to) : []) {
      const record = { ...lent, payload: new Uint8Array(lent.payload) };
      yield {
        is: 'open',
        record: { ...record, capture, decoded: () => decoding.decodedRow(record) },
      };
    }
  }

  /** @param end the row after those that were classified */
  #take(all: Iterable<MatchedRows>, end: number, deadline: number): void {
    const { onShown } = this.#options;
    for (const found of all) {
      if (found.is === 'open') {
        this.#push(found.record);
        if (this.#isGroupFull && !this.#judgeGroup(deadline)) {
          return;
        }
        continue;
      }
      // What came before is to be shown before.
      if (this.#group.length > 0 && !this.#judgeGroup(deadline)) {
        return;
      }
      if (found.is === 'hidden') {
        this.#hidden += found.count;
      } else if (found.is === 'unread') {
        this.#unread += found.count;
      } else {
        onShown(found.seq, found.count, found.at);
        this.#cursor = found.seq + found.count;
      }
    }
    if (this.#judgeGroup(deadline)) {
      this.#cursor = end;
    }
  }

  get #isGroupFull(): boolean {
    const maxLength = this.#group[0]?.decoded ? decodedGroupLength : groupLength;
    return this.#group.length >= maxLength || this.#groupByteLength >= groupByteLength;
  }

  #push(record: OpenRecord): void {
    this.#group.push(record);
    this.#groupByteLength += record.payload.length;
  }

  /** @returns whether all of the group was judged, and there is time for more */
  #judgeGroup(deadline: number): boolean {
    const group = this.#group;
    if (group.length === 0) {
      return true;
    }
    this.#group = [];
    this.#groupByteLength = 0;
    const verdicts = this.#options.judge.match(group, deadline);
    for (const [index, verdict] of verdicts.entries()) {
      const record = group[index];
      if (!record) {
        break;
      }
      this.#cursor = record.seq + 1;
      if (verdict === RowMatch.Shown) {
        this.#options.onShown(record.seq, 1, record.at);
      } else {
        this.#note(record, verdict);
      }
    }
    return verdicts.length === group.length && performance.now() < deadline;
  }

  /** Counts a row that is left out, and remembers that if it may be judged again. */
  #note({ seq, decoded }: OpenRecord, verdict: RowMatch): void {
    this.#count(verdict, 1);
    if (!decoded || verdict === RowMatch.Shown || verdict === RowMatch.Out) {
      return;
    }
    const { slotOf, test } = this.#options;
    if (slotOf()?.decoding?.mayChange(seq, test.follows) === true) {
      this.#counted.set(seq, verdict);
    }
  }

  #count(verdict: RowMatch | undefined, by: 1 | -1): void {
    if (verdict === RowMatch.Hidden) {
      this.#hidden += by;
    } else if (verdict === RowMatch.Unread) {
      this.#unread += by;
    }
  }
}

/** Whether the decoders know that none of them reads a row of the batch. */
function isUndecoded(
  { decoding, problem }: Pick<DecodingSlot, 'decoding' | 'problem'>,
  { firstSeq, nextSeq }: BatchReader,
): boolean {
  return decoding
    ? decoding.cursor >= nextSeq &&
        decoding.unsettledFrom >= nextSeq &&
        decoding.firstDecoded(firstSeq, nextSeq) === nextSeq
    : problem !== undefined;
}
