const jsonTokenKinds = ['key', 'string', 'number', 'word', 'punctuation'] as const;
type JsonTokenKind = (typeof jsonTokenKinds)[number];

/** A piece of one token's text, or the space between two, which has no kind. */
interface JsonPart {
  readonly text: string;
  readonly kind?: JsonTokenKind;
}

/** Some lines of the formatted text. */
export interface JsonBlock {
  /** The lines, without a newline at the end. */
  readonly text: string;
  readonly lineCount: number;
  /** Three numbers a token: where it begins and ends in `text`, and its place in `jsonTokenKinds`. */
  readonly tokens: readonly number[];
}

/** Where a text stops being JSON. Lines and columns count from 1, columns in UTF-16 units. */
export interface JsonProblem {
  readonly line: number;
  readonly column: number;
  /** The character that cannot stand there; absent where the text ends too early. */
  readonly found?: string;
}

/** Whether it is worth trying: the text begins as an object or an array does. */
export function looksLikeJson(text: string): boolean {
  return /^\ufeff?\s*[[{]/.test(text);
}

/**
 * Formats JSON token by token, so that all tokens stay as they were sent: numbers of any length,
 * keys that come twice, the order of keys, escapes. Takes no more stack for deeper nesting, and its
 * caller may rest between two blocks.
 *
 * @returns why the text is not JSON; `undefined` where it is. Blocks yielded before a problem are good.
 */
export function* formatJson(
  text: string,
  blockLength = 16_384,
): Generator<JsonBlock, JsonProblem | undefined> {
  const reader = new Reader(text);
  while (reader.step()) {
    const isFull = reader.blockLength >= blockLength && reader.atLineStart;
    if (isFull || reader.blockLength >= longestLine * blockLength) {
      yield reader.takeBlock();
    }
  }
  if (reader.failed) {
    return problemAt(text, reader.at);
  }
  yield reader.takeBlock();
  return undefined;
}

/** The parts of a block in order, with nothing left out. */
export function* jsonParts({ text, tokens }: JsonBlock): Generator<JsonPart> {
  let at = 0;
  for (let index = 0; index < tokens.length; index += 3) {
    const [begin = 0, end = 0, kind = 0] = tokens.slice(index, index + 3);
    if (begin > at) {
      yield { text: text.slice(at, begin) };
    }
    yield { text: text.slice(begin, end), kind: jsonTokenKinds[kind] ?? 'word' };
    at = end;
  }
  if (at < text.length) {
    yield { text: text.slice(at) };
  }
}

const key = 0;
const string = 1;
const number = 2;
const word = 3;
const punctuation = 4;

/** What may come next. */
type Expects = 'value' | 'first value' | 'first key' | 'key' | 'comma' | 'nothing';

const numbers = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const words = /true|false|null/y;
const spaces = /[ \t\r\n]*/y;
/** An array of plain values, as it begins a short piece of text. */
const flatArray = /^\[(?:[^"[\]{}]|"(?:[^"\\]|\\.)*")*\]/;
const flatArrayLength = 72;
/** Deeper levels begin no lines of their own, or a text of brackets would grow with its square. */
const deepestLines = 64;
/** In blocks: a longer line is cut between two tokens. */
const longestLine = 4;

class Reader {
  readonly #text: string;
  at: number;
  failed = false;
  atLineStart = false;
  #expects: Expects = 'value';
  /** The closing bracket of each open object and array. */
  readonly #open: string[] = [];
  /** Within an array that is written on one line. */
  #flat = false;
  #out = '';
  #lineCount = 1;
  #tokens: number[] = [];

  constructor(text: string) {
    this.#text = text;
    this.at = text.startsWith('\ufeff') ? 1 : 0;
  }

  get blockLength(): number {
    return this.#out.length;
  }

  /** What has been written; where a line has just begun, without the newline. */
  takeBlock(): JsonBlock {
    const ended = this.atLineStart;
    const block = {
      text: ended ? this.#out.slice(0, this.#out.lastIndexOf('\n')) : this.#out,
      lineCount: ended ? this.#lineCount - 1 : this.#lineCount,
      tokens: this.#tokens,
    };
    this.#out = ended ? this.#out.slice(this.#out.lastIndexOf('\n') + 1) : '';
    this.#lineCount = 1;
    this.#tokens = [];
    return block;
  }

  /** Reads one token. False at the end, and where the text is not JSON: then `at` is the place. */
  step(): boolean {
    this.#match(spaces);
    if (this.at >= this.#text.length) {
      this.failed = this.#expects !== 'nothing';
      return false;
    }
    this.failed = !this.#token(this.#text.charAt(this.at));
    return !this.failed;
  }

  #token(first: string): boolean {
    switch (this.#expects) {
      case 'first key':
      case 'first value':
        if (first === this.#open.at(-1)) {
          return this.#close(first, true);
        }
        if (!this.#flat) {
          this.#newline();
        }
        return this.#expects === 'first key' ? this.#key(first) : this.#value(first);
      case 'key':
        return this.#key(first);
      case 'value':
        return this.#value(first);
      case 'comma':
        return first === ',' ? this.#comma() : this.#close(first, this.#flat);
      case 'nothing':
        return false;
    }
  }

  #key(first: string): boolean {
    if (first !== '"' || !this.#string(key)) {
      return false;
    }
    this.#match(spaces);
    if (this.#text[this.at] !== ':') {
      return false;
    }
    this.at++;
    this.#write(':', punctuation);
    this.#out += ' ';
    this.#expects = 'value';
    return true;
  }

  #value(first: string): boolean {
    if (first === '{' || first === '[') {
      this.#flat =
        first === '[' && flatArray.test(this.#text.slice(this.at, this.at + flatArrayLength));
      this.at++;
      this.#write(first, punctuation);
      this.#open.push(first === '{' ? '}' : ']');
      this.#expects = first === '{' ? 'first key' : 'first value';
      return true;
    }
    const fine =
      first === '"'
        ? this.#string(string)
        : this.#plain(numbers, number) || this.#plain(words, word);
    this.#expects = this.#open.length > 0 ? 'comma' : 'nothing';
    return fine;
  }

  #comma(): boolean {
    this.at++;
    this.#write(',', punctuation);
    if (this.#flat) {
      this.#out += ' ';
    } else {
      this.#newline();
    }
    this.#expects = this.#open.at(-1) === '}' ? 'key' : 'value';
    return true;
  }

  #close(bracket: string, onSameLine: boolean): boolean {
    if (bracket !== this.#open.at(-1)) {
      return false;
    }
    this.at++;
    this.#open.pop();
    if (!onSameLine) {
      this.#newline();
    }
    this.#flat = false;
    this.#write(bracket, punctuation);
    this.#expects = this.#open.length > 0 ? 'comma' : 'nothing';
    return true;
  }

  #plain(pattern: RegExp, kind: number): boolean {
    const text = this.#match(pattern);
    if (text !== '') {
      this.#write(text, kind);
    }
    return text !== '';
  }

  /** By hand: a regular expression for strings would need a stack as long as the string. */
  #string(kind: number): boolean {
    const begin = this.at;
    for (let at = begin + 1; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === 0x22) {
        this.at = at + 1;
        this.#write(this.#text.slice(begin, this.at), kind);
        return true;
      }
      if (code === 0x5c) {
        const length = escapeLength(this.#text, at);
        if (length === 0) {
          this.at = at;
          return false;
        }
        at += length - 1;
      } else if (code < 0x20) {
        this.at = at;
        return false;
      }
    }
    this.at = this.#text.length;
    return false;
  }

  /** Takes what `pattern`, a sticky one, matches here; nothing at all is a match as well. */
  #match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const text = pattern.exec(this.#text)?.[0] ?? '';
    this.at += text.length;
    return text;
  }

  #write(text: string, kind: number): void {
    const begin = this.#out.length;
    this.#out += text;
    this.#tokens.push(begin, this.#out.length, kind);
    this.atLineStart = false;
  }

  #newline(): void {
    if (this.#open.length > deepestLines) {
      return;
    }
    this.#out += `\n${'  '.repeat(this.#open.length)}`;
    this.#lineCount++;
    this.atLineStart = true;
  }
}

/** The length of the escape that begins at `at`; 0 where there is none like it. */
function escapeLength(text: string, at: number): number {
  const next = text.charAt(at + 1);
  if (next === 'u') {
    return /^[\da-fA-F]{4}$/.test(text.slice(at + 2, at + 6)) ? 6 : 0;
  }
  return next !== '' && '"\\/bfnrt'.includes(next) ? 2 : 0;
}

function problemAt(text: string, at: number): JsonProblem {
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const place = { line: text.slice(0, lineStart).split('\n').length, column: at - lineStart + 1 };
  const code = text.codePointAt(at);
  return code === undefined ? place : { ...place, found: String.fromCodePoint(code) };
}
