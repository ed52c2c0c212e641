import { maxRecords } from '../limits.ts';
import type { Problem } from '../reading.ts';
import { WireReader, varintAt } from './wire/wire.ts';

/**
 * What is before each message: its length, of which there may then be several in one message of the
 * WebSocket; the five bytes of gRPC; or bytes that are skipped.
 */
export type Prefix = 'varint' | 'u32be' | 'u16be' | 'grpc-web' | { readonly skip: number };

export interface PrefixedRecord {
  /** With its prefix. */
  readonly range: readonly [begin: number, end: number];
  /** Where its body begins. */
  readonly body: number;
  /** Of gRPC: compressed 1, trailers 128. */
  readonly flags: number;
  /** It ends before its length does, or has no whole length. */
  readonly problem?: Problem;
}

/** The records of a message, as far as they are whole and not too many; what is behind them is one with a problem. */
export function prefixedRecords(bytes: Uint8Array, prefix: Prefix): readonly PrefixedRecord[] {
  if (typeof prefix === 'object') {
    return [skipped(bytes, prefix.skip)];
  }
  const records: PrefixedRecord[] = [];
  const reader = new WireReader(bytes);
  let at = 0;
  while (at < bytes.length) {
    if (records.length === maxRecords - 1) {
      const problem = { at, is: 'too-long' } as const;
      records.push({ range: [at, bytes.length], body: at, flags: 0, problem });
      break;
    }
    const record = readRecord(bytes, at, prefix, reader);
    records.push(record);
    at = record.range[1];
  }
  return records;
}

function skipped(bytes: Uint8Array, skip: number): PrefixedRecord {
  const { length } = bytes;
  const body = Math.min(skip, length);
  return {
    range: [0, length],
    body,
    flags: 0,
    ...(skip > length && { problem: { at: length, is: 'truncated' } }),
  };
}

function readRecord(
  bytes: Uint8Array,
  at: number,
  prefix: Exclude<Prefix, object>,
  reader: WireReader,
): PrefixedRecord {
  const end = bytes.length;
  const cut = (body: number, problem: Problem = { at: end, is: 'truncated' }) => ({
    range: [at, end] as const,
    body,
    flags: 0,
    problem,
  });
  let body = at;
  let length = 0;
  if (prefix === 'varint') {
    body = reader.skipVarint(at, end);
    if (body < 0) {
      return cut(end, reader.problem);
    }
    length = Number(varintAt(bytes, at));
  } else {
    const width = prefix === 'u16be' ? 2 : 4;
    const first = prefix === 'grpc-web' ? at + 1 : at;
    body = first + width;
    if (body > end) {
      return cut(end);
    }
    for (let index = first; index < body; index++) {
      length = length * 256 + (bytes[index] ?? 0);
    }
  }
  const flags = prefix === 'grpc-web' ? (bytes[at] ?? 0) : 0;
  return length > end - body
    ? { ...cut(body), flags }
    : { range: [at, body + length], body, flags };
}
