import type { Assertion, PatternProgram } from './patternProgram.ts';

/** Kept at once; a hostile text could make one for each of its characters. */
const maxKept = 5000;
const maxCharacters = 20_000;
const quickCodes = 256;
/** What it takes to see which units a new character fits, and each of those units, in steps. */
const stepsPerCharacter = 30;
const stepsPerUnit = 5;

/** What is on one side of a place in a text, as far as `^`, `$` and `\b` need it. */
const Side = { Edge: 0, Line: 1, Word: 2, Other: 3 } as const;
type Side = (typeof Side)[keyof typeof Side];

/** All states of the program in which a search can be after a character. */
interface Standing {
  readonly places: readonly number[];
  /** What the character was. */
  readonly before: Side;
  /** Where each kind of character leads. */
  readonly next: (Standing | undefined)[];
}

/** Characters that fit the same units, and so are one to the program. */
interface Kind {
  readonly number: number;
  readonly fits: readonly boolean[];
  readonly side: Side;
}

/**
 * Whether a regular expression matches anywhere in a text, found without going back: all ways through
 * the expression are followed at once (K. Thompson, 1968), and if a set of ways has occurred
 * before, its next step is remembered. So the work grows with the text and never with more.
 */
export class LinearPattern {
  readonly #program: PatternProgram;
  readonly #hasAssertions: boolean;
  readonly #kinds = new Map<string, Kind>();
  readonly #quickKinds: (Kind | undefined)[] = [];
  readonly #otherKinds = new Map<number, Kind>();
  readonly #matched: Standing = standing([], Side.Edge);
  #kept = new Map<string, Standing>();
  #transitions = 0;
  #start: Standing;
  #steps = 0;

  constructor(program: PatternProgram) {
    this.#program = program;
    this.#hasAssertions = program.states.some(({ is }) => is === 'assert');
    this.#start = standing([], Side.Edge);
  }

  /** The cost of the last test: one for each character and for each transition that was not cached. */
  get steps(): number {
    return this.#steps;
  }

  /** `undefined` if it would take more than `maxSteps`. */
  test(text: string, maxSteps: number): boolean | undefined {
    let at = this.#start;
    this.#steps = 0;
    for (let index = 0; index < text.length;) {
      const code = this.#codeAt(text, index);
      index += code > 0xffff ? 2 : 1;
      at = this.#next(at, code);
      if (at === this.#matched) {
        return true;
      }
      if (++this.#steps > maxSteps) {
        return undefined;
      }
    }
    return this.#reach(at, Side.Edge) === undefined;
  }

  #codeAt(text: string, index: number): number {
    const code = this.#program.isUnicode ? text.codePointAt(index) : text.charCodeAt(index);
    return code ?? 0;
  }

  #next(at: Standing, code: number): Standing {
    const kind = this.#kindOf(code);
    const known = at.next[kind.number];
    if (known) {
      return known;
    }
    if (++this.#transitions > maxKept) {
      this.#forget();
    }
    const next = this.#follow(at, kind);
    at.next[kind.number] = next;
    return next;
  }

  #follow(at: Standing, { fits, side }: Kind): Standing {
    const reached = this.#reach(at, side);
    if (!reached) {
      return this.#matched;
    }
    const places = new Set<number>();
    for (const place of reached) {
      const state = this.#program.states[place];
      if (state?.is === 'unit' && fits[state.unit] === true) {
        places.add(state.next);
      }
    }
    return this.#standing(
      [...places].sort((a, b) => a - b),
      side,
    );
  }

  /** The states that need another character; `undefined` if the end has been reached. */
  #reach({ places, before }: Standing, after: Side): readonly number[] | undefined {
    const { states, start } = this.#program;
    const seen = new Uint8Array(states.length);
    const open = [...places, start];
    const reached: number[] = [];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      const state = states[place];
      if (!state || seen[place] === 1) {
        continue;
      }
      seen[place] = 1;
      this.#steps++;
      if (state.is === 'match') {
        return undefined;
      }
      if (state.is === 'unit') {
        reached.push(place);
      } else if (state.is === 'fork') {
        open.push(state.next, state.other);
      } else if (this.#holds(state.what, before, after)) {
        open.push(state.next);
      }
    }
    return reached;
  }

  #holds(what: Assertion, before: Side, after: Side): boolean {
    const { isMultiline } = this.#program;
    switch (what) {
      case '^':
        return before === Side.Edge || (isMultiline && before === Side.Line);
      case '$':
        return after === Side.Edge || (isMultiline && after === Side.Line);
      case 'b':
        return (before === Side.Word) !== (after === Side.Word);
      case 'B':
        return (before === Side.Word) === (after === Side.Word);
    }
  }

  #sideOf(code: number): Side {
    if (!this.#hasAssertions) {
      return Side.Other;
    }
    if (code === 0x0a || code === 0x0d || code === 0x2028 || code === 0x2029) {
      return Side.Line;
    }
    return this.#program.word.test(String.fromCodePoint(code)) ? Side.Word : Side.Other;
  }

  #kindOf(code: number): Kind {
    const known = code < quickCodes ? this.#quickKinds[code] : this.#otherKinds.get(code);
    if (known) {
      return known;
    }
    const kind = this.#newKindOf(code);
    if (code < quickCodes) {
      this.#quickKinds[code] = kind;
      return kind;
    }
    if (this.#otherKinds.size >= maxCharacters) {
      this.#otherKinds.clear();
    }
    this.#otherKinds.set(code, kind);
    return kind;
  }

  #newKindOf(code: number): Kind {
    const character = String.fromCodePoint(code);
    const fits = this.#program.units.map(unit => unit.test(character));
    const side = this.#sideOf(code);
    this.#steps += stepsPerCharacter + stepsPerUnit * fits.length;
    const key = `${side}${fits.map(Number).join('')}`;
    const known = this.#kinds.get(key);
    if (known) {
      return known;
    }
    const kind = { number: this.#kinds.size, fits, side };
    this.#kinds.set(key, kind);
    return kind;
  }

  #standing(places: readonly number[], before: Side): Standing {
    const key = `${before} ${places.join(' ')}`;
    const known = this.#kept.get(key);
    if (known) {
      return known;
    }
    const made = standing(places, before);
    this.#kept.set(key, made);
    return made;
  }

  #forget(): void {
    this.#transitions = 0;
    this.#kept = new Map();
    this.#start = standing([], Side.Edge);
  }
}

function standing(places: readonly number[], before: Side): Standing {
  return { places, before, next: [] };
}
