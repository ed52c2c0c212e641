import type { KeptAnswer } from '../decoder.ts';
import type { CallRole, Field, Problem } from '../reading.ts';

/** What a script has read, checked: what `readAnswer` gives. Texts are as long as is shown at most. */
export interface CheckedAnswer extends CheckedRecord {
  readonly records?: readonly CheckedRecord[];
}

export interface CheckedRecord {
  readonly type?: string;
  readonly event?: string;
  readonly topic?: string;
  readonly id?: string;
  readonly summary?: string;
  readonly severity?: 'warning' | 'error';
  readonly isHeartbeat?: true;
  readonly isFailed?: true;
  readonly role?: CallRole;
  readonly key?: string;
  readonly problem?: Problem;
  /** JSON in the form of `exportForm.ts`. */
  readonly value?: string;
  /** A JSON object. */
  readonly envelope?: string;
  readonly fields?: readonly Field[];
  readonly next?: Uint8Array | string;
  /** The decoder that reads `next`. */
  readonly as?: string;
}

/** A record whose long members are named by the line, or place among the bytes, that holds them. */
export type KeptRecord = Omit<CheckedRecord, 'value' | 'envelope' | 'fields' | 'next'> & {
  readonly value?: number;
  readonly envelope?: number;
  readonly fields?: number;
  readonly next?: number;
  readonly nextBytes?: number;
};

export interface OpenedAnswer {
  readonly facts: KeptRecord & { readonly records?: readonly KeptRecord[] };
  /** JSON. */
  readonly line: (number: number | undefined) => string | undefined;
  readonly bytes: readonly Uint8Array[];
}

export const passedAnswer: KeptAnswer = { text: '', bytes: [] };

/** Of an entry of a map, and the objects around it. */
const overhead = 120;

/** The first line has the facts, which name the other lines by their number. */
export function keptAnswer({ records, ...whole }: CheckedAnswer): KeptAnswer {
  const lines: string[] = [''];
  const bytes: Uint8Array[] = [];
  const keep = ({ value, envelope, fields, next, ...facts }: CheckedRecord): KeptRecord => ({
    ...facts,
    ...(value !== undefined && { value: lines.push(value) - 1 }),
    ...(envelope !== undefined && { envelope: lines.push(envelope) - 1 }),
    ...(fields && { fields: lines.push(JSON.stringify(fields)) - 1 }),
    ...(typeof next === 'string' && { next: lines.push(JSON.stringify(next)) - 1 }),
    ...(next instanceof Uint8Array && { nextBytes: bytes.push(next) - 1 }),
  });
  lines[0] = JSON.stringify({ ...keep(whole), ...(records && { records: records.map(keep) }) });
  return { text: lines.join('\n'), bytes };
}

/** `undefined`: the script has passed the message by. */
export function openAnswer({ text, bytes }: KeptAnswer): OpenedAnswer | undefined {
  if (text === '') {
    return undefined;
  }
  const [first = '', ...lines] = text.split('\n');
  return {
    facts: JSON.parse(first) as OpenedAnswer['facts'],
    line: number => (number === undefined ? undefined : lines[number - 1]),
    bytes,
  };
}

/** Bytes of memory, about. */
export function sizeOfAnswer({ text, bytes }: KeptAnswer): number {
  // An engine keeps a text of characters up to U+00FF in one byte each.
  const unit = /[^\0-\xff]/.test(text) ? 2 : 1;
  return bytes.reduce((sum, { length }) => sum + length, overhead + unit * text.length);
}
