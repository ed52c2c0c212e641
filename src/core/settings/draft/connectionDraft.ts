import { messageOf } from '../../base/errors.ts';
import { uniqueName } from '../../endpoint/endpointName.ts';
import { parseEndpointTemplate, urlsMeantBy } from '../../endpoint/endpointTemplate.ts';
import { isObject, isSameJson } from '../../json/json.ts';
import { profileOf } from '../profile.ts';
import { settingAt, type GetSetting } from '../settingLayers.ts';
import { problemWith, settingKeys, settingOf, type SettingKey } from '../settingsTable.ts';
import { connectionFields, type ConnectionField } from './connectionFields.ts';
import { openingProblems, ruleProblems } from './rowChecks.ts';
import type { RowProblem } from './rowProblem.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** A connection while it is being edited. */
export interface ConnectionDraft {
  /** Empty: the name comes from the URL. */
  readonly name: string;
  readonly url: string;
  /** By key of the setting; an absent one is inherited. */
  readonly values: JsonObject;
}

export interface ConnectionDraftCheck {
  /** A sentence for each refused field: `name`, `url`, or the key of a setting. */
  readonly problems: Readonly<Record<string, string>>;
  /** The values that the connection inherits, with the preset that the draft names. */
  readonly inherited: JsonObject;
  /** What is wrong with single rows of a list, by the key of the setting. */
  readonly rows: Readonly<Record<string, readonly RowProblem[]>>;
  /** The name that the connection gets if it is given none; empty if the URL is refused. */
  readonly suggestedName: string;
}

/** The draft of a configured connection; that of a new one is made from `{}`. */
export function draftOf(entry: JsonObject): ConnectionDraft {
  const values: Record<string, unknown> = {};
  for (const { key } of connectionFields) {
    const value = settingAt(entry, key);
    if (value !== undefined) {
      values[key] = value;
    }
  }
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return { name: text(entry['name']), url: text(entry['url']), values };
}

/** Everything that an entry has besides what the form shows, by dotted keys. */
export function unshownIn(entry: JsonObject): readonly string[] {
  const known = new Set(['name', 'url', ...connectionFields.map(({ key }) => key)]);
  const groups = new Set([...known].filter(key => key.includes('.')).map(key => key.split('.')[0]));
  return Object.entries(entry).flatMap(([key, value]) =>
    groups.has(key) && isObject(value)
      ? Object.keys(value)
          .map(part => `${key}.${part}`)
          .filter(path => !known.has(path))
      : known.has(key)
        ? []
        : [key],
  );
}

/**
 * The entry to write: `entry` with the draft's values. Settings that the form does not show stay, each
 * key keeps the way it is written, and a new value that equals the inherited one is left out.
 */
export function editedEntry(
  { name, url, values }: ConnectionDraft,
  entry: JsonObject,
  inherited: JsonObject,
): JsonObject {
  let result: JsonObject = { ...entry, name: name.trim(), url: url.trim() };
  for (const { key } of connectionFields) {
    const value = values[key];
    const isNew = settingAt(entry, key) === undefined;
    const isInherited = value === undefined || (isNew && isSameJson(value, inherited[key]));
    result = withValue(result, key, isInherited ? undefined : value);
  }
  return result;
}

/**
 * @param get reads settings below `websocketMonitor`
 * @param names of the other connections of the list
 */
export function checkDraft(
  draft: ConnectionDraft,
  get: GetSetting,
  names: readonly string[],
): ConnectionDraftCheck {
  const problems: Record<string, string> = {};
  const rows: Record<string, readonly RowProblem[]> = {};
  const name = draft.name.trim();
  if (names.includes(name)) {
    problems['name'] = `There is another connection named "${name}". Choose a different name.`;
  }
  try {
    parseEndpointTemplate(draft.url);
  } catch (error) {
    problems['url'] = messageOf(error);
  }
  for (const field of connectionFields) {
    const { key } = field;
    const value = draft.values[key];
    const checkRows = rowChecks[field.kind];
    if (checkRows) {
      const found = checkRows(value);
      const count = new Set(found.map(({ row }) => row)).size;
      if (count > 0) {
        rows[key] = found;
        problems[key] = count === 1 ? 'One entry has an error.' : `${count} entries have errors.`;
      }
      continue;
    }
    const problem =
      value === undefined ? undefined : problemWith(settingOf(key as SettingKey), value);
    if (problem !== undefined) {
      problems[key] = `It ${problem}.`;
    }
  }
  const suggestedName = suggestedNameFor(draft, get, names);
  return { problems, inherited: inheritedBy(draft, get), rows, suggestedName };
}

/** Lists are checked row by row: what the form does not show of them is kept, whatever it is. */
const rowChecks: Readonly<
  Partial<Record<ConnectionField['kind'], (value: unknown) => readonly RowProblem[]>>
> = { opening: openingProblems, rules: ruleProblems };

function suggestedNameFor({ url }: ConnectionDraft, get: GetSetting, names: readonly string[]) {
  const [meant] = urlsMeantBy(url);
  const wanted = profileOf({ url: meant?.url ?? url }, get, [])?.name;
  return wanted === undefined
    ? ''
    : uniqueName(
        wanted,
        names.map(name => ({ name })),
      );
}

function inheritedBy({ values: { preset } }: ConnectionDraft, get: GetSetting) {
  // The URL does not matter here.
  const entry = { url: 'ws://localhost', ...(preset === undefined ? {} : { preset }) };
  const plain = profileOf({ url: entry.url }, get, []);
  const values = { ...profileOf(entry, get, [])?.values, preset: plain?.values.preset };
  return Object.fromEntries(settingKeys.map(key => [key, values[key]]));
}

function withValue(entry: JsonObject, key: string, value: unknown): JsonObject {
  const [first = '', second] = key.split('.');
  if (second === undefined || Object.hasOwn(entry, key)) {
    return withMember(entry, key, value);
  }
  const old = entry[first];
  const group = withMember(isObject(old) ? old : {}, second, value);
  const isGone = Object.keys(group).length === 0 && (old === undefined || isObject(old));
  return withMember(entry, first, isGone ? undefined : value === undefined ? old : group);
}

function withMember(entry: JsonObject, key: string, value: unknown): JsonObject {
  return Object.fromEntries(
    [
      ...Object.entries(entry).map(([name, old]) => [name, name === key ? value : old] as const),
      ...(Object.hasOwn(entry, key) ? [] : [[key, value] as const]),
    ].filter(([, each]) => each !== undefined),
  );
}
