import type { ImportedFile } from '../../../core/capture/captureArchive.ts';

/** A file of which so many of the first lines cannot be read, and no other, is no export. */
export const maxFirstUnread = 1000;

/** Counts what cannot be read of a file. */
export class UnreadRows {
  #number = 0;
  #count = 0;
  #first: ImportedFile['firstUnread'];

  get count(): number {
    return this.#count;
  }

  get facts(): Pick<ImportedFile, 'unread' | 'firstUnread'> {
    return { unread: this.#count, ...(this.#first && { firstUnread: this.#first }) };
  }

  /** Goes on to the next line or row. */
  next(): void {
    this.#number++;
  }

  /** @param reason why it cannot be read, as the end of a sentence */
  add(reason: string): void {
    this.#count++;
    this.#first ??= { number: this.#number, reason };
  }
}
