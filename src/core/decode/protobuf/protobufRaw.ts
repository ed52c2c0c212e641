import type { AnyDecoder } from '../decoder.ts';
import { type Overrides, castOf } from './raw/casts.ts';
import { rawReading } from './raw/rawReading.ts';

/** @param overrides what the user says of fields where the rule for them is wrong */
export function protobufRawAs(overrides: Overrides): AnyDecoder {
  const cast = castOf(overrides);
  return {
    name: 'protobuf-raw',
    title: 'Protobuf without a schema',
    takes: 'bytes',
    read: layer => {
      const reading = rawReading(layer.bytes, 0, layer.bytes.length, cast);
      return { ...reading, ...(reading.value && { next: layer.withValue(reading.value) }) };
    },
  };
}

/** Protobuf without a schema: members are named by the numbers of their fields. */
export const protobufRaw: AnyDecoder = protobufRawAs({});
