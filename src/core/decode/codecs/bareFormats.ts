import type { InflatePorts, StreamFormat } from './inflate.ts';
import type { FrameFormat } from './unpack.ts';

/** Data with nothing around them that this code has to know of: raw deflate, brotli, frames of zstd. */
export function bareFormat(
  { inflate }: InflatePorts,
  format: StreamFormat,
  beginsAt?: FrameFormat['beginsAt'],
): FrameFormat {
  return {
    ...(beginsAt && { beginsAt }),
    read: (bytes, at, maxLength) => {
      const { end, problem, ...body } = inflate(format, bytes.subarray(at), { maxLength });
      return {
        ...body,
        end: at + end,
        ...(problem && { problem: { at: at + problem.at, is: problem.is } }),
      };
    },
  };
}

/** RFC 8878, section 3.1.1: the mark of a frame. */
export function isZstd(bytes: Uint8Array, at = 0): boolean {
  return (
    bytes[at] === 0x28 && bytes[at + 1] === 0xb5 && bytes[at + 2] === 0x2f && bytes[at + 3] === 0xfd
  );
}

/** A frame, or one that is to be skipped (section 3.1.2). */
export function beginsZstdFrame(bytes: Uint8Array, at: number): boolean {
  const isSkipped =
    ((bytes[at] ?? 0) & 0xf0) === 0x50 &&
    bytes[at + 1] === 0x2a &&
    bytes[at + 2] === 0x4d &&
    bytes[at + 3] === 0x18;
  return isSkipped || isZstd(bytes, at);
}
