import { Layer } from '../layer.ts';
import type { Reading } from '../reading.ts';
import { byteCount, oneLine } from '../summaryText.ts';
import type { PrefixedRecord } from './prefix.ts';

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

export function isTrailers({ flags }: PrefixedRecord): boolean {
  return (flags & 0x80) !== 0;
}

export function isCompressed({ flags }: PrefixedRecord): boolean {
  return (flags & 1) !== 0;
}

/** The trailers of a call: lines of headers, the status among them. */
export function trailersReading(layer: Layer, record: PrefixedRecord): Reading {
  if (isCompressed(record)) {
    return compressedReading(layer, record);
  }
  const { body, range } = record;
  const { bytes } = layer;
  const text = () => utf8.decode(bytes.subarray(body, range[1]));
  return {
    type: 'trailers',
    summary: () => oneLine(text()),
    value: () => JSON.stringify(text()),
    envelope: () => {
      const trailers = text()
        .split('\r\n')
        .filter(line => line.includes(':'))
        .map(line => {
          const colon = line.indexOf(':');
          const name = line.slice(0, colon).toLowerCase();
          return `${JSON.stringify(name)}:${JSON.stringify(line.slice(colon + 1).trim())}`;
        });
      return `{"trailers":{${trailers.join(',')}}}`;
    },
  };
}

/**
 * A message or trailers that a decoder of compressed bytes may go on with; which, was said in headers that are
 * not here.
 */
export function compressedReading(layer: Layer, record: PrefixedRecord): Reading {
  const { body, range } = record;
  return {
    type: isTrailers(record) ? 'trailers' : 'message',
    lead: () => 'compressed',
    summary: () => `${byteCount(range[1] - body)}, compressed`,
    next: partOf(layer, body, range[1]),
  };
}

/** Bytes of a layer as one of their own. */
export function partOf({ bytes, begin }: Layer, from: number, to: number): Layer {
  return Layer.ofBytes(bytes.subarray(from, to), begin === undefined ? undefined : begin + from);
}
