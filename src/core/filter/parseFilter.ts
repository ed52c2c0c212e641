import { messageOf } from '../base/errors.ts';
import type { PathStep } from '../json/jsonPath.ts';
import type { Condition, Comparison, PathQuestion } from './condition.ts';
import { asksDecoding, asksLaterRows } from './conditionParts.ts';
import type { FilterClock } from './filterTime.ts';
import { isFilterKey, keyTerm } from './keyTerms.ts';
import {
  Scanner,
  type FilterProblem,
  type ScannedPattern,
  type Span,
  type ScannedValue,
} from './scanner.ts';
import { ExactNumber, numberIn } from '../json/exactNumber.ts';

export type { FilterClock } from './filterTime.ts';
export type { FilterProblem } from './scanner.ts';

interface ParsedFilter {
  /** Absent if there are problems, and if the text asks for nothing. */
  readonly condition?: Condition;
  /** In the order of their places; at most one at each. */
  readonly problems: readonly FilterProblem[];
}

/** In characters: more would only serve to exhaust the stack. */
export const maxFilterLength = 2000;
/** Of groups and negations, for the same reason. */
const maxDepth = 50;

const liveRule =
  'This asks for what decoders read, which is known in the list, but not yet when a message comes. To look for the text, use quotes.';
const awaitedRule =
  'This asks for what only later messages tell: how a call ends, and when. Wait for the answer itself, or use quotes to look for the text.';
const orRule =
  'Something to look for stands on both sides of “or”. To look for the word, use quotes.';

/**
 * Reads a filter. Terms are and-ed, `or` binds less, `-` before a term or a group negates it, groups
 * are in brackets. Never throws; after a bad term the rest is still read.
 *
 * Times such as `-5m` become moments here, once: they do not move on with the clock.
 */
export function parseFilter(text: string, clock: FilterClock): ParsedFilter {
  return parse(text, clock, () => undefined);
}

/** The same for messages that are waited for: it cannot ask for what only later ones tell. */
export function parseAwaitedFilter(text: string, clock: FilterClock): ParsedFilter {
  return parse(text, clock, term => (asksLaterRows(term) ? awaitedRule : undefined));
}

/** The same for messages as they come: it cannot ask for what decoders read. */
export function parseLiveFilter(text: string, clock: FilterClock): ParsedFilter {
  return parse(text, clock, term => (asksDecoding(term) ? liveRule : undefined));
}

/** Why a term cannot be used; `undefined` if it can. */
type Refusal = (term: Condition) => string | undefined;

function parse(text: string, clock: FilterClock, refusalOf: Refusal): ParsedFilter {
  if (text.length > maxFilterLength) {
    const message = `A filter has at most ${maxFilterLength} characters.`;
    return { problems: [{ from: maxFilterLength, to: text.length, message }] };
  }
  const scanner = new Scanner(text);
  const condition = new Parser(scanner, clock, refusalOf).alternatives(0);
  const { problems } = scanner;
  return condition && problems.length === 0 ? { condition, problems } : { problems };
}

class Parser {
  readonly #scanner: Scanner;
  readonly #clock: FilterClock;
  readonly #refusalOf: Refusal;

  constructor(scanner: Scanner, clock: FilterClock, refusalOf: Refusal) {
    this.#scanner = scanner;
    this.#clock = clock;
    this.#refusalOf = refusalOf;
  }

  /** Up to the end, or the bracket that closes the group. */
  alternatives(depth: number): Condition | undefined {
    const conditions: Condition[] = [];
    let or: Span | undefined;
    for (;;) {
      const { condition, isEmpty } = this.#all(depth);
      const before = or;
      or = this.#scanner.takeOr();
      const lonely = isEmpty ? (before ?? or) : undefined;
      if (lonely) {
        this.#scanner.report(lonely, orRule);
      }
      if (condition) {
        conditions.push(condition);
      }
      if (!or) {
        return joined('any', conditions);
      }
    }
  }

  /** Terms up to an `or`, the end, or the bracket that closes the group. */
  #all(depth: number): { condition: Condition | undefined; isEmpty: boolean } {
    const scanner = this.#scanner;
    const conditions: Condition[] = [];
    let isEmpty = true;
    for (;;) {
      scanner.skipSpace();
      if (scanner.isAtEnd || this.#isAtOr() || (depth > 0 && scanner.peek() === ')')) {
        return { condition: joined('all', conditions), isEmpty };
      }
      isEmpty = false;
      const condition = this.#negatable(depth);
      if (condition) {
        conditions.push(condition);
      }
    }
  }

  #isAtOr(): boolean {
    const { at } = this.#scanner;
    const isOr = this.#scanner.takeOr() !== undefined;
    this.#scanner.at = at;
    return isOr;
  }

  #negatable(depth: number): Condition | undefined {
    const scanner = this.#scanner;
    if (depth > maxDepth) {
      const from = scanner.at;
      scanner.at = scanner.text.length;
      scanner.report({ from, to: scanner.at }, `Groups go at most ${maxDepth} deep.`);
      return undefined;
    }
    if (scanner.peek() === '(') {
      return this.#group(depth);
    }
    if (scanner.peek() === '-' && !/^[\s)]?$/.test(scanner.peek(1))) {
      scanner.at++;
      const condition = this.#negatable(depth + 1);
      return condition && { is: 'not', of: condition };
    }
    const from = scanner.at;
    const term = this.#term();
    const refusal = term && this.#refusalOf(term);
    if (refusal !== undefined) {
      scanner.report({ from, to: scanner.at }, refusal);
    }
    return term;
  }

  #group(depth: number): Condition | undefined {
    const scanner = this.#scanner;
    const from = scanner.at++;
    const condition = this.alternatives(depth + 1);
    if (scanner.peek() !== ')') {
      scanner.report({ from, to: from + 1 }, 'The closing bracket is missing.');
      return undefined;
    }
    scanner.at++;
    if (scanner.text.slice(from + 1, scanner.at - 1).trim() === '') {
      scanner.report({ from, to: scanner.at }, 'Nothing stands between the brackets.');
    }
    return condition;
  }

  #term(): Condition | undefined {
    const scanner = this.#scanner;
    switch (scanner.peek()) {
      case ')':
        scanner.report(
          { from: scanner.at, to: scanner.at + 1 },
          'No bracket was opened before it.',
        );
        scanner.at++;
        return undefined;
      case '"':
        return this.#exact();
      case '/':
        return this.#pattern();
      case '$':
      case '@':
        return /[.[]/.test(scanner.peek(1)) ? pathTerm(scanner) : this.#word();
      default:
        return this.#word();
    }
  }

  #exact(): Condition | undefined {
    const value = this.#scanner.takeQuoted();
    if (value?.text === '') {
      this.#scanner.report(value, 'Nothing stands between the quotes.');
      return undefined;
    }
    return value && { is: 'text', text: value.text, exact: true };
  }

  #pattern(): Condition | undefined {
    const pattern = this.#scanner.takePattern();
    const problem = pattern && patternProblem(pattern);
    if (pattern && problem !== undefined) {
      this.#scanner.report(pattern, problem);
      return undefined;
    }
    return pattern && { is: 'pattern', source: pattern.source, flags: pattern.flags };
  }

  /** A word, or a value behind a key. A colon behind anything else is a part of a word. */
  #word(): Condition | undefined {
    const scanner = this.#scanner;
    const from = scanner.at;
    const key = scanner.take(/([a-z]+):/iy)?.[1]?.toLowerCase() ?? '';
    if (!isFilterKey(key)) {
      scanner.at = from;
      return { is: 'text', text: scanner.takeWord().text, exact: false };
    }
    const term = keyTerm(key, scanner, this.#clock);
    if (typeof term === 'string') {
      scanner.report({ from, to: scanner.at }, term);
      return undefined;
    }
    return term;
  }
}

function patternProblem({ source, flags }: ScannedPattern): string | undefined {
  if (source === '') {
    return 'Nothing stands between the slashes.';
  }
  if (!/^(?!.*(.).*\1)[imsu]*$/.test(flags)) {
    return 'After “/” there may be i, m, s and u, each once. To look for a slash, use quotes.';
  }
  try {
    new RegExp(source, flags);
    return undefined;
  } catch (error) {
    const reason = messageOf(error).replace(/^.*\/[imsu]*: /s, '');
    return `Not a regular expression: ${reason}.`;
  }
}

function joined(is: 'all' | 'any', of: readonly Condition[]): Condition | undefined {
  return of.length > 1 ? { is, of } : of[0];
}

const maxPathSteps = 32;
const words: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

const pathRule =
  'A path is like $.price, $.items[0].id, $.items[*].id or $["a name"]; a comparison follows a colon.';

/** `$.path`, alone or with `:value`, `:>value`, `:~part` and so on; `@.path` asks the envelope. */
function pathTerm(scanner: Scanner): Condition | undefined {
  const isEnvelope = scanner.peek() === '@';
  const question = pathQuestion(scanner);
  return (
    question &&
    (isEnvelope
      ? { is: 'decoded', asks: { of: 'envelope', ...question } }
      : { is: 'field', ...question })
  );
}

function pathQuestion(scanner: Scanner): PathQuestion | undefined {
  const from = scanner.at;
  const path = takePath(scanner);
  if (!path || path.length > maxPathSteps) {
    scanner.takeWord();
    const rule = path ? `A path has at most ${maxPathSteps} steps.` : pathRule;
    scanner.report({ from, to: scanner.at }, rule);
    return undefined;
  }
  const operator = scanner.take(/:(>=|<=|!=|>|<|=|~)?|(>=|<=|!=|>|<|=|~)/y);
  if (!operator) {
    return afterPath(scanner, from, path);
  }
  const value = scanner.takeValue();
  if (value?.text === '' && !value.isQuoted) {
    const message = 'A value is missing: a number, a word, or text in quotes.';
    scanner.report({ from, to: scanner.at }, message);
    return undefined;
  }
  return (
    value && comparedPath(path, (operator[1] ?? operator[2] ?? '=') as Comparison | '~', value)
  );
}

function afterPath(scanner: Scanner, from: number, path: PathStep[]): PathQuestion | undefined {
  if (scanner.takeWord().text === '') {
    return { path, comparison: 'has', value: null };
  }
  scanner.report({ from, to: scanner.at }, pathRule);
  return undefined;
}

/** The steps after `$` or `@`, at least one; `undefined` if they cannot be read. */
export function takePath(scanner: Scanner): PathStep[] | undefined {
  const path: PathStep[] = [];
  scanner.at++;
  for (;;) {
    const step = scanner.take(/\.([\p{L}\p{N}\p{M}_$@-]+)|\.\*|\[(\d{1,9})\]|\[\*\]|\[(?=")/uy);
    if (!step) {
      return path.length > 0 && !/[.[]/.test(scanner.peek()) ? path : undefined;
    }
    if (step[1] !== undefined) {
      path.push(step[1]);
    } else if (step[2] !== undefined) {
      path.push(Number(step[2]));
    } else if (step[0] !== '[') {
      path.push({ any: true });
    } else {
      const name = scanner.takeQuoted();
      if (!name || !scanner.take(/\]/y)) {
        return undefined;
      }
      path.push(name.jsonText);
    }
  }
}

function comparedPath(
  path: readonly PathStep[],
  comparison: Comparison | '~',
  { text, jsonText, isQuoted }: ScannedValue,
): PathQuestion {
  if (isQuoted || comparison === '~') {
    return { path, comparison, value: jsonText };
  }
  if (Object.hasOwn(words, text)) {
    return { path, comparison, value: words[text] ?? null };
  }
  const number = numberIn(text);
  const value = number instanceof ExactNumber ? { exact: number.text } : (number ?? text);
  return { path, comparison, value };
}
