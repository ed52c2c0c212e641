import { skipSpaces } from '../json/jsonSpaces.ts';

/** Whether bytes are JSON, as far as can be said at once. */
export const JsonGuess = { No: 0, Open: 1, Yes: 2 } as const;
export type JsonGuess = (typeof JsonGuess)[keyof typeof JsonGuess];

/** In a deeper nesting nothing is said. */
const maxDepth = 30;

const quote = 0x22;
const comma = 0x2c;
const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;
const nine = 0x39;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** A byte that a string cannot simply hold. */
const isSpecial = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === quote || byte === backslash ? 1 : 0,
);
const simpleEscapes = new Set(Array.from('"\\/bfnrt', letter => letter.charCodeAt(0)));
const words = ['true', 'false', 'null'].map(word => new TextEncoder().encode(word));
/** How else a text may begin that `readJson` takes, among them the first byte of a byte order mark. */
const otherBeginnings = new Set([...Array.from('[{"-tfn', letter => letter.charCodeAt(0)), 0xef]);

/**
 * Whether `readJson` reads the UTF-8 text from `begin` up to, not including, `end`: much cheaper than to
 * read it. `Open` for what is not JSON by the letter, but may be near to it.
 */
export function jsonGuess(bytes: Uint8Array, begin: number, end: number): JsonGuess {
  if (isStrictJson(bytes, begin, end)) {
    return JsonGuess.Yes;
  }
  const at = skipSpaces(bytes, begin, end);
  const first = at < end ? (bytes[at] ?? 0) : 0;
  return otherBeginnings.has(first) ? JsonGuess.Open : JsonGuess.No;
}

/** RFC 8259, in a nesting that is not too deep. */
function isStrictJson(bytes: Uint8Array, begin: number, end: number): boolean {
  let depth = 0;
  /** A bit for each container that is open, the lowest for the innermost: whether it is an object. */
  let objects = 0;
  let at = skipSpaces(bytes, begin, end);
  for (;;) {
    const first = at < end ? bytes[at] : 0;
    if (first === openBrace || first === openBracket) {
      const isObject = first === openBrace;
      at = skipSpaces(bytes, at + 1, end);
      if (at < end && bytes[at] === (isObject ? closeBrace : closeBracket)) {
        at++;
      } else if (depth++ === maxDepth) {
        return false;
      } else {
        objects = (objects << 1) | (isObject ? 1 : 0);
        at = isObject ? skipName(bytes, at, end) : at;
        if (at < 0) {
          return false;
        }
        continue;
      }
    } else {
      at = first === quote ? skipString(bytes, at, end) : skipScalar(bytes, at, end);
      if (at < 0) {
        return false;
      }
    }
    for (;;) {
      at = skipSpaces(bytes, at, end);
      if (depth === 0 || at >= end) {
        return depth === 0 && at === end;
      }
      const isObject = (objects & 1) === 1;
      if (bytes[at] === comma) {
        at = skipSpaces(bytes, at + 1, end);
        at = isObject ? skipName(bytes, at, end) : at;
        break;
      }
      if (bytes[at] !== (isObject ? closeBrace : closeBracket)) {
        return false;
      }
      at++;
      depth--;
      objects >>>= 1;
    }
    if (at < 0) {
      return false;
    }
  }
}

/** Where the value of a member begins; this and the others return -1 for what is no JSON. */
function skipName(bytes: Uint8Array, from: number, end: number): number {
  const afterName = from < end && bytes[from] === quote ? skipString(bytes, from, end) : -1;
  const at = afterName < 0 ? end : skipSpaces(bytes, afterName, end);
  return at < end && bytes[at] === colon ? skipSpaces(bytes, at + 1, end) : -1;
}

/** @param from where the first quote is */
function skipString(bytes: Uint8Array, from: number, end: number): number {
  let at = from + 1;
  while (at < end) {
    const byte = bytes[at] ?? 0;
    if (isSpecial[byte] === 0) {
      at++;
    } else if (byte === quote) {
      return at + 1;
    } else {
      const length = byte === backslash ? escapeLength(bytes, at, end) : 0;
      if (length === 0) {
        return -1;
      }
      at += length;
    }
  }
  return -1;
}

function escapeLength(bytes: Uint8Array, at: number, end: number): number {
  const letter = at + 1 < end ? (bytes[at + 1] ?? 0) : 0;
  if (letter !== 0x75) {
    return simpleEscapes.has(letter) ? 2 : 0;
  }
  for (let index = at + 2; index < at + 6; index++) {
    const byte = index < end ? (bytes[index] ?? 0) : 0;
    const letterOfHex = byte | 0x20;
    if (!isDigit(byte) && !(letterOfHex >= 0x61 && letterOfHex <= 0x66)) {
      return 0;
    }
  }
  return 6;
}

function isDigit(byte: number): boolean {
  return byte >= zero && byte <= nine;
}

function skipScalar(bytes: Uint8Array, from: number, end: number): number {
  const first = from < end ? (bytes[from] ?? 0) : 0;
  if (isDigit(first) || first === minus) {
    return skipNumber(bytes, first === minus ? from + 1 : from, end);
  }
  for (const word of words) {
    if (first === word[0] && from + word.length <= end) {
      return word.every((byte, index) => bytes[from + index] === byte) ? from + word.length : -1;
    }
  }
  return -1;
}

function skipNumber(bytes: Uint8Array, from: number, end: number): number {
  let at = skipDigits(bytes, from, end);
  if (at === from || (bytes[from] === zero && at > from + 1)) {
    return -1;
  }
  if (at < end && bytes[at] === point) {
    const fraction = at + 1;
    at = skipDigits(bytes, fraction, end);
    if (at === fraction) {
      return -1;
    }
  }
  if (at < end && ((bytes[at] ?? 0) | 0x20) === 0x65) {
    const sign = at + 1 < end ? bytes[at + 1] : 0;
    const exponent = at + (sign === 0x2b || sign === minus ? 2 : 1);
    at = skipDigits(bytes, exponent, end);
    if (at <= exponent) {
      return -1;
    }
  }
  return at;
}

function skipDigits(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && isDigit(bytes[at] ?? 0)) {
    at++;
  }
  return at;
}
