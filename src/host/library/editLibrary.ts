import { UserError } from '../../core/base/errors.ts';
import {
  FreeNames,
  type EnvironmentEntry,
  type ItemEntry,
  libraryLimits,
} from '../../core/library/librarySchema.ts';
import { runnablesOf, type LibraryItem, type Runnable } from '../../core/library/library.ts';
import { libraryVersion } from '../../core/library/readLibrary.ts';
import { isObject } from '../../core/json/json.ts';
import type { JsonEdit, JsonPath } from '../../core/json/jsonEdit.ts';
import { editJson, readJson } from '../settings/settingsText.ts';
import { readLibraryText, spanOf } from './libraryText.ts';

/** What every file begins as. */
const emptyText = `{\n  "version": ${libraryVersion},\n  "items": []\n}\n`;

/** Stands for a moved item until its own text, comments and all, is put in its place. */
const placeholder = '\u{F0000}moved\u{F0000}';

/**
 * The text of a library's file after a change. Comments and form of everything else stay.
 *
 * All of these throw a UserError where the text is no JSON, where it is of a later version, and where
 * what is to be changed is not there any more.
 */
export class LibraryEdit {
  readonly #name: string;
  /** The text had too much in it already, so that a change may be what makes it less. */
  readonly #wasOver: boolean;
  #text: string;

  /** @param name what the file is called, for the errors */
  constructor(text: string, name: string) {
    this.#name = name;
    this.#text = text.trim() === '' ? emptyText : text;
    const { isLater, excess } = readLibraryText(this.#text, 'user');
    if (isLater) {
      throw new UserError(
        `${name} is of a later version of WebSocket Monitor, so it is not changed. Update the extension.`,
      );
    }
    this.#wasOver = excess !== undefined;
  }

  get text(): string {
    return this.#text;
  }

  /**
   * Refuses a change that would add more than is read again.
   *
   * @throws UserError saying what is too much
   */
  requireReadable(): void {
    const { bytes } = libraryLimits;
    if (new TextEncoder().encode(this.#text).byteLength > bytes) {
      throw this.#tooMuch(`it would be larger than ${bytes / 1024 / 1024} MiB`);
    }
    const { excess } = readLibraryText(this.#text, 'user');
    if (excess !== undefined && !this.#wasOver) {
      throw this.#tooMuch(`it would hold more than is read (${excess})`);
    }
  }

  /** How many items a list has. */
  countOf(list: JsonPath): number {
    return this.#namesIn(list).length;
  }

  /** Adds items to the end of a list, each by a name that is free there. */
  addItems(list: JsonPath, entries: readonly ItemEntry[]): this {
    const names = new FreeNames(this.#namesIn(list));
    const values = entries.map(entry => renamed(entry, names));
    return this.#apply({ kind: 'extend', path: list, values });
  }

  /** Adds environments; one of a name that is there keeps it, and the new one gets another. */
  addEnvironments(entries: readonly EnvironmentEntry[]): this {
    const path = ['environments'];
    const names = new FreeNames(this.#namesIn(path));
    const values = entries.map(entry => ({ ...entry, name: names.take(entry.name) }));
    return this.#apply({ kind: 'extend', path, values });
  }

  remove(place: JsonPath): this {
    this.#require(place);
    return this.#apply({ kind: 'remove', path: place });
  }

  /** Adds a copy, by another name, behind the item. */
  duplicate(place: JsonPath): this {
    const entry = this.#require(place);
    const [list, index] = splitPlace(place);
    if (!isObject(entry)) {
      throw this.#changed();
    }
    const count = this.countOf(list);
    const copy = renamed(entry as unknown as ItemEntry, new FreeNames(this.#namesIn(list)));
    this.#apply({ kind: 'append', path: list, value: copy });
    return this.#apply({ kind: 'move', path: list, from: count, to: index + 1 });
  }

  /**
   * Moves an item before the one that is at `index` of a list now, or to its end. Steps that name a
   * moved message go on naming it.
   */
  move(place: JsonPath, list: JsonPath, index: number): this {
    this.#require(place);
    if (startsWith(list, place)) {
      throw new UserError('A folder cannot be moved into itself.');
    }
    const before = messagesAt(this.#text, place);
    const [source, from] = splitPlace(place);
    let target: JsonPath = [...list, 0];
    if (samePath(source, list)) {
      const count = this.countOf(list);
      const to = Math.min(index > from ? index - 1 : index, count - 1);
      this.#apply({ kind: 'move', path: list, from, to });
      target = [...list, to];
    } else {
      target = this.#moveAcross(place, list, index);
    }
    return this.#followNames(before, messagesAt(this.#text, target));
  }

  #moveAcross(place: JsonPath, list: JsonPath, index: number): JsonPath {
    const count = this.countOf(list);
    const to = Math.min(index, count);
    const body = this.#sourceOf(place);
    this.#apply({ kind: 'append', path: list, value: placeholder });
    if (to < count) {
      this.#apply({ kind: 'move', path: list, from: count, to });
    }
    const target = [...list, to];
    this.#fill(target, body);
    this.remove(shifted(place, list, to, 1));
    const [source, from] = splitPlace(place);
    return shifted(target, source, from + 1, -1);
  }

  /** The text of an item, without the indent of its lines. */
  #sourceOf(place: JsonPath): string {
    const { offset, length } = this.#spanOf(place);
    const body = this.#text.slice(offset, offset + length);
    return body.replaceAll(`\n${indentAt(this.#text, offset)}`, '\n');
  }

  #fill(place: JsonPath, body: string): void {
    const { offset, length } = this.#spanOf(place);
    const indented = body.replaceAll('\n', `\n${indentAt(this.#text, offset)}`);
    this.#text = this.#text.slice(0, offset) + indented + this.#text.slice(offset + length);
  }

  #followNames(before: readonly Runnable[], after: readonly Runnable[]): this {
    const paths = new Map(before.map(({ path }, index) => [path, after[index]?.path ?? path]));
    const items = readJson(this.#text, ['items'], this.#name);
    const values = [...stepNames(items, [])].flatMap(([place, name]) => {
      const path = paths.get(name);
      return path === undefined || path === name ? [] : [[place, path] as const];
    });
    return values.length === 0 ? this : this.#apply({ kind: 'replace', path: ['items'], values });
  }

  #namesIn(list: JsonPath): readonly string[] {
    const value = readJson(this.#text, list, this.#name);
    const entries = Array.isArray(value) ? (value as readonly unknown[]) : [];
    return entries.map(entry => {
      const name = isObject(entry) ? (entry['name'] ?? entry['folder']) : undefined;
      return typeof name === 'string' ? name : '';
    });
  }

  #require(place: JsonPath): unknown {
    const value = readJson(this.#text, place, this.#name);
    if (value === undefined) {
      throw this.#changed();
    }
    return value;
  }

  #spanOf(place: JsonPath): { readonly offset: number; readonly length: number } {
    const span = spanOf(this.#text, place);
    if (!span) {
      throw this.#changed();
    }
    return span;
  }

  #apply(edit: JsonEdit): this {
    this.#text = editJson(this.#text, [edit], this.#name);
    return this;
  }

  #tooMuch(why: string): UserError {
    return new UserError(`Nothing was added to ${this.#name}: ${why}. Add less at a time.`);
  }

  #changed(): UserError {
    return new UserError(`${this.#name} has changed meanwhile. Try again.`);
  }
}

function renamed(entry: ItemEntry, names: FreeNames): ItemEntry {
  return 'folder' in entry
    ? { ...entry, folder: names.take(entry.folder) }
    : { ...entry, name: names.take(entry.name) };
}

/** The messages and sequences that are at a place, or in the folder there, in order. */
function messagesAt(text: string, place: JsonPath): readonly Runnable[] {
  const { places } = readLibraryText(text, 'user');
  const found = [...places].find(([, each]) => samePath(each, place))?.[0];
  return found ? runnablesOf([found] satisfies readonly LibraryItem[]) : [];
}

/** Where the steps of all sequences name saved messages, and which. */
function* stepNames(value: unknown, place: JsonPath): Generator<readonly [JsonPath, string]> {
  for (const [index, entry] of (Array.isArray(value) ? (value as unknown[]) : []).entries()) {
    const at = [...place, index];
    if (typeof entry === 'string' && place.at(-1) === 'steps') {
      yield [at, entry];
    } else if (isObject(entry)) {
      const { message } = entry;
      if (typeof message === 'string' && place.at(-1) === 'steps') {
        yield [[...at, 'message'], message];
      }
      yield* stepNames(entry['items'], [...at, 'items']);
      yield* stepNames(entry['steps'], [...at, 'steps']);
    }
  }
}

function splitPlace(place: JsonPath): readonly [list: JsonPath, index: number] {
  const index = place.at(-1);
  return [place.slice(0, -1), typeof index === 'number' ? index : 0];
}

/** A place after items were put into a list, or taken from it, at `from` and behind. */
function shifted(place: JsonPath, list: JsonPath, from: number, by: number): JsonPath {
  const index = place[list.length];
  return startsWith(place, list) && typeof index === 'number' && index >= from
    ? [...list, index + by, ...place.slice(list.length + 1)]
    : place;
}

function startsWith(place: JsonPath, start: JsonPath): boolean {
  return start.every((step, index) => place[index] === step);
}

function samePath(one: JsonPath, other: JsonPath): boolean {
  return one.length === other.length && startsWith(one, other);
}

function indentAt(text: string, offset: number): string {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(lineStart, offset))?.[0] ?? '';
}
