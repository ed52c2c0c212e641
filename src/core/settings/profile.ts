import { parseEndpointTemplate } from '../endpoint/endpointTemplate.ts';
import { messageOf } from '../base/errors.ts';
import { isObject } from '../json/json.ts';
import {
  settingAt,
  type FoundSetting,
  type GetSetting,
  type SettingSources,
  type SettingsScope,
} from './settingLayers.ts';
import {
  presets,
  problemWith,
  settingKeys,
  settingOf,
  settingsTable,
  type SettingKey,
  type SettingValues,
} from './settingsTable.ts';

/** One connection as it is configured: a name, a URL, and the value of every setting for it. */
export interface Profile {
  readonly name: string;
  /** As typed; `parseEndpointTemplate` has not refused it. */
  readonly url: string;
  readonly values: SettingValues;
  /** The keys that are set, for this connection or for all, and who did so. */
  readonly explicit: ReadonlyMap<SettingKey, SettingsScope>;
  /** Why it cannot be dialled as it is configured, in sentences; empty if it can. */
  readonly unusable: readonly string[];
  /** Who wrote the URL. */
  readonly scope: SettingsScope;
  /** The name of the folder whose settings have it, if the workspace has several. */
  readonly folder?: string | undefined;
  /** The object it was read from, to read it again when the settings around it change. */
  readonly entry: object;
}

export interface ReadSettings {
  /** The values for the window, and for connections that do not override them. */
  readonly values: SettingValues;
  readonly profiles: readonly Profile[];
  /** One sentence for each value that is refused: which, why, and what is used instead. */
  readonly problems: readonly string[];
}

/** A setting as it was read; a refused one has a problem instead of a value. */
type ReadSetting = FoundSetting & { readonly problem?: string };
type Explicit = ReadonlyMap<SettingKey, ReadSetting>;

/** An entry that is to become a profile, and the values that it may override. */
interface Candidate {
  readonly entry: unknown;
  /** Its name in problems. */
  readonly path: string;
  readonly place: Omit<FoundSetting, 'value'>;
  readonly common: Explicit;
}

/**
 * Reads all settings. Never fails: a refused value is named in `problems` and replaced. A workspace
 * with several folders has the connections of all of them.
 */
export function readSettings({ window, folders }: SettingSources): ReadSettings {
  const problems: string[] = [];
  const ofWindow = readExplicit(window, problems, () => true);
  const places = [
    { get: window, common: ofWindow, folder: undefined },
    ...folders.map(({ name: folder, get }) => {
      const isOwn = (key: SettingKey, found: FoundSetting) =>
        found.folder !== undefined && settingsTable[key].perConnection;
      return { get, common: new Map([...ofWindow, ...readExplicit(get, problems, isOwn)]), folder };
    }),
  ];
  const found = (key: string) => {
    const all = places.flatMap(({ get, common, folder }) => {
      const each = get(key);
      return each && each.folder === folder ? [{ ...each, common }] : [];
    });
    // A list of the workspace takes the place of the user's.
    const ofWorkspace = all.filter(({ scope }) => scope === 'workspace');
    return ofWorkspace.length > 0 ? ofWorkspace : all;
  };
  const candidates: Candidate[] = [];
  for (const { value, common, ...place } of found('url')) {
    const path = `${prefixOf(place)}url`;
    if (typeof value !== 'string') {
      problems.push(`${path} must be a text. It is ignored.`);
    } else if (value.trim() !== '') {
      candidates.push({ entry: { url: value }, path, place, common });
    }
  }
  for (const { value, common, ...place } of found('connections')) {
    const path = `${prefixOf(place)}connections`;
    if (!Array.isArray(value)) {
      problems.push(`${path} must be a list. It is ignored.`);
      continue;
    }
    for (const [index, entry] of (value as readonly unknown[]).entries()) {
      candidates.push({ entry, path: `${path}[${index}]`, place, common });
    }
  }
  const values = resolve(ofWindow);
  return { values, profiles: profilesOf(candidates, problems), problems };
}

/**
 * A profile for an object that a command was given, as in `connections`. Why the object or one of
 * its values is refused is added to `problems`.
 *
 * @param scope who wrote the object
 */
export function profileOf(
  entry: unknown,
  get: GetSetting,
  problems: string[],
  scope: SettingsScope = 'user',
): Profile | undefined {
  const common = readExplicit(get, [], () => true);
  return profilesOf([{ entry, path: 'The connection', place: { scope }, common }], problems)[0];
}

function prefixOf({ folder }: Pick<FoundSetting, 'folder'>): string {
  return `${folder === undefined ? '' : `${folder}: `}websocketMonitor.`;
}

function profilesOf(candidates: readonly Candidate[], problems: string[]): readonly Profile[] {
  const profiles: Profile[] = [];
  for (const candidate of candidates) {
    const { entry, place } = candidate;
    const wanted = wantedName(entry);
    const isElsewhere =
      place.folder !== undefined &&
      candidates.some(
        other => other.place.folder !== place.folder && wantedName(other.entry) === wanted,
      );
    const name = isElsewhere ? `${wanted ?? ''} (${place.folder})` : wanted;
    addProfile(profiles, name, candidate, problems);
  }
  return profiles;
}

/** The name that an entry asks for; `undefined` if it is not a connection. */
function wantedName(entry: unknown): string | undefined {
  const { name, url } = isObject(entry) ? entry : {};
  if (typeof name === 'string' && name.trim() !== '') {
    return name.trim();
  }
  try {
    return typeof url === 'string' ? parseEndpointTemplate(url).host : undefined;
  } catch {
    return undefined; // `addProfile` reports why.
  }
}

function addProfile(
  profiles: Profile[],
  wanted: string | undefined,
  { entry, path, place, common }: Candidate,
  problems: string[],
): void {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    problems.push(`${path} must be an object with name and url. It is ignored.`);
    return;
  }
  const { name, url } = entry as { readonly name?: unknown; readonly url?: unknown };
  if (typeof url !== 'string') {
    problems.push(`${path} has no url. It is ignored.`);
    return;
  }
  let host: string;
  try {
    ({ host } = parseEndpointTemplate(url));
  } catch (error) {
    problems.push(`${path}: ${messageOf(error)} It is ignored.`);
    return;
  }
  if (name !== undefined && (typeof name !== 'string' || name.trim() === '')) {
    problems.push(`${path}.name must be a text. The host is used as its name.`);
  }
  const meant = wanted ?? host;
  const unique = uniqueName(meant, profiles);
  if (unique !== meant) {
    problems.push(`${path}: there are two connections named "${meant}". This is "${unique}".`);
  }
  const { scope } = place;
  const own = readExplicit(
    key => {
      const value = settingAt(entry, key);
      return value === undefined ? undefined : { value, scope };
    },
    problems,
    () => true,
    `${path}.`,
  );
  reportUnknown(entry, path, problems);
  const explicit = new Map([...common, ...own]);
  profiles.push({
    name: unique,
    url: url.trim(),
    values: resolve(explicit),
    explicit: new Map([...explicit].map(([key, each]) => [key, each.scope])),
    unusable: [...explicit.values()].flatMap(({ problem = [] }) => problem),
    ...place,
    entry,
  });
}

/** The name itself, or with the first number that makes it different from those taken. */
export function uniqueName(wanted: string, taken: readonly { readonly name: string }[]): string {
  const names = new Set(taken.map(({ name }) => name));
  let unique = wanted;
  for (let number = 2; names.has(unique); number++) {
    unique = `${wanted} (${number})`;
  }
  return unique;
}

/**
 * The settings that `get` knows and that `isMeant`, without refused ones, which are reported. For an
 * essential setting the report takes the place of the value.
 *
 * @param ofConnection the prefix of the keys of a connection; absent for the settings of all connections
 */
function readExplicit(
  get: (key: SettingKey) => FoundSetting | undefined,
  problems: string[],
  isMeant: (key: SettingKey, found: FoundSetting) => boolean,
  ofConnection?: string,
): Explicit {
  const explicit = new Map<SettingKey, ReadSetting>();
  for (const key of settingKeys) {
    const found = get(key);
    if (found === undefined || !isMeant(key, found)) {
      continue;
    }
    const prefix = ofConnection ?? prefixOf(found);
    if (ofConnection !== undefined && !settingsTable[key].perConnection) {
      problems.push(`${prefix}${key} cannot be set for one connection. It is ignored.`);
      continue;
    }
    const own = settingOf(key);
    const problem = problemWith(own, found.value);
    if (problem === undefined) {
      explicit.set(key, found);
      continue;
    }
    const sentence = `${prefix}${key} ${problem}. ${own.ifUnusable ?? 'The default is used.'}`;
    problems.push(sentence);
    if (own.isEssential === true) {
      explicit.set(key, { ...found, value: undefined, problem: sentence });
    }
  }
  return explicit;
}

function resolve(explicit: Explicit): SettingValues {
  const chosen = explicit.get('preset')?.value ?? 'default';
  const preset = presets[chosen as SettingValues['preset']];
  const entries = settingKeys.map(key => {
    const value = explicit.get(key)?.value;
    return [key, value ?? preset[key] ?? settingsTable[key].fallback] as const;
  });
  return Object.fromEntries(entries) as unknown as SettingValues;
}

const groups = new Set(settingKeys.filter(key => key.includes('.')).map(key => key.split('.')[0]));

function reportUnknown(entry: object, path: string, problems: string[]): void {
  const known = new Set<string>(settingKeys);
  for (const [key, value] of Object.entries(entry)) {
    if (key === 'name' || key === 'url' || known.has(key)) {
      continue;
    }
    if (!groups.has(key)) {
      problems.push(`${path}.${key} is no setting of a connection. It is ignored.`);
    } else if (typeof value !== 'object' || value === null) {
      problems.push(`${path}.${key} must be an object. It is ignored.`);
    } else {
      for (const part of Object.keys(value as object)) {
        if (!known.has(`${key}.${part}`)) {
          problems.push(`${path}.${key}.${part} is no setting of a connection. It is ignored.`);
        }
      }
    }
  }
}
