import { messageOf } from '../base/errors.ts';
import { parseEndpointTemplate } from '../endpoint/endpointTemplate.ts';
import { connectionFields } from './connectionFields.ts';
import { isObject, isSameJson } from '../json/json.ts';
import { profileOf } from './profile.ts';
import { settingAt, type GetSetting } from './settingLayers.ts';
import { problemWith, settingKeys, settingOf, type SettingKey } from './settingsTable.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** A connection while it is being edited. */
export interface ConnectionDraft {
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
  const name = draft.name.trim();
  if (name === '') {
    problems['name'] = 'Give the connection a name.';
  } else if (names.includes(name)) {
    problems['name'] = `There is another connection named "${name}". Choose a different name.`;
  }
  try {
    parseEndpointTemplate(draft.url);
  } catch (error) {
    problems['url'] = messageOf(error);
  }
  for (const { key } of connectionFields) {
    const value = draft.values[key];
    const problem =
      value === undefined ? undefined : problemWith(settingOf(key as SettingKey), value);
    if (problem !== undefined) {
      problems[key] = `It ${problem}.`;
    }
  }
  return { problems, inherited: inheritedBy(draft, get) };
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
