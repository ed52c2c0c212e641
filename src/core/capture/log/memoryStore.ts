import type { Block } from '../../record/block.ts';
import { blockByteLength, packBlock } from '../../record/blockFormat.ts';
import type { BlockLog, LoggedBlock } from './blockLog.ts';
import { BlockStore } from './blockStore.ts';

/** Blocks share buffers of this length, so that a quiet connection has few; a longer block has its own. */
const segmentByteLength = 64 * 1024;

interface Segment {
  readonly bytes: Uint8Array;
  length: number;
}

/** Keeps rows in memory: an object per row would take several times the space. */
export class MemoryStore extends BlockStore {
  /** @param firstSeq the sequence number of the first row */
  constructor(firstSeq = 0) {
    super(new MemoryLog(), firstSeq);
  }
}

class MemoryLog implements BlockLog {
  readonly blocks: readonly LoggedBlock[] = [];
  readonly extents = undefined;
  #segments: Segment[] = [];
  /** The number of the first of them. */
  #first = 0;
  #isEnded = false;

  append(block: Block): LoggedBlock {
    const { header, pieces } = packBlock(block);
    const segment = this.#segmentFor(blockByteLength(header));
    const offset = segment.length;
    for (const piece of pieces) {
      segment.bytes.set(piece, segment.length);
      segment.length += piece.length;
    }
    return { header, segment: this.#first + this.#segments.length - 1, offset };
  }

  read(segment: number, offset: number, byteLength: number): Uint8Array {
    const found = this.#segments[segment - this.#first];
    if (!found) {
      throw new RangeError('These rows were dropped');
    }
    return found.bytes.subarray(offset, offset + byteLength);
  }

  endSegment(): void {
    this.#isEnded = true;
  }

  removeBelow(segment: number): void {
    this.#segments.splice(0, segment - this.#first);
    this.#first = segment;
  }

  storeExtents(): void {
    // They end with the store.
  }

  close(): void {
    this.removeBelow(this.#first + this.#segments.length);
  }

  #segmentFor(byteLength: number): Segment {
    const last = this.#segments.at(-1);
    if (last && !this.#isEnded && last.length + byteLength <= last.bytes.length) {
      return last;
    }
    this.#isEnded = false;
    const bytes = new Uint8Array(Math.max(byteLength, segmentByteLength));
    const segment = { bytes, length: 0 };
    this.#segments.push(segment);
    return segment;
  }
}
