/** So that the arguments of a call stay few; a multiple of three, so that the pieces join without padding. */
const pieceLength = 3 * 8192;

/** Bytes as base64 with padding (RFC 4648, section 4). */
export function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += pieceLength) {
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + pieceLength)));
  }
  return text;
}

const standardLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const noDigit = 255;
const standard = digitsOf(standardLetters);
const forUrls = digitsOf(standardLetters.replace('+', '-').replace('/', '_'));

function digitsOf(letters: string): Uint8Array {
  const digits = new Uint8Array(128).fill(noDigit);
  for (const [digit, letter] of Array.from(letters).entries()) {
    digits[letter.charCodeAt(0)] = digit;
  }
  return digits;
}

export interface ReadBase64 {
  /** Of all groups before `badAt`. */
  readonly bytes: Uint8Array;
  /** The first character that no base64 text has there; the length of the text if characters are missing. */
  readonly badAt?: number;
}

/**
 * Reads base64 by the letter (RFC 4648, sections 4 and 5): one of the two alphabets, all padding or none, no
 * spaces, and nothing in the bits that no byte takes.
 */
export function readBase64(text: string): ReadBase64 {
  const padAt = text.indexOf('=');
  const length = padAt < 0 ? text.length : padAt;
  const alphabet = /[-_]/.test(text) ? forUrls : standard;
  const bytes = new Uint8Array(Math.floor((length * 3) / 4));
  let bits = 0;
  let written = 0;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    const digit = code < 128 ? (alphabet[code] ?? noDigit) : noDigit;
    if (digit === noDigit) {
      return { bytes: bytes.subarray(0, written), badAt: at };
    }
    bits = ((bits << 6) | digit) & 0xff_ff_ff;
    const place = at % 4;
    if (place > 0) {
      bytes[written++] = bits >> (6 - 2 * place);
    }
  }
  const badAt = badEnd(text, length, bits);
  return { bytes, ...(badAt !== undefined && { badAt }) };
}

/** @param length of what comes before the padding @param bits the last of them */
function badEnd(text: string, length: number, bits: number): number | undefined {
  const place = length % 4;
  if (place === 1) {
    return length;
  }
  const unused = place === 2 ? 0x0f : place === 3 ? 0x03 : 0;
  if ((bits & unused) !== 0) {
    return length - 1;
  }
  if (length === text.length) {
    return undefined;
  }
  const end = length + (place === 0 ? 0 : 4 - place);
  for (let at = length; at < Math.min(end, text.length); at++) {
    if (text[at] !== '=') {
      return at;
    }
  }
  return text.length === end ? undefined : Math.min(end, text.length);
}
