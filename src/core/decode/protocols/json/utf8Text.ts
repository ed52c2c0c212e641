const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
/** Enough for a summary, whatever the characters are. */
const headLength = 2048;

/** Bytes as UTF-8; what is not UTF-8 becomes U+FFFD. */
export function textOf(bytes: Uint8Array, begin = 0, end = bytes.length): string {
  return decoder.decode(bytes.subarray(begin, end));
}

/** For a summary: the beginning of a text, without the character that its end cuts. */
export function headText(bytes: Uint8Array, begin = 0, end = bytes.length): string {
  if (end - begin < headLength) {
    return textOf(bytes, begin, end);
  }
  // What is cut stays in a decoder, so it needs one of its own.
  const cutting = new TextDecoder('utf-8', { ignoreBOM: true });
  return cutting.decode(bytes.subarray(begin, begin + headLength), { stream: true });
}
