import { batchOf } from '../batch.ts';
import type { AnyDecoder } from '../decoder.ts';
import type { Layer } from '../layer.ts';
import type { Reading } from '../reading.ts';
import { byteCount } from '../summaryText.ts';
import { compressedReading, isCompressed, isTrailers, trailersReading } from './grpcFrame.ts';
import { type PrefixedRecord, prefixedRecords } from './prefix.ts';
import { rawReading } from './raw/rawReading.ts';

/**
 * gRPC-Web: five bytes before each message and before the trailers. Bodies are read without a schema.
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md
 */
export const grpcWeb: AnyDecoder = {
  name: 'grpc-web',
  title: 'gRPC-Web',
  takes: 'bytes',
  read: layer => {
    const records = prefixedRecords(layer.bytes, 'grpc-web');
    return records.length === 0
      ? { severity: 'error', problem: { at: 0, is: 'empty' }, summary: () => '' }
      : batchOf(records.map(record => ({ ...recordReading(layer, record), range: record.range })));
  },
};

function recordReading(layer: Layer, record: PrefixedRecord): Reading {
  const { bytes } = layer;
  const { body, range, problem } = record;
  const [begin, end] = range;
  if (problem) {
    return { severity: 'error', problem, summary: () => byteCount(end - begin) };
  }
  if (isTrailers(record)) {
    return trailersReading(layer, record);
  }
  return isCompressed(record)
    ? compressedReading(layer, record)
    : { type: 'message', ...rawReading(bytes, body, end) };
}
