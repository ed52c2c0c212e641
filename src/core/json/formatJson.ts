import { JsonScanner, utf16Of, type JsonProblem, type JsonTokenKind } from './jsonScanner.ts';

const tokenKinds: readonly JsonTokenKind[] = ['key', 'string', 'number', 'word', 'punctuation'];

/** The text of one token, or the space between two, which has no kind. */
interface JsonPart {
  readonly text: string;
  readonly kind?: JsonTokenKind;
}

/** Some lines of the formatted text. */
export interface JsonBlock {
  /** The lines, without a newline at the end. */
  readonly text: string;
  readonly lineCount: number;
  /** Three numbers for each token: its begin and end in `text`, and its index in `tokenKinds`. */
  readonly tokens: readonly number[];
}

/**
 * Formats JSON token by token, so that all tokens stay as they were sent: numbers of any length,
 * duplicate keys, the order of keys, escapes. Deeper nesting needs no more stack, and the caller can
 * pause between two blocks.
 *
 * @returns why the text is not JSON; `undefined` if it is. Blocks yielded before a problem are valid.
 */
export function* formatJson(
  text: string,
  blockLength = 16_384,
): Generator<JsonBlock, JsonProblem | undefined> {
  const scanner = new JsonScanner(utf16Of(text));
  scanner.acceptByteOrderMark();
  const writer = new BlockWriter(text);
  for (let kind = scanner.next(); kind && !scanner.deviation; kind = scanner.next()) {
    writer.write(kind, scanner.begin, scanner.at);
    const isFull = writer.length >= blockLength && writer.isAtLineStart;
    if (isFull || writer.length >= maxBlocksPerLine * blockLength) {
      yield writer.takeBlock();
    }
  }
  if (scanner.deviation || !scanner.isWhole) {
    return problemAt(text, scanner.deviation ?? scanner);
  }
  yield writer.takeBlock();
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
    yield { text: text.slice(begin, end), kind: tokenKinds[kind] ?? 'word' };
    at = end;
  }
  if (at < text.length) {
    yield { text: text.slice(at) };
  }
}

/** An array of plain values, at the beginning of a short text. */
const flatArray = /^\[(?:[^"[\]{}]|"(?:[^"\\]|\\.)*")*\]/;
const maxFlatLength = 72;
/** Deeper levels get no lines of their own: the indentation of nested brackets grows quadratically. */
const maxIndentedDepth = 64;
/** A longer line is cut between two tokens. */
const maxBlocksPerLine = 4;

/** Puts tokens on lines. */
class BlockWriter {
  readonly #text: string;
  isAtLineStart = false;
  #depth = 0;
  /** Nothing was written since the last opening bracket. */
  #isFirst = false;
  /** Within an array that is written on one line. */
  #isFlat = false;
  #out = '';
  #lineCount = 1;
  #tokens: number[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** UTF-16 units that the next block has so far. */
  get length(): number {
    return this.#out.length;
  }

  write(kind: JsonTokenKind, begin: number, end: number): void {
    const token = this.#text.slice(begin, end);
    switch (token) {
      case '{':
      case '[':
        this.#beginValue();
        this.#append(token, kind);
        this.#isFlat =
          token === '[' && flatArray.test(this.#text.slice(begin, begin + maxFlatLength));
        this.#isFirst = true;
        this.#depth++;
        break;
      case '}':
      case ']':
        this.#depth--;
        if (!this.#isFirst && !this.#isFlat) {
          this.#newline();
        }
        this.#isFirst = false;
        this.#isFlat = false;
        this.#append(token, kind);
        break;
      case ',':
        this.#append(token, kind);
        if (this.#isFlat) {
          this.#out += ' ';
        } else {
          this.#newline();
        }
        break;
      case ':':
        this.#append(token, kind);
        this.#out += ' ';
        break;
      default:
        this.#beginValue();
        this.#append(token, kind);
    }
  }

  /** What was written. If a line has just begun, without its newline. */
  takeBlock(): JsonBlock {
    const end = this.isAtLineStart ? this.#out.lastIndexOf('\n') : this.#out.length;
    const block = {
      text: this.#out.slice(0, end),
      lineCount: this.isAtLineStart ? this.#lineCount - 1 : this.#lineCount,
      tokens: this.#tokens,
    };
    this.#out = this.#out.slice(end + 1);
    this.#lineCount = 1;
    this.#tokens = [];
    return block;
  }

  #beginValue(): void {
    if (this.#isFirst && !this.#isFlat) {
      this.#newline();
    }
    this.#isFirst = false;
  }

  #append(token: string, kind: JsonTokenKind): void {
    const begin = this.#out.length;
    this.#out += token;
    this.#tokens.push(begin, this.#out.length, tokenKinds.indexOf(kind));
    this.isAtLineStart = false;
  }

  #newline(): void {
    if (this.#depth <= maxIndentedDepth) {
      this.#out += `\n${'  '.repeat(this.#depth)}`;
      this.#lineCount++;
      this.isAtLineStart = true;
    }
  }
}

function problemAt(
  text: string,
  { at, line, lineStart }: Pick<JsonScanner, 'at' | 'line' | 'lineStart'>,
): JsonProblem {
  const place = { line, column: at - lineStart + 1, offset: at };
  const code = text.codePointAt(at);
  return code === undefined ? place : { ...place, found: String.fromCodePoint(code) };
}
