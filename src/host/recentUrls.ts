import type { Memento } from 'vscode';

const key = 'recentUrls';
const longestList = 10;
/** A query with such a name in it probably holds a secret, which no list may keep. */
const secretive = /[?&][^=&]*(token|key|secret|pass|auth|sig|session|jwt)[^=&]*=/i;

/** The URLs that the user typed last, newest first. */
export class RecentUrls {
  readonly #state: Memento;

  constructor(state: Memento) {
    this.#state = state;
  }

  get all(): readonly string[] {
    return this.#state.get<readonly string[]>(key, []);
  }

  /** Remembers a URL, unless it carries what looks like a secret. */
  async add(url: string): Promise<void> {
    const hasUser = /\/\/[^/?#]*@/.test(url);
    if (!hasUser && !secretive.test(url)) {
      const others = this.all.filter(other => other !== url);
      await this.#state.update(key, [url, ...others].slice(0, longestList));
    }
  }

  async remove(url: string): Promise<void> {
    await this.#state.update(
      key,
      this.all.filter(other => other !== url),
    );
  }
}
