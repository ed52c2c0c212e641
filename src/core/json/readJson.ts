import { ExactNumber, exactNumber } from './exactNumber.ts';

interface JsonReading {
  /** Numbers that a `number` would round are `ExactNumber`. */
  readonly value: unknown;
  /** Whether it is JSON by the letter (RFC 8259), or only near to it. */
  readonly isStrict: boolean;
}

interface ReadOptions {
  /** All numbers are `ExactNumber`: `1.50` stays what it is. */
  readonly keepsNumbers?: boolean;
}

/** What there may be a number in that `JSON.parse` rounds. */
const mayRound = /[\d.]{16}|\d[eE][+-]?\d{3}/;
const mayBeContainer = /^\ufeff?[ \t\r\n]*[[{]/;
/** The beginnings of all else that JSON can be. */
const mayBeScalar = /^[ \t\r\n]*["\-\dtfn]/;

/** Words that are not JSON but that Python and JavaScript write, with their values. */
export const lenientWords: Readonly<Record<string, unknown>> = {
  'NaN': NaN,
  'Infinity': Infinity,
  '-Infinity': -Infinity,
  'None': null,
  'True': true,
  'False': false,
  'undefined': null,
};

/**
 * Reads JSON, and what is near to it: a byte order mark in front, `NaN` and `Infinity`, and the words
 * and quotes of Python. `undefined` for other texts. `JsonScanner` accepts exactly the same texts.
 */
export function readJson(text: string, options: ReadOptions = {}): JsonReading | undefined {
  const isContainer = mayBeContainer.test(text);
  if (!isContainer && !mayBeScalar.test(text)) {
    return undefined;
  }
  if (!options.keepsNumbers && !mayRound.test(text)) {
    try {
      return { value: JSON.parse(text) as unknown, isStrict: true };
    } catch {
      if (!isContainer) {
        return undefined;
      }
    }
  }
  return new Reader(text, options.keepsNumbers === true).read();
}

/** The value of a string. @param raw with its quotes, as `readJson` accepts it */
export function stringIn(raw: string): string {
  return String(new Reader(raw, false).read()?.value);
}

type Container = unknown[] | Record<string, unknown>;

const failed = Symbol('no JSON');
const strictWords: Readonly<Record<string, unknown>> = { true: true, false: false, null: null };
const spaces = /[ \t\r\n]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /-?[A-Za-z]+/y;
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  '/': '/',
  'b': '\b',
  'f': '\f',
  'n': '\n',
  'r': '\r',
  't': '\t',
};

/** Keeps its own stack: a text may be nothing but brackets. */
class Reader {
  readonly #text: string;
  readonly #keepsNumbers: boolean;
  #at = 0;
  #isStrict = true;

  constructor(text: string, keepsNumbers: boolean) {
    this.#text = text;
    this.#keepsNumbers = keepsNumbers;
  }

  read(): JsonReading | undefined {
    if (this.#text.startsWith('\ufeff')) {
      this.#at = 1;
      this.#isStrict = false;
    }
    const value = this.#whole();
    this.#match(spaces);
    return value === failed || this.#at < this.#text.length
      ? undefined
      : { value, isStrict: this.#isStrict };
  }

  #whole(): unknown {
    const open: Container[] = [];
    const names: string[] = [];
    for (;;) {
      const container = open.at(-1);
      let value: unknown = this.#closed(container) ? open.pop() : failed;
      if (value === failed) {
        if (container && !Array.isArray(container)) {
          const name = this.#name();
          if (name === undefined) {
            return failed;
          }
          names.push(name);
        }
        value = this.#value();
        if (typeof value === 'object' && value !== null && !(value instanceof ExactNumber)) {
          open.push(value as Container);
          continue;
        }
      }
      for (;;) {
        const parent = open.at(-1);
        if (value === failed || !parent) {
          return value;
        }
        put(parent, names, value);
        const isEnded = this.#separated(parent);
        if (isEnded === undefined) {
          return failed;
        }
        if (!isEnded) {
          break;
        }
        value = open.pop();
      }
    }
  }

  /** An empty container ends at once. */
  #closed(container: Container | undefined): boolean {
    this.#match(spaces);
    return container !== undefined && isEmpty(container) && this.#takes(closing(container));
  }

  /** Skips a comma, or the end of the container: then true. `undefined` if there is neither. */
  #separated(container: Container): boolean | undefined {
    this.#match(spaces);
    if (this.#takes(closing(container))) {
      return true;
    }
    return this.#takes(',') ? false : undefined;
  }

  #name(): string | undefined {
    const name = this.#string();
    this.#match(spaces);
    return this.#takes(':') ? name : undefined;
  }

  #value(): unknown {
    this.#match(spaces);
    const first = this.#text.charAt(this.#at);
    if (first === '{' || first === '[') {
      this.#at++;
      return first === '{' ? {} : [];
    }
    if (first === '"' || first === "'") {
      return this.#string() ?? failed;
    }
    const digits = this.#match(number);
    if (digits !== '') {
      return this.#keepsNumbers ? new ExactNumber(digits) : exactNumber(digits);
    }
    const name = this.#match(word);
    if (Object.hasOwn(strictWords, name)) {
      return strictWords[name];
    }
    this.#isStrict = false;
    return Object.hasOwn(lenientWords, name) ? lenientWords[name] : failed;
  }

  #string(): string | undefined {
    const quote = this.#text.charAt(this.#at);
    if (quote !== '"' && quote !== "'") {
      return undefined;
    }
    this.#isStrict &&= quote === '"';
    let begin = this.#at + 1;
    let text = '';
    for (let at = begin; at < this.#text.length;) {
      const code = this.#text.charCodeAt(at);
      if (code === quote.charCodeAt(0)) {
        this.#at = at + 1;
        return text + this.#text.slice(begin, at);
      }
      if (code === 0x5c) {
        const [length, character] = this.#escape(at);
        text += this.#text.slice(begin, at) + character;
        at += length;
        begin = at;
        if (length === 0) {
          return undefined;
        }
      } else if (code < 0x20) {
        return undefined;
      } else {
        at++;
      }
    }
    return undefined;
  }

  /** The length of the escape at `at`, 0 if it is invalid, and its character. */
  #escape(at: number): readonly [length: number, character: string] {
    const next = this.#text.charAt(at + 1);
    const digits = next === 'u' ? 4 : next === 'x' ? 2 : 0;
    if (digits > 0) {
      const hex = this.#text.slice(at + 2, at + 2 + digits);
      this.#isStrict &&= next === 'u';
      return hex.length === digits && /^[\da-fA-F]+$/.test(hex)
        ? [2 + digits, String.fromCharCode(parseInt(hex, 16))]
        : [0, ''];
    }
    this.#isStrict &&= next !== "'";
    return Object.hasOwn(escapes, next) ? [2, escapes[next] ?? ''] : [0, ''];
  }

  #takes(character: string): boolean {
    const isThere = this.#text.charAt(this.#at) === character;
    this.#at += isThere ? 1 : 0;
    return isThere;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }
}

function closing(container: Container): string {
  return Array.isArray(container) ? ']' : '}';
}

function isEmpty(container: Container): boolean {
  if (Array.isArray(container)) {
    return container.length === 0;
  }
  for (const name in container) {
    return !Object.hasOwn(container, name);
  }
  return true;
}

function put(container: Container, names: string[], value: unknown): void {
  if (Array.isArray(container)) {
    container.push(value);
    return;
  }
  const name = names.pop() ?? '';
  if (name === '__proto__') {
    // An assignment would set the prototype.
    Object.defineProperty(container, name, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  } else {
    container[name] = value;
  }
}
