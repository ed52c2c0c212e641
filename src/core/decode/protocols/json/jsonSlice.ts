import { textIn } from '../../values/utf8Text.ts';
import { skipSpaces } from '../../../json/jsonSpaces.ts';
import { jsonProblem } from '../../values/json/jsonProblem.ts';
import { cutLabel, headLength, headText } from './headText.ts';

const quote = 0x22;
const backslash = 0x5c;
/** Of code units, one behind the other, and all others. */
const escapes = /((?:\\u[\da-fA-F]{4})+)|\\./g;
/** A text to its last whole escape, or letter. */
const wholeEscapes = /^(?:[^\\]|\\[^u]|\\u[\da-fA-F]{4})*/;

/**
 * A value in bytes that are JSON. Nothing is parsed but what is asked for, and what is shown is what was written: numbers with
 * all their digits, members of the same name.
 */
export class JsonSlice {
  readonly begin: number;
  /** Behind its last byte. */
  readonly end: number;
  readonly #bytes: Uint8Array;

  private constructor(bytes: Uint8Array, begin: number, end: number) {
    this.#bytes = bytes;
    this.begin = begin;
    this.end = end;
  }

  /** The value of a whole JSON text; if it is none, the byte at which no JSON can go on. */
  static read(bytes: Uint8Array, begin = 0, end = bytes.length): JsonSlice | number {
    const problem = jsonProblem(bytes, begin, end);
    if (problem !== undefined) {
      return problem;
    }
    const first = skipSpaces(bytes, begin, end);
    return new JsonSlice(bytes, first, valueEnd(bytes, first, end));
  }

  get isObject(): boolean {
    return this.#bytes[this.begin] === 0x7b;
  }

  get isArray(): boolean {
    return this.#bytes[this.begin] === 0x5b;
  }

  get isNull(): boolean {
    return this.#bytes[this.begin] === 0x6e;
  }

  get isString(): boolean {
    return this.#bytes[this.begin] === quote;
  }

  get isNumber(): boolean {
    const first = this.#bytes[this.begin] ?? 0;
    return first === 0x2d || (first >= 0x30 && first <= 0x39);
  }

  /** As it was written. */
  get text(): string {
    return textIn(this.#bytes, this.begin, this.end);
  }

  /** What a string says; `undefined` for all else. */
  get string(): string | undefined {
    if (!this.isString) {
      return undefined;
    }
    const hasEscape = this.#bytes.subarray(this.begin, this.end).includes(backslash);
    return hasEscape
      ? (JSON.parse(this.text) as string)
      : textIn(this.#bytes, this.begin + 1, this.end - 1);
  }

  /** A string or number as a fact: the text that it is, cut if it is very long; `undefined` for all else. */
  get label(): string | undefined {
    if (!this.isNumber && !this.isString) {
      return undefined;
    }
    return cutLabel(this.#stringHead ?? this.shown);
  }

  /**
   * For a summary: without white space between its tokens and escapes that JSON does not need, and no longer than a summary
   * shows.
   */
  get shown(): string {
    return this.#compact(this.begin, this.end);
  }

  /** For a summary: what a string says, another value as `shown`. */
  get message(): string {
    return this.#stringHead ?? this.shown;
  }

  /** The beginning of what a string says, if it is very long. */
  get #stringHead(): string | undefined {
    if (!this.isString || this.end - this.begin < headLength) {
      return this.string;
    }
    const head = headText(this.#bytes, this.begin + 1, this.end - 1);
    // The end may cut an escape.
    return JSON.parse(`"${wholeEscapes.exec(head)?.[0] ?? ''}"`) as string;
  }

  /** For a summary: the elements of an array from `from` on, as arguments are written. */
  shownElements(from = 0): string {
    const parts: string[] = [];
    let length = 0;
    let index = 0;
    for (const element of this.elements()) {
      if (index++ >= from) {
        const { shown } = element;
        parts.push(shown);
        length += shown.length + 2;
        if (length > headLength) {
          break;
        }
      }
    }
    return parts.join(', ');
  }

  /** The values of the members of these names, in their order; of several of one name the last. */
  members<Names extends readonly string[]>(
    ...names: Names
  ): { readonly [Index in keyof Names]: JsonSlice | undefined } {
    const found: (JsonSlice | undefined)[] = names.map(() => undefined);
    if (this.isObject) {
      for (const [name, value] of this.entries()) {
        const index = names.indexOf(name);
        if (index >= 0) {
          found[index] = value;
        }
      }
    }
    return found as { readonly [Index in keyof Names]: JsonSlice | undefined };
  }

  member(name: string): JsonSlice | undefined {
    return this.members(name)[0];
  }

  /** The first elements of an array; nothing for all else. */
  *elements(atMost = Infinity): Generator<JsonSlice, void> {
    if (!this.isArray) {
      return;
    }
    let at = this.#inner(this.begin + 1);
    for (let count = 0; count < atMost && at < this.end - 1; count++) {
      const end = valueEnd(this.#bytes, at, this.end);
      yield new JsonSlice(this.#bytes, at, end);
      at = this.#afterComma(end);
    }
  }

  get firstElement(): JsonSlice | undefined {
    return this.elements().next().value ?? undefined;
  }

  /** The members of an object; nothing for all else. */
  *entries(): Generator<readonly [name: string, value: JsonSlice], void> {
    if (!this.isObject) {
      return;
    }
    for (let at = this.#inner(this.begin + 1); at < this.end - 1;) {
      const nameEnd = valueEnd(this.#bytes, at, this.end);
      const name = new JsonSlice(this.#bytes, at, nameEnd).string ?? '';
      const begin = this.#inner(this.#inner(nameEnd) + 1);
      const end = valueEnd(this.#bytes, begin, this.end);
      yield [name, new JsonSlice(this.#bytes, begin, end)];
      at = this.#afterComma(end);
    }
  }

  #inner(from: number): number {
    return skipSpaces(this.#bytes, from, this.end);
  }

  /** Where the next element begins; the closing bracket where there is none. */
  #afterComma(end: number): number {
    const at = this.#inner(end);
    return this.#bytes[at] === 0x2c ? this.#inner(at + 1) : at;
  }

  #compact(begin: number, end: number): string {
    const bytes = this.#bytes;
    const kept = new Uint8Array(Math.min(end - begin, headLength));
    let length = 0;
    let isInString = false;
    for (let at = begin; at < end && length < kept.length; at++) {
      const unit = bytes[at] ?? 0;
      if (isInString && unit === backslash) {
        kept[length++] = unit;
        at++;
        kept[length++] = bytes[at] ?? 0;
        continue;
      }
      if (unit === quote) {
        isInString = !isInString;
      }
      if (isInString || unit > 0x20) {
        kept[length++] = unit;
      }
    }
    const text = headText(kept, 0, Math.min(length, kept.length));
    return text.includes('\\') ? text.replace(escapes, plainEscape) : text;
  }
}

function plainEscape(escape: string, units?: string): string {
  if (units === undefined) {
    return escape === '\\/' ? '/' : escape;
  }
  return JSON.stringify(JSON.parse(`"${units}"`)).slice(1, -1);
}

/** Where the value that begins at `begin` ends, in bytes that are JSON. */
function valueEnd(bytes: Uint8Array, begin: number, end: number): number {
  let depth = 0;
  for (let at = begin; at < end; at++) {
    const unit = bytes[at] ?? 0;
    if (unit === quote) {
      at = closingQuote(bytes, at, end);
      if (depth === 0) {
        return at + 1;
      }
    } else if (unit === 0x7b || unit === 0x5b) {
      depth++;
    } else if (unit === 0x7d || unit === 0x5d) {
      if (depth === 0) {
        return at;
      }
      if (--depth === 0) {
        return at + 1;
      }
    } else if (depth === 0 && (unit === 0x2c || unit === 0x3a || unit <= 0x20)) {
      return at;
    }
  }
  return end;
}

function closingQuote(bytes: Uint8Array, begin: number, end: number): number {
  let at = begin + 1;
  while (at < end && bytes[at] !== quote) {
    at += bytes[at] === backslash ? 2 : 1;
  }
  return at;
}
