import type { EnvironmentEntry, ItemEntry } from '../../library/librarySchema.ts';

/** Where messages were sent to, as far as the imported file says. */
export interface ImportedConnection {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent where there are none. */
  readonly subprotocols?: readonly string[];
  /** As the setting `auth`; absent where there is none. */
  readonly auth?: Readonly<Record<string, string>>;
}

/** A secret that the file held in clear; what was imported has a reference in its place. */
export interface ImportedSecret {
  /** Of the secret: `import-token`. No secret of that name was stored before. */
  readonly name: string;
  /** Never to be logged, shown or written to a file; empty where the file has none. */
  readonly value: string;
  /** Where it stood, for people. */
  readonly where: string;
}

/** Something that was left out or changed, and of what. */
export interface NoteGroup {
  readonly reason: string;
  readonly count: number;
  /** Names of what it happened to; not all of them where they are many. */
  readonly items: readonly string[];
}

/** What was found in a file of another program, ready to be put into a library. */
export interface Imported {
  readonly kind: 'imported';
  /** What the file is, for people. */
  readonly format: string;
  readonly items: readonly ItemEntry[];
  readonly environments: readonly EnvironmentEntry[];
  readonly connections: readonly ImportedConnection[];
  readonly credentials: readonly ImportedSecret[];
  /** Names that what was imported refers to, and for which the file has no value. */
  readonly undefinedNames: readonly string[];
  readonly messageCount: number;
  /** One sentence for each kind of thing that was left out or changed, and why. */
  readonly notes: readonly string[];
  /** The same with the names of what it happened to. */
  readonly groups: readonly NoteGroup[];
}

/** Why the file cannot be read. */
export interface Refused {
  readonly kind: 'refused';
  readonly problem: string;
}

export type ImportResult = Imported | Refused;

export type Fields = Readonly<Record<string, unknown>>;

/** The members of a JSON object; none of anything else. */
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

/** A text, or a number or truth value as it is written. */
export function scalarOf(value: unknown): string {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : textOf(value);
}

/** Whether a flag is set; YAML is read as texts only. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

/** Names that are kept for one reason, and different reasons that are kept. */
const maxItems = 100;
const maxReasons = 300;
/** In UTF-16 units. */
const maxNameLength = 100;

/** Counts what is left out, so that a thousand things of one kind make one sentence. */
export class Notes {
  readonly #groups = new Map<string, { count: number; readonly items: string[] }>();

  /**
   * @param reason a sentence without its full stop
   * @param item the name of what it is about, where the reason does not say it
   */
  add(reason: string, item = ''): void {
    const isNew = !this.#groups.has(reason);
    const key =
      isNew && this.#groups.size >= maxReasons ? 'There is more that was left out' : reason;
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
