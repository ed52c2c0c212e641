import type { Block } from '../../record/block.ts';
import { payloadBegin } from '../../record/block.ts';
import { areSound } from '../../record/blockCheck.ts';
import {
  blockByteLength,
  blockHeaderByteLength,
  factsByteLength,
  readBlockFacts,
  readBlockHeader,
  type BlockFacts,
  type BlockHeader,
} from '../../record/blockFormat.ts';
import type { BlockGroup } from './blockIndex.ts';
import type { BlockLog } from './blockLog.ts';

/** Groups whose blocks are kept in memory: a list and a search may look at places far apart. */
const maxKept = 4;

/** Of a longer block, payloads are read when they are asked for, and no more of them than that. */
const maxWholeByteLength = 1024 * 1024;

/** A block of a log. Its columns are in memory. */
export interface ReadBlock extends Block {
  /** A part of the payload of a row, which may be longer than fits in memory. */
  readonly partOf: (row: number, begin: number, end: number) => Uint8Array;
}

interface KeptGroup {
  readonly group: BlockGroup;
  readonly blocks: readonly ReadBlock[];
}

/**
 * Reads the blocks of a log, and keeps those of the last groups. What is damaged meanwhile is left out.
 * Throws what the log throws.
 */
export class BlockReader {
  readonly #log: BlockLog;
  #kept: readonly KeptGroup[] = [];

  constructor(log: BlockLog) {
    this.#log = log;
  }

  /** @param room memory that blocks may be lent in, which then are not kept */
  blocksOf(group: BlockGroup, room?: Uint8Array): readonly ReadBlock[] {
    const kept = this.#kept.find(
      each => each.group.segment === group.segment && each.group.offset === group.offset,
    );
    if (kept?.group.byteLength === group.byteLength) {
      return kept.blocks;
    }
    if (room && !kept && group.byteLength <= room.length) {
      return this.#read(group, undefined, room).blocks;
    }
    const read = this.#read(group, kept);
    const others = this.#kept.filter(each => each !== kept);
    this.#kept = [read, ...others].slice(0, maxKept);
    return read.blocks;
  }

  /** Lets go of the blocks of the segments below `segment`. */
  dropBelow(segment: number): void {
    this.#kept = this.#kept.filter(({ group }) => group.segment >= segment);
  }

  /** @param before the same group with fewer blocks: only the new ones are read */
  #read(group: BlockGroup, before: KeptGroup | undefined, room?: Uint8Array): KeptGroup {
    const { segment, offset, byteLength } = group;
    const from = before?.group.byteLength ?? 0;
    if (byteLength > maxWholeByteLength) {
      return { group, blocks: this.#readLong(segment, offset) };
    }
    const bytes = this.#log.read(segment, offset + from, byteLength - from, room);
    const blocks: ReadBlock[] = [...(before?.blocks ?? [])];
    for (let at = 0; at < bytes.length;) {
      const header = headerIn(bytes.subarray(at));
      const end = header ? at + blockByteLength(header) : Infinity;
      if (!header || end > bytes.length) {
        break;
      }
      const facts = readBlockFacts(bytes.subarray(at, end), header);
      if (areSound(facts, header)) {
        blocks.push(wholeBlock(bytes.subarray(at, end), header, facts));
      }
      at = end;
    }
    return { group, blocks };
  }

  #readLong(segment: number, offset: number): readonly ReadBlock[] {
    const header = headerIn(this.#log.read(segment, offset, blockHeaderByteLength));
    if (!header) {
      return [];
    }
    const begin = factsByteLength(header);
    const facts = readBlockFacts(this.#log.read(segment, offset, begin), header);
    if (!areSound(facts, header)) {
      return [];
    }
    const read = (from: number, to: number) =>
      this.#log.read(segment, offset + begin + from, Math.max(0, to - from));
    const block: ReadBlock = {
      ...facts,
      get payload() {
        return read(0, header.payloadByteLength);
      },
      partOf: (row, from, to) => {
        const [rowBegin, rowEnd] = [payloadBegin(facts, row), facts.ends[row] ?? 0];
        // The log reads from multiples of 8 on; a part begins anywhere.
        return read(Math.min(rowEnd, rowBegin + from), Math.min(rowEnd, rowBegin + to));
      },
    };
    return [block];
  }
}

function headerIn(bytes: Uint8Array): BlockHeader | undefined {
  return bytes.length < blockHeaderByteLength ? undefined : readBlockHeader(bytes);
}

function wholeBlock(bytes: Uint8Array, header: BlockHeader, facts: BlockFacts): ReadBlock {
  const begin = factsByteLength(header);
  const payload = bytes.subarray(begin, begin + header.payloadByteLength);
  return {
    ...facts,
    payload,
    partOf: (row, from, to) => {
      const whole = payload.subarray(payloadBegin(facts, row), facts.ends[row]);
      return whole.subarray(from, Math.max(from, to));
    },
  };
}
