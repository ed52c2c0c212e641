import type { Memento, SecretStorage } from 'vscode';
import type { Logger } from '../../core/base/logger.ts';
import { urlHoldsSecret } from '../../core/secrets/values.ts';

/** Where earlier versions kept them, in plain files of the editor. */
const plainKey = 'recentUrls';
/** No secret of the user's can have a name with a space in it. */
const key = 'recent urls';
const maxUrls = 10;

/**
 * The URLs that the user typed last, newest first. They are kept where secrets are, since the query of
 * any of them may hold one; a URL that says so itself, by a login or the name of a value, is not kept.
 */
export class RecentUrls {
  readonly #storage: SecretStorage;
  readonly #log: Logger;
  readonly #read: Promise<void>;
  #urls: readonly string[] = [];

  constructor(state: Memento, storage: SecretStorage, log: Logger) {
    this.#storage = storage;
    this.#log = log;
    // Where the editor has no place for secrets, there are no recent URLs, and all else works.
    this.#read = this.#start(state).catch(() => undefined);
  }

  /** Resolves when `all` is what was kept. */
  ready(): Promise<void> {
    return this.#read;
  }

  get all(): readonly string[] {
    return this.#urls;
  }

  /** Remembers a URL likewise; no connection waits for that. */
  note(url: string): void {
    this.add(url).catch((error: unknown) => this.#log.warn('A URL could not be kept', error));
  }

  /** Remembers a URL, unless it carries what looks like a secret. */
  async add(url: string): Promise<void> {
    await this.#read;
    if (!urlHoldsSecret(url)) {
      const others = this.#urls.filter(other => other !== url);
      await this.#set([url, ...others].slice(0, maxUrls));
    }
  }

  async remove(url: string): Promise<void> {
    await this.#read;
    await this.#set(this.#urls.filter(other => other !== url));
  }

  async #start(state: Memento): Promise<void> {
    this.#urls = urlsIn(await this.#storage.get(key));
    const plain = state.get<unknown>(plainKey);
    if (plain !== undefined) {
      const known = Array.isArray(plain) ? plain.filter(url => typeof url === 'string') : [];
      await this.#set([...new Set([...this.#urls, ...known])].slice(0, maxUrls));
      await state.update(plainKey, undefined);
    }
  }

  async #set(urls: readonly string[]): Promise<void> {
    this.#urls = urls;
    await this.#storage.store(key, JSON.stringify(urls));
  }
}

/** Another version may have written anything. */
function urlsIn(text: string | undefined): readonly string[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value.filter(url => typeof url === 'string') : [];
  } catch {
    return [];
  }
}
