import { lenientWords } from './readJson.ts';

/** What may come next. */
type Expects = 'value' | 'first value' | 'first key' | 'key' | 'colon' | 'comma' | 'nothing';

export type JsonTokenKind = 'key' | 'string' | 'number' | 'word' | 'punctuation';

/** Gets the structure of a text while it is scanned. */
export interface JsonSink {
  /** A value begins within the container that is open; a member begins with its key. */
  add(begin: number): void;
  /** The value that was added last is a container. */
  open(): void;
  /** The innermost container ends. */
  close(): void;
}

/** A place in a text. Lines count from 1. */
interface ScannedPlace {
  readonly at: number;
  readonly line: number;
  /** Where the line begins. */
  readonly lineStart: number;
}

const quote = 0x22;
const apostrophe = 0x27;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
/** A byte order mark. */
const utf16Mark = [0xfeff];
const utf8Mark = [0xef, 0xbb, 0xbf];

const unitsOf = (word: string) => Uint8Array.from(word, character => character.charCodeAt(0));
const words = ['true', 'false', 'null'].map(unitsOf);
const otherWords = Object.keys(lenientWords).map(unitsOf);

/** Where a text stops being JSON. */
export interface JsonProblem {
  /** Counts from 1. */
  readonly line: number;
  /** Counts from 1, in UTF-16 units. */
  readonly column: number;
  /** The same place in the units of the text, from 0. */
  readonly offset: number;
  /** The character that is not allowed there; absent if the text ends too early. */
  readonly found?: string;
}

/** A text as the scanner reads it. */
export function utf16Of(text: string): Uint16Array {
  const units = new Uint16Array(text.length);
  for (let at = 0; at < text.length; at++) {
    units[at] = text.charCodeAt(at);
  }
  return units;
}

/**
 * Reads JSON (RFC 8259) token by token, and what is near to it as in `readJson`, from the bytes of UTF-8
 * or the units of UTF-16. Nothing is decoded, so all tokens stay as they came. It can stop after any
 * number of units, also within a string, and needs no stack for deep nesting.
 */
export class JsonScanner {
  /** The current place; after a failure the place of the problem. */
  at = 0;
  /** Where the token that `next` returned begins. */
  begin = 0;
  failed = false;
  /** The first place that is not strict JSON but was accepted. */
  deviation: ScannedPlace | undefined;
  /** The line of `at`, from 1, and where it begins. */
  line = 1;
  lineStart = 0;
  readonly #units: Uint8Array | Uint16Array;
  readonly #sink: JsonSink | undefined;
  #expects: Expects = 'value';
  /** The quote of the string that `at` is in; 0 outside of strings. */
  #quote = 0;
  /** 1 for each open object, 0 for each open array. */
  #open = new Uint8Array(64);
  #depth = 0;

  constructor(units: Uint8Array | Uint16Array, sink?: JsonSink) {
    this.#units = units;
    this.#sink = sink;
    const mark = units instanceof Uint16Array ? utf16Mark : utf8Mark;
    if (mark.every((unit, index) => units[index] === unit)) {
      this.#deviate(0);
      this.at = mark.length;
    }
  }

  /** Does not count a byte order mark, which was just read, as a deviation. */
  acceptByteOrderMark(): void {
    this.deviation = undefined;
  }

  /** Whether everything that was read is one complete JSON text. */
  get isWhole(): boolean {
    return this.#expects === 'nothing' && this.#quote === 0 && !this.failed;
  }

  /**
   * Reads one token, which is from `begin` to `at`. `undefined` at the end of the text, also within a
   * string, and if the text is not JSON.
   */
  next(): JsonTokenKind | undefined {
    const { length } = this.#units;
    this.#skipSpaces(length);
    this.begin = this.at;
    if (this.at >= length) {
      return undefined;
    }
    const first = this.#units[this.at] ?? 0;
    const isKey = this.#expects === 'key' || this.#expects === 'first key';
    this.failed = !this.#token(first);
    if (this.#quote !== 0) {
      this.#stringRest(length);
    }
    return this.failed || this.#quote !== 0 ? undefined : kindOf(first, isKey);
  }

  /** Continues up to `until` or a little further. `false` if the text is not JSON. */
  run(until: number): boolean {
    while (this.at < until && !this.failed) {
      if (this.#quote !== 0) {
        this.#stringRest(until);
      } else {
        this.#skipSpaces(until);
        this.failed = this.at < until && !this.#token(this.#units[this.at] ?? 0);
      }
    }
    return !this.failed;
  }

  #skipSpaces(until: number): void {
    for (; this.at < until; this.at++) {
      const byte = this.#units[this.at];
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
    this.#sink?.add(this.at);
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
      this.#sink?.add(this.at);
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
    this.#sink?.open();
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
    this.#sink?.close();
    this.#expects = this.#depth > 0 ? 'comma' : 'nothing';
    return true;
  }

  #stringRest(until: number): void {
    const units = this.#units;
    let at = this.at;
    while (at < until && !this.failed) {
      const unit = units[at] ?? 0;
      if (unit === this.#quote) {
        this.at = at + 1;
        this.#quote = 0;
        return;
      }
      const length = unit === backslash ? escapeLength(units, at) : unit < 0x20 ? 0 : 1;
      if (unit === backslash && length > 0 && !isStrictEscape(units[at + 1])) {
        this.#deviate(at);
      }
      this.failed = length === 0;
      at += length;
    }
    this.at = at;
  }

  #word(): boolean {
    const isHere = (word: Uint8Array) =>
      word.every((byte, index) => this.#units[this.at + index] === byte);
    const strict = words.find(isHere);
    const word = strict ?? otherWords.find(isHere);
    if (word && !strict) {
      this.#deviate(this.at);
    }
    this.at += word?.length ?? 0;
    return word !== undefined;
  }

  #number(): boolean {
    const units = this.#units;
    const digits = (at: number) => {
      while (isDigit(units[at])) {
        at++;
      }
      return at;
    };
    const begin = units[this.at] === 0x2d ? this.at + 1 : this.at;
    if (!isDigit(units[begin])) {
      return false;
    }
    let end = units[begin] === 0x30 ? begin + 1 : digits(begin);
    if (units[end] === 0x2e && isDigit(units[end + 1])) {
      end = digits(end + 1);
    }
    if (units[end] === 0x65 || units[end] === 0x45) {
      const sign = units[end + 1] === 0x2b || units[end + 1] === 0x2d ? 1 : 0;
      end = isDigit(units[end + 1 + sign]) ? digits(end + 1 + sign) : end;
    }
    this.at = end;
    return true;
  }
}

function kindOf(first: number, isKey: boolean): JsonTokenKind {
  if (isQuote(first)) {
    return isKey ? 'key' : 'string';
  }
  if (isDigit(first) || first === 0x2d) {
    return 'number';
  }
  return isLetter(first) ? 'word' : 'punctuation';
}

function isLetter(unit: number): boolean {
  return (unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a;
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

/** The length of the escape that begins at `at`; 0 if it is invalid. */
function escapeLength(units: Uint8Array | Uint16Array, at: number): number {
  const next = units[at + 1] ?? 0;
  if (next === 0x75) {
    return [2, 3, 4, 5].every(i => isHexDigit(units[at + i])) ? 6 : 0;
  }
  if (next === 0x78) {
    return [2, 3].every(i => isHexDigit(units[at + i])) ? 4 : 0;
  }
  return next !== 0 && '"\'\\/bfnrt'.includes(String.fromCharCode(next)) ? 2 : 0;
}

function isHexDigit(byte = 0): boolean {
  return isDigit(byte) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);
}
