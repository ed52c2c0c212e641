import { maxProtobufDepth } from '../../limits.ts';
import type { Problem, ProblemCode } from '../../reading.ts';

/** The wire types of Protobuf: how long a value is, and nothing of what it means. */
export const wireTypes = { varint: 0, i64: 1, len: 2, group: 3, endGroup: 4, i32: 5 } as const;

/** Of the specification: 29 bits. */
const maxNumber = 536_870_911;
/** Bytes of a varint. */
const maxVarintLength = 10;

/**
 * Reads the fields of Protobuf's wire format (protobuf.dev, "Encoding") one after the other, without what is in them. It is
 * told where to begin each time, so that one reader serves for messages within messages.
 */
export class WireReader {
  readonly bytes: Uint8Array;
  /** What was wrong with the last field. */
  problem: Problem | undefined;
  /** The field's number, its wire type, and where its tag begins. */
  number = 0;
  wireType = 0;
  tagAt = 0;
  /** The bytes of its value, without a length before them. Of a group there are none yet. */
  begin = 0;
  end = 0;
  /** The value goes on behind the limit; it ends there instead. */
  isCut = false;
  /** What the last varint was, exact up to 2^53, and where it ended. */
  #varint = 0;
  #after = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /**
   * Reads the field that begins at `at`, which is below `limit`.
   *
   * @returns where the next field begins: of a group the first within it; -1 if there is a problem
   */
  read(at: number, limit: number): number {
    this.problem = undefined;
    this.isCut = false;
    this.tagAt = at;
    if (!this.#readVarint(at, limit)) {
      return -1;
    }
    const tag = this.#varint;
    // The lowest bits are exact in the first byte, however large the varint is.
    this.wireType = (this.bytes[at] ?? 0) & 7;
    this.number = Math.floor(tag / 8);
    if (this.number === 0 || this.number > maxNumber) {
      return this.#fail(at, 'bad-tag');
    }
    this.begin = this.#after;
    switch (this.wireType) {
      case wireTypes.varint:
        return this.#readVarint(this.begin, limit) ? (this.end = this.#after) : -1;
      case wireTypes.i64:
        return this.#take(8, limit);
      case wireTypes.i32:
        return this.#take(4, limit);
      case wireTypes.len:
        if (!this.#readVarint(this.begin, limit)) {
          return -1;
        }
        this.begin = this.#after;
        return this.#take(this.#varint, limit);
      case wireTypes.group:
      case wireTypes.endGroup:
        return (this.end = this.begin);
      default:
        return this.#fail(at, 'bad-tag');
    }
  }

  /**
   * Skips a varint, such as those of a packed field.
   *
   * @returns where it ends; -1 if there is a problem
   */
  skipVarint(at: number, limit: number): number {
    this.problem = undefined;
    return this.#readVarint(at, limit) ? this.#after : -1;
  }

  /**
   * Skips fields up to `limit`, or up to the end of the group that they are in.
   *
   * @param group the number of the group; 0: they are in none
   * @param depth of the message or group that they are in
   * @returns where the next field behind them begins; -1 if there is a problem
   */
  skipFields(from: number, limit: number, group: number, depth: number): number {
    const groups = group === 0 ? [] : [group];
    let at = from;
    while (at < limit) {
      const next = this.read(at, limit);
      if (next < 0) {
        return -1;
      }
      if (this.wireType === wireTypes.group) {
        if (depth + groups.length - (group === 0 ? 0 : 1) >= maxProtobufDepth) {
          return this.#fail(at, 'too-deep');
        }
        groups.push(this.number);
      } else if (this.wireType === wireTypes.endGroup) {
        if (groups.pop() !== this.number) {
          return this.#fail(at, 'bad-tag');
        }
        if (group !== 0 && groups.length === 0) {
          return next;
        }
      }
      at = next;
    }
    return groups.length > 0 ? this.#fail(limit, 'truncated') : at;
  }

  #readVarint(at: number, limit: number): boolean {
    let value = 0;
    let factor = 1;
    for (let index = 0; index < maxVarintLength; index++) {
      if (at + index >= limit) {
        this.#fail(limit, 'truncated');
        return false;
      }
      const byte = this.bytes[at + index] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        this.#varint = value;
        this.#after = at + index + 1;
        return true;
      }
      factor *= 0x80;
    }
    this.#fail(at, 'bad-varint');
    return false;
  }

  #take(length: number, limit: number): number {
    if (length > limit - this.begin) {
      this.isCut = true;
      this.end = limit;
      return this.#fail(limit, 'truncated');
    }
    return (this.end = this.begin + length);
  }

  #fail(at: number, is: ProblemCode): -1 {
    this.problem = { at, is };
    return -1;
  }
}

/** A varint as a number without sign. */
export function varintAt(bytes: Uint8Array, at: number): number | bigint {
  let value = 0;
  let factor = 1;
  // Seven bytes are 49 bits, which a number holds.
  for (let index = 0; index < 7; index++) {
    const byte = bytes[at + index] ?? 0;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) {
      return value;
    }
    factor *= 0x80;
  }
  let high = 0n;
  for (let index = 7; index < maxVarintLength; index++) {
    const byte = bytes[at + index] ?? 0;
    high |= BigInt(byte & 0x7f) << BigInt(7 * index);
    if (byte < 0x80) {
      break;
    }
  }
  return BigInt.asUintN(64, high | BigInt(value));
}
