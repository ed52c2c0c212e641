import type { Block } from './block.ts';
import { RowFlag } from './record.ts';
import { valuesPerFrame } from './frameFacts.ts';

/**
 * A block as it is in a log, which is a sequence of blocks. All numbers are little-endian, as in the
 * memory of every machine that the editor runs on.
 *
 *     offset          type     what
 *     0               uint32   magic: `WSMB`
 *     4               uint16   version of the format, 1
 *     6               uint16   how the rest is packed: 0, not at all
 *     8               uint32   number of rows, n
 *     12              uint32   number of payload bytes, p
 *     16              uint32   number of frame facts, f
 *     20              uint32   CRC-32 of everything from offset 24 on up to the end of the payloads
 *     24              float64  number of the first row
 *     32              float64  time of the first row: milliseconds since 1970
 *     40              uint16   which opcodes there are, a bit for each
 *     42              uint16   the flags that some row has, see record.ts
 *     44              uint16   the flags that all rows have
 *     46              18 bytes zero
 *     64              float64  × n, times
 *     64 + 8 n        uint32   × n, flags
 *     64 + 12 n       uint32   × n, where the payloads end
 *     64 + 16 n       float64  × 4 f, how some of the messages came, see frameFacts.ts
 *     64 + 16 n + 32 f  p bytes  the payloads, one after the other
 *
 * Zeros follow up to a multiple of 8 bytes, so that the columns can be read where they are.
 */
export const blockHeaderByteLength = 64;

const magic = 0x424d_5357;
const version = 1;
const notPacked = 0;
const checkedFrom = 24;
const alignment = 8;
const byteLengthPerRow = 16;
const byteLengthPerFrame = 8 * valuesPerFrame;

/** What a header may claim, so that nobody makes room for more: far above what batches hold. */
const maxRowCount = 2 ** 20;
/** No more is read from a file at once. */
const maxPayloadByteLength = 2 ** 31 - 1;

/** What a log may be asked of a block without reading it. */
export interface BlockHeader {
  readonly firstSeq: number;
  readonly rowCount: number;
  readonly firstAt: number;
  readonly payloadByteLength: number;
  readonly frameCount: number;
  readonly checksum: number;
  readonly kinds: FlagKinds;
}

/** Which flags rows have, without saying which row has which. */
export interface FlagKinds {
  /** A bit for each opcode that a row has. */
  readonly opcodes: number;
  /** Flags that a row has. */
  readonly some: number;
  /** Flags that all rows have. */
  readonly all: number;
}

/** Bytes of header and columns, before the payloads. */
export function factsByteLength({
  rowCount,
  frameCount,
}: Pick<BlockHeader, 'rowCount' | 'frameCount'>): number {
  return blockHeaderByteLength + byteLengthPerRow * rowCount + byteLengthPerFrame * frameCount;
}

/** Bytes of the whole block. */
export function blockByteLength(header: BlockHeader): number {
  const byteLength = factsByteLength(header) + header.payloadByteLength;
  return byteLength + paddingOf(byteLength);
}

function paddingOf(byteLength: number): number {
  return (alignment - (byteLength % alignment)) % alignment;
}

const padding = Array.from({ length: alignment }, (_, length) => new Uint8Array(length));

/** Continues a CRC-32 over more bytes. */
export type Crc32 = (bytes: Uint8Array, before: number) => number;

export interface PackedBlock {
  readonly header: BlockHeader;
  /** The bytes of the block, in pieces that follow each other; those of the columns are not copied. */
  readonly pieces: readonly Uint8Array[];
}

/** @param crc32 absent where nothing can be torn: in memory */
export function packBlock(block: Block, crc32?: Crc32): PackedBlock {
  const { firstSeq, rowCount, times, flags, ends, frames, payload } = block;
  const kinds = flagKindsOf(flags, rowCount);
  const bytes = new Uint8Array(blockHeaderByteLength);
  const view = new DataView(bytes.buffer);
  const frameCount = frames.length / valuesPerFrame;
  view.setUint32(0, magic, true);
  view.setUint16(4, version, true);
  view.setUint16(6, notPacked, true);
  view.setUint32(8, rowCount, true);
  view.setUint32(12, payload.length, true);
  view.setUint32(16, frameCount, true);
  view.setFloat64(24, firstSeq, true);
  view.setFloat64(32, times[0] ?? 0, true);
  view.setUint16(40, kinds.opcodes, true);
  view.setUint16(42, kinds.some, true);
  view.setUint16(44, kinds.all, true);
  const columns = [times, flags, ends, frames].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
  const content = [...columns, payload];
  const checksum = crc32
    ? content.reduce((sum, piece) => crc32(piece, sum), crc32(bytes.subarray(checkedFrom), 0))
    : 0;
  view.setUint32(20, checksum, true);
  const header = {
    firstSeq,
    rowCount,
    firstAt: times[0] ?? 0,
    payloadByteLength: payload.length,
    frameCount,
    checksum,
    kinds,
  };
  const end = padding[paddingOf(factsByteLength(header) + payload.length)] ?? bytes;
  return { header, pieces: [bytes, ...content, end].filter(({ length }) => length > 0) };
}

/**
 * Reads a block's header. `undefined` if there is none that this version reads: what a crash left, or
 * anything else.
 *
 * @param bytes at least `blockHeaderByteLength` bytes
 */
export function readBlockHeader(bytes: Uint8Array): BlockHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, blockHeaderByteLength);
  const isOurs = view.getUint32(0, true) === magic && view.getUint16(4, true) === version;
  if (!isOurs || view.getUint16(6, true) !== notPacked) {
    return undefined;
  }
  const rowCount = view.getUint32(8, true);
  const firstSeq = view.getFloat64(24, true);
  const payloadByteLength = view.getUint32(12, true);
  const frameCount = view.getUint32(16, true);
  if (
    rowCount === 0 ||
    rowCount > maxRowCount ||
    frameCount > rowCount ||
    payloadByteLength > maxPayloadByteLength ||
    !Number.isSafeInteger(firstSeq) ||
    !Number.isSafeInteger(firstSeq + rowCount) ||
    firstSeq < 0
  ) {
    return undefined;
  }
  return {
    firstSeq,
    rowCount,
    payloadByteLength,
    frameCount,
    checksum: view.getUint32(20, true),
    firstAt: view.getFloat64(32, true),
    kinds: {
      opcodes: view.getUint16(40, true),
      some: view.getUint16(42, true),
      all: view.getUint16(44, true),
    },
  };
}

/** The columns of a block, where they are. */
export type BlockFacts = Omit<Block, 'payload'>;

/** @param bytes the block up to its payloads at least, at a multiple of 8 in its buffer */
export function readBlockFacts(bytes: Uint8Array, header: BlockHeader): BlockFacts {
  const { firstSeq, rowCount, frameCount } = header;
  const { buffer } = bytes;
  const begin = bytes.byteOffset + blockHeaderByteLength;
  return {
    firstSeq,
    rowCount,
    times: new Float64Array(buffer, begin, rowCount),
    flags: new Uint32Array(buffer, begin + 8 * rowCount, rowCount),
    ends: new Uint32Array(buffer, begin + 12 * rowCount, rowCount),
    frames: new Float64Array(
      buffer,
      begin + byteLengthPerRow * rowCount,
      valuesPerFrame * frameCount,
    ),
  };
}

/**
 * Whether a block is as it was written.
 *
 * @param pieces the bytes of the block, up to the end of the payloads at least
 */
export function isIntact(pieces: Iterable<Uint8Array>, header: BlockHeader, crc32: Crc32): boolean {
  const end = factsByteLength(header) + header.payloadByteLength;
  let at = 0;
  let checksum = 0;
  for (const piece of pieces) {
    const checked = piece.subarray(Math.max(0, checkedFrom - at), Math.max(0, end - at));
    checksum = crc32(checked, checksum);
    at += piece.length;
  }
  return checksum === header.checksum;
}

export function flagKindsOf(flags: Uint32Array, rowCount: number): FlagKinds {
  let opcodes = 0;
  let some = 0;
  let all = 0xffff;
  for (let row = 0; row < rowCount; row++) {
    const value = flags[row] ?? 0;
    opcodes |= 1 << (value & RowFlag.OpcodeMask);
    some |= value;
    all &= value;
  }
  return { opcodes, some, all };
}

export function joinedKinds(a: FlagKinds, b: FlagKinds): FlagKinds {
  return { opcodes: a.opcodes | b.opcodes, some: a.some | b.some, all: a.all & b.all };
}

/** More combinations of flags are not gone through. */
const maxCombinations = 64;

/** All flags that rows may have which are of these kinds; `undefined` if there are too many. */
export function* flagsWithin({ opcodes, some, all }: FlagKinds): Generator<number> {
  const open = some & ~all & ~RowFlag.OpcodeMask;
  for (let opcode = 0; opcode <= RowFlag.OpcodeMask; opcode++) {
    if ((opcodes & (1 << opcode)) !== 0) {
      // All subsets of `open`.
      let subset = open;
      for (;;) {
        yield (all & ~RowFlag.OpcodeMask) | subset | opcode;
        if (subset === 0) {
          break;
        }
        subset = (subset - 1) & open;
      }
    }
  }
}

export function areFewKinds({ opcodes, some, all }: FlagKinds): boolean {
  const open = some & ~all & ~RowFlag.OpcodeMask;
  return bitCount(opcodes) * 2 ** bitCount(open) <= maxCombinations;
}

function bitCount(value: number): number {
  let count = 0;
  for (let rest = value; rest !== 0; rest &= rest - 1) {
    count++;
  }
  return count;
}
