import type { Problem } from '../reading.ts';
import type { InflatePorts } from './inflate.ts';
import type { Frame, FrameFormat } from './unpack.ts';

const hasHeaderCheck = 0x02;
const hasExtra = 0x04;
const hasName = 0x08;
const hasComment = 0x10;
const reservedFlags = 0xe0;
const fixedHeaderLength = 10;
const trailerLength = 8;

/** RFC 1952. */
export function gzipFormat({ inflate, crc32 }: InflatePorts): FrameFormat {
  return {
    beginsAt: isGzip,
    read: (bytes, at, maxLength): Frame => {
      const head = readHeader(bytes, at);
      if (head.problem) {
        return { bytes: new Uint8Array(), ...head };
      }
      const body = inflate('deflate', bytes.subarray(head.end), { maxLength });
      const end = head.end + body.end;
      if (body.problem) {
        const { at: inBody, is } = body.problem;
        return { bytes: body.bytes, end, problem: { at: head.end + inBody, is } };
      }
      if (end + trailerLength > bytes.length) {
        const problem: Problem = { at: bytes.length, is: 'truncated' };
        return { bytes: body.bytes, end: bytes.length, problem };
      }
      const problem = checkTrailer(bytes, end, body.bytes, crc32);
      return { bytes: body.bytes, end: end + trailerLength, problem };
    },
  };
}

/** Section 2.3.1: the mark, and the only method that there is. */
export function isGzip(bytes: Uint8Array, at = 0): boolean {
  return bytes[at] === 0x1f && bytes[at + 1] === 0x8b && bytes[at + 2] === 8;
}

function readHeader(bytes: Uint8Array, begin: number): { end: number; problem?: Problem } {
  const missing = { end: bytes.length, problem: { at: bytes.length, is: 'truncated' as const } };
  for (const [index, byte] of [0x1f, 0x8b, 8].entries()) {
    if (begin + index >= bytes.length) {
      return missing;
    }
    if (bytes[begin + index] !== byte) {
      const at = begin + index;
      return { end: bytes.length, problem: { at, is: 'bad-compression' } };
    }
  }
  let end = begin + fixedHeaderLength;
  if (end > bytes.length) {
    return missing;
  }
  const flags = bytes[begin + 3] ?? 0;
  if ((flags & reservedFlags) !== 0) {
    return { end: bytes.length, problem: { at: begin + 3, is: 'reserved' } };
  }
  if (flags & hasExtra) {
    end += 2 + (bytes[end] ?? 0) + 256 * (bytes[end + 1] ?? 0);
  }
  for (const flag of [hasName, hasComment]) {
    if (flags & flag) {
      const zero = end < bytes.length ? bytes.indexOf(0, end) : -1;
      end = zero < 0 ? bytes.length + 1 : zero + 1;
    }
  }
  if (flags & hasHeaderCheck) {
    end += 2;
  }
  return end > bytes.length ? missing : { end };
}

function checkTrailer(
  bytes: Uint8Array,
  at: number,
  body: Uint8Array,
  crc32: InflatePorts['crc32'],
): Problem | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, trailerLength);
  if (view.getUint32(0, true) !== crc32(body)) {
    return { at, is: 'bad-checksum' };
  }
  const isRight = view.getUint32(4, true) === body.length % 2 ** 32;
  return isRight ? undefined : { at: at + 4, is: 'bad-checksum' };
}
