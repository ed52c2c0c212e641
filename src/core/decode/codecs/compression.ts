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

function decoderOf(name: string, title: string, format: FrameFormat): Decoder<undefined> {
  return {
    name,
    title,
    takes: 'bytes',
    read: layer => {
      const { bytes, problem } = unpack(format, layer.bytes);
      return unpackedReading(bytes, problem);
    },
  };
}

/**
 * A codec knows no facts of its own.
 *
 * @param problem if bytes are missing for it, nothing is decoded further
 */
export function unpackedReading(bytes: Uint8Array, problem?: Problem): Reading {
  const isStopped = stops(problem);
  const layer = unpackedLayer(bytes, isStopped);
  return {
    summary: () => layerSummary(layer),
    ...(problem && { problem, severity: isStopped ? 'error' : 'warning' }),
    ...(isStopped ? { beginning: layer } : { next: layer }),
  };
}
