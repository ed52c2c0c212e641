import { messageOf } from '../../base/errors.ts';
import { uniqueName } from '../../endpoint/endpointName.ts';
import { parseUpstream, type Upstream } from '../../endpoint/upstream.ts';
import { isObject, type JsonObject } from '../../json/json.ts';
import {
  settingAt,
  type SettingPlace,
  type SettingSources,
  type SettingsScope,
} from '../settingLayers.ts';
import type { FilterClock } from '../../filter/filterTime.ts';
import { readRules, type TapRule } from '../../tap/rules/tapRule.ts';
import { problemWith, settingsSection } from '../settingsTable.ts';
import { tapKeys, tapSettingOf, type TapKey, type TapValues } from './tapTable.ts';

/** Requests whose path is the prefix, or is below it, go to this upstream. */
export interface TapRoute {
  /** Begins with a slash. */
  readonly prefix: string;
  readonly upstream: Upstream;
}

/** One tap as it is configured. */
export interface TapProfile {
  readonly name: string;
  /** The name that it asks for; `name` has an addition if another tap has that one. */
  readonly ownName: string;
  readonly upstream: Upstream;
  /** The longest prefix first. */
  readonly routes: readonly TapRoute[];
  readonly values: TapValues;
  /** Those that can be used. */
  readonly rules: readonly TapRule[];
  /** Why it cannot be started as it is configured, in sentences; empty if it can. */
  readonly unusable: readonly string[];
  /** Who wrote it. */
  readonly scope: SettingsScope;
  /** The name of the folder whose settings have it, if the workspace has several. */
  readonly folder?: string | undefined;
  /** Whether it is in the settings; otherwise a command was given its object. */
  readonly isConfigured: boolean;
  /** The object it was read from. */
  readonly entry: object;
}

export interface ReadTaps {
  readonly taps: readonly TapProfile[];
  /** One sentence for each value that is refused: which, why, and what is used instead. */
  readonly problems: readonly string[];
}

/** For rules that name no time of day. */
const noClock: FilterClock = { now: 0, startOfDay: 0 };

/** Marks the user's tap if the workspace has one of that name. */
const userMark = 'User';

interface Candidate {
  readonly entry: unknown;
  /** Its name in problems. */
  readonly path: string;
  readonly place: Pick<SettingPlace, 'scope' | 'folder'> & { readonly isConfigured: boolean };
}

/** Reads the taps of all places. Never fails: what is refused is named in `problems`. */
export function readTaps(
  { places }: Pick<SettingSources, 'places'>,
  clock: FilterClock = noClock,
): ReadTaps {
  const problems: string[] = [];
  const candidates: Candidate[] = [];
  for (const place of places) {
    const found = place.own('taps');
    if (found === undefined) {
      continue;
    }
    const path = pathOf(place, places);
    if (!Array.isArray(found.value)) {
      problems.push(
        `${path} must be a list of taps, but is ${kindOf(found.value)}. It is ignored.`,
      );
      continue;
    }
    const { scope, folder } = place;
    for (const [index, entry] of (found.value as readonly unknown[]).entries()) {
      const from = { scope, folder, isConfigured: true };
      candidates.push({ entry, path: `${path}[${index}]`, place: from });
    }
  }
  const taps: TapProfile[] = [];
  for (const candidate of candidates) {
    const tap = tapOf(candidate, taps, problems, clock);
    if (tap) {
      taps.push(tap);
    }
  }
  return { taps, problems };
}

/**
 * A tap for an object that a command was given, as in `taps`. Why the object or one of its values is
 * refused is added to `problems`.
 */
export function tapFor(
  entry: unknown,
  problems: string[],
  clock: FilterClock = noClock,
): TapProfile | undefined {
  return tapOf(
    { entry, path: 'The tap', place: { scope: 'user', isConfigured: false } },
    [],
    problems,
    clock,
  );
}

function tapOf(
  { entry, path, place }: Candidate,
  taps: readonly TapProfile[],
  problems: string[],
  clock: FilterClock,
): TapProfile | undefined {
  if (!isObject(entry)) {
    problems.push(
      `${path} must be an object with name and upstream, but is ${kindOf(entry)}. It is ignored.`,
    );
    return undefined;
  }
  const upstream = upstreamOf(entry, path, problems);
  if (!upstream) {
    return undefined;
  }
  const { name } = entry;
  const isNamed = typeof name === 'string' && name.trim() !== '';
  if (name !== undefined && !isNamed) {
    problems.push(`${path}.name must be a text. It is named after its upstream.`);
  }
  const ownName = isNamed ? name.trim() : upstream.authority;
  const unusable: string[] = [];
  const values = valuesOf(entry, path, problems, unusable);
  reportUnknown(entry, path, problems);
  if (values['tls.cert'] === '' ? values['tls.key'] !== '' : values['tls.key'] === '') {
    const sentence = `${path}.tls needs both cert and key. The tap cannot be started until it is corrected.`;
    problems.push(sentence);
    unusable.push(sentence);
  }
  return {
    name: nameAmong(ownName, place, path, taps, problems),
    ownName,
    upstream,
    routes: routesOf(values.routes),
    values,
    rules: readRules(values.rules, `${path}.rules`, clock, problems),
    unusable,
    ...place,
    entry,
  };
}

function upstreamOf(entry: JsonObject, path: string, problems: string[]): Upstream | undefined {
  const { upstream } = entry;
  if (typeof upstream !== 'string') {
    problems.push(
      upstream === undefined
        ? `${path} has no upstream, such as "http://localhost:5173". It is ignored.`
        : `${path}.upstream must be a URL such as "http://localhost:5173", but is ${kindOf(upstream)}. The tap is ignored.`,
    );
    return undefined;
  }
  try {
    return parseUpstream(upstream);
  } catch (error) {
    problems.push(`${path}.upstream: ${messageOf(error)} The tap is ignored.`);
    return undefined;
  }
}

function valuesOf(entry: object, path: string, problems: string[], unusable: string[]): TapValues {
  const values = tapKeys.map((key): readonly [TapKey, unknown] => {
    const own = tapSettingOf(key);
    const value = settingAt(entry, key);
    const problem = value === undefined ? undefined : problemWith(own, value);
    if (value === undefined || problem !== undefined) {
      if (problem !== undefined) {
        const sentence = `${path}.${key} ${problem}. ${own.ifUnusable ?? 'The default is used.'}`;
        problems.push(sentence);
        if (own.isEssential === true) {
          unusable.push(sentence);
        }
      }
      return [key, own.fallback];
    }
    return [key, value];
  });
  return Object.fromEntries(values) as unknown as TapValues;
}

/** A name means the workspace's tap first: it is the more specific one. */
function nameAmong(
  ownName: string,
  { scope, folder }: Candidate['place'],
  path: string,
  taps: readonly TapProfile[],
  problems: string[],
): string {
  const isElsewhere = taps.some(
    other => other.ownName === ownName && (other.scope !== scope || other.folder !== folder),
  );
  const mark = scope === 'user' ? userMark : (folder ?? 'Workspace');
  const meant = isElsewhere ? `${ownName} (${mark})` : ownName;
  const unique = uniqueName(meant, taps);
  if (unique !== meant) {
    problems.push(`${path}: there are two taps named "${meant}". This is "${unique}".`);
  }
  return unique;
}

function routesOf(routes: TapValues['routes']): readonly TapRoute[] {
  return Object.entries(routes)
    .map(([prefix, upstream]) => ({ prefix, upstream: parseUpstream(upstream) }))
    .toSorted((one, other) => other.prefix.length - one.prefix.length);
}

const ownKeys: ReadonlySet<string> = new Set(['name', 'upstream', ...tapKeys]);
const groups = new Set(
  tapKeys.flatMap(key => (key.includes('.') ? (key.split('.')[0] ?? []) : [])),
);
const allowedKeys = [...new Set([...ownKeys].map(key => key.split('.')[0] ?? key))].join(', ');

function reportUnknown(entry: JsonObject, path: string, problems: string[]): void {
  for (const [key, value] of Object.entries(entry)) {
    if (ownKeys.has(key)) {
      continue;
    }
    if (!groups.has(key)) {
      problems.push(
        `${path}.${key} is no setting of a tap. It is ignored. Settings of a tap: ${allowedKeys}.`,
      );
    } else if (!isObject(value)) {
      problems.push(`${path}.${key} must be an object, but is ${kindOf(value)}. It is ignored.`);
    } else {
      const parts = tapKeys.filter(each => each.startsWith(`${key}.`));
      for (const part of Object.keys(value).filter(each => !ownKeys.has(`${key}.${each}`))) {
        problems.push(
          `${path}.${key}.${part} is no setting of a tap. It is ignored. Known: ${parts.join(', ')}.`,
        );
      }
    }
  }
}

/** The name of the setting in problems; it tells the user's file from that of the workspace. */
function pathOf({ scope, folder }: SettingPlace, places: readonly SettingPlace[]): string {
  const path = `${folder === undefined ? '' : `${folder}: `}${settingsSection}.taps`;
  const isAlone = places.every(each => each.scope === scope || each.own('taps') === undefined);
  if (folder !== undefined || isAlone) {
    return path;
  }
  return `${scope === 'user' ? 'User settings' : 'Workspace settings'}: ${path}`;
}

function kindOf(value: unknown): string {
  const type = value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
  return type === 'object'
    ? 'an object'
    : type.includes(' ') || type === 'null'
      ? type
      : `a ${type}`;
}
