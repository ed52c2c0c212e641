import * as zlib from 'node:zlib';
import type {
  Inflated,
  InflateOptions,
  InflatePorts,
  StreamFormat,
} from '../../../core/decode/codecs/inflate.ts';

const { constants } = zlib;

/** What the functions of `node:zlib` return if they are called with `info`. */
interface WithEngine {
  readonly buffer: Uint8Array;
  /** `bytesWritten` are those of the input. */
  readonly engine: { readonly bytesWritten: number };
}

type NativeInflate = (bytes: Uint8Array, options: zlib.ZlibOptions & object) => unknown;

interface NativeFormat {
  /** Absent: this version of Node does not have it. */
  readonly inflate: NativeInflate | undefined;
  /** Gives what there is, even if the end is missing. */
  readonly flush: number;
}

const formats: Readonly<Record<StreamFormat, NativeFormat>> = {
  deflate: { inflate: zlib.inflateRawSync, flush: constants.Z_SYNC_FLUSH },
  brotli: {
    inflate: zlib.brotliDecompressSync,
    flush: constants.BROTLI_OPERATION_FLUSH,
  },
  zstd: {
    inflate: (zlib as Partial<typeof zlib>).zstdDecompressSync as NativeInflate | undefined,
    flush: constants.ZSTD_e_flush,
  },
};

/** Inputs beyond this length are not searched for the place where they go wrong. */
const maxSearchedLength = 16 * 1024;
const maxSearchedOutput = 1024 * 1024;
/** Of a longer input that goes wrong, as much as shows how it begins. */
const headLength = 4096;

const nothing = new Uint8Array();

/** By `node:zlib`. */
export const nativeInflate: InflatePorts = {
  inflate: (format, bytes, options) => {
    const native = formats[format];
    if (!native.inflate) {
      return { bytes: nothing, end: bytes.length, problem: { at: 0, is: 'unsupported' } };
    }
    const { isOpen = false } = options;
    const result = run(native, bytes, options, isOpen);
    if ('bytes' in result) {
      return result;
    }
    switch (result.failed) {
      case 'truncated':
        return { ...begun(native, bytes, options), problem: { at: bytes.length, is: 'truncated' } };
      case 'too-long':
        return { ...begun(native, bytes, options), problem: { at: 0, is: 'too-long' } };
      case 'bad-checksum':
        return withoutChecksum(bytes, options);
      case 'bad-compression':
        return firstPart(native, bytes, options);
    }
  },
  crc32: zlib.crc32,
};

interface Failure {
  readonly failed: 'truncated' | 'too-long' | 'bad-checksum' | 'bad-compression';
}

/** @param isOpen the end may be missing */
function run(
  { inflate, flush }: NativeFormat,
  bytes: Uint8Array,
  { maxLength, dictionary }: InflateOptions,
  isOpen: boolean,
): Inflated | Failure {
  if (bytes.length === 0) {
    return isOpen ? { bytes: nothing, end: 0 } : { failed: 'truncated' };
  }
  try {
    const { buffer, engine } = inflate?.(bytes, {
      info: true,
      // Zero is refused, and one byte more than nothing is noticed below.
      maxOutputLength: Math.max(1, maxLength),
      ...(dictionary && dictionary.length > 0 && { dictionary }),
      ...(isOpen && { finishFlush: flush }),
    }) as WithEngine;
    return buffer.length > maxLength
      ? { failed: 'too-long' }
      : { bytes: plain(buffer), end: engine.bytesWritten };
  } catch (error) {
    return { failed: failureOf(error) };
  }
}

/** Without the methods of a Buffer, whose `slice` is no copy. */
function plain({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function failureOf(error: unknown): Failure['failed'] {
  switch ((error as { code?: unknown }).code) {
    case 'ERR_BUFFER_TOO_LARGE':
      return 'too-long';
    case 'Z_BUF_ERROR':
      return 'truncated';
    case 'ZSTD_error_checksum_wrong':
      return 'bad-checksum';
    default:
      return 'bad-compression';
  }
}

/** What there is of data that end too early or become too long. */
function begun(native: NativeFormat, bytes: Uint8Array, options: InflateOptions): Inflated {
  for (const input of [bytes, bytes.subarray(0, headLength)]) {
    const result = run(native, input, options, true);
    if ('bytes' in result) {
      return { ...result, end: bytes.length };
    }
  }
  return { bytes: nothing, end: bytes.length };
}

/** What comes before the first byte at which data cannot go on: Node does not tell which that is. */
function firstPart(native: NativeFormat, bytes: Uint8Array, options: InflateOptions): Inflated {
  const maxLength = Math.min(options.maxLength, maxSearchedOutput);
  let good = 0;
  let bad = bytes.length;
  let part: Uint8Array = nothing;
  const isSearched = bytes.length <= maxSearchedLength;
  while (bad - good > 1) {
    const middle = isSearched ? (good + bad) >> 1 : headLength;
    const result = run(native, bytes.subarray(0, middle), { ...options, maxLength }, true);
    if ('bytes' in result) {
      part = result.bytes;
      good = middle;
    } else {
      bad = middle;
    }
    if (!isSearched || ('failed' in result && result.failed === 'too-long')) {
      break;
    }
  }
  return { bytes: part, end: bytes.length, problem: { at: good, is: 'bad-compression' } };
}

/** In the fifth byte of a frame (RFC 8878, section 3.1.1.1.1). */
const zstdFlagsAt = 4;
const zstdHasChecksum = 0x04;
const zstdChecksumLength = 4;

/** The same frame as if it had no checksum. */
function withoutChecksum(bytes: Uint8Array, options: InflateOptions): Inflated {
  const copy = new Uint8Array(bytes);
  copy[zstdFlagsAt] = (copy[zstdFlagsAt] ?? 0) & ~zstdHasChecksum;
  const result = run(formats.zstd, copy, options, false);
  return 'bytes' in result
    ? {
        bytes: result.bytes,
        end: Math.min(bytes.length, result.end + zstdChecksumLength),
        problem: { at: result.end, is: 'bad-checksum' },
      }
    : { bytes: nothing, end: bytes.length, problem: { at: 0, is: 'bad-compression' } };
}
