import { byteLengthOfRow, nextSeqOf, type Block } from '../../record/block.ts';
import { areFewKinds, flagsWithin } from '../../record/blockFormat.ts';
import { type FrameFacts, unpackFrame } from '../../record/frameFacts.ts';
import { previewByteLength } from '../../record/preview.ts';
import { findInBlock } from './blockFind.ts';
import type { BlockGroup } from './blockIndex.ts';
import type { BlockLog, Extents } from './blockLog.ts';
import type { ReadBlock } from './blockReader.ts';
import type { CaptureLimits, Extent, PayloadPart, Row } from '../capture.ts';
import { excessOf, isEmpty, joinedExtent, rowOf, type CaptureStore } from '../captureStore.ts';
import type { BlockRows, MatchedRows } from '../matchedRows.ts';
import { RowFinder, rowsWithin, type LoggedRows } from './rowFinder.ts';
import { RowMatch, type ViewMatcher } from '../viewMatcher.ts';

/** Room for the blocks that a search looks at, which are too many to keep each in memory of its own. */
const roomByteLength = 512 * 1024;

interface Search {
  readonly test: ViewMatcher;
  readonly from: number;
  readonly to: number;
  readonly isEach: boolean;
}

/** A capture as a log of blocks. Methods throw what the log throws. */
export class BlockStore implements CaptureStore {
  readonly #log: BlockLog;
  readonly #rows: RowFinder;
  /** Absent while a search uses it. */
  #room: Uint8Array | undefined;
  readonly #areJsonBefore = new WeakMap<BlockGroup, boolean>();
  #extent: Extent;
  /** The rows that are hidden, which are before those of the extent. */
  #cleared: Extent | undefined;

  /**
   * Goes on with what is in the log.
   *
   * @param firstSeq the number of the first row, if the log is new
   */
  constructor(log: BlockLog, firstSeq = 0) {
    this.#log = log;
    this.#rows = new RowFinder(log);
    for (const block of log.blocks) {
      this.#rows.add(block);
    }
    const { extent, cleared } = log.extents ?? {
      extent: { first: firstSeq, next: firstSeq, byteLength: 0, dropped: 0 },
      cleared: undefined,
    };
    this.#extent = this.#found(extent, Infinity);
    this.#cleared = cleared && this.#found(cleared, cleared.next);
    if (isEmpty(this.#extent) && this.#rows.firstSegment !== undefined) {
      // What comes next is not to stay, or go, with rows that do not count any more.
      log.endSegment();
    }
  }

  get extent(): Extent {
    return this.#extent;
  }

  /** How many rows there are, which are fewer than the numbers of the extent if some have none. */
  get rowCount(): number {
    return this.#rows.rowCountIn(this.#extent.first, this.#extent.next);
  }

  append(block: Block): void {
    if (block.rowCount === 0) {
      return;
    }
    const { first, next, byteLength } = this.#extent;
    this.#rows.add(this.#log.append(block));
    this.#extent = {
      ...this.#extent,
      first: first === next ? block.firstSeq : first,
      next: nextSeqOf(block),
      byteLength: byteLength + block.payload.length,
    };
  }

  rows(from: number, count: number): readonly Row[] {
    const rows: Row[] = [];
    for (const { block, begin, end } of this.#readBlocks(from, from + count)) {
      for (let row = begin; row < end; row++) {
        const flags = block.flags[row] ?? 0;
        const head = block.partOf(row, 0, previewByteLength(flags));
        const byteLength = byteLengthOfRow(block, row);
        rows.push(rowOf(block.firstSeq + row, block.times[row] ?? 0, flags, byteLength, head));
      }
    }
    return rows;
  }

  payload(seq: number, from: number, length: number): PayloadPart | undefined {
    for (const { block, begin } of this.#readBlocks(seq, seq + 1)) {
      const at = Math.max(0, from);
      const bytes = new Uint8Array(block.partOf(begin, at, Math.max(at, from + length)));
      return { bytes, byteLength: byteLengthOfRow(block, begin) };
    }
    return undefined;
  }

  frame(seq: number): FrameFacts | undefined {
    for (const { block, begin } of this.#readBlocks(seq, seq + 1)) {
      return unpackFrame(block.frames, begin, block.flags[begin] ?? 0);
    }
    return undefined;
  }

  skipTo(seq: number): number {
    return this.#rows.skipTo(seq, this.#extent.next);
  }

  blocks(from: number, to: number): Iterable<BlockRows> {
    return this.#readBlocks(from, to);
  }

  *find(test: ViewMatcher, from: number, to: number, isEach: boolean): Generator<MatchedRows> {
    // Of two searches at once, the second has a room of its own.
    const room = this.#room ?? new Uint8Array(roomByteLength);
    this.#room = undefined;
    try {
      yield* this.#find({ test, from, to, isEach }, room);
    } finally {
      this.#room = room;
    }
  }

  *#find({ test, from, to, isEach }: Search, room: Uint8Array): Generator<MatchedRows> {
    const { first, next } = this.#extent;
    const least = Math.max(from, first);
    const most = Math.min(to, next);
    for (const group of this.#rows.groups(least, most)) {
      const begin = Math.max(least, group.firstSeq);
      const end = Math.min(most, group.nextSeq);
      const verdict = verdictOn(test, group);
      if (verdict === RowMatch.Hidden) {
        yield { is: 'hidden', count: end - begin };
      } else if (verdict === RowMatch.Shown && !isEach) {
        yield { is: 'shown', seq: begin, count: end - begin, at: group.firstAt };
      } else if (verdict !== RowMatch.Out) {
        const blocks = this.#rows.allOf(group, room);
        const areJson = () => this.#areJson(test, group, blocks);
        for (const part of rowsWithin(blocks, begin, end)) {
          yield* findInBlock(test, part, isEach, areJson);
        }
      }
    }
  }

  enforce(limits: CaptureLimits): number {
    const whole = joinedExtent(this.#cleared, this.#extent);
    const excess = excessOf(whole, limits);
    if (!excess) {
      return 0;
    }
    const before = this.#extent.dropped;
    const least = whole.first + excess.rows;
    const end =
      excess.bytes > 0 ? Math.max(least, this.#rows.endOfBytes(whole, excess.bytes)) : least;
    this.#enter({
      cleared: this.#cleared && this.#without(this.#cleared, end),
      extent: this.#without(this.#extent, end),
    });
    this.sweep();
    return this.#extent.dropped - before;
  }

  clear(): boolean {
    const { next } = this.#extent;
    const cleared = joinedExtent(this.#cleared, this.#extent);
    const extent = { first: next, next, byteLength: 0, dropped: 0 };
    // What is cleared goes with its segments, without what comes next.
    this.#log.endSegment();
    try {
      this.#log.storeExtents({ extent, cleared });
    } catch {
      // Nothing could be brought back after a crash, nor be kept from coming back: so it goes now.
      this.#extent = extent;
      this.#cleared = undefined;
      this.sweep();
      this.#enter({ extent, cleared: undefined });
      return false;
    }
    this.#extent = extent;
    this.#cleared = cleared;
    return true;
  }

  restore(): boolean {
    const cleared = this.#cleared;
    if (!cleared) {
      return false;
    }
    this.#enter({ extent: joinedExtent(cleared, this.#extent), cleared: undefined });
    return true;
  }

  forget(): boolean {
    if (!this.#cleared) {
      return false;
    }
    this.#enter({ extent: this.#extent, cleared: undefined });
    return true;
  }

  sweep(): boolean {
    const { first } = joinedExtent(this.#cleared, this.#extent);
    const oldest = this.#rows.segmentOf(first);
    if ((this.#rows.firstSegment ?? oldest) < oldest) {
      this.#rows.dropBelow(oldest);
      this.#log.removeBelow(oldest);
    }
    return false;
  }

  close(): void {
    this.#enter({ extent: this.#extent, cleared: undefined });
    this.sweep();
    const { next } = this.#extent;
    this.#extent = { first: next, next, byteLength: 0, dropped: 0 };
    this.#rows.dropBelow(Infinity);
    this.#log.close();
  }

  /** What cannot be written now, as on a full disk, is written with the next change. */
  #enter(extents: Extents): void {
    this.#extent = extents.extent;
    this.#cleared = extents.cleared;
    try {
      this.#log.storeExtents(extents);
    } catch {
      // In this window it holds anyway.
    }
  }

  /** What is there of the rows from `first` on, of which fewer, or more, may have been written. */
  #found({ first: from, next, dropped, missing }: Extent, below: number): Extent {
    const to = Math.min(below, Math.max(next, this.#rows.next));
    const first = this.#rows.firstFrom(from, to);
    return {
      first,
      next: to,
      byteLength: this.#rows.payloadBefore(to) - this.#rows.payloadBefore(first),
      dropped,
      ...(missing !== undefined && { missing }),
    };
  }

  /** What is left of a part of the rows when those below `end` are dropped. */
  #without(part: Extent, end: number): Extent {
    const to = Math.min(end, part.next);
    if (isEmpty(part) || to <= part.first) {
      return part;
    }
    const first = this.#rows.firstFrom(to, part.next);
    return {
      ...part,
      first,
      byteLength:
        part.byteLength - (this.#rows.payloadBefore(first) - this.#rows.payloadBefore(part.first)),
      dropped: part.dropped + this.#rows.rowCountIn(part.first, first),
    };
  }

  /** Whether all messages of a group are JSON, which takes long to find out. */
  #areJson(test: ViewMatcher, group: BlockGroup, blocks: readonly ReadBlock[]): boolean {
    const before = this.#areJsonBefore.get(group);
    if (before !== undefined) {
      return before;
    }
    const areJson = blocks.every(block => test.search?.isJson(block) === true);
    this.#areJsonBefore.set(group, areJson);
    return areJson;
  }

  *#readBlocks(from: number, to: number): Generator<LoggedRows> {
    const least = Math.max(from, this.#extent.first);
    const most = Math.min(to, this.#extent.next);
    for (const group of this.#rows.groups(least, most)) {
      yield* this.#rows.blocksOf(group, least, most);
    }
  }
}

/** What is decided of all rows of a group by the flags that they have; `undefined` if they differ. */
function verdictOn(test: ViewMatcher, group: BlockGroup): RowMatch | undefined {
  const hasAll = group.rowCount === group.nextSeq - group.firstSeq;
  if (!test.isByFlags || !hasAll || !areFewKinds(group.kinds)) {
    return undefined;
  }
  let verdict: RowMatch | undefined;
  for (const flags of flagsWithin(group.kinds)) {
    const each = test.matchFlags(flags);
    if (verdict !== undefined && each !== verdict) {
      return undefined;
    }
    verdict = each;
  }
  return verdict;
}
