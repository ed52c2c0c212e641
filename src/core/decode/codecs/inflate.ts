import { freeLayerLength, maxLayerLength, maxLayerRatio } from '../limits.ts';
import type { Problem } from '../reading.ts';

/** Compressed data without what formats put around it: RFC 1951, RFC 7932, RFC 8878. */
export type StreamFormat = 'deflate' | 'brotli' | 'zstd';

export interface InflateOptions {
  /** Bytes that may come out. */
  readonly maxLength: number;
  /** What is there is only the beginning of the data: that their end is missing is no problem. */
  readonly isOpen?: boolean;
  /** The last bytes of what came out before, at most 32 KiB; of `deflate` only. */
  readonly dictionary?: Uint8Array;
}

export interface Inflated {
  /** As far as they could be read. */
  readonly bytes: Uint8Array;
  /** Where the data end in the input; what follows is not looked at. */
  readonly end: number;
  /** With `bad-checksum` the bytes are whole. `unsupported`: the runtime does not know the format. */
  readonly problem?: Problem;
}

/** Inflates at once; never throws. */
export type Inflate = (
  format: StreamFormat,
  bytes: Uint8Array,
  options: InflateOptions,
) => Inflated;

/** What the codecs need of the runtime. */
export interface InflatePorts {
  readonly inflate: Inflate;
  /** As gzip has it (RFC 1952, section 8). */
  readonly crc32: (bytes: Uint8Array) => number;
}

/** As many bytes may a layer of this length become. */
export function maxInflatedLength(length: number): number {
  return Math.max(freeLayerLength, Math.min(maxLayerLength, length * maxLayerRatio));
}
