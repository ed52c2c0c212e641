import { crc32 } from 'node:zlib';
import type { Block } from '../../../src/core/record/block.ts';
import { packBlock } from '../../../src/core/record/blockFormat.ts';

/** Where a header has what, see blockFormat.ts. */
const Place = { Rows: 8, Payload: 12, Frames: 16, Checksum: 20, Checked: 24, All: 44, Columns: 64 };

/** What a block is changed to say. */
export interface Lie {
  readonly rowCount?: number;
  readonly payloadByteLength?: number;
  readonly frameCount?: number;
  /** The flags that all rows have. */
  readonly all?: number;
  /** The time of the first row, in its column. */
  readonly at?: number;
  /** The flags of the first row, in their column. */
  readonly flags?: number;
  /** Where payloads end, of all rows. */
  readonly ends?: readonly number[];
  /** The row that the first frame facts are of. */
  readonly frameRow?: number;
}

/** The bytes of a block that says something wrong, with a checksum that is right. */
export function lyingBytes(block: Block, lie: Lie): Buffer {
  const { pieces, header } = packBlock(block, crc32);
  const bytes = Buffer.concat(pieces);
  const { rowCount } = header;
  const setUint32 = (value: number | undefined, at: number) =>
    value !== undefined && bytes.writeUInt32LE(value, at);
  const setFloat64 = (value: number | undefined, at: number) =>
    value !== undefined && bytes.writeDoubleLE(value, at);
  setUint32(lie.rowCount, Place.Rows);
  setUint32(lie.payloadByteLength, Place.Payload);
  setUint32(lie.frameCount, Place.Frames);
  if (lie.all !== undefined) {
    bytes.writeUInt16LE(lie.all, Place.All);
  }
  setFloat64(lie.at, Place.Columns);
  setUint32(lie.flags, Place.Columns + 8 * rowCount);
  lie.ends?.forEach((end, row) => setUint32(end, Place.Columns + 12 * rowCount + 4 * row));
  setFloat64(lie.frameRow, Place.Columns + 16 * rowCount);
  const end = Place.Columns + 16 * rowCount + 32 * header.frameCount + header.payloadByteLength;
  bytes.writeUInt32LE(crc32(bytes.subarray(Place.Checked, end)), Place.Checksum);
  return bytes;
}
