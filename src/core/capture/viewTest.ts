import type { Condition } from '../filter/condition.ts';
import { matcherOf, type Decode, type MatchedRow } from '../filter/matcher.ts';
import type { ViewQuery } from './view.ts';

/** What becomes of a row in a view. */
export const Verdict = { Out: 0, Shown: 1, Hidden: 2 } as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

type RowQuery = Pick<ViewQuery, 'condition' | 'hide'>;

const flagsCount = 2 ** 16;
const noBytes = new Uint8Array();

/**
 * Which rows a view shows, compiled. Throws where a condition holds what is no regular expression.
 */
export class ViewTest {
  readonly query: RowQuery;
  /** A row's flags alone decide. */
  readonly isByFlags: boolean;
  /** There are regular expressions, which may take a lifetime. */
  readonly hasPattern: boolean;
  readonly #matches: ((row: MatchedRow) => boolean) | undefined;
  readonly #hides: ((row: MatchedRow) => boolean) | undefined;
  /** What was decided for flags, plus one. */
  readonly #byFlags: Uint8Array | undefined;

  constructor(query: RowQuery, decode: Decode) {
    const { condition, hide } = query;
    this.query = query;
    this.isByFlags = [condition, hide].every(part => !part || every(part, isOfFlags));
    this.hasPattern = [condition, hide].some(part => part && !every(part, isNoPattern));
    this.#matches = condition && matcherOf(condition, { decode });
    this.#hides = hide && matcherOf(hide, { decode });
    this.#byFlags = this.isByFlags ? new Uint8Array(flagsCount) : undefined;
  }

  judge(row: MatchedRow): Verdict {
    if (this.#matches && !this.#matches(row)) {
      return Verdict.Out;
    }
    return this.#hides?.(row) ? Verdict.Hidden : Verdict.Shown;
  }

  /** For a test that `isByFlags`. */
  judgeFlags(flags: number): Verdict {
    const known = this.#byFlags?.[flags];
    if (known) {
      return (known - 1) as Verdict;
    }
    const verdict = this.judge({ flags, at: 0, size: 0, payload: () => noBytes });
    if (this.#byFlags && flags < flagsCount) {
      this.#byFlags[flags] = verdict + 1;
    }
    return verdict;
  }
}

function isOfFlags({ is }: Condition): boolean {
  return is === 'direction' || is === 'kind' || is === 'heartbeat' || is === 'compressed';
}

function isNoPattern({ is }: Condition): boolean {
  return is !== 'pattern';
}

/** Whether all conditions that `condition` is made of pass. */
function every(condition: Condition, passes: (leaf: Condition) => boolean): boolean {
  if (condition.is === 'all' || condition.is === 'any') {
    return condition.of.every(part => every(part, passes));
  }
  return condition.is === 'not' ? every(condition.of, passes) : passes(condition);
}
