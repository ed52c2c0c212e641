/** Names that are remembered; the oldest beyond them are forgotten. */
const maxNames = 4096;
/** So many are copied for each one that comes. */
const maxRecent = 64;

/** Names by what they are called by later on. It is never changed: each name makes another one. */
export class NameLog {
  static readonly empty = new NameLog(new Map(), new Map());
  readonly #old: ReadonlyMap<string, string>;
  readonly #recent: ReadonlyMap<string, string>;

  private constructor(old: ReadonlyMap<string, string>, recent: ReadonlyMap<string, string>) {
    this.#old = old;
    this.#recent = recent;
  }

  get(key: string): string | undefined {
    return this.#recent.get(key) ?? this.#old.get(key);
  }

  with(key: string, name: string): NameLog {
    const recent = new Map(this.#recent).set(key, name);
    if (recent.size < maxRecent) {
      return new NameLog(this.#old, recent);
    }
    const all = [...this.#old, ...recent];
    return new NameLog(new Map(all.slice(-maxNames)), new Map());
  }
}
