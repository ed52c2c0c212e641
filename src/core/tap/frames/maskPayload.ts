const maskByteLength = 4;

/**
 * Masks or unmasks in place (RFC 6455, section 5.3). Whole words are changed where they are aligned,
 * which is several times as fast.
 *
 * @param words the same memory as `bytes`
 * @param key has the four bytes of the key from `keyAt` on
 * @param phase how many bytes of the payload stand before `begin`
 */
export function maskPayload(
  bytes: Uint8Array,
  words: Uint32Array,
  begin: number,
  end: number,
  key: Uint8Array,
  keyAt: number,
  phase: number,
): void {
  const shift = phase - begin;
  const byteOf = (at: number) => key[keyAt + ((at + shift) & 3)] ?? 0;
  const firstWord = (begin + 3) >> 2;
  const lastWord = end >> 2;
  if (firstWord >= lastWord) {
    for (let at = begin; at < end; at++) {
      bytes[at] = (bytes[at] ?? 0) ^ byteOf(at);
    }
    return;
  }
  const from = firstWord * maskByteLength;
  const to = lastWord * maskByteLength;
  for (let at = begin; at < from; at++) {
    bytes[at] = (bytes[at] ?? 0) ^ byteOf(at);
  }
  for (let at = 0; at < maskByteLength; at++) {
    keyBytes[at] = byteOf(from + at);
  }
  const word = keyWord[0] ?? 0;
  for (let at = firstWord; at < lastWord; at++) {
    words[at] = (words[at] ?? 0) ^ word;
  }
  for (let at = to; at < end; at++) {
    bytes[at] = (bytes[at] ?? 0) ^ byteOf(at);
  }
}

/** Makes a word of a key in the byte order of this machine. */
const keyWord = new Uint32Array(1);
const keyBytes = new Uint8Array(keyWord.buffer);
