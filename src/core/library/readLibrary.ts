import * as v from 'valibot';
import { isObject } from '../json/json.ts';
import {
  emptyLibrary,
  runnablesOf,
  type Library,
  type LibraryItem,
  type SavedMessage,
  type Step,
} from './library.ts';
import {
  savedBodyKinds,
  bodyOf,
  environmentSchema,
  extractorSchema,
  folderSchema,
  bodyLabel,
  messageSchema,
  sequenceSchema,
  stepSchema,
  timingOf,
  type BodyFields,
  libraryLimits,
} from './librarySchema.ts';
import type { Origin } from '../variables/value.ts';
import type { MessageBody } from '../message/messageBody.ts';
import { visibleLine } from '../text/visibleText.ts';

/** The format that this version writes. Files of a later format are not read, to lose no data. */
export const libraryVersion = 1;

interface ReadLibrary {
  readonly library: Library;
  /** One sentence for each part that is not used as it is: the place and the reason. */
  readonly problems: readonly string[];
  /** The file is of a later version: it must not be written to. */
  readonly isLater: boolean;
  /** What is in it beyond `libraryLimits`, and hence not read: a sentence, which is a problem too. */
  readonly excess: string | undefined;
  /** Where in the file each item of `library` is: `items[1].items[0]`. */
  readonly places: ReadonlyMap<LibraryItem, string>;
}

const fileKeys = ['$schema', 'version', 'items', 'environments', 'extractors'];

/** Steps may name saved messages, which may come later in the file than the sequence. */
interface Draft {
  readonly path: string;
  readonly steps: readonly unknown[];
}

type MessagesByPath = ReadonlyMap<string, SavedMessage>;

type EntrySchema<T> = v.GenericSchema<unknown, T> & { readonly entries: object };

/**
 * Reads what a library's file holds. Never fails: what will not do is named and left out.
 *
 * @param origin whose file it is, which all that is in it is marked with
 * @param jsonAt the JSON at a place as it is written, with a line for each member: numbers with all
 *   their digits, and members of the same name
 */
export function readLibrary(
  value: unknown,
  origin: Origin,
  jsonAt: JsonAt = () => undefined,
): ReadLibrary {
  return new LibraryReader(origin, jsonAt).read(value);
}

type JsonAt = (place: string) => string | undefined;

class LibraryReader {
  readonly #problems = new ProblemList();
  readonly #paths = new Set<string>();
  /** What was wanted more than once, and the number that the next one tries. */
  readonly #nextNumbers = new Map<string, number>();
  readonly #drafts = new Map<LibraryItem, Draft>();
  readonly #places = new Map<LibraryItem, string>();
  #itemsLeft: number = libraryLimits.items;
  #stepsLeft: number = libraryLimits.steps;
  #excess: string | undefined;
  readonly #origin: Origin;
  readonly #jsonAt: JsonAt;

  constructor(origin: Origin, jsonAt: JsonAt) {
    this.#origin = origin;
    this.#jsonAt = jsonAt;
  }

  read(value: unknown): ReadLibrary {
    if (!isObject(value)) {
      return this.#refused('The file must hold an object with "version" and "items".', false);
    }
    const { version } = value;
    if (typeof version === 'number' && version > libraryVersion) {
      const sentence = `The file is of version ${version}, and this version of WebSocket Monitor reads ${libraryVersion}. Update it.`;
      return this.#refused(sentence, true);
    }
    if (version !== libraryVersion) {
      this.#problems.add(`"version" must be ${libraryVersion}. It is read as if it were.`);
    }
    for (const key of Object.keys(value).filter(key => !fileKeys.includes(key))) {
      this.#problems.add(`"${key}" is not known here. It is ignored.`);
    }
    const items = this.#items(value['items'], 'items', '', 0);
    const messages = messagesByPath(items);
    const library = {
      items: items.map(item => this.#withSteps(item, messages)),
      environments: this.#list(value, 'environments', environmentSchema),
      extractors: this.#list(value, 'extractors', extractorSchema),
    };
    return this.#result(library, false);
  }

  #refused(problem: string, isLater: boolean): ReadLibrary {
    this.#problems.add(problem);
    return this.#result(emptyLibrary, isLater);
  }

  #result(library: Library, isLater: boolean): ReadLibrary {
    const excess = this.#excess;
    const problems = this.#problems.sentences;
    return { library, problems, isLater, excess, places: this.#places };
  }

  #list<T>(
    file: Readonly<Record<string, unknown>>,
    key: 'environments' | 'extractors',
    schema: EntrySchema<T>,
  ): readonly (T & { readonly origin: Origin })[] {
    const value = file[key] ?? [];
    if (!Array.isArray(value)) {
      this.#problems.add(`${key} must be a list. It is ignored.`);
      return [];
    }
    const most = libraryLimits[key];
    if (value.length > most) {
      this.#tooMuch(`${key}: only the first ${most} of ${value.length} are used.`);
    }
    return (value as readonly unknown[]).slice(0, most).flatMap((entry, index) => {
      const place = `${key}[${index}]`;
      const isSmall = key !== 'environments' || this.#hasFewVariables(entry, place);
      const parsed = isSmall ? this.#parse(schema, entry, place) : undefined;
      return parsed === undefined ? [] : [{ ...parsed, origin: this.#origin }];
    });
  }

  #hasFewVariables(entry: unknown, place: string): boolean {
    const variables = isObject(entry) ? entry['variables'] : undefined;
    const count = isObject(variables) ? Object.keys(variables).length : 0;
    const most = libraryLimits.variables;
    if (count > most) {
      this.#tooMuch(
        `${place}.variables: there are ${count}, and at most ${most} are allowed. It is left out.`,
      );
    }
    return count <= most;
  }

  #items(value: unknown, place: string, folder: string, depth: number): readonly LibraryItem[] {
    if (value !== undefined && !Array.isArray(value)) {
      this.#problems.add(`${place} must be a list. It is ignored.`);
    }
    const all = Array.isArray(value) ? (value as readonly unknown[]) : [];
    const entries = all.slice(0, this.#itemsLeft);
    this.#itemsLeft -= entries.length;
    if (entries.length < all.length) {
      this.#tooMuch(
        `${place}: only ${entries.length} of ${all.length} are used, since a file may hold ${libraryLimits.items} items.`,
      );
    }
    return entries.flatMap((entry, index) => {
      const item = this.#item(entry, `${place}[${index}]`, folder, depth);
      if (item) {
        this.#places.set(item, `${place}[${index}]`);
      }
      return item ? [item] : [];
    });
  }

  #item(entry: unknown, place: string, folder: string, depth: number): LibraryItem | undefined {
    if (isObject(entry) && 'folder' in entry) {
      return this.#folder(entry, place, folder, depth);
    }
    if (isObject(entry) && 'steps' in entry) {
      const parsed = this.#parse(sequenceSchema, entry, place);
      if (!parsed) {
        return undefined;
      }
      const path = this.#pathOf(folder, parsed.name, place);
      const sequence = { kind: 'sequence', path, name: parsed.name, steps: [] } as const;
      this.#drafts.set(sequence, { path: place, steps: parsed.steps });
      return sequence;
    }
    const parsed = this.#parse(messageSchema, entry, place);
    const body = parsed && this.#body(parsed, place);
    if (!parsed || !body) {
      return undefined;
    }
    const path = this.#pathOf(folder, parsed.name, place);
    const { name } = parsed;
    return { kind: 'message', path, name, origin: this.#origin, body, timing: timingOf(parsed) };
  }

  #folder(entry: object, place: string, outer: string, depth: number): LibraryItem | undefined {
    if (depth >= libraryLimits.folders) {
      this.#tooMuch(`${place}: folders are nested too deeply. It is ignored.`);
      return undefined;
    }
    const parsed = this.#parse(folderSchema, entry, place);
    if (!parsed) {
      return undefined;
    }
    const path = outer === '' ? parsed.folder : `${outer}/${parsed.folder}`;
    const items = this.#items(parsed.items, `${place}.items`, path, depth + 1);
    return { kind: 'folder', path, name: parsed.folder, items };
  }

  /** Two of one name in one folder: the first keeps it, since others may refer to it. */
  #pathOf(folder: string, name: string, place: string): string {
    const wanted = folder === '' ? name : `${folder}/${name}`;
    let path = wanted;
    let number = this.#nextNumbers.get(wanted) ?? 2;
    while (this.#paths.has(path)) {
      path = `${wanted} (${number++})`;
      this.#nextNumbers.set(wanted, number);
    }
    if (path !== wanted) {
      this.#problems.add(`${place}: "${wanted}" is there already. This one is "${path}".`);
    }
    this.#paths.add(path);
    return path;
  }

  #withSteps(item: LibraryItem, messages: MessagesByPath): LibraryItem {
    if (item.kind === 'folder') {
      const items = item.items.map(each => this.#withSteps(each, messages));
      return this.#instead(item, { ...item, items });
    }
    const draft = this.#drafts.get(item);
    if (item.kind !== 'sequence' || !draft) {
      return item;
    }
    const used = draft.steps.slice(0, this.#stepsLeft);
    this.#stepsLeft -= used.length;
    if (used.length < draft.steps.length) {
      this.#tooMuch(
        `${draft.path}.steps: only ${used.length} of ${draft.steps.length} are used, since a file may hold ${libraryLimits.steps} steps.`,
      );
    }
    const steps = used.flatMap((step, index) => {
      const read = this.#step(step, `${draft.path}.steps[${index}]`, messages);
      return read ? [read] : [];
    });
    return this.#instead(item, { ...item, steps });
  }

  /** Gives a replaced item's place to its replacement. */
  #instead(item: LibraryItem, other: LibraryItem): LibraryItem {
    this.#places.set(other, this.#places.get(item) ?? '');
    this.#places.delete(item);
    return other;
  }

  #step(value: unknown, place: string, messages: MessagesByPath): Step | undefined {
    const entry = typeof value === 'string' ? { message: value } : value;
    const parsed = this.#parse(stepSchema, entry, place);
    if (!parsed) {
      return undefined;
    }
    if (parsed.message === undefined) {
      const body = this.#body(parsed, place);
      const name = parsed.name ?? (body && bodyLabel(body)) ?? '';
      return body && { name, origin: this.#origin, body, timing: timingOf(parsed) };
    }
    const saved = messages.get(parsed.message);
    if (!saved) {
      this.#problems.add(
        `${place}: there is no saved message "${parsed.message}". It is left out.`,
      );
      return undefined;
    }
    const own = timingOf(parsed);
    return {
      name: parsed.name ?? saved.name,
      origin: this.#origin,
      body: saved.body,
      timing: {
        ...saved.timing,
        ...own,
        delayMs: parsed.delay === undefined ? saved.timing.delayMs : own.delayMs,
      },
    };
  }

  #tooMuch(sentence: string): void {
    this.#excess ??= sentence;
    this.#problems.add(sentence);
  }

  #body(fields: BodyFields, place: string): MessageBody | undefined {
    const given = savedBodyKinds.filter(kind => fields[kind] !== undefined);
    const [only] = given;
    if (only === undefined || given.length > 1) {
      const found = only === undefined ? 'none' : given.join(' and ');
      this.#problems.add(
        `${place} needs one of ${savedBodyKinds.join(', ')}, and has ${found}. It is left out.`,
      );
      return undefined;
    }
    return bodyOf(fields, only, only === 'json' ? this.#jsonAt(`${place}.json`) : undefined);
  }

  #parse<T>(schema: EntrySchema<T>, value: unknown, place: string): T | undefined {
    const parsed = v.safeParse(schema, value);
    if (parsed.success) {
      for (const key of Object.keys(value as object)) {
        if (!Object.hasOwn(schema.entries, key)) {
          this.#problems.add(`${place}.${key} is not known here. It is ignored.`);
        }
      }
      return parsed.output;
    }
    for (const issue of parsed.issues) {
      const path = v.getDotPath(issue);
      const at = path === null ? place : `${place}.${path}`;
      this.#problems.add(`${at}: ${issue.message}. It is left out.`);
    }
    return undefined;
  }
}

function messagesByPath(items: readonly LibraryItem[]): MessagesByPath {
  const messages = runnablesOf(items).filter(each => each.kind === 'message');
  return new Map(messages.map(message => [message.path, message]));
}

/** In UTF-16 units: a sentence may quote the file. */
const maxSentenceLength = 400;

/**
 * The problems of one file as sentences in plain text. The first ones are listed and the rest only
 * counted: a file of nothing but mistakes would make more sentences than anybody can read.
 */
class ProblemList {
  readonly #sentences: string[] = [];
  #count = 0;

  add(sentence: string): void {
    this.#count++;
    if (this.#sentences.length < libraryLimits.problems) {
      const cut =
        sentence.length > maxSentenceLength ? `${sentence.slice(0, maxSentenceLength)}…` : sentence;
      this.#sentences.push(visibleLine(cut));
    }
  }

  /** The last one gives the number of those that are not listed. */
  get sentences(): readonly string[] {
    const more = this.#count - this.#sentences.length;
    return more === 0
      ? this.#sentences
      : [...this.#sentences, `There ${more === 1 ? 'is' : 'are'} ${more} more. Mend these first.`];
  }
}
