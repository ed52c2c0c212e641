import { crc32 } from 'node:zlib';
import { nextSeqOf } from '../../../core/record/block.ts';
import { areSound } from '../../../core/record/blockCheck.ts';
import {
  blockByteLength,
  blockHeaderByteLength,
  factsByteLength,
  isIntact,
  readBlockFacts,
  readBlockHeader,
  type BlockHeader,
} from '../../../core/record/blockFormat.ts';
import type { LoggedBlock } from '../../../core/capture/log/blockLog.ts';
import type { Segment } from './segment.ts';

/** Read at once: many headers of a quiet connection, and not much more than one of a flood's. */
const windowByteLength = 4096;

/** Of the payloads of a block, read at once. */
const partByteLength = 1024 * 1024;

/** The blocks of a segment, and how far they go. */
export interface ScannedSegment {
  readonly blocks: readonly LoggedBlock[];
  /** Where the last of them ends; what is behind it is no whole block, as where a process was killed. */
  readonly length: number;
}

/**
 * Goes from header to header. Throws the errors of the file system.
 *
 * @param nextSeq the number of the first row at least
 * @param isChecked looks at each byte of the blocks, and leaves out those that are damaged
 */
export function scanSegment(segment: Segment, nextSeq: number, isChecked: boolean): ScannedSegment {
  const blocks: LoggedBlock[] = [];
  const headers = new HeaderWindow(segment);
  let least = nextSeq;
  let length = 0;
  for (let offset = 0; ;) {
    const header = headers.at(offset);
    if (!header || header.firstSeq < least) {
      break;
    }
    const end = offset + blockByteLength(header);
    if (end > segment.length) {
      break;
    }
    // Behind a block that a power cut has torn there may be whole ones.
    if (!isChecked || isWhole(segment, offset, header)) {
      blocks.push({ header, segment: segment.number, offset });
      least = nextSeqOf(header);
      length = end;
    }
    offset = end;
  }
  return { blocks, length };
}

/** Whether a block is as it was written. */
function isWhole(segment: Segment, offset: number, header: BlockHeader): boolean {
  const [first, ...rest] = partsOf(header);
  const facts = segment.read(offset, first);
  const pieces = function* () {
    yield facts;
    let at = offset + first;
    for (const byteLength of rest) {
      yield segment.read(at, byteLength);
      at += byteLength;
    }
  };
  return isIntact(pieces(), header, crc32) && areSound(readBlockFacts(facts, header), header);
}

/** How many bytes of a block are read at once: all columns, and of a long payload a part each time. */
function partsOf(header: BlockHeader): readonly [number, ...number[]] {
  const byteLength = blockByteLength(header);
  const first = Math.min(byteLength, Math.max(factsByteLength(header), partByteLength));
  const parts: [number, ...number[]] = [first];
  for (let at = first; at < byteLength; at += partByteLength) {
    parts.push(Math.min(partByteLength, byteLength - at));
  }
  return parts;
}

class HeaderWindow {
  readonly #segment: Segment;
  #bytes: Uint8Array = new Uint8Array();
  #begin = 0;

  constructor(segment: Segment) {
    this.#segment = segment;
  }

  at(offset: number) {
    const { length } = this.#segment;
    if (offset + blockHeaderByteLength > length) {
      return undefined;
    }
    if (offset + blockHeaderByteLength > this.#begin + this.#bytes.length) {
      this.#begin = offset;
      this.#bytes = this.#segment.read(offset, Math.min(windowByteLength, length - offset));
    }
    return readBlockHeader(this.#bytes.subarray(offset - this.#begin));
  }
}
