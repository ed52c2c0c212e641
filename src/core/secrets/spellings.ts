import { lowerBound } from '../base/lowerBound.ts';

/** In UTF-16 code units. Shorter texts would occur in too many unrelated texts. */
export const minSecretLength = 4;

/**
 * So much of the beginning of a longer text is found as well, in UTF-16 code units: a part of a secret is
 * one, and to look for the whole at each offset of what only begins like it would take ever longer.
 */
export const enoughLength = 32;

/** The maximum number of backslashes that nested JSON puts before a character. */
const maxBackslashes = 8;
/** The maximum length of one escaped UTF-16 code unit: the backslashes and `u0000`. */
const maxSpelledUnitLength = 13;
/** Base64 characters that hold only some bits of a text, one at each end. */
const maxEdgeLength = 2;

/**
 * The readings of a text that are followed, and how many more of them for each unit that they have come
 * forward. Almost all texts have one; runs of backslashes have so many that it would take ever longer.
 */
const maxReadings = 1024;
const readingsPerUnit = 8;

const Unit = {
  Blank: 0x20,
  Percent: 0x25,
  Plus: 0x2b,
  Minus: 0x2d,
  Slash: 0x2f,
  Backslash: 0x5c,
  Underscore: 0x5f,
  Ellipsis: 0x2026,
} as const;

/** Characters after the backslashes of an escape in JSON, and their meanings. */
const shortEscapes: ReadonlyMap<number, number> = new Map(
  Object.entries({ '"': '"', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t' }).map(
    ([written, meant]) => [written.charCodeAt(0), meant.charCodeAt(0)],
  ),
);

const encoder = new TextEncoder();
// Every byte is one character in this encoding, so that offsets in the text are offsets in the bytes.
const byteDecoder = new TextDecoder('windows-1252');

/** A text in which every byte of `bytes` is one character, as `SpellingSearch` reads bytes. */
export function bytesAsText(bytes: Uint8Array): string {
  return byteDecoder.decode(bytes);
}

interface Match {
  readonly start: number;
  readonly end: number;
}

/** Whether the base64 characters before and after a core hold bits of the text. */
interface Edges {
  readonly before: boolean;
  readonly after: boolean;
}

/**
 * Finds texts in all spellings in which a peer may send them back: unchanged, as UTF-8 bytes decoded
 * one by one, with any characters escaped as in JSON or URLs, and within base64. What begins like one of
 * them is found as far as it goes, if that is `enoughLength` or more, or if the text was cut there. So the time is proportional to the length
 * of the searched text, for any number and length of texts to find.
 */
export class SpellingSearch {
  readonly #plain: PrefixList;
  readonly #base64: PrefixList;
  readonly #edges: ReadonlyMap<string, Edges>;
  /** The maximum length of a match, in UTF-16 code units. */
  readonly maxLength: number;

  /** @param texts to find; those of less than `minSecretLength` are ignored */
  constructor(texts: Iterable<string>) {
    const sought = [...new Set(texts)].filter(({ length }) => length >= minSecretLength);
    const edges = new Map<string, Edges>();
    for (const text of sought) {
      for (const { core, before, after } of base64Cores(text)) {
        const known = edges.get(core);
        edges.set(core, {
          before: before || known?.before === true,
          after: after || known?.after === true,
        });
      }
    }
    this.#plain = new PrefixList(sought.flatMap(text => [text, ...asBytes(text)]));
    this.#base64 = new PrefixList([...edges.keys()], ofUsualAlphabet);
    this.#edges = edges;
    const longest = sought.reduce((most, { length }) => Math.max(most, length), 0);
    // In base64 a character of three bytes becomes four, each of which may be escaped.
    this.maxLength = longest * 4 * maxSpelledUnitLength + maxEdgeLength;
  }

  get isEmpty(): boolean {
    return this.#plain.isEmpty;
  }

  /** All matches from the left, without overlaps; the longest of those that begin at one offset. */
  *matches(text: string): Generator<Match> {
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const plainEnd = this.#plain.mayBeginAt(text, at) ? this.#plain.longestAt(text, at)?.end : 0;
      const encoded = this.#base64.mayBeginAt(text, at)
        ? this.#base64.longestAt(text, at)
        : undefined;
      let start = at;
      let end = plainEnd ?? 0;
      if (encoded && encoded.end > end) {
        const { before = false, after = false } = this.#edges.get(encoded.found) ?? {};
        start -= before && at > from && isBase64Character(text.charCodeAt(at - 1)) ? 1 : 0;
        end = encoded.end + (after && isBase64Character(text.charCodeAt(encoded.end)) ? 1 : 0);
      }
      if (end > 0) {
        yield { start, end };
        from = end;
        at = end - 1;
      }
    }
  }

  /** `text` with `replacement` in place of each match. */
  replace(text: string, replacement: string): string {
    let replaced = '';
    let from = 0;
    for (const { start, end } of this.matches(text)) {
      replaced += text.slice(from, start) + replacement;
      from = end;
    }
    return from === 0 ? text : replaced + text.slice(from);
  }
}

/** The UTF-8 bytes of a text, decoded as HTTP headers and as `bytesAsText`; empty for ASCII. */
function asBytes(text: string): readonly string[] {
  if (/^[\0-\x7f]*$/.test(text)) {
    return [];
  }
  const binary = asBinary(text);
  // A peer that reads the bytes as characters may encode them again.
  return [binary, ...[text, binary].map(each => bytesAsText(encoder.encode(each)))];
}

function asBinary(text: string): string {
  return Array.from(encoder.encode(text), byte => String.fromCharCode(byte)).join('');
}

/** The base64 of a text's bytes in UTF-8. */
export function base64Of(text: string): string {
  return btoa(asBinary(text));
}

/**
 * The part of base64 that depends on the text alone, for each of the three offsets at which the text
 * can begin, and whether the characters beside it hold bits of the text.
 */
function base64Cores(text: string): readonly (Edges & { readonly core: string })[] {
  const binary = asBinary(text);
  return [0, 1, 2].map(shift => {
    const bits = (shift + binary.length) * 8;
    const begin = Math.ceil((shift * 8) / 6);
    const core = btoa('\0'.repeat(shift) + binary).slice(begin, Math.floor(bits / 6));
    return { core, before: shift > 0, after: bits % 6 !== 0 };
  });
}

/** Maps the two special characters of base64url to those of base64. */
function ofUsualAlphabet(unit: number): number {
  return unit === Unit.Minus ? Unit.Plus : unit === Unit.Underscore ? Unit.Slash : unit;
}

function isBase64Character(unit: number): boolean {
  return /[\w+/-]/.test(String.fromCharCode(unit));
}

/** The state of a search: an offset up to which the text matches the beginning of some of the texts. */
interface Reading {
  /** The range of texts that match so far; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  /** The number of code units that match. */
  readonly depth: number;
  /** The offset of the next code unit in the searched text. */
  readonly at: number;
}

/** A sorted list of texts, which is searched by narrowing the range of matching prefixes. */
class PrefixList {
  readonly #texts: readonly string[];
  readonly #fold: (unit: number) => number;
  readonly #maxLength: number;
  /** Pairs of units, of seven bits each, with which a spelling of a text may begin. */
  readonly #pairs = new Uint8Array(1 << 14);

  /** @param fold maps units with the same meaning to one of them */
  constructor(texts: readonly string[], fold: (unit: number) => number = unit => unit) {
    this.#fold = fold;
    this.#maxLength = texts.reduce((most, { length }) => Math.max(most, length), 0);
    this.#texts = [...new Set(texts)].sort((a, b) => (a < b ? -1 : 1));
    for (const text of this.#texts) {
      for (const first of spelledUnits(text.charCodeAt(0))) {
        for (const second of spelledUnits(text.charCodeAt(1))) {
          this.#pairs[pairOf(first, second)] = 1;
        }
      }
    }
    // Any unit may be escaped with these.
    for (const unit of this.isEmpty ? [] : [Unit.Percent, Unit.Backslash]) {
      for (let other = 0; other < 128; other++) {
        this.#pairs[pairOf(unit, other)] = 1;
        this.#pairs[pairOf(other, unit)] = 1;
      }
    }
  }

  get isEmpty(): boolean {
    return this.#texts.length === 0;
  }

  /** A quick check: `false` if no text begins at this offset; `true` if one may. */
  mayBeginAt(text: string, at: number): boolean {
    return this.#pairs[pairOf(text.charCodeAt(at), text.charCodeAt(at + 1))] === 1;
  }

  /** The longest match that begins at `start`, or that part of one which is enough. */
  longestAt(
    text: string,
    start: number,
  ): { readonly end: number; readonly found: string } | undefined {
    let longest: { readonly end: number; readonly found: string } | undefined;
    const open: Reading[] = [{ from: 0, to: this.#texts.length, depth: 0, at: start }];
    // Different readings of a run of backslashes lead to the same states.
    let seen: Set<number> | undefined;
    let reach = start;
    const add = (from: number, to: number, depth: number, at: number) => {
      const key = ((at - start) * (this.#maxLength + 1) + depth) * this.#texts.length + from;
      seen ??= new Set();
      if (from < to && !seen.has(key)) {
        seen.add(key);
        open.push({ from, to, depth, at });
      }
    };
    for (let reading = open.pop(); reading; reading = open.pop()) {
      let { from, to, depth, at } = reading;
      reach = Math.max(reach, at);
      if (seen && seen.size > maxReadings + readingsPerUnit * (reach - start)) {
        break;
      }
      while (from < to) {
        const first = this.#texts[from] ?? '';
        const isWhole = first.length === depth;
        const isFound =
          isWhole || depth >= enoughLength || (depth >= minSecretLength && isCutAt(text, at));
        if (isFound && at > (longest?.end ?? 0)) {
          longest = { end: at, found: first };
        }
        if (isWhole) {
          from++;
        }
        const unit = text.charCodeAt(at);
        if (from === to || Number.isNaN(unit)) {
          break;
        }
        const [nextFrom, nextTo] = this.#narrowed(from, to, depth, unit);
        if (isAmbiguous(unit)) {
          const meaning = escapeAt(text, at);
          if (meaning) {
            const range = this.#narrowedBy(from, to, depth, meaning.units);
            add(range.from, range.to, depth + meaning.units.length, meaning.end);
          }
          // Several backslashes may also mean a single one. The literal meaning is followed first.
          const count =
            unit === Unit.Backslash ? Math.min(backslashesAt(text, at), maxBackslashes) : 1;
          for (let length = count; nextFrom < nextTo && length >= 1; length--) {
            add(nextFrom, nextTo, depth + 1, at + length);
          }
          break;
        }
        from = nextFrom;
        to = nextTo;
        depth++;
        at++;
      }
    }
    return longest;
  }

  #narrowedBy(from: number, to: number, depth: number, units: readonly number[]) {
    let range: [from: number, to: number] = [from, to];
    units.forEach((unit, index) => {
      range = this.#narrowed(range[0], range[1], depth + index, unit);
    });
    return { from: range[0], to: range[1] };
  }

  /** The part of a range whose texts have `unit` at `depth`. */
  #narrowed(from: number, to: number, depth: number, unit: number): [from: number, to: number] {
    const sought = this.#fold(unit);
    if (to - from === 1) {
      const isIt = this.#texts[from]?.charCodeAt(depth) === sought;
      return [from, isIt ? to : from];
    }
    const unitAt = (index: number) => this.#texts[index]?.charCodeAt(depth) ?? 0;
    const begin = lowerBound(from, to, index => unitAt(index) < sought);
    return [begin, lowerBound(begin, to, index => unitAt(index) <= sought)];
  }
}

/** Whether a mark at this offset says that there was more, behind a blank or not. */
function isCutAt(text: string, at: number): boolean {
  const mark = text.charCodeAt(at) === Unit.Blank ? at + 1 : at;
  return text.charCodeAt(mark) === Unit.Ellipsis;
}

function pairOf(first: number, second: number): number {
  return ((first & 0x7f) << 7) | (second & 0x7f);
}

/** A unit and the single units that may replace it, in a URL or in base64url. */
function spelledUnits(unit: number): readonly number[] {
  switch (unit) {
    case Unit.Blank:
      return [unit, Unit.Plus];
    case Unit.Plus:
      return [unit, Unit.Minus];
    case Unit.Slash:
      return [unit, Unit.Underscore];
    default:
      return [unit];
  }
}

function isAmbiguous(unit: number): boolean {
  return unit === Unit.Percent || unit === Unit.Backslash || unit === Unit.Plus;
}

interface Meaning {
  readonly units: readonly number[];
  /** The offset after the escape. */
  readonly end: number;
}

/** The meaning of an ambiguous unit as an escape. */
function escapeAt(text: string, at: number): Meaning | undefined {
  switch (text.charCodeAt(at)) {
    case Unit.Plus:
      return { units: [Unit.Blank], end: at + 1 };
    case Unit.Percent:
      return percentEscapeAt(text, at);
    default:
      return jsonEscapeAt(text, at);
  }
}

/** Reads `%41`, or all bytes of a longer UTF-8 character. */
function percentEscapeAt(text: string, at: number): Meaning | undefined {
  const first = percentByte(text, at);
  if (first === undefined || first < 0x80) {
    return first === undefined ? undefined : { units: [first], end: at + 3 };
  }
  const count = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  let code = first & (0xff >> (count + 1));
  for (let index = 1; index < count; index++) {
    const byte = percentByte(text, at + 3 * index);
    if (byte === undefined || byte >> 6 !== 0b10) {
      return undefined;
    }
    code = (code << 6) | (byte & 0x3f);
  }
  if (code > 0x10ffff) {
    return undefined;
  }
  const character = String.fromCodePoint(code);
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return { units, end: at + 3 * count };
}

function percentByte(text: string, at: number): number | undefined {
  const high = text.charCodeAt(at) === Unit.Percent ? hexDigit(text.charCodeAt(at + 1)) : -1;
  const low = hexDigit(text.charCodeAt(at + 2));
  return high < 0 || low < 0 ? undefined : high * 16 + low;
}

/** Negative if it is not a hexadecimal digit. */
function hexDigit(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) {
    return unit - 0x30;
  }
  const letter = unit | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** The number of backslashes at an offset; at most `maxBackslashes` + 1. */
function backslashesAt(text: string, at: number): number {
  let count = 1;
  while (count <= maxBackslashes && text.charCodeAt(at + count) === Unit.Backslash) {
    count++;
  }
  return count;
}

/** Reads an escape as in JSON, after one backslash or the several of nested JSON. */
function jsonEscapeAt(text: string, at: number): Meaning | undefined {
  const count = backslashesAt(text, at);
  const end = at + count;
  if (count > maxBackslashes) {
    return undefined;
  }
  const short = shortEscapes.get(text.charCodeAt(end));
  if (short !== undefined) {
    return { units: [short], end: end + 1 };
  }
  const [, digits] = /^u([\da-f]{4})$/i.exec(text.slice(end, end + 5)) ?? [];
  return digits === undefined ? undefined : { units: [Number.parseInt(digits, 16)], end: end + 5 };
}
