import { lowerBound } from '../../base/lowerBound.ts';
import { nextSeqOf } from '../../record/block.ts';
import { blockByteLength, type FlagKinds, joinedKinds } from '../../record/blockFormat.ts';
import type { LoggedBlock } from './blockLog.ts';

/**
 * Blocks of a segment that follow each other, which are read together: so the index of a quiet
 * connection, whose blocks have a row each, takes no more room than that of a flood.
 */
export interface BlockGroup {
  readonly segment: number;
  readonly offset: number;
  readonly firstSeq: number;
  readonly firstAt: number;
  readonly blockCount: number;
  /** Bytes in the log. */
  readonly byteLength: number;
  /** The number after the last row's. Fewer rows than numbers: some have no row. */
  readonly nextSeq: number;
  readonly rowCount: number;
  readonly kinds: FlagKinds;
  /** Payload bytes of the groups before this one, since the store was opened, and of these rows. */
  readonly payloadBefore: number;
  readonly payloadByteLength: number;
}

const maxGroupByteLength = 256 * 1024;
const maxGroupRowCount = 4096;
/** Numbers without a row between two blocks of a group: nobody looks for rows one by one where more are. */
const maxGap = 4096;

/** Where the rows of a log are. */
export class BlockIndex {
  #groups: BlockGroup[] = [];

  append({ header, segment, offset }: LoggedBlock): void {
    const { firstSeq, firstAt, rowCount, payloadByteLength, kinds } = header;
    const byteLength = blockByteLength(header);
    const last = this.#groups.at(-1);
    if (
      last?.segment === segment &&
      last.offset + last.byteLength === offset &&
      firstSeq - last.nextSeq < maxGap &&
      last.byteLength + byteLength <= maxGroupByteLength &&
      last.rowCount + rowCount <= maxGroupRowCount
    ) {
      this.#groups[this.#groups.length - 1] = {
        ...last,
        blockCount: last.blockCount + 1,
        byteLength: last.byteLength + byteLength,
        nextSeq: nextSeqOf(header),
        rowCount: last.rowCount + rowCount,
        kinds: joinedKinds(last.kinds, kinds),
        payloadByteLength: last.payloadByteLength + payloadByteLength,
      };
      return;
    }
    this.#groups.push({
      segment,
      offset,
      firstSeq,
      firstAt,
      blockCount: 1,
      byteLength,
      nextSeq: nextSeqOf(header),
      rowCount,
      kinds,
      payloadBefore: last ? last.payloadBefore + last.payloadByteLength : 0,
      payloadByteLength,
    });
  }

  get first(): BlockGroup | undefined {
    return this.#groups[0];
  }

  get last(): BlockGroup | undefined {
    return this.#groups.at(-1);
  }

  /** The groups from the one that holds `seq` on, or from the next one. */
  *from(seq: number): Generator<BlockGroup> {
    for (let index = this.#indexOf(seq); ; index++) {
      const group = this.#groups[index];
      if (!group) {
        return;
      }
      yield group;
    }
  }

  /** The group that holds `seq`, or the next one. */
  at(seq: number): BlockGroup | undefined {
    return this.#groups[this.#indexOf(seq)];
  }

  /** The first group with which the payloads since the store was opened are more than `byteLength`. */
  atPayload(byteLength: number): BlockGroup | undefined {
    const isBefore = (index: number) => {
      const group = this.#groups[index];
      return group !== undefined && group.payloadBefore + group.payloadByteLength <= byteLength;
    };
    return this.#groups[lowerBound(0, this.#groups.length, isBefore)];
  }

  /** Forgets the groups of the segments below `segment`. */
  dropBelow(segment: number): void {
    const isBefore = (index: number) => (this.#groups[index]?.segment ?? segment) < segment;
    this.#groups.splice(0, lowerBound(0, this.#groups.length, isBefore));
  }

  #indexOf(seq: number): number {
    const isBefore = (index: number) => (this.#groups[index]?.nextSeq ?? Infinity) <= seq;
    return lowerBound(0, this.#groups.length, isBefore);
  }
}
