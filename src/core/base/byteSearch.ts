/** Whether a payload holds what was looked for. */
export type ByteSearch = (haystack: Uint8Array) => boolean;

const encoder = new TextEncoder();

/**
 * Looks for a text in UTF-8 without decoding it, by Horspool's algorithm: it leaps by up to the
 * needle's length. Bytes that are not UTF-8 do no harm, since none of them can be taken for a part of
 * the text.
 *
 * @param isFolded letters of ASCII are found in upper and lower case
 */
export function byteSearch(text: string, isFolded: boolean): ByteSearch {
  const fold = isFolded ? foldAscii : sameBytes;
  const needle = encoder.encode(text).map(byte => fold[byte] ?? 0);
  const { length } = needle;
  const last = length - 1;
  const leaps = new Uint32Array(256).fill(Math.max(1, length));
  for (let byte = 0; byte < 256; byte++) {
    const at = needle.lastIndexOf(fold[byte] ?? 0, last - 1);
    if (last > 0 && at >= 0) {
      leaps[byte] = last - at;
    }
  }
  return haystack => {
    const end = haystack.length - length;
    for (let at = 0; at <= end;) {
      let index = last;
      while (index >= 0 && fold[haystack[at + index] ?? 0] === needle[index]) {
        index--;
      }
      if (index < 0) {
        return true;
      }
      at += leaps[haystack[at + last] ?? 0] ?? 1;
    }
    return false;
  };
}

/** Whether a search in the bytes finds what one in the text would: not for what UTF-8 cannot hold. */
export function isSearchable(text: string): boolean {
  return !/[\p{Cs}\ufffd]/u.test(text);
}

const sameBytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const foldAscii = sameBytes.map(byte => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte));
