import { payloadBegin } from '../../record/block.ts';
import { BlockIndex, type BlockGroup } from './blockIndex.ts';
import type { BlockLog, LoggedBlock } from './blockLog.ts';
import { BlockReader, type ReadBlock } from './blockReader.ts';
import type { Extent } from '../capture.ts';
import type { BlockRows } from '../matchedRows.ts';

/** Rows of a block that is in a log. */
export interface LoggedRows extends BlockRows {
  readonly block: ReadBlock;
}

/** Finds rows in the blocks of a log by their numbers. Methods throw what the log throws. */
export class RowFinder {
  readonly #index = new BlockIndex();
  readonly #reader: BlockReader;

  constructor(log: BlockLog) {
    this.#reader = new BlockReader(log);
  }

  /** To be told of each block, oldest first. */
  add(block: LoggedBlock): void {
    this.#index.append(block);
  }

  /** The number after the last row's; 0 if there is none. */
  get next(): number {
    return this.#index.last?.nextSeq ?? 0;
  }

  /** The oldest segment with a row. */
  get firstSegment(): number | undefined {
    return this.#index.first?.segment;
  }

  /** The segment of the first row from `seq` on; if there is none, one that will be later than all. */
  segmentOf(seq: number): number {
    return this.#index.at(seq)?.segment ?? (this.#index.last?.segment ?? -1) + 1;
  }

  /** Forgets what is in the segments below `segment`. */
  dropBelow(segment: number): void {
    this.#index.dropBelow(segment);
    this.#reader.dropBelow(segment);
  }

  /** A number from `seq` on, below which no row is missed; `to` if there is no row before. */
  skipTo(seq: number, to: number): number {
    return Math.min(to, Math.max(seq, this.#index.at(seq)?.firstSeq ?? to));
  }

  /** The number of the first row from `seq` on; `to` if there is none before. */
  firstFrom(seq: number, to: number): number {
    for (const group of this.groups(seq, to)) {
      for (const { block, begin } of this.blocksOf(group, seq, to)) {
        return block.firstSeq + begin;
      }
    }
    return to;
  }

  /** Payload bytes of the rows below `seq`, since the store was opened. */
  payloadBefore(seq: number): number {
    const group = this.#index.at(seq);
    if (!group) {
      const { last } = this.#index;
      return last ? last.payloadBefore + last.payloadByteLength : 0;
    }
    let byteLength = group.payloadBefore;
    if (seq > group.firstSeq) {
      for (const { block, end } of this.blocksOf(group, group.firstSeq, seq)) {
        byteLength += payloadBegin(block, end);
      }
    }
    return byteLength;
  }

  /** The row after the fewest rows of an extent that hold at least `byteLength` bytes. */
  endOfBytes({ first, next }: Extent, byteLength: number): number {
    const wanted = this.payloadBefore(first) + byteLength;
    const group = this.#index.atPayload(wanted - 1);
    if (!group) {
      return next;
    }
    let before = group.payloadBefore;
    for (const { block } of this.blocksOf(group, group.firstSeq, group.nextSeq)) {
      for (let row = 0; row < block.rowCount; row++) {
        if (before + (block.ends[row] ?? 0) >= wanted) {
          return block.firstSeq + row + 1;
        }
      }
      before += payloadBegin(block, block.rowCount);
    }
    // Some of its blocks are damaged.
    return Math.min(group.nextSeq, next);
  }

  /** How many rows have numbers from `from` up to, not including, `to`. */
  rowCountIn(from: number, to: number): number {
    let count = 0;
    for (const group of this.groups(from, to)) {
      if (from <= group.firstSeq && group.nextSeq <= to) {
        count += group.rowCount;
        continue;
      }
      for (const { begin, end } of this.blocksOf(group, from, to)) {
        count += end - begin;
      }
    }
    return count;
  }

  /** The groups with rows `from` up to, not including, `to`. */
  *groups(from: number, to: number): Generator<BlockGroup> {
    if (from >= to) {
      return;
    }
    for (const group of this.#index.from(from)) {
      if (group.firstSeq >= to) {
        return;
      }
      yield group;
    }
  }

  /** The blocks of a group with rows `from` up to, not including, `to`. */
  blocksOf(group: BlockGroup, from: number, to: number): Generator<LoggedRows> {
    return rowsWithin(this.allOf(group), from, to);
  }

  /**
   * All blocks of a group.
   *
   * @param room memory that they may be lent in, until it is used again
   */
  allOf(group: BlockGroup, room?: Uint8Array): readonly ReadBlock[] {
    return this.#reader.blocksOf(group, room);
  }
}

/** The blocks with rows `from` up to, not including, `to`. */
export function* rowsWithin(
  blocks: readonly ReadBlock[],
  from: number,
  to: number,
): Generator<LoggedRows> {
  for (const block of blocks) {
    const begin = Math.max(0, from - block.firstSeq);
    const end = Math.min(block.rowCount, to - block.firstSeq);
    if (begin < end) {
      yield { block, begin, end };
    }
  }
}
