import type { Block } from '../../record/block.ts';
import type { BlockHeader } from '../../record/blockFormat.ts';
import type { Extent } from '../capture.ts';

/** The rows that count, and those that were cleared and can be brought back. */
export interface Extents {
  readonly extent: Extent;
  readonly cleared: Extent | undefined;
}

/** Where a block is: in which segment, counted up over the log's life, and from which byte on. */
export interface BlockPlace {
  readonly segment: number;
  readonly offset: number;
}

/** A block that is in a log. */
export interface LoggedBlock extends BlockPlace {
  readonly header: BlockHeader;
}

/**
 * Where a `BlockStore` keeps its blocks: segments, to whose end blocks are appended, and of which the
 * oldest is removed as a whole.
 */
export interface BlockLog {
  /** The blocks that are there when the log is opened, oldest first. */
  readonly blocks: Iterable<LoggedBlock>;
  /** What was stored last; absent in a new log. */
  readonly extents: Extents | undefined;
  /** Stores all of the block, or nothing if it throws. */
  append(block: Block): LoggedBlock;
  /**
   * Bytes of a segment; those from a multiple of 8 on begin at one in their buffer as well. They do not
   * change afterwards. Throws if they are not there.
   *
   * @param room memory that they may be read into if they fit in: then they are lent until that is used again
   */
  read(segment: number, offset: number, byteLength: number, room?: Uint8Array): Uint8Array;
  /** The next block begins a segment. */
  endSegment(): void;
  /** Removes the segments below `segment`, which is at most the one after the newest. */
  removeBelow(segment: number): void;
  /** Writes down which rows count. May throw: then what was stored before holds for the next opening. */
  storeExtents(extents: Extents): void;
  close(): void;
}
