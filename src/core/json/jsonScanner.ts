import { JsonNodes } from './jsonNodes.ts';
import { lenientWords } from './readJson.ts';

/** What may come next. */
type Expects = 'value' | 'first value' | 'first key' | 'key' | 'colon' | 'comma' | 'nothing';

const quote = 0x22;
const apostrophe = 0x27;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

const bytesOf = (word: string) => Uint8Array.from(word, character => character.charCodeAt(0));
const words = ['true', 'false', 'null'].map(bytesOf);
const otherWords = Object.keys(lenientWords).map(bytesOf);

/**
 * Reads JSON (RFC 8259), and what is near to it as in `readJson`, out of UTF-8 and writes down where
 * its values begin. Nothing is decoded, so all tokens stay as they came. It can stop after any number
 * of bytes, also within a string, and takes no stack for depth.
 */
export class JsonScanner {
  readonly nodes: JsonNodes;
  /** Where it stands; after a failure the place of the problem. */
  at: number;
  failed = false;
  /** The first place where it is not JSON by the letter, but was read all the same. */
  deviation: { readonly at: number; readonly line: number; readonly lineStart: number } | undefined;
  /** Newlines before `at`, and where the last line begins. */
  line = 1;
  lineStart = 0;
  readonly #bytes: Uint8Array;
  #expects: Expects = 'value';
  /** Of the string that it stands in. */
  #quote = 0;
  /** For each open object 1, for each open array 0. */
  #open = new Uint8Array(64);
  #depth = 0;

  constructor(bytes: Uint8Array, maxNodes: number) {
    this.#bytes = bytes;
    this.nodes = new JsonNodes(bytes, maxNodes);
    this.at = 0;
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
      this.#deviate(0);
      this.at = 3;
    }
  }

  /** Whether all that was read makes one JSON text. */
  get isWhole(): boolean {
    return this.#expects === 'nothing' && this.#quote === 0 && !this.failed;
  }

  /** Goes on to `until` or a little further. False where the text is not JSON. */
  run(until: number): boolean {
    while (this.at < until && !this.failed) {
      if (this.#quote !== 0) {
        this.#stringRest(until);
      } else {
        this.#skipSpaces(until);
        this.failed = this.at < until && !this.#token(this.#bytes[this.at] ?? 0);
      }
    }
    return !this.failed;
  }

  #skipSpaces(until: number): void {
    for (; this.at < until; this.at++) {
      const byte = this.#bytes[this.at];
      if (byte === 0x0a) {
        this.line++;
        this.lineStart = this.at + 1;
      } else if (byte !== 0x20 && byte !== 0x0d && byte !== 0x09) {
        return;
      }
    }
  }

  #token(first: number): boolean {
    switch (this.#expects) {
      case 'first key':
        return first === closeBrace ? this.#close(first) : this.#key(first);
      case 'first value':
        return first === closeBracket ? this.#close(first) : this.#value(first);
      case 'key':
        return this.#key(first);
      case 'value':
        return this.#value(first);
      case 'colon':
        return first === 0x3a && this.#pass('value');
      case 'comma':
        return first === 0x2c
          ? this.#pass(this.#open[this.#depth - 1] === 1 ? 'key' : 'value')
          : this.#close(first);
      case 'nothing':
        return false;
    }
  }

  #key(first: number): boolean {
    if (!isQuote(first)) {
      return false;
    }
    this.nodes.add(this.at);
    this.#beginString(first);
    this.#expects = 'colon';
    return true;
  }

  #beginString(first: number): void {
    if (first !== quote) {
      this.#deviate(this.at);
    }
    this.at++;
    this.#quote = first;
  }

  #deviate(at: number): void {
    this.deviation ??= { at, line: this.line, lineStart: this.lineStart };
  }

  #value(first: number): boolean {
    if (this.#depth === 0 || this.#open[this.#depth - 1] === 0) {
      this.nodes.add(this.at);
    }
    if (first === openBrace || first === openBracket) {
      this.at++;
      this.#push(first === openBrace ? 1 : 0);
      this.#expects = first === openBrace ? 'first key' : 'first value';
      return true;
    }
    this.#expects = this.#depth > 0 ? 'comma' : 'nothing';
    if (isQuote(first)) {
      this.#beginString(first);
      return true;
    }
    return this.#number() || this.#word();
  }

  #push(isObject: number): void {
    if (this.#depth === this.#open.length) {
      const larger = new Uint8Array(2 * this.#open.length);
      larger.set(this.#open);
      this.#open = larger;
    }
    this.#open[this.#depth++] = isObject;
    this.nodes.open();
  }

  #pass(expects: Expects): true {
    this.at++;
    this.#expects = expects;
    return true;
  }

  #close(bracket: number): boolean {
    const isObject = this.#open[this.#depth - 1] === 1;
    if (this.#depth === 0 || bracket !== (isObject ? closeBrace : closeBracket)) {
      return false;
    }
    this.at++;
    this.#depth--;
    this.nodes.close();
    this.#expects = this.#depth > 0 ? 'comma' : 'nothing';
    return true;
  }

  #stringRest(until: number): void {
    const bytes = this.#bytes;
    let at = this.at;
    while (at < until && !this.failed) {
      const byte = bytes[at] ?? 0;
      if (byte === this.#quote) {
        this.at = at + 1;
        this.#quote = 0;
        return;
      }
      const length = byte === backslash ? escapeLength(bytes, at) : byte < 0x20 ? 0 : 1;
      if (byte === backslash && length > 0 && !isStrictEscape(bytes[at + 1])) {
        this.#deviate(at);
      }
      this.failed = length === 0;
      at += length;
    }
    this.at = at;
  }

  #word(): boolean {
    const isHere = (word: Uint8Array) =>
      word.every((byte, index) => this.#bytes[this.at + index] === byte);
    const strict = words.find(isHere);
    const word = strict ?? otherWords.find(isHere);
    if (word && !strict) {
      this.#deviate(this.at);
    }
    this.at += word?.length ?? 0;
    return word !== undefined;
  }

  #number(): boolean {
    const bytes = this.#bytes;
    const digits = (at: number) => {
      while (isDigit(bytes[at])) {
        at++;
      }
      return at;
    };
    const begin = bytes[this.at] === 0x2d ? this.at + 1 : this.at;
    if (!isDigit(bytes[begin])) {
      return false;
    }
    let end = bytes[begin] === 0x30 ? begin + 1 : digits(begin);
    if (bytes[end] === 0x2e && isDigit(bytes[end + 1])) {
      end = digits(end + 1);
    }
    if (bytes[end] === 0x65 || bytes[end] === 0x45) {
      const sign = bytes[end + 1] === 0x2b || bytes[end + 1] === 0x2d ? 1 : 0;
      end = isDigit(bytes[end + 1 + sign]) ? digits(end + 1 + sign) : end;
    }
    this.at = end;
    return true;
  }
}

function isQuote(byte: number): boolean {
  return byte === quote || byte === apostrophe;
}

function isStrictEscape(next = 0): boolean {
  return next !== apostrophe && next !== 0x78;
}

function isDigit(byte = 0): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** The length of the escape that begins at `at`; 0 where there is none like it. */
function escapeLength(bytes: Uint8Array, at: number): number {
  const next = bytes[at + 1] ?? 0;
  if (next === 0x75) {
    return [2, 3, 4, 5].every(i => isHexDigit(bytes[at + i])) ? 6 : 0;
  }
  if (next === 0x78) {
    return [2, 3].every(i => isHexDigit(bytes[at + i])) ? 4 : 0;
  }
  return next !== 0 && '"\'\\/bfnrt'.includes(String.fromCharCode(next)) ? 2 : 0;
}

function isHexDigit(byte = 0): boolean {
  return isDigit(byte) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);
}

/** Where a text stops being JSON. Lines and columns count from 1, columns in UTF-16 units. */
export interface JsonProblem {
  readonly line: number;
  readonly column: number;
  /** The same in bytes, from 0. */
  readonly offset: number;
  /** The character that cannot stand there; absent where the text ends too early. */
  readonly found?: string;
}

export type JsonIndex =
  | {
      readonly nodes: JsonNodes;
      readonly problem?: undefined;
      /** The first place where it is only near to JSON, and was read all the same. */
      readonly deviation?: JsonProblem;
    }
  | {
      readonly nodes?: undefined;
      readonly problem: JsonProblem;
      readonly deviation?: undefined;
    };

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Each value takes 16 bytes. */
const mostNodes = 6_000_000;

/**
 * Finds the values of a text that is JSON or near to it, as `readJson` says. Yields after each slice how many bytes are done, so that its caller
 * may rest.
 */
export function* indexJson(
  bytes: Uint8Array,
  maxNodes = mostNodes,
  sliceLength = 262_144,
): Generator<number, JsonIndex> {
  const scanner = new JsonScanner(bytes, maxNodes);
  while (
    scanner.at < bytes.length &&
    scanner.run(Math.min(bytes.length, scanner.at + sliceLength))
  ) {
    yield scanner.at;
  }
  if (!scanner.isWhole) {
    return { problem: yield* problemAt(bytes, scanner, sliceLength) };
  }
  const { nodes, deviation } = scanner;
  return deviation
    ? { nodes, deviation: yield* problemAt(bytes, deviation, sliceLength) }
    : { nodes };
}

function* problemAt(
  bytes: Uint8Array,
  { at, line, lineStart }: Pick<JsonScanner, 'at' | 'line' | 'lineStart'>,
  sliceLength: number,
): Generator<number, JsonProblem> {
  let column = 1;
  for (let from = lineStart; from < at; from += sliceLength) {
    column += utf16Length(bytes, from, Math.min(at, from + sliceLength));
    yield at;
  }
  const place = { line, column, offset: at };
  const code = decoder.decode(bytes.subarray(at, at + 4)).codePointAt(0);
  return code === undefined ? place : { ...place, found: String.fromCodePoint(code) };
}

/** The length of UTF-8 as UTF-16: a character of four bytes takes two units. */
function utf16Length(bytes: Uint8Array, from: number, to: number): number {
  let length = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if ((byte & 0xc0) !== 0x80) {
      length += byte >= 0xf0 ? 2 : 1;
    }
  }
  return length;
}
