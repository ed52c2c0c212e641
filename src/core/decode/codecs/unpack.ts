import { maxRecords } from '../limits.ts';
import type { Problem } from '../reading.ts';
import { maxInflatedLength } from './inflate.ts';

/** One of the streams that may follow one another in a message: a member of gzip, a frame of zstd. */
export interface Frame {
  readonly bytes: Uint8Array;
  /** Where it ends in the message. */
  readonly end: number;
  /** `at` counts from the first byte of the message. */
  readonly problem?: Problem | undefined;
}

export interface FrameFormat {
  readonly read: (bytes: Uint8Array, at: number, maxLength: number) => Frame;
  /** Whether a further frame begins here; absent: there is only one. */
  readonly beginsAt?: (bytes: Uint8Array, at: number) => boolean;
}

export interface Unpacked {
  readonly bytes: Uint8Array;
  readonly problem?: Problem;
}

/** All frames of a message. */
export function unpack(format: FrameFormat, bytes: Uint8Array): Unpacked {
  const whole = maxInflatedLength(bytes.length);
  const pieces: Uint8Array[] = [];
  let length = 0;
  let at = 0;
  let problem: Problem | undefined = bytes.length === 0 ? { at: 0, is: 'empty' } : undefined;
  while (at < bytes.length && !stops(problem)) {
    const isFirst = pieces.length === 0;
    if (!isFirst && !format.beginsAt?.(bytes, at)) {
      problem ??= { at, is: 'trailing' };
      break;
    }
    if (pieces.length === maxRecords) {
      problem = { at, is: 'too-long' };
      break;
    }
    const frame = format.read(bytes, at, whole - length);
    pieces.push(frame.bytes);
    length += frame.bytes.length;
    at = frame.end;
    problem = stops(frame.problem) ? frame.problem : (problem ?? frame.problem);
  }
  return { bytes: joined(pieces, length), ...(problem && { problem }) };
}

/** Whether bytes are missing for it. */
export function stops(problem: Problem | undefined): boolean {
  return problem !== undefined && problem.is !== 'bad-checksum' && problem.is !== 'trailing';
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = pieces;
  if (only && pieces.length === 1) {
    return only;
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
