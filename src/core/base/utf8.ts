/**
 * Looks for the first byte that is not UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above
 * U+10FFFF). Yields after each slice how many bytes are done.
 *
 * @returns the offset of the first byte of the sequence that is not a character; `undefined` if all is well
 */
export function* findInvalidUtf8(
  bytes: Uint8Array,
  sliceLength = 1_048_576,
): Generator<number, number | undefined> {
  let at = 0;
  while (at < bytes.length) {
    const until = Math.min(bytes.length, at + sliceLength);
    while (at < until) {
      const length = (bytes[at] ?? 0) < 0x80 ? 1 : sequenceLength(bytes, at);
      if (length === 0) {
        return at;
      }
      at += length;
    }
    yield at;
  }
  return undefined;
}

/** The length of the character that begins at `at`; 0 if there is none. */
export function sequenceLength(bytes: Uint8Array, at: number): 0 | 1 | 2 | 3 | 4 {
  const first = bytes[at] ?? 0xff;
  const second = bytes[at + 1] ?? 0;
  if (first < 0x80) {
    return 1;
  }
  if (first < 0xc2 || first > 0xf4) {
    return 0;
  }
  const [least, most] = secondRange(first);
  if (second < least || second > most) {
    return 0;
  }
  if (first < 0xe0) {
    return 2;
  }
  if (!isContinuation(bytes[at + 2])) {
    return 0;
  }
  return first < 0xf0 ? 3 : isContinuation(bytes[at + 3]) ? 4 : 0;
}

function secondRange(first: number): readonly [number, number] {
  switch (first) {
    case 0xe0:
      return [0xa0, 0xbf];
    case 0xed:
      return [0x80, 0x9f];
    case 0xf0:
      return [0x90, 0xbf];
    case 0xf4:
      return [0x80, 0x8f];
    default:
      return [0x80, 0xbf];
  }
}

function isContinuation(byte = 0): boolean {
  return (byte & 0xc0) === 0x80;
}
