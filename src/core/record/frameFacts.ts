import { RowFlag } from './record.ts';

/**
 * How a message came over the wire, if its payload does not show it: in several fragments, in
 * several pieces of the stream, or compressed (RFC 6455 section 5, RFC 7692).
 */
export interface FrameFacts {
  /** Frames that the message came in, at least 1. */
  readonly fragmentCount: number;
  /** Bytes of all its frames, with their headers. */
  readonly wireByteLength: number;
  /** RSV1 was set: the payload was compressed. */
  readonly isCompressed: boolean;
  /** Milliseconds from the first byte of the first frame to the last byte of the last one. */
  readonly durationMs: number;
}

/**
 * Frame facts as batches and the store in memory hold them, in `valuesPerFrame` numbers each: the
 * number of the row, fragments, bytes on the wire, milliseconds. An object for each would take
 * several times the space. Whether a message was compressed is in its row's flags.
 */
export type PackedFrames = Float64Array;

export const valuesPerFrame = 4;

export function packFrame(to: PackedFrames, index: number, row: number, frame: FrameFacts): void {
  const begin = valuesPerFrame * index;
  to[begin] = row;
  to[begin + 1] = frame.fragmentCount;
  to[begin + 2] = frame.wireByteLength;
  to[begin + 3] = frame.durationMs;
}

/** The facts of `row`, which has these flags; `undefined` if it has no facts. */
export function unpackFrame(
  from: PackedFrames,
  row: number,
  flags: number,
): FrameFacts | undefined {
  for (let begin = 0; begin < from.length; begin += valuesPerFrame) {
    if (from[begin] === row) {
      return {
        fragmentCount: from[begin + 1] ?? 1,
        wireByteLength: from[begin + 2] ?? 0,
        isCompressed: (flags & RowFlag.Compressed) !== 0,
        durationMs: from[begin + 3] ?? 0,
      };
    }
  }
  return undefined;
}

/** Both together; the rows of the second are numbered from `offset` on. */
export function joinFrames(one: PackedFrames, other: PackedFrames, offset: number): PackedFrames {
  const joined = new Float64Array(one.length + other.length);
  joined.set(one);
  joined.set(other, one.length);
  for (let begin = one.length; begin < joined.length; begin += valuesPerFrame) {
    joined[begin] = (joined[begin] ?? 0) + offset;
  }
  return joined;
}
