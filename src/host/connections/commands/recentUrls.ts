import type { Memento, SecretStorage } from 'vscode';
import type { Logger } from '../../../core/base/logger.ts';
import { urlHoldsSecret } from '../../../core/secrets/values.ts';

/** The key of earlier versions, which stored them in plain files of the editor. */
const plainKey = 'recentUrls';
/** The user's secrets cannot have this name, because it has a space. */
const key = 'recent urls';
const maxUrls = 10;

/**
 * The URLs that the user typed last, newest first. They are stored in SecretStorage, since a query
 * may hold a secret. A URL with a login, or with a query parameter whose name indicates a secret,
 * is not stored.
 */
export class RecentUrls {
  readonly #storage: SecretStorage;
  readonly #log: Logger;
  readonly #read: Promise<void>;
  #urls: readonly string[] = [];

  constructor(state: Memento, storage: SecretStorage, log: Logger) {
    this.#storage = storage;
    this.#log = log;
    // If the editor cannot store secrets, there are no recent URLs.
    this.#read = this.#start(state).catch(() => undefined);
  }

  /** Resolves when the stored URLs have been read. */
  ready(): Promise<void> {
    return this.#read;
  }

  get all(): readonly string[] {
    return this.#urls;
  }

  /** Stores a URL as `add` does, without waiting for it. */
  note(url: string): void {
    this.add(url).catch((error: unknown) => this.#log.warn('A URL could not be stored', error));
  }

  /** Stores a URL, unless it seems to have a secret. */
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

/** Another version may have stored something else. */
function urlsIn(text: string | undefined): readonly string[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value.filter(url => typeof url === 'string') : [];
  } catch {
    return [];
  }
}
