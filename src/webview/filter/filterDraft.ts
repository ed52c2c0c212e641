import { parseFilter, type FilterProblem } from '../../core/filter/parseFilter.ts';

interface DraftListener {
  /** The filter is to be put into effect. */
  onApply(text: string): void;
  /** Something else changed that is shown. */
  onChange(): void;
}

/** How long a filter that is being typed has to rest before it is put into effect. */
const restMs = 150;

/**
 * A filter while it is typed: put into effect when it rests and nothing is wrong with it. Until
 * then the last good one stays in effect.
 */
export class FilterDraft {
  readonly #listener: DraftListener;
  #text = '';
  #applied = '';
  #problems: readonly FilterProblem[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(listener: DraftListener) {
    this.#listener = listener;
  }

  get text(): string {
    return this.#text;
  }

  /** The filter that is in effect. */
  get applied(): string {
    return this.#applied;
  }

  /** What is wrong with the text; not before it rests, since every term begins as half of one. */
  get problems(): readonly FilterProblem[] {
    return this.#problems;
  }

  type(text: string): void {
    this.#text = text;
    const problems = problemsOf(text);
    if (problems.length === 0 || this.#problems.length > 0) {
      this.#problems = problems;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.apply(), restMs);
    this.#listener.onChange();
  }

  /** Does not wait any longer. */
  apply(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#problems = problemsOf(this.#text);
    if (this.#problems.length === 0 && this.#text !== this.#applied) {
      this.#applied = this.#text;
      this.#listener.onApply(this.#text);
    }
    this.#listener.onChange();
  }

  set(text: string): void {
    this.#text = text;
    this.apply();
  }

  /** The filter that the host has: what was typed since goes before it. */
  hear(filter: string): void {
    if (filter === this.#applied || this.#timer !== undefined) {
      return;
    }
    this.#text = filter;
    this.#applied = filter;
    this.#problems = problemsOf(filter);
    this.#listener.onChange();
  }
}

/** Whether a time has passed does not make a filter right or wrong, so any clock will do. */
function problemsOf(text: string): readonly FilterProblem[] {
  return parseFilter(text, { now: 0, startOfDay: 0 }).problems;
}
