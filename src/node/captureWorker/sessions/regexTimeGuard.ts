import { createContext, Script } from 'node:vm';
import type { OpenRecord } from '../../../core/capture/matchedRows.ts';
import { RowMatch, type ViewMatcher } from '../../../core/capture/viewMatcher.ts';

/** The least time that the regular expressions of a filter get for one row. */
const budgetMs = 50;

/** How long a turn for many rows lasts; time beyond it was used by one row. */
const turnMs = 5;

const timeoutCode = 'ERR_SCRIPT_EXECUTION_TIMEOUT';

/** After this number of rows that were too slow, a filter is stopped. */
const slowLimit = 20;

const sandbox: { turn: () => void } = { turn: () => undefined };
let runTurn: ((turn: () => void) => void) | undefined;

/** Runs `turn` and ends it, also amid a regular expression, which only V8 itself can. */
function runBounded(turn: () => void): void {
  if (!runTurn) {
    const context = createContext(sandbox);
    const script = new Script('turn()');
    runTurn = bounded => {
      sandbox.turn = bounded;
      script.runInContext(context, { timeout: turnMs + budgetMs });
    };
  }
  runTurn(turn);
}

/** Matches records for a view, and skips rows on which its regular expressions take too long. */
export class RegexTimeGuard {
  readonly #test: ViewMatcher;
  #slowCount = 0;
  #slowSeq = 0;

  constructor(test: ViewMatcher) {
    this.#test = test;
  }

  /** The rows that took too long, and the last of them. */
  get slow(): { readonly count: number; readonly seq: number } | undefined {
    return this.#slowCount > 0 ? { count: this.#slowCount, seq: this.#slowSeq } : undefined;
  }

  get hasGivenUp(): boolean {
    return this.#slowCount >= slowLimit;
  }

  /**
   * Matches `records`, or the first of them, until `deadline`, which is of
   * `performance.now`, but on one at least unless it has given up.
   */
  match(records: readonly OpenRecord[], deadline: number): readonly RowMatch[] {
    const verdicts: RowMatch[] = [];
    if (!this.#test.hasPattern) {
      // What decoders are asked about takes long, and has no other bound.
      this.#judgeUntil(records, verdicts, this.#test.asksDecoders ? deadline : Infinity);
      return verdicts;
    }
    while (verdicts.length < records.length && !this.hasGivenUp) {
      this.#judgeBounded(records, verdicts);
      if (performance.now() >= deadline) {
        break;
      }
    }
    return verdicts;
  }

  #judgeBounded(records: readonly OpenRecord[], verdicts: RowMatch[]): void {
    try {
      runBounded(() => this.#judgeUntil(records, verdicts, performance.now() + turnMs));
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== timeoutCode) {
        throw error;
      }
      const culprit = records[verdicts.length];
      if (culprit) {
        this.#slowCount++;
        this.#slowSeq = culprit.seq;
        verdicts.push(RowMatch.Out);
      }
    }
  }

  #judgeUntil(records: readonly OpenRecord[], verdicts: RowMatch[], deadline: number): void {
    for (let record = records[verdicts.length]; record; record = records[verdicts.length]) {
      const { flags, at, payload, text, capture, decoded } = record;
      const size = payload.length;
      const row = { flags, at, size, payload: () => payload, text, capture, decoded };
      verdicts.push(this.#test.match(row));
      if (deadline < Infinity && performance.now() >= deadline) {
        return;
      }
    }
  }
}
