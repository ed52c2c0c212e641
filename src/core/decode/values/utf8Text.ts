import { sequenceLength } from '../../base/utf8.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
/** Up to so many bytes, a text of ASCII is read faster without the decoder. */
const shortText = 24;

/** Bytes as UTF-8; what is not UTF-8 becomes U+FFFD. */
export function textIn(bytes: Uint8Array, begin: number, end: number): string {
  if (end - begin <= shortText) {
    let text = '';
    let at = begin;
    for (; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte >= 0x80) {
        break;
      }
      text += String.fromCharCode(byte);
    }
    if (at === end) {
      return text;
    }
  }
  return decoder.decode(bytes.subarray(begin, end));
}

/** The first byte of the first sequence that is not a character of UTF-8; `undefined` if there is none. */
export function firstInvalidUtf8(
  bytes: Uint8Array,
  begin = 0,
  end = bytes.length,
): number | undefined {
  for (let at = begin; at < end;) {
    const length = (bytes[at] ?? 0) < 0x80 ? 1 : sequenceLength(bytes, at);
    if (length === 0 || at + length > end) {
      return at;
    }
    at += length;
  }
  return undefined;
}
