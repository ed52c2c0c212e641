/** A regular expression as states that lead from one character to the next. */
export interface PatternProgram {
  readonly states: readonly PatternState[];
  readonly start: number;
  /** Each decides whether a character matches; states name them by index. */
  readonly units: readonly RegExp[];
  /** What `\w` matches, which decides where words end. */
  readonly word: RegExp;
  /** Whether characters are code points, as with the flag `u`, or else UTF-16 units. */
  readonly isUnicode: boolean;
  /** Whether `^` and `$` are at each line. */
  readonly isMultiline: boolean;
}

type PatternState =
  | { readonly is: 'unit'; readonly unit: number; readonly next: number }
  | { readonly is: 'fork'; readonly next: number; readonly other: number }
  | { readonly is: 'assert'; readonly what: Assertion; readonly next: number }
  | { readonly is: 'match' };

export type Assertion = '^' | '$' | 'b' | 'B';

/** Repeats with counts are written out; a longer program would take long for each character. */
const maxStates = 2000;
const maxDepth = 100;

/** A regular expression as what it consists of. */
export type Part =
  | { readonly is: 'unit'; readonly source: string }
  | { readonly is: 'assert'; readonly what: Assertion }
  | { readonly is: 'sequence' | 'choice'; readonly of: readonly Part[] }
  | { readonly is: 'repeat'; readonly of: Part; readonly least: number; readonly most: number };

/**
 * Compiles a regular expression that JavaScript takes. `undefined` if it is not regular in the
 * sense of the theory (references to groups, looks ahead and behind), where it is written in a way
 * that only old scripts use, and if it is too long once its counts are written out.
 */
export function patternProgram(source: string, flags: string): PatternProgram | undefined {
  const isUnicode = flags.includes('u');
  const part = patternPart(source, flags);
  const unitFlags = flags.replace(/[^isu]/g, '');
  const compiler = new Compiler(unitFlags);
  const start = part && compiler.compile(part, 0);
  if (start === undefined || compiler.states.length > maxStates) {
    return undefined;
  }
  const { states, units } = compiler;
  const word = new RegExp('^\\w$', unitFlags);
  return { states, start, units, word, isUnicode, isMultiline: flags.includes('m') };
}

/** Takes a regular expression apart that JavaScript takes. `undefined` where `patternProgram` is. */
export function patternPart(source: string, flags: string): Part | undefined {
  return /[^imsudgy]/.test(flags) ? undefined : new Reader(source, flags.includes('u')).whole();
}

/** A look ahead from the beginning of a text. */
interface Look {
  /** A regular expression that begins with `^`. */
  readonly source: string;
  readonly isNegated: boolean;
}

/**
 * Takes apart what begins with `^` and looks ahead from there, such as `^(?!.*ping).*pong`: all of the
 * looks and the rest are asked of the same place, so that each can be tried by itself. `undefined`
 * where a regular expression does not begin so.
 */
export function looksFromStart(
  source: string,
  flags: string,
): { readonly looks: readonly Look[]; readonly rest: string } | undefined {
  return flags.includes('m') || !/^\^\(\?[=!]/.test(source)
    ? undefined
    : new Reader(source, flags.includes('u')).looks();
}

const assertion = /\^|\$|\\[bB]/y;
const group = /\((?:\?(?::|<(?![=!])[^>]*>)|(?!\?))/y;
const quantifier = /([*+?])\??|\{(\d+)(?:(,)(\d*))?\}\??/y;
/** One character, or a set of characters. */
const unit =
  /\\(?:[dDwWsSfnrtv]|c[A-Za-z]|x[\da-fA-F]{2}|u[\da-fA-F]{4}|0(?!\d)|[^\w])|\[(?:[^\]\\]|\\[^])*\]|[^\\^$*+?()[\]{}|]/y;
const unicodeUnit =
  /\\(?:[dDwWsSfnrtv]|c[A-Za-z]|x[\da-fA-F]{2}|u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|u[\da-fA-F]{4}|u\{[\da-fA-F]+\}|[pP]\{[^}]*\}|0(?!\d)|[^\w])|\[(?:[^\]\\]|\\[^])*\]|[^\\^$*+?()[\]{}|]/uy;
/** Without `u`, these are literal characters if they have no other meaning. */
const lenientUnit = /[\]{}]|\\[ac-eg-jl-mo-qyzACE-RTUVXYZ_]/y;

class Reader {
  readonly #source: string;
  readonly #isUnicode: boolean;
  #at = 0;

  constructor(source: string, isUnicode: boolean) {
    this.#source = source;
    this.#isUnicode = isUnicode;
  }

  whole(): Part | undefined {
    const part = this.#choice(0);
    return this.#at === this.#source.length ? part : undefined;
  }

  looks(): { readonly looks: readonly Look[]; readonly rest: string } | undefined {
    const looks: Look[] = [];
    this.#take(/\^/y);
    for (let look = this.#take(/\(\?([=!])/y); look; look = this.#take(/\(\?([=!])/y)) {
      const from = this.#at;
      if (!this.#choice(0)) {
        return undefined;
      }
      looks.push({
        source: `^(?:${this.#source.slice(from, this.#at)})`,
        isNegated: look[1] === '!',
      });
      if (!this.#take(/\)/y)) {
        return undefined;
      }
    }
    const rest = this.#source.slice(this.#at);
    // An alternative would not begin with `^`, and of old a look could be repeated.
    const isWhole = this.#sequence(0) !== undefined && this.#at === this.#source.length;
    return isWhole && !/^(?:[*+?]|\{\d)/.test(rest) ? { looks, rest: `^${rest}` } : undefined;
  }

  #choice(depth: number): Part | undefined {
    const of: Part[] = [];
    do {
      const part = this.#sequence(depth);
      if (!part) {
        return undefined;
      }
      of.push(part);
    } while (this.#take(/\|/y));
    return { is: 'choice', of };
  }

  #sequence(depth: number): Part | undefined {
    const of: Part[] = [];
    while (this.#at < this.#source.length && !/[|)]/.test(this.#source.charAt(this.#at))) {
      const part = this.#repeated(depth);
      if (!part) {
        return undefined;
      }
      of.push(part);
    }
    return { is: 'sequence', of };
  }

  #repeated(depth: number): Part | undefined {
    const asserted = this.#take(assertion)?.[0];
    if (asserted !== undefined) {
      return { is: 'assert', what: asserted.replace('\\', '') as Assertion };
    }
    const of = this.#take(group) ? this.#group(depth + 1) : this.#unit();
    const counts = of && this.#take(quantifier);
    if (!counts) {
      return of;
    }
    const [, sign, count, comma, most] = counts;
    if (count === undefined) {
      return { is: 'repeat', of, least: sign === '+' ? 1 : 0, most: sign === '?' ? 1 : Infinity };
    }
    const least = Number(count);
    return { is: 'repeat', of, least, most: comma ? Number(most || Infinity) : least };
  }

  #group(depth: number): Part | undefined {
    const part = depth > maxDepth ? undefined : this.#choice(depth);
    return part && this.#take(/\)/y) ? part : undefined;
  }

  #unit(): Part | undefined {
    const found = this.#isUnicode
      ? this.#take(unicodeUnit)
      : (this.#take(unit) ?? this.#take(lenientUnit));
    return found && { is: 'unit', source: found[0] };
  }

  #take(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.#at;
    const match = expression.exec(this.#source);
    this.#at += match?.[0].length ?? 0;
    return match ?? undefined;
  }
}

class Compiler {
  /** The first is the end. */
  readonly states: PatternState[] = [{ is: 'match' }];
  readonly units: RegExp[] = [];
  readonly #flags: string;
  readonly #unitsBySource = new Map<string, number>();

  constructor(flags: string) {
    this.#flags = flags;
  }

  /** The first state of `part`, which `next` follows. */
  compile(part: Part, next: number): number {
    if (this.states.length > maxStates) {
      return next;
    }
    switch (part.is) {
      case 'unit':
        return this.#add({ is: 'unit', unit: this.#unitOf(part.source), next });
      case 'assert':
        return this.#add({ is: 'assert', what: part.what, next });
      case 'sequence':
        return part.of.reduceRight((then, each) => this.compile(each, then), next);
      case 'choice':
        return part.of
          .map(each => this.compile(each, next))
          .reduceRight((other, each) => this.#add({ is: 'fork', next: each, other }));
      case 'repeat':
        return this.#repeat(part.of, part.least, part.most, next);
    }
  }

  #repeat(of: Part, least: number, most: number, next: number): number {
    let start = most === Infinity ? this.#loop(of, next) : next;
    for (let count = least; most !== Infinity && count < most; count++) {
      const before = this.compile(of, start);
      // What is empty is the same however often it comes.
      if (before === start) {
        break;
      }
      start = this.#add({ is: 'fork', next: before, other: next });
      if (this.states.length > maxStates) {
        return start;
      }
    }
    for (let count = 0; count < least && this.states.length <= maxStates; count++) {
      const before = this.compile(of, start);
      if (before === start) {
        break;
      }
      start = before;
    }
    return start;
  }

  #loop(of: Part, next: number): number {
    const fork = this.#add({ is: 'match' });
    this.states[fork] = { is: 'fork', next: this.compile(of, fork), other: next };
    return fork;
  }

  #add(state: PatternState): number {
    return this.states.push(state) - 1;
  }

  #unitOf(source: string): number {
    const known = this.#unitsBySource.get(source);
    if (known !== undefined) {
      return known;
    }
    const place = this.units.push(new RegExp(`^(?:${source})$`, this.#flags)) - 1;
    this.#unitsBySource.set(source, place);
    return place;
  }
}
