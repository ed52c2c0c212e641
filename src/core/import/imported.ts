import type { EnvironmentEntry, ItemEntry } from '../library/fileEntries.ts';

/** Where messages were sent to, as far as the imported file tells. */
export interface ImportedConnection {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What was found in a file of another program, ready to be put into a library. */
export interface Imported {
  readonly kind: 'imported';
  /** What the file is, for people. */
  readonly format: string;
  readonly items: readonly ItemEntry[];
  readonly environments: readonly EnvironmentEntry[];
  readonly connections: readonly ImportedConnection[];
  readonly messageCount: number;
  /** One sentence for each kind of thing that was left out or changed, and why. */
  readonly notes: readonly string[];
}

/** The file is none that can be read, and why. */
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

/** Counts what is left out, so that a thousand of a kind make one sentence. */
export class Notes {
  readonly #counts = new Map<string, number>();

  add(reason: string): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
  }

  get sentences(): readonly string[] {
    return [...this.#counts].map(([reason, count]) =>
      count > 1 ? `${reason} (${count}×)` : reason,
    );
  }
}
