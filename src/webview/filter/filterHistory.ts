const maxEntries = 20;

/** The filters that were in effect before, the latest first. */
export class FilterHistory {
  #entries: readonly string[];
  #current = '';
  #browsed: { readonly entries: readonly string[]; readonly draft: string; at: number } | undefined;

  constructor(entries: readonly string[]) {
    this.#entries = entries.slice(0, maxEntries);
  }

  get entries(): readonly string[] {
    return this.#entries;
  }

  /**
   * This filter is in effect from now on. The one before is remembered, unless it was a step on the way:
   * while a filter is typed, each begins with the one before.
   *
   * @returns whether the entries have changed
   */
  note(filter: string): boolean {
    const before = this.#current;
    if (filter === before) {
      return false;
    }
    this.#current = filter;
    const isStep =
      filter !== '' && (filter.startsWith(before.trimEnd()) || before.startsWith(filter.trimEnd()));
    return !isStep && this.#remember(before);
  }

  #remember(filter: string): boolean {
    const words = filter.trim();
    if (words === '' || words === this.#entries[0]) {
      return false;
    }
    this.#entries = [words, ...this.#entries.filter(each => each !== words)].slice(0, maxEntries);
    return true;
  }

  /**
   * Goes back, or forth again, through the entries as they were when that began.
   *
   * @param draft what is in the text box; the way forth ends with it
   * @returns the text to show; `undefined` if there is none in that direction
   */
  browse(step: 'back' | 'forth', draft: string): string | undefined {
    const browsed = (this.#browsed ??= {
      entries: this.#entries.filter(each => each !== draft.trim()),
      draft,
      at: -1,
    });
    const at = browsed.at + (step === 'back' ? 1 : -1);
    if (at < -1 || at >= browsed.entries.length) {
      if (browsed.at === -1) {
        this.#browsed = undefined;
      }
      return undefined;
    }
    browsed.at = at;
    if (at === -1) {
      this.#browsed = undefined;
      return browsed.draft;
    }
    return browsed.entries[at];
  }

  /** The user types, so that browsing begins anew. */
  endBrowsing(): void {
    this.#browsed = undefined;
  }
}
