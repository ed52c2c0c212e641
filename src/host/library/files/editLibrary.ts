import { l10n } from 'vscode';
import { UserError } from '../../../core/base/errors.ts';
import {
  FreeNames,
  libraryLimits,
  type EnvironmentEntry,
  type ItemEntry,
} from '../../../core/library/librarySchema.ts';
import type { ItemPath } from '../../../core/library/itemPath.ts';
import { runnablesOf, type LibraryItem, type Runnable } from '../../../core/library/library.ts';
import { libraryVersion } from '../../../core/library/readLibrary.ts';
import { isObject } from '../../../core/json/json.ts';
import type { JsonEdit, JsonPath } from '../../../core/json/jsonEdit.ts';
import { editJson, fileChanged, indentAt, valueInJsonText } from '../../json/jsonText.ts';
import { readLibraryText, spanOf } from './libraryText.ts';

/** The text of a new file. */
const emptyText = `{\n  "version": ${libraryVersion},\n  "items": []\n}\n`;

/** Replaced by the text of a moved item, with its comments. */
const placeholder = '\u{F0000}moved\u{F0000}';

/**
 * Changes to the text of a library file. Comments and formatting of everything else are kept.
 *
 * All methods throw a UserError if the text is not valid JSON, if it has a later version, or if
 * what is to be changed is gone.
 */
export class LibraryEdit {
  readonly #name: string;
  /** The text exceeded a limit before, so a change may be meant to reduce it. */
  readonly #wasOver: boolean;
  readonly #moved = new Map<string, string>();
  #text: string;

  /** @param name the name of the file, for the errors */
  constructor(text: string, name: string) {
    this.#name = name;
    this.#text = text.trim() === '' ? emptyText : text;
    const { isLater, excess } = readLibraryText(this.#text, 'user');
    if (isLater) {
      throw new UserError(
        l10n.t(
          '{0} was written by a later version of WebSocket Monitor and cannot be changed. Update the extension.',
          name,
        ),
      );
    }
    this.#wasOver = excess !== undefined;
  }

  get text(): string {
    return this.#text;
  }

  /** The paths of messages and sequences that have another one now, with that. */
  get moved(): ReadonlyMap<string, string> {
    return this.#moved;
  }

  /**
   * Refuses a change whose result would exceed the limits for reading.
   *
   * @throws UserError naming the limit
   */
  requireReadable(): void {
    const { bytes } = libraryLimits;
    if (new TextEncoder().encode(this.#text).byteLength > bytes) {
      throw this.#tooMuch(l10n.t('it would be larger than {0} MiB', bytes / 1024 / 1024));
    }
    const { excess } = readLibraryText(this.#text, 'user');
    if (excess !== undefined && !this.#wasOver) {
      throw this.#tooMuch(l10n.t('it would exceed a limit ({0})', excess));
    }
  }

  /** The number of items in a list. */
  countOf(list: JsonPath): number {
    return this.#namesIn(list).length;
  }

  /** Adds items to the end of a list, each under a name that is free there. */
  addItems(list: JsonPath, entries: readonly ItemEntry[]): this {
    const names = new FreeNames(this.#namesIn(list));
    const values = entries.map(entry => renamed(entry, names));
    return this.#apply({ kind: 'extend', path: list, values });
  }

  /**
   * Adds an item under its name in a folder below a list; folders that are missing are added.
   *
   * @param exactJson the JSON of a message, if `JSON.parse` would lose some of it
   * @returns the place of the item
   * @throws UserError if the name is taken
   */
  addAt(
    list: JsonPath,
    { folders, name }: ItemPath,
    entry: ItemEntry,
    exactJson?: string,
  ): JsonPath {
    const folder = this.#folderIn(list, folders);
    this.#requireFree(folder, name);
    const named = 'folder' in entry ? { ...entry, folder: name } : { ...entry, name };
    this.#apply({ kind: 'extend', path: folder, values: [named] });
    const place = [...folder, this.countOf(folder) - 1];
    if (exactJson !== undefined) {
      this.#apply({ kind: 'set', path: [...place, 'json'], value: null });
      this.#fill([...place, 'json'], exactJson.trim());
    }
    return place;
  }

  /**
   * Gives an item another name, another folder, or both. Steps that name a moved message are updated.
   *
   * @param list the list that the folders are below
   * @throws UserError if the name is taken
   */
  relocate(place: JsonPath, list: JsonPath, { folders, name }: ItemPath): this {
    const entry = this.#require(place);
    if (!isObject(entry)) {
      throw fileChanged(this.#name);
    }
    const before = messagesAt(this.#text, place);
    const target = this.#folderIn(list, folders);
    if (startsWith(target, place)) {
      throw intoItself();
    }
    const key = 'folder' in entry ? 'folder' : 'name';
    const [source] = splitPlace(place);
    const isMoved = !samePath(source, target);
    if (isMoved || entry[key] !== name) {
      this.#requireFree(target, name);
    }
    const at = isMoved ? this.#moveAcross(place, target, Number.MAX_SAFE_INTEGER) : place;
    this.#apply({ kind: 'set', path: [...at, key], value: name });
    return this.#followNames(before, messagesAt(this.#text, at));
  }

  /** Adds environments; a new one whose name is taken gets another name. */
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

  /** Adds a copy under another name after the item. */
  duplicate(place: JsonPath): this {
    const entry = this.#require(place);
    const [list, index] = splitPlace(place);
    if (!isObject(entry)) {
      throw fileChanged(this.#name);
    }
    const count = this.countOf(list);
    const copy = renamed(entry as unknown as ItemEntry, new FreeNames(this.#namesIn(list)));
    this.#apply({ kind: 'append', path: list, value: copy });
    return this.#apply({ kind: 'move', path: list, from: count, to: index + 1 });
  }

  /**
   * Moves an item before the one that is now at `index` of a list, or to its end. Steps that name a
   * moved message are updated.
   */
  move(place: JsonPath, list: JsonPath, index: number): this {
    this.#require(place);
    if (startsWith(list, place)) {
      throw intoItself();
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
      const [name = ''] = namesOf([this.#require(place)]);
      this.#requireFree(list, name);
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

  /** The text of an item without the indent of its lines. */
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
    for (const [from, to] of paths) {
      if (from !== to) {
        this.#moved.set(from, to);
      }
    }
    const items = valueInJsonText(this.#text, ['items'], this.#name);
    const values = [...stepNames(items, [])].flatMap(([place, name]) => {
      const path = paths.get(name);
      return path === undefined || path === name ? [] : [[place, path] as const];
    });
    return values.length === 0 ? this : this.#apply({ kind: 'replace', path: ['items'], values });
  }

  #namesIn(list: JsonPath): readonly string[] {
    const value = valueInJsonText(this.#text, list, this.#name);
    return namesOf(Array.isArray(value) ? (value as readonly unknown[]) : []);
  }

  /** The list of the innermost folder; those that are missing are added. */
  #folderIn(list: JsonPath, folders: readonly string[]): JsonPath {
    let inner = list;
    for (const folder of folders) {
      const value = valueInJsonText(this.#text, inner, this.#name);
      const entries = Array.isArray(value) ? (value as readonly unknown[]) : [];
      let index = entries.findIndex(
        entry => isObject(entry) && 'folder' in entry && namesOf([entry])[0] === folder,
      );
      if (index < 0) {
        this.#apply({ kind: 'extend', path: inner, values: [{ folder, items: [] }] });
        index = this.countOf(inner) - 1;
      }
      inner = [...inner, index, 'items'];
    }
    return inner;
  }

  #requireFree(list: JsonPath, name: string): void {
    if (this.#namesIn(list).includes(name)) {
      throw nameTaken(name, this.#name);
    }
  }

  #require(place: JsonPath): unknown {
    const value = valueInJsonText(this.#text, place, this.#name);
    if (value === undefined) {
      throw fileChanged(this.#name);
    }
    return value;
  }

  #spanOf(place: JsonPath): { readonly offset: number; readonly length: number } {
    const span = spanOf(this.#text, place);
    if (!span) {
      throw fileChanged(this.#name);
    }
    return span;
  }

  #apply(edit: JsonEdit): this {
    this.#text = editJson(this.#text, [edit], this.#name);
    return this;
  }

  #tooMuch(why: string): UserError {
    return new UserError(
      l10n.t('Nothing was added to {0}: {1}. Add less at a time.', this.#name, why),
    );
  }
}

function nameTaken(path: string, file: string): UserError {
  return new UserError(l10n.t('There is already "{0}" in {1}. Choose another name.', path, file));
}

function intoItself(): UserError {
  return new UserError(l10n.t('A folder cannot be moved into itself.'));
}

/** The names of messages, sequences and folders. */
function namesOf(entries: readonly unknown[]): readonly string[] {
  return entries.map(entry => {
    const name = isObject(entry) ? (entry['name'] ?? entry['folder']) : undefined;
    return typeof name === 'string' ? name.trim() : '';
  });
}

function renamed(entry: ItemEntry, names: FreeNames): ItemEntry {
  return 'folder' in entry
    ? { ...entry, folder: names.take(entry.folder) }
    : { ...entry, name: names.take(entry.name) };
}

/** The message or sequence at a place, or those in the folder there, in order. */
function messagesAt(text: string, place: JsonPath): readonly Runnable[] {
  const { places } = readLibraryText(text, 'user');
  const found = [...places].find(([, each]) => samePath(each, place))?.[0];
  return found ? runnablesOf([found] satisfies readonly LibraryItem[]) : [];
}

/** The places where steps of sequences name saved messages, with the names. */
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

/**
 * The paths of the sequences with steps that name one of these messages.
 *
 * @param name the name of the file, for the errors
 */
export function stepsNaming(
  text: string,
  paths: ReadonlySet<string>,
  name: string,
): readonly string[] {
  const { places } = readLibraryText(text, 'user');
  const items = valueInJsonText(text, ['items'], name);
  const found = [...stepNames(items, ['items'])]
    .filter(([, path]) => paths.has(path))
    .map(([place]) =>
      [...places].find(
        ([item, each]) => item.kind === 'sequence' && startsWith(place, [...each, 'steps']),
      ),
    );
  return [...new Set(found.flatMap(each => each?.[0].path ?? []))];
}

function splitPlace(place: JsonPath): readonly [list: JsonPath, index: number] {
  const index = place.at(-1);
  return [place.slice(0, -1), typeof index === 'number' ? index : 0];
}

/** A place after items were added to a list or removed from it at `from`. */
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
