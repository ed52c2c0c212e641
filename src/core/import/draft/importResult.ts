import type { EnvironmentEntry, ItemEntry } from '../../library/librarySchema.ts';

/** A connection in the imported file. */
export interface ImportedConnection {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent if there are no subprotocols. */
  readonly subprotocols?: readonly string[];
  /** As in the setting `auth`; absent if there is no login. */
  readonly auth?: Readonly<Record<string, string>>;
}

/** A secret that the file contained in clear text; the import refers to it instead. */
export interface ImportedSecret {
  /** The name of the secret, such as `import-token`. No secret of that name was stored before. */
  readonly name: string;
  /** Must not be logged, shown or written to a file; empty if the file contains no value. */
  readonly value: string;
  /** The place in the file, to be shown. */
  readonly where: string;
}

/** One reason for which parts of the file were left out or changed. */
interface NoteGroup {
  readonly reason: string;
  readonly count: number;
  /** The names of these parts; only the first hundred. */
  readonly items: readonly string[];
}

/** The contents of a file of another program, ready to be added to a library. */
export interface Imported {
  readonly kind: 'imported';
  /** The name of the format, to be shown. */
  readonly format: string;
  readonly items: readonly ItemEntry[];
  readonly environments: readonly EnvironmentEntry[];
  readonly connections: readonly ImportedConnection[];
  readonly credentials: readonly ImportedSecret[];
  /** The names of referenced variables for which the file has no value. */
  readonly undefinedNames: readonly string[];
  readonly messageCount: number;
  /** One sentence, without its full stop, for each reason for which something was left out or changed. */
  readonly notes: readonly string[];
  /** The same with the names of the parts concerned. */
  readonly groups: readonly NoteGroup[];
}

/** Why the file cannot be read. */
export interface Refused {
  readonly kind: 'refused';
  readonly problem: string;
}

export type ImportResult = Imported | Refused;

export type Fields = Readonly<Record<string, unknown>>;

/** The members of a JSON object; an empty object for any other value. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A text, or the text of a number or boolean. */
export function scalarOf(value: unknown): string {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : textOf(value);
}

/** Whether a flag is set; the scalars of YAML are read as texts. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

/** The maximum number of names for one reason. */
const maxItems = 100;
const maxReasons = 300;
/** In UTF-16 units. */
const maxNameLength = 100;

/** Counts omissions and changes by reason, so that a thousand of one kind make one sentence. */
export class Notes {
  readonly #groups = new Map<string, { count: number; readonly items: string[] }>();

  /**
   * @param reason a sentence without its full stop
   * @param item the name of the part concerned, if the reason does not contain it
   */
  add(reason: string, item = ''): void {
    const isNew = !this.#groups.has(reason);
    const key = isNew && this.#groups.size >= maxReasons ? 'More was left out' : reason;
    const group = this.#groups.get(key) ?? { count: 0, items: [] };
    this.#groups.set(key, group);
    group.count++;
    if (item !== '' && group.items.length < maxItems) {
      group.items.push(item.slice(0, maxNameLength));
    }
  }

  get sentences(): readonly string[] {
    return [...this.#groups].map(([reason, { count }]) =>
      count > 1 ? `${reason} (${count}×)` : reason,
    );
  }

  get groups(): readonly NoteGroup[] {
    return [...this.#groups].map(([reason, { count, items }]) => ({ reason, count, items }));
  }
}
