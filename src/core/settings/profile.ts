import { endpointName, uniqueName, type Named } from '../endpoint/endpointName.ts';
import { parseEndpointTemplate } from '../endpoint/endpointTemplate.ts';
import { messageOf } from '../base/errors.ts';
import { isObject } from '../json/json.ts';
import {
  settingAt,
  type FoundSetting,
  type GetSetting,
  type SettingPlace,
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
  /** The name that it asks for; `name` has an addition if another connection has that one. */
  readonly ownName: string;
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
  /** Whether it is an entry of `connections`. */
  readonly isListed: boolean;
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
  readonly place: CandidatePlace;
  readonly isListed: boolean;
}

interface CandidatePlace extends SettingPlace {
  /** The values that hold for all its connections. */
  readonly common: Explicit;
}

/**
 * Reads all settings. Never fails: a refused value is named in `problems` and replaced. A window has
 * the connections of the workspace, of its folders, and of the user.
 */
export function readSettings({ window, places }: SettingSources): ReadSettings {
  const problems: string[] = [];
  const ofWindow = readExplicit(window, problems, () => true);
  const isOwn = (key: SettingKey) => settingsTable[key].perConnection;
  const all = places.map((place): CandidatePlace => {
    // Those of the window have been read, and their problems were named.
    const own = place.folder === undefined ? [] : readExplicit(place.own, problems, isOwn);
    return { ...place, common: new Map([...ofWindow, ...own]) };
  });
  const candidates: Candidate[] = [];
  for (const place of all) {
    const found = place.own('url');
    const path = pathOf('url', place, all);
    if (found && typeof found.value !== 'string') {
      problems.push(`${path} must be a text. It is ignored.`);
    } else if (found && (found.value as string).trim() !== '') {
      candidates.push({ entry: { url: found.value }, path, place, isListed: false });
    }
    const list = place.own('connections');
    const listPath = pathOf('connections', place, all);
    if (list && !Array.isArray(list.value)) {
      problems.push(`${listPath} must be a list. It is ignored.`);
    } else if (list) {
      for (const [index, entry] of (list.value as readonly unknown[]).entries()) {
        candidates.push({ entry, path: `${listPath}[${index}]`, place, isListed: true });
      }
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
  const place = { scope, own: get, common: readExplicit(get, [], () => true) };
  return profilesOf([{ entry, path: 'The connection', place, isListed: false }], problems)[0];
}

function prefixOf({ folder }: Pick<FoundSetting, 'folder'>): string {
  return `${folder === undefined ? '' : `${folder}: `}websocketMonitor.`;
}

/** The name of a setting in problems; it tells the user's file from that of the workspace. */
function pathOf(
  key: 'url' | 'connections',
  { scope, folder }: SettingPlace,
  all: readonly SettingPlace[],
): string {
  const path = `${prefixOf({ folder })}${key}`;
  const isAlone = all.every(each => each.scope === scope || each.own(key) === undefined);
  if (folder !== undefined || isAlone) {
    return path;
  }
  return `${scope === 'user' ? 'User settings' : 'Workspace settings'}: ${path}`;
}

function profilesOf(candidates: readonly Candidate[], problems: string[]): readonly Profile[] {
  const profiles: Profile[] = [];
  /** The places of the workspace that have a connection of a name. */
  const placesOfName = new Map<string | undefined, Set<CandidatePlace>>();
  const named = candidates.map(candidate => ({
    ...candidate,
    wanted: wantedName(candidate.entry),
  }));
  const ofWorkspace = named.filter(({ place }) => place.scope === 'workspace');
  for (const { wanted, place } of ofWorkspace) {
    placesOfName.set(wanted, (placesOfName.get(wanted) ?? new Set()).add(place));
  }
  for (const { wanted, ...candidate } of named) {
    const { place } = candidate;
    const places = [...(placesOfName.get(wanted) ?? [])];
    const isElsewhere = places.some(each => each !== place);
    // A name means the workspace's connection first: it is the more specific one.
    const mark = isElsewhere ? (place.scope === 'user' ? userMark : place.folder) : undefined;
    const isLentAutoConnect =
      place.scope === 'user' &&
      ofWorkspace.length > 0 &&
      place.common.get('autoConnect')?.scope === 'workspace';
    const common = isLentAutoConnect ? withOwn(place, 'autoConnect') : place.common;
    addProfile(profiles, mark, { ...candidate, place: { ...place, common } }, problems);
  }
  return profiles;
}

/** Marks the user's connection if the workspace has one of that name. */
const userMark = 'User';

/**
 * The common values, but one as its place alone has it: what a workspace with connections of its own
 * says about connecting when the window opens is about those.
 */
function withOwn({ own, common }: CandidatePlace, key: SettingKey): Explicit {
  const mine = readExplicit(own, [], each => each === key);
  const others = [...common].filter(([each]) => each !== key);
  return new Map([...others, ...mine]);
}

/** The name that an entry asks for; `undefined` if it is not a connection. */
function wantedName(entry: unknown): string | undefined {
  const { url } = isObject(entry) ? entry : {};
  const given = givenName(entry);
  if (given !== undefined) {
    return given;
  }
  try {
    return typeof url === 'string' ? endpointName(url, []) : undefined;
  } catch {
    return undefined; // `addProfile` reports why.
  }
}

/** The name that the user gave an entry. */
function givenName(entry: unknown): string | undefined {
  const { name } = isObject(entry) ? entry : {};
  return typeof name === 'string' && name.trim() !== '' ? name.trim() : undefined;
}

/** The name of a profile among others, which differs from theirs. */
export function nameAmong({ name, url, entry }: Profile, taken: readonly Named[]): string {
  const isFree = !taken.some(other => other.name === name);
  return isFree || givenName(entry) !== undefined
    ? uniqueName(name, taken)
    : endpointName(url, taken);
}

function addProfile(
  profiles: Profile[],
  mark: string | undefined,
  { entry, path, place, isListed }: Candidate,
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
  try {
    parseEndpointTemplate(url);
  } catch (error) {
    problems.push(`${path}: ${messageOf(error)} It is ignored.`);
    return;
  }
  if (name !== undefined && (typeof name !== 'string' || name.trim() === '')) {
    problems.push(`${path}.name must be a text. It is named after its URL.`);
  }
  const isMarked = mark !== undefined;
  const ownName = givenName(entry) ?? endpointName(url, isMarked ? [] : profiles);
  const meant = isMarked ? `${ownName} (${mark})` : ownName;
  const unique = uniqueName(meant, profiles);
  if (unique !== meant) {
    problems.push(`${path}: there are two connections named "${meant}". This is "${unique}".`);
  }
  const { scope, folder, common } = place;
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
    ownName,
    url: url.trim(),
    values: resolve(explicit),
    explicit: new Map([...explicit].map(([key, each]) => [key, each.scope])),
    unusable: [...explicit.values()].flatMap(({ problem = [] }) => problem),
    scope,
    ...(folder !== undefined && { folder }),
    isListed,
    entry,
  });
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
