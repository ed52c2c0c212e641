import { batchOf } from '../../batch.ts';
import type { Decoder, MessageFacts } from '../../decoder.ts';
import type { Layer } from '../../layer.ts';
import { maxRecords } from '../../limits.ts';
import type { Reading } from '../../reading.ts';
import { oneLine } from '../../summaryText.ts';
import { JsonSlice } from '../json/jsonSlice.ts';
import { unreadLayer } from '../json/unreadLayer.ts';
import { centrifugeRecord } from './centrifugeRecord.ts';

const lineFeed = 0x0a;
const encoder = new TextEncoder();

/** Centrifugo's client protocol 2 in JSON: a message is one or several lines. */
export const centrifugeJson: Decoder = {
  name: 'centrifuge',
  title: 'Centrifugo',
  takes: 'both',
  read: (layer, _context, { direction }) =>
    layer.value ? record(layer, encoder.encode(layer.value()), direction) : lines(layer, direction),
};

function lines(layer: Layer, direction: MessageFacts['direction']): Reading {
  const { bytes } = layer;
  const records: Reading[] = [];
  for (let at = 0; at < bytes.length;) {
    if (records.length === maxRecords) {
      return batchOf(records, { at, is: 'too-long' });
    }
    const feed = bytes.indexOf(lineFeed, at);
    const end = feed < 0 ? bytes.length : feed;
    if (end > at) {
      records.push({ ...record(layer, bytes, direction, at, end), range: [at, end] });
    }
    at = end + 1;
  }
  const [only] = records;
  return records.length === 1 && only
    ? { ...only, range: undefined }
    : records.length > 0
      ? batchOf(records)
      : unreadLayer(layer, { at: 0, is: 'empty' });
}

/** @param bytes JSON: the layer's own bytes, or what its value is as JSON */
function record(
  layer: Layer,
  bytes: Uint8Array,
  direction: MessageFacts['direction'],
  begin = 0,
  end = bytes.length,
): Reading {
  const json = JsonSlice.read(bytes, begin, end);
  if (typeof json === 'number') {
    return unreadLayer(layer, { at: json, is: 'bad-json' }, begin, end);
  }
  return (
    centrifugeRecord(json, direction) ?? {
      severity: 'error',
      problem: { at: bytes === layer.bytes ? begin : 0, is: 'unexpected' },
      summary: () => oneLine(json.shown),
      value: () => json.text,
    }
  );
}
