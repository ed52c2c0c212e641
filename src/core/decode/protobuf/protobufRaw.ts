import type { AnyDecoder } from '../decoder.ts';
import { rawReading } from './raw/rawReading.ts';

/** Protobuf without a schema: members are named by the numbers of their fields. */
export const protobufRaw: AnyDecoder = {
  name: 'protobuf-raw',
  title: 'Protobuf without a schema',
  takes: 'bytes',
  read: layer => {
    const reading = rawReading(layer.bytes, 0, layer.bytes.length);
    return { ...reading, ...(reading.value && { next: layer.withValue(reading.value) }) };
  },
};
