import { parseFilter, type FilterProblem } from '../../core/filter/parseFilter.ts';

interface DraftListener {
  /** Applies the filter. */
  onApply(text: string): void;
  /** The text or its problems have changed. */
  onChange(): void;
}

/** A filter is applied when the user has not typed for this time. */
const restMs = 150;

/**
 * A filter while it is typed. It is applied when the user stops typing and it has no problems; until
 * then the last valid one stays applied.
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

  /** Updated when the user stops typing, because every term is incomplete while it is typed. */
  get problems(): readonly FilterProblem[] {
    return this.#problems;
  }

  type(text: string): void {
    this.#text = text;
    if (this.#problems.length > 0) {
      this.#problems = problemsOf(text);
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.apply(), restMs);
    this.#listener.onChange();
  }

  /** Applies it without further delay. */
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

  /** Takes over the host's filter, unless the user has typed since. */
  follow(filter: string): void {
    if (filter === this.#applied || this.#timer !== undefined) {
      return;
    }
    this.#text = filter;
    this.#applied = filter;
    this.#problems = problemsOf(filter);
    this.#listener.onChange();
  }
}

/** The current time does not affect whether a filter is valid. */
function problemsOf(text: string): readonly FilterProblem[] {
  return parseFilter(text, { now: 0, startOfDay: 0 }).problems;
}
