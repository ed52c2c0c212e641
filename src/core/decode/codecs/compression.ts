import type { Decoder } from '../decoder.ts';
import type { Problem, Reading } from '../reading.ts';
import { bareFormat, beginsZstdFrame } from './bareFormats.ts';
import { gzipFormat } from './gzipFormat.ts';
import type { InflatePorts } from './inflate.ts';
import { stops, unpack, type FrameFormat } from './unpack.ts';
import { layerSummary, unpackedLayer } from './unpackedLayer.ts';
import { zlibFormat } from './zlibFormat.ts';

/** Each message is compressed by itself: gzip, zlib, raw deflate, brotli, zstd. */
export function compressionDecoders(ports: InflatePorts): readonly Decoder<undefined>[] {
  return [
    decoderOf('gzip', 'gzip', gzipFormat(ports)),
    decoderOf('zlib', 'zlib', zlibFormat(ports)),
    decoderOf('deflate', 'Raw deflate', bareFormat(ports, 'deflate')),
    decoderOf('brotli', 'Brotli', bareFormat(ports, 'brotli')),
    decoderOf('zstd', 'Zstandard', bareFormat(ports, 'zstd', beginsZstdFrame)),
  ];
}

/** A message beyond whose first bytes nobody looks: these become as much as a summary needs. */
const headLength = 4096;

function decoderOf(name: string, title: string, format: FrameFormat): Decoder<undefined> {
  return {
    name,
    title,
    takes: 'bytes',
    read: (layer, _, { isHead = false }) => {
      const bytes = isHead ? layer.bytes.subarray(0, headLength) : layer.bytes;
      const { bytes: unpacked, problem } = unpack(format, bytes, isHead);
      return unpackedReading(unpacked, problem, isHead);
    },
  };
}

/**
 * A codec knows no facts of its own.
 *
 * @param problem if bytes are missing for it, nothing is decoded further
 * @param isCut the bytes are only the beginning of all
 */
export function unpackedReading(
  bytes: Uint8Array,
  problem: Problem | undefined,
  isCut: boolean,
): Reading {
  const isStopped = stops(problem);
  const layer = unpackedLayer(bytes, isCut || isStopped);
  return {
    summary: () => layerSummary(layer),
    ...(problem && { problem, severity: isStopped ? 'error' : 'warning' }),
    ...(isStopped ? { beginning: layer } : { next: layer }),
  };
}
