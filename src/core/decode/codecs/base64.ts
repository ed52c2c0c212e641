import { readBase64 } from '../../base/base64.ts';
import type { Decoder } from '../decoder.ts';
import { unpackedReading } from './compression.ts';

/** RFC 4648, sections 4 and 5, with or without padding. */
export const base64: Decoder<undefined> = {
  name: 'base64',
  title: 'Base64',
  takes: 'text',
  read: ({ text }) => {
    if (text === '') {
      return unpackedReading(new Uint8Array(), { at: 0, is: 'empty' });
    }
    const { bytes, badAt } = readBase64(text);
    if (badAt === undefined) {
      return unpackedReading(bytes);
    }
    const is = badAt === text.length ? 'truncated' : 'unexpected';
    return unpackedReading(bytes, { at: badAt, is });
  },
};
