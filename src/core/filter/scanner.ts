/** A part of a filter's text: `to` is not included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What is wrong with a part of a filter, and what would be right, as a sentence. */
export interface FilterProblem extends Span {
  readonly message: string;
}

/** A value as it was written: `"…"` or a bare word. */
export interface ScannedValue extends Span {
  readonly text: string;
  /** The same read as JSON: what paths into JSON are written with. */
  readonly jsonText: string;
  readonly isQuoted: boolean;
}

export interface ScannedPattern extends Span {
  readonly source: string;
  readonly flags: string;
}

const orWord = /or(?=[\s()]|$)/iy;

/** Reads the text of a filter from left to right, and collects its problems. */
export class Scanner {
  readonly text: string;
  at = 0;
  readonly #problems: FilterProblem[] = [];

  constructor(text: string) {
    this.text = text;
  }

  /** In the order of their places. */
  get problems(): readonly FilterProblem[] {
    return [...this.#problems].sort((a, b) => a.from - b.from);
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** The character `ahead` of the place; empty beyond the end. */
  peek(ahead = 0): string {
    return this.text.charAt(this.at + ahead);
  }

  /** Adds a problem; of two at the same place the first is kept. */
  report({ from, to }: Span, message: string): void {
    if (!this.#problems.some(problem => problem.from === from && problem.to === to)) {
      this.#problems.push({ from, to, message });
    }
  }

  skipSpace(): void {
    while (/\s/.test(this.peek())) {
      this.at++;
    }
  }

  /** Takes what a sticky expression finds at the place. */
  take(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.at;
    const match = expression.exec(this.text);
    if (!match) {
      return undefined;
    }
    this.at = expression.lastIndex;
    return match;
  }

  /** `or` between blanks or brackets. */
  takeOr(): Span | undefined {
    const from = this.at;
    return this.take(orWord) && { from, to: this.at };
  }

  /**
   * Up to the next blank, or the bracket that closes a group: `f(x)` keeps its own brackets.
   *
   * @param end a character that ends it as well, outside of such brackets
   */
  takeWord(end?: string): ScannedValue {
    const from = this.at;
    for (let depth = 0; !this.isAtEnd; this.at++) {
      const character = this.peek();
      if (/\s/.test(character) || (depth === 0 && (character === ')' || character === end))) {
        break;
      }
      depth += character === '(' ? 1 : character === ')' ? -1 : 0;
    }
    const text = this.text.slice(from, this.at);
    return { from, to: this.at, text, jsonText: text, isQuoted: false };
  }

  /** `"…"` with `\"` and `\\`; any other backslash is literal. */
  takeQuoted(): ScannedValue | undefined {
    const from = this.at;
    const match = this.take(/"((?:[^"\\]|\\[^])*)"/y);
    if (!match) {
      this.at = this.text.length;
      this.report({ from, to: this.at }, 'The closing quote is missing.');
      return undefined;
    }
    const text = (match[1] ?? '').replace(/\\(["\\])/g, '$1');
    return { from, to: this.at, text, jsonText: readJson(match[0]) ?? text, isQuoted: true };
  }

  takeValue(): ScannedValue | undefined {
    return this.peek() === '"' ? this.takeQuoted() : this.takeWord();
  }

  /** Several of them, with `|` between them: `a|"b c"`. */
  takeValues(): readonly ScannedValue[] | undefined {
    const values: ScannedValue[] = [];
    do {
      const value = this.peek() === '"' ? this.takeQuoted() : this.takeWord('|');
      if (!value) {
        return undefined;
      }
      values.push(value);
    } while (this.take(/\|/y));
    return values;
  }

  /** `/…/ims`; a slash after a backslash or between square brackets does not end it. */
  takePattern(): ScannedPattern | undefined {
    const from = this.at;
    const match = this.take(/\/((?:[^/\\[]|\\[^]|\[(?:[^\]\\]|\\[^])*\])*)\//y);
    if (!match) {
      this.takeWord();
      const message = 'A regular expression ends with “/”. To look for a slash, use quotes.';
      this.report({ from, to: this.at }, message);
      return undefined;
    }
    const flags = this.takeWord().text;
    return { from, to: this.at, source: match[1] ?? '', flags };
  }
}

function readJson(quoted: string): string | undefined {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return undefined; // `"\d"` and the like: the backslash is literal.
  }
}
