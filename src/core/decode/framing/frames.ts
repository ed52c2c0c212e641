import type { Layer } from '../layer.ts';
import { maxCarriedLength, maxRecords } from '../limits.ts';
import type { Problem, Reading } from '../reading.ts';
import { byteCount } from '../summaryText.ts';
import { hasEnd, withPiece, type FrameEnd, type Rest } from './rest.ts';

/** Bytes that frames are read from: those of a message, and before them what earlier ones have left. */
export interface FrameBytes {
  readonly bytes: Uint8Array;
  /** So many bytes came with earlier messages. */
  readonly shift: number;
  /** The place in the layer; 0 for what came earlier. */
  offset(at: number): number;
  /** The place in the message itself; `undefined` if the layer was computed or the byte came earlier. */
  placeInMessage(at: number): number | undefined;
}

/** What was found where a frame has to begin. */
export type Frame =
  /** Without a reading there is nothing to tell of it. */
  | { readonly is: 'whole'; readonly end: number; readonly reading?: Reading }
  | {
      readonly is: 'part';
      /** A number: its length. */
      readonly until: FrameEnd;
      readonly type?: string | undefined;
      /** As long as it may become until then; `maxCarriedLength` if absent. */
      readonly limit?: number;
    }
  /** What follows cannot be read either. */
  | { readonly is: 'none'; readonly reading: Reading };

/**
 * Reads the frames of a message that may hold several of them, and parts of one at its beginning and end.
 *
 * @param rest what the messages of this direction before have left
 * @param noun of a frame, as in `a packet`
 */
export function readFrames(
  layer: Layer,
  rest: Rest | undefined,
  seq: number,
  noun: string,
  frameAt: (from: FrameBytes, at: number) => Frame,
): { readonly records: readonly Reading[]; readonly rest: Rest | undefined } {
  const own = layer.bytes;
  if (rest && !hasEnd(rest, own)) {
    return {
      records: [partReading(noun, rest.type, 0, own.length)],
      rest: withPiece(rest, own, seq),
    };
  }
  const records: Reading[] = [];
  const carried = rest?.kind === 'collected' ? rest.pieces : undefined;
  const { bytes, seqs } = carried
    ? carried.joined(own)
    : { bytes: own, seqs: [] as readonly number[] };
  const shift = bytes.length - own.length;
  const from: FrameBytes = {
    bytes,
    shift,
    offset: at => Math.max(0, at - shift),
    placeInMessage: at =>
      layer.begin === undefined || at < shift ? undefined : layer.begin + at - shift,
  };
  let at = 0;
  if (rest?.kind === 'skipped') {
    at = typeof rest.left === 'number' ? rest.left : own.indexOf(0) + 1;
    records.push(endOfTooLong(noun, rest.type, at));
  }
  while (at < bytes.length) {
    if (records.length >= maxRecords) {
      records[maxRecords - 1] = tooMany(from.offset(at), own.length);
      break;
    }
    const frame = frameAt(from, at);
    if (frame.is === 'none') {
      records.push({ ...frame.reading, range: [from.offset(at), own.length] });
      break;
    }
    if (frame.is === 'part') {
      const { until, type, limit = maxCarriedLength } = frame;
      const before = at === 0 ? carried : undefined;
      const piece = before ? own : bytes.subarray(at);
      const begin = from.offset(at);
      const left = withPiece({ kind: 'collected', pieces: before, until, type, limit }, piece, seq);
      records.push(
        left
          ? partReading(noun, type, begin, own.length)
          : { ...problemReading(begin, 'too-long', own.length), type },
      );
      return { records, rest: left };
    }
    const { end, reading } = frame;
    if (reading) {
      const earlier = at < shift ? seqs.filter(each => each !== seq) : [];
      records.push({
        ...reading,
        range: [from.offset(at), from.offset(end)],
        ...(earlier.length > 0 && { parts: earlier }),
      });
    }
    at = end;
  }
  return { records, rest: undefined };
}

function partReading(noun: string, type: string | undefined, begin: number, end: number): Reading {
  return {
    type,
    partOf: null,
    summary: () => `part of ${noun}, ${byteCount(end - begin)}`,
    range: [begin, end],
  };
}

function endOfTooLong(noun: string, type: string | undefined, end: number): Reading {
  return {
    type,
    severity: 'error',
    problem: { at: 0, is: 'too-long' },
    summary: () => `end of ${noun}, ${byteCount(end)}`,
    range: [0, end],
  };
}

function tooMany(begin: number, end: number): Reading {
  return { ...problemReading(begin, 'too-long', end), range: [begin, end] };
}

/** A message without a byte. */
export const emptyReading: Reading = {
  severity: 'error',
  problem: { at: 0, is: 'empty' },
  summary: () => '',
};

/** Bytes that are not what they have to be. */
export function problemReading(at: number, is: Problem['is'], end: number, begin = at): Reading {
  return {
    severity: 'error',
    problem: { at, is },
    summary: () => byteCount(end - begin),
  };
}
