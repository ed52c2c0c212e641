import { maxCarriedLength, maxRecords } from '../limits.ts';

/** What has come of a message that several messages make, the latest of them first. */
interface Piece {
  readonly bytes: Uint8Array;
  readonly seq: number;
  readonly before: Piece | undefined;
}

/** A message of one side that is not whole yet. */
export interface Unfinished {
  /** How many messages are still to come. */
  readonly left: number;
  readonly last: Piece | undefined;
  readonly length: number;
  readonly count: number;
  /** The message that said how many there will be. */
  readonly announced: number;
}

/** What is kept of a message that is too long: nothing but that it goes on. */
export function isTooLong({ length, count }: Unfinished): boolean {
  return length > maxCarriedLength || count > maxRecords;
}

/** @param bytes are copied */
export function withPiece(unfinished: Unfinished, bytes: Uint8Array, seq: number): Unfinished {
  const { left, last, length, count } = unfinished;
  const longer = { ...unfinished, left: left - 1, length: length + bytes.length, count: count + 1 };
  return isTooLong(longer)
    ? { ...longer, last: undefined }
    : { ...longer, last: { bytes: bytes.slice(), seq, before: last } };
}

/** All of its bytes, and the messages that they came with. */
export function joined({ last, length, announced }: Unfinished): {
  readonly bytes: Uint8Array;
  readonly seqs: readonly number[];
} {
  const bytes = new Uint8Array(length);
  const seqs: number[] = [];
  let end = length;
  for (let piece = last; piece; piece = piece.before) {
    end -= piece.bytes.length;
    bytes.set(piece.bytes, end);
    seqs.push(piece.seq);
  }
  seqs.push(announced);
  return { bytes, seqs: seqs.reverse() };
}
