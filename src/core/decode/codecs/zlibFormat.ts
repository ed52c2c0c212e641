import type { InflatePorts } from './inflate.ts';
import type { FrameFormat } from './unpack.ts';

export const zlibHeaderLength = 2;
const checksumLength = 4;
const hasDictionary = 0x20;

/** RFC 1950. */
export function zlibFormat({ inflate }: InflatePorts): FrameFormat {
  return {
    read: (bytes, at, maxLength) => {
      const bodyAt = at + zlibHeaderLength;
      const failed = { bytes: new Uint8Array(), end: bytes.length };
      if (bodyAt > bytes.length) {
        return { ...failed, problem: { at: bytes.length, is: 'truncated' } };
      }
      if (!isZlib(bytes, at)) {
        return { ...failed, problem: { at, is: 'bad-compression' } };
      }
      const body = inflate('deflate', bytes.subarray(bodyAt), { maxLength });
      const end = bodyAt + body.end;
      if (body.problem) {
        const problem = { at: bodyAt + body.problem.at, is: body.problem.is };
        return { bytes: body.bytes, end, problem };
      }
      if (end + checksumLength > bytes.length) {
        const problem = { at: bytes.length, is: 'truncated' as const };
        return { bytes: body.bytes, end: bytes.length, problem };
      }
      const view = new DataView(bytes.buffer, bytes.byteOffset + end, checksumLength);
      return {
        bytes: body.bytes,
        end: end + checksumLength,
        ...(view.getUint32(0) !== adler32(body.bytes) && {
          problem: { at: end, is: 'bad-checksum' },
        }),
      };
    },
  };
}

/** Section 2.2; a dictionary that both sides agreed on beforehand is known to nobody here. */
export function isZlib(bytes: Uint8Array, at = 0): boolean {
  const method = bytes[at] ?? 0;
  const flags = bytes[at + 1] ?? 0;
  return (
    (method & 0x0f) === 8 &&
    method >> 4 <= 7 &&
    (256 * method + flags) % 31 === 0 &&
    (flags & hasDictionary) === 0
  );
}

const modulus = 65_521;
/** So many bytes can be added before the sums leave 32 bits (section 9). */
const summed = 5552;

function adler32(bytes: Uint8Array): number {
  let low = 1;
  let high = 0;
  for (let begin = 0; begin < bytes.length; begin += summed) {
    const end = Math.min(bytes.length, begin + summed);
    for (let at = begin; at < end; at++) {
      low += bytes[at] ?? 0;
      high += low;
    }
    low %= modulus;
    high %= modulus;
  }
  return high * 65_536 + low;
}
