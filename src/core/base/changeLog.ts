/** What a reader may be behind with. Beyond it the oldest entries go, so many at once. */
const maxEntries = 262_144;
const slack = 1 / 8;

/** What has changed, for readers that come when they have time. */
export class ChangeLog {
  #entries: number[] = [];
  #lost = 0;

  /** Where the next entry will be. */
  get end(): number {
    return this.#lost + this.#entries.length;
  }

  add(entry: number): void {
    this.#entries.push(entry);
    if (this.#entries.length > maxEntries) {
      this.#entries = this.#entries.slice(maxEntries * slack);
      this.#lost = this.#lost + maxEntries * slack;
    }
  }

  /** @param from what `end` was; @returns `undefined` if some of them are not known any more */
  since(from: number): readonly number[] | undefined {
    return from < this.#lost ? undefined : this.#entries.slice(from - this.#lost);
  }
}
