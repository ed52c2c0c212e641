import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';

/** A row of a log. */
export interface LogRow {
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly flags: number;
  readonly payload: Buffer;
}

const headerByteLength = 64;

/**
 * The rows of the log beside a control file, read by what docs/captures.md says of it and not by the
 * product's own code. Throws where something in a log is damaged, but not where its end is torn.
 */
export function* logRowsIn(path: string): Generator<LogRow> {
  const first = firstSeqOf(path);
  const segments = segmentsBeside(path);
  for (const [index, segment] of segments.entries()) {
    const bytes = contentOf(segment);
    const end = yield* rowsOfSegment(bytes, first);
    if (end < bytes.length && index < segments.length - 1) {
      throw new Error(`${segment} is damaged at ${end}`);
    }
  }
}

function firstSeqOf(path: string): number {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
  try {
    return Number(database.prepare('SELECT first_seq FROM capture').get()?.['first_seq']);
  } finally {
    database.close();
  }
}

function segmentsBeside(path: string): readonly string[] {
  const numberOf = (name: string) => Number(/-(\d+)\.log$/.exec(name)?.[1]);
  return readdirSync(dirname(path))
    .filter(name => name.startsWith(`${basename(path)}-`) && numberOf(name) > 0)
    .sort((a, b) => numberOf(a) - numberOf(b))
    .map(name => join(dirname(path), name));
}

/** Empty if a window has removed the segment just now. */
function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return Buffer.alloc(0);
    }
    throw error;
  }
}

/** Returns where the last whole block ends. */
function* rowsOfSegment(bytes: Buffer, first: number): Generator<LogRow, number> {
  let at = 0;
  while (at + headerByteLength <= bytes.length) {
    const block = bytes.subarray(at);
    if (block.toString('latin1', 0, 4) !== 'WSMB' || block.readUInt32LE(4) !== 1) {
      return at;
    }
    const [rows, payloadLength] = [block.readUInt32LE(8), block.readUInt32LE(12)];
    const payloads = headerByteLength + 16 * rows + 32 * block.readUInt32LE(16);
    const end = payloads + payloadLength;
    if (end > block.length || crc32(block.subarray(24, end)) !== block.readUInt32LE(20)) {
      return at;
    }
    let begin = payloads;
    for (let row = 0; row < rows; row++) {
      const seq = block.readDoubleLE(24) + row;
      const payloadEnd = payloads + block.readUInt32LE(headerByteLength + 12 * rows + 4 * row);
      if (seq >= first) {
        yield {
          seq,
          at: block.readDoubleLE(headerByteLength + 8 * row),
          flags: block.readUInt32LE(headerByteLength + 8 * rows + 4 * row),
          payload: block.subarray(begin, payloadEnd),
        };
      }
      begin = payloadEnd;
    }
    at += Math.ceil(end / 8) * 8;
  }
  return at;
}
