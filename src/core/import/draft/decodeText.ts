/** A file's text, and a note if it was damaged. */
interface DecodedText {
  readonly text: string;
  /** A sentence, without its full stop, if some bytes were not valid. */
  readonly note?: string;
}

/** In bytes; enough to detect the encoding. */
const sampleLength = 8;

/**
 * Decodes a file: UTF-8, or UTF-16 of either byte order as Windows' programs write it, with or without
 * a byte order mark. Never throws.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const encoding = encodingOf(bytes);
  if (encoding !== 'utf-8') {
    return { text: new TextDecoder(encoding).decode(bytes) };
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    const note = 'The file is not valid UTF-8: some characters could not be read (�)';
    return { text: new TextDecoder().decode(bytes), note };
  }
}

function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return first === 0xff ? 'utf-16le' : 'utf-16be';
  }
  // All formats begin with ASCII characters; in UTF-16, one of the two bytes of each is zero.
  const sample = [...bytes.subarray(0, sampleLength)];
  const hasZeros = (parity: 0 | 1) =>
    sample.length >= 4 && sample.every((byte, at) => (byte === 0) === (at % 2 === parity));
  return hasZeros(1) ? 'utf-16le' : hasZeros(0) ? 'utf-16be' : 'utf-8';
}
