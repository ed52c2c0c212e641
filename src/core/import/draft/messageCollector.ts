import {
  messageEntryOf,
  FreeNames,
  type ItemEntry,
  type MessageEntry,
} from '../../library/librarySchema.ts';
import {
  base64Problem,
  hexProblem,
  jsonProblem,
  type MessageBody,
} from '../../message/messageBody.ts';
import type { Notes } from './importResult.ts';

/** A recorded stream can hold millions. */
export const maxMessages = 2000;
const maxTextLength = 1024 * 1024;
/** In UTF-16 units, of all messages, so that the library's file can still be opened. */
const maxTotalLength = 2 * 1024 * 1024;

/** Counts the messages of one import, and refuses those that would make the library's file too large. */
export class MessageCollector {
  readonly #notes: Notes;
  #count = 0;
  #length = 0;

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  get count(): number {
    return this.#count;
  }

  /** Makes the entry of a message; returns `undefined` and adds a note if it exceeds a limit. */
  place(name: string, body: MessageBody, taken: FreeNames): MessageEntry | undefined {
    if ('text' in body && body.text.length > maxTextLength) {
      this.#notes.add('A message longer than 1 MiB was left out: send it from a file', name);
      return undefined;
    }
    if (this.#count >= maxMessages) {
      this.#notes.add(`A message was left out: only the first ${maxMessages} are imported`, name);
      return undefined;
    }
    const length = 'text' in body ? body.text.length : 0;
    if (this.#length + length > maxTotalLength) {
      this.#notes.add('A message was left out: the messages exceed 2 MiB in total', name);
      return undefined;
    }
    this.#count++;
    this.#length += length;
    return messageEntryOf(taken.take(name), body);
  }
}

/** A body as JSON if the text is an object or an array, otherwise as text. */
export function textBody(text: string): MessageBody {
  return /^\s*[{[]/.test(text) && !jsonProblem(text) ? { as: 'json', text } : { as: 'text', text };
}

/** Bytes as base64; `undefined` if the text is not base64. */
export function base64Body(text: string): MessageBody | undefined {
  return base64Problem(text) ? undefined : { as: 'base64', text };
}

/** Bytes as hex digits; `undefined` if the text is not hex. */
export function hexBody(text: string): MessageBody | undefined {
  return hexProblem(text) ? undefined : { as: 'hex', text };
}

/** A name for a message without one: the beginning of its text. */
export function nameFrom(text: string): string {
  const start = text.slice(0, 200).replaceAll(/\s+/g, ' ').trim();
  return start.length > 40 ? `${start.slice(0, 39)}…` : start;
}

/** A folder, or an empty list if it would be empty. */
export function folder(name: string, items: readonly ItemEntry[]): readonly ItemEntry[] {
  return items.length === 0 ? [] : [{ folder: name.trim().slice(0, 200) || 'Imported', items }];
}
