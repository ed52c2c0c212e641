/** In UTF-16 code units. */
export const minSecretLength = 4;

/** Backslashes that nested JSON puts before a character: a bound, since a peer may send any number. */
const escapes = String.raw`\\{1,8}`;
/** What one UTF-16 code unit takes at most: those backslashes and `u0000`. */
const longestUnit = 13;
const longestBase64Edge = 16;

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '"',
  '/': '/',
  '\b': 'b',
  '\f': 'f',
  '\n': 'n',
  '\r': 'r',
  '\t': 't',
};

const encoder = new TextEncoder();

/**
 * A global pattern for all spellings of `secrets`, `undefined` for none, and the length that no
 * match exceeds. Each alternative begins with another character, so that matching takes no longer
 * on a hostile text.
 */
export function secretPattern(
  secrets: readonly string[],
  base64: (bytes: Uint8Array) => string,
): { readonly pattern: RegExp | undefined; readonly longest: number } {
  if (secrets.length === 0) {
    return { pattern: undefined, longest: 0 };
  }
  const sources = secrets.flatMap(secret => [spelled(secret), ...inBase64(secret, base64)]);
  const longest = Math.max(...secrets.map(({ length }) => length));
  return {
    pattern: new RegExp(sources.join('|'), 'g'),
    // In base64 a character of three bytes becomes four, each of which may be escaped.
    longest: longest * 4 * longestUnit + longestBase64Edge,
  };
}

/** Character by character as it is, as JSON escapes it, or as a URL does. */
function spelled(secret: string): string {
  return Array.from(secret, spellings).join('');
}

function spellings(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  const inJson = units.map(unit => `${escapes}u${anyCase(hex(unit, 4))}`).join('');
  const inUrl = Array.from(encoder.encode(character), byte => `%${anyCase(hex(byte, 2))}`).join('');
  const short = shortEscapes[character];
  const others = [
    ...(character === '\\' ? [escapes] : [quoted(character)]),
    ...(short === undefined ? [] : [`${escapes}${short}`]),
    ...(character === ' ' ? ['\\+'] : []),
  ];
  return `(?:${[...others, inUrl, inJson].join('|')})`;
}

/**
 * The part of base64 that depends on the secret alone, for each of the three places in which it can
 * begin, with the characters at its edges, which hold bits of it. Also of the alphabet for URLs.
 */
function inBase64(secret: string, base64: (bytes: Uint8Array) => string): readonly string[] {
  const bytes = encoder.encode(secret);
  return [0, 1, 2].map(shift => {
    const shifted = new Uint8Array(shift + bytes.length);
    shifted.set(bytes, shift);
    const begin = Math.ceil((shift * 8) / 6);
    const end = Math.floor((shifted.length * 8) / 6);
    const core = Array.from(base64(shifted).slice(begin, end), base64Character).join('');
    const before = shift === 0 ? '' : edge;
    const after = (shifted.length * 8) % 6 === 0 ? '' : edge;
    return `${before}${core}${after}`;
  });
}

const edge = '[A-Za-z0-9+/_-]?';

function base64Character(character: string): string {
  switch (character) {
    case '+':
      return '(?:[+-]|%2[bB])';
    case '/':
      return String.raw`(?:[/_]|\\{1,8}/|%2[fF])`;
    default:
      return character;
  }
}

function quoted(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function anyCase(digits: string): string {
  return digits.replace(/[a-f]/g, digit => `[${digit}${digit.toUpperCase()}]`);
}
