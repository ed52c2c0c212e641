import { isObject, isSameJson, type JsonObject } from '../../json/json.ts';
import type { OnOpenWhen } from '../setting.ts';
import { typedNumber } from './rowProblem.ts';

/** What an entry of `onOpen` can be; `sequence` is a saved message, too. */
export const openingKinds = ['text', 'json', 'base64', 'sequence'] as const;
export type OpeningKind = (typeof openingKinds)[number];

export const openingTimes = ['every', 'first', 'reconnect'] as const satisfies OnOpenWhen[];

/** In place of `json` in a draft: JSON that cannot be kept as it was typed. No setting takes it. */
export const typedJson = 'typedJson';

/** An entry of `onOpen` as the form shows it. */
export interface OpeningRow {
  readonly kind: OpeningKind;
  readonly content: string;
  readonly when: OnOpenWhen;
  /** Seconds, as they are typed; empty for none. */
  readonly delay: string;
  /** A filter; empty if nothing is waited for. */
  readonly match: string;
  /** Seconds, as they are typed; empty for the default. */
  readonly timeout: string;
  /** The names of what else the entry has, which the form keeps. */
  readonly others: readonly string[];
}

/** `undefined` for an entry that the form cannot show, and keeps as it is. */
export function openingRowOf(entry: unknown): OpeningRow | undefined {
  if (typeof entry === 'string') {
    const none = { when: 'every', delay: '', match: '', timeout: '', others: [] } as const;
    return { kind: 'text', content: entry, ...none };
  }
  const found = isObject(entry) ? contentOf(entry) : undefined;
  if (!isObject(entry) || !found) {
    return undefined;
  }
  const { when = 'every', delay, waitFor } = entry;
  const { match, timeout, ...rest } = isObject(waitFor) ? waitFor : {};
  const time = openingTimes.find(each => each === when);
  const seconds = typedText(delay);
  const longest = typedText(timeout);
  const filter = match === undefined || typeof match === 'string' ? (match ?? '') : undefined;
  const hasWait = waitFor === undefined || isObject(waitFor);
  if (!time || seconds === undefined || longest === undefined || filter === undefined || !hasWait) {
    return undefined;
  }
  const known = [found.key, 'when', 'delay', 'waitFor'];
  return {
    kind: found.kind,
    content: found.content,
    when: time,
    delay: seconds,
    match: filter,
    timeout: longest,
    others: [
      ...Object.keys(entry).filter(key => !known.includes(key)),
      ...Object.keys(rest).map(key => `waitFor.${key}`),
    ],
  };
}

/**
 * The entry for a row, in the shortest way unless it was written in another.
 *
 * @param before the entry that the row was made of; what the row does not show stays
 */
export function openingEntryOf(row: OpeningRow, before?: unknown): unknown {
  const { kind, content, when, delay, match, timeout } = row;
  const old = isObject(before) ? before : {};
  const isTimed = when !== 'every' || delay.trim() !== '' || match.trim() !== '';
  if (kind === 'text' && !isTimed && !isObject(before)) {
    return content;
  }
  const oldContent = contentOf(old);
  const [key, value] = writtenContent(kind, content, old);
  const body =
    oldContent?.key === key
      ? { ...old, [key]: value }
      : { [key]: value, ...without(old, oldContent?.key) };
  const timed = withMember(body, 'when', when, when === 'every' && old['when'] !== 'every');
  const delayed = withMember(timed, 'delay', typedNumber(delay), delay.trim() === '');
  const oldWait = isObject(old['waitFor']) ? old['waitFor'] : {};
  const wait = withMember(
    { ...oldWait, match: match.trim() },
    'timeout',
    typedNumber(timeout),
    timeout.trim() === '',
  );
  const hasNoWait = match.trim() === '' || kind === 'sequence';
  return withMember(delayed, 'waitFor', wait, hasNoWait);
}

/** Whether nothing was entered into a row. */
export function isBlankRow(row: OpeningRow): boolean {
  const { content, when, delay, match, timeout } = row;
  return when === 'every' && [content, delay, match, timeout].every(text => text.trim() === '');
}

interface Content {
  readonly key: string;
  readonly kind: OpeningKind;
  readonly content: string;
}

function contentOf(entry: JsonObject): Content | undefined {
  const keys = ([...openingKinds, typedJson] as const).filter(key => Object.hasOwn(entry, key));
  const [key] = keys;
  const value = key === undefined ? undefined : entry[key];
  if (key === undefined || keys.length > 1 || (key !== 'json' && typeof value !== 'string')) {
    return undefined;
  }
  return key === 'json'
    ? { key, kind: key, content: JSON.stringify(value, undefined, 2) }
    : { key, kind: key === typedJson ? 'json' : key, content: String(value) };
}

function writtenContent(
  kind: OpeningKind,
  content: string,
  old: JsonObject,
): readonly [key: string, value: unknown] {
  if (kind !== 'json') {
    return [kind, kind === 'text' ? content : content.trim()];
  }
  try {
    const value: unknown = JSON.parse(content);
    // Numbers that were rounded already are no concern of the one who edits something else.
    const isOld = Object.hasOwn(old, 'json') && isSameJson(old['json'], value);
    return isOld || roundedNumberIn(content) === undefined
      ? ['json', isOld ? old['json'] : value]
      : [typedJson, content];
  } catch {
    return [typedJson, content];
  }
}

/** The first number of a JSON text that would be another one in the settings. */
export function roundedNumberIn(json: string): string | undefined {
  const tokens = json.match(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g) ?? [];
  return tokens.find(token => !token.startsWith('"') && isRounded(token));
}

function isRounded(token: string): boolean {
  const digits = (text: string) =>
    (text.toLowerCase().split('e')[0] ?? '').replace(/[-.]/g, '').replace(/^0+|0+$/g, '');
  const number = Number(token);
  return !Number.isFinite(number) || digits(String(number)) !== digits(token);
}

/** A number as the form shows it, or what was typed in its place; `undefined` for anything else. */
function typedText(value: unknown): string | undefined {
  const isTyped = value === undefined || typeof value === 'number' || typeof value === 'string';
  return isTyped ? String(value ?? '') : undefined;
}

function without(entry: JsonObject, key: string | undefined): JsonObject {
  return Object.fromEntries(Object.entries(entry).filter(([name]) => name !== key));
}

function withMember(
  entry: JsonObject,
  key: string,
  value: unknown,
  isLeftOut: boolean,
): JsonObject {
  return isLeftOut ? without(entry, key) : { ...entry, [key]: value };
}
