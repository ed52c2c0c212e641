import { parseEndpointTemplate } from '../connection/endpointTemplate.ts';
import { messageOf } from '../base/errors.ts';
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
  /** The keys that the user set, for this connection or for all. */
  readonly explicit: ReadonlySet<SettingKey>;
  /** What it was read from, for when the settings around it change. */
  readonly entry: object;
}

export interface ReadSettings {
  /** Everything that holds for the window, and for connections that nothing else is said of. */
  readonly values: SettingValues;
  readonly profiles: readonly Profile[];
  /** One sentence for each value that is not used as it stands: what, why, and what is used. */
  readonly problems: readonly string[];
}

type Explicit = ReadonlyMap<SettingKey, unknown>;

/**
 * Reads all settings. Never fails: a value that will not do is named in `problems` and replaced.
 *
 * @param get the value that the user set below `websocketMonitor`; `undefined` where none is set
 */
export function readSettings(get: (key: string) => unknown): ReadSettings {
  const problems: string[] = [];
  const explicit = readExplicit(get, 'websocketMonitor.', problems);
  const profiles: Profile[] = [];
  const url = get('url');
  if (typeof url === 'string') {
    if (url.trim() !== '') {
      addProfile(profiles, { url }, 'websocketMonitor.url', explicit, problems);
    }
  } else if (url !== undefined) {
    problems.push('websocketMonitor.url must be a text. It is ignored.');
  }
  const list = get('connections');
  if (Array.isArray(list)) {
    for (const [index, entry] of (list as readonly unknown[]).entries()) {
      const path = `websocketMonitor.connections[${index}]`;
      addProfile(profiles, entry, path, explicit, problems);
    }
  } else if (list !== undefined) {
    problems.push('websocketMonitor.connections must be a list. It is ignored.');
  }
  return { values: resolve(explicit), profiles, problems };
}

/**
 * A profile for what a command was given: an object as in `connections`. Why it will not do, or
 * which of its values, is added to `problems`.
 */
export function profileOf(
  entry: unknown,
  get: (key: string) => unknown,
  problems: string[],
): Profile | undefined {
  const explicit = readExplicit(get, 'websocketMonitor.', []);
  const profiles: Profile[] = [];
  addProfile(profiles, entry, 'The connection', explicit, problems);
  return profiles[0];
}

function addProfile(
  profiles: Profile[],
  entry: unknown,
  path: string,
  common: Explicit,
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
  const wanted = typeof name === 'string' && name.trim() !== '' ? name.trim() : host;
  const unique = uniqueName(wanted, profiles);
  if (unique !== wanted) {
    problems.push(`${path}: there are two connections named "${wanted}". This is "${unique}".`);
  }
  const own = readExplicit(key => at(entry, key), `${path}.`, problems, true);
  reportUnknown(entry, path, problems);
  const explicit = new Map([...common, ...own]);
  profiles.push({
    name: unique,
    url: url.trim(),
    values: resolve(explicit),
    explicit: new Set(explicit.keys()),
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

/** The settings that `get` knows, less those that will not do, which are reported. */
function readExplicit(
  get: (key: SettingKey) => unknown,
  prefix: string,
  problems: string[],
  ofConnection = false,
): Explicit {
  const explicit = new Map<SettingKey, unknown>();
  for (const key of settingKeys) {
    const value = get(key);
    if (value === undefined) {
      continue;
    }
    if (ofConnection && !settingsTable[key].perConnection) {
      problems.push(`${prefix}${key} cannot be set for one connection. It is ignored.`);
      continue;
    }
    const own = settingOf(key);
    const problem = problemWith(own, value);
    if (problem === undefined) {
      explicit.set(key, value);
    } else {
      problems.push(`${prefix}${key} ${problem}. ${own.ifUnusable ?? 'The default is used.'}`);
    }
  }
  return explicit;
}

function resolve(explicit: Explicit): SettingValues {
  const preset = presets[(explicit.get('preset') ?? 'default') as SettingValues['preset']];
  const entries = settingKeys.map(key => {
    return [key, explicit.get(key) ?? preset[key] ?? settingsTable[key].fallback] as const;
  });
  return Object.fromEntries(entries) as unknown as SettingValues;
}

/** The member of `entry` that a dotted key names, written as a path or as one key with dots. */
function at(entry: object, key: string): unknown {
  if (Object.hasOwn(entry, key)) {
    return (entry as Readonly<Record<string, unknown>>)[key];
  }
  let value: unknown = entry;
  for (const part of key.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) {
      return undefined;
    }
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value;
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
