import { l10n } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { isObject, isSameJson } from '../../core/json/json.ts';
import { editsBetween } from '../../core/json/jsonEdit.ts';
import { uniqueName, type Profile } from '../../core/settings/profile.ts';
import type { SettingsScope } from '../../core/settings/settingLayers.ts';
import type { SettingsService } from '../settings/settings.ts';
import { settingIn } from '../settings/settingValues.ts';
import type { Expected, SettingEdit, SettingsFiles } from '../settings/settingsFile.ts';

export type ConnectionEntry = Readonly<Record<string, unknown>>;

type SettingsWriter = Pick<SettingsFiles, 'write'>;

/** A connection of the settings, and where it is in them. */
export interface ConfiguredConnection {
  readonly name: string;
  readonly scope: SettingsScope;
  /** Its position in `connections`; absent for the one that `url` is. */
  readonly index?: number;
  /** As it is written. */
  readonly entry: ConnectionEntry;
}

/** The connections of the settings as things that can be made, changed, moved and removed. */
export class ConfiguredConnections {
  readonly #settings: SettingsService;
  readonly #files: SettingsWriter;
  readonly #onLostComments: () => void;

  /** @param onLostComments where a setting could not be written without losing its comments */
  constructor(settings: SettingsService, files: SettingsWriter, onLostComments: () => void) {
    this.#settings = settings;
    this.#files = files;
    this.#onLostComments = onLostComments;
  }

  /** The connection of that name, if the settings have it. */
  find(name: string): ConfiguredConnection | undefined {
    const profile = this.#profile(name);
    return profile && this.locate(profile);
  }

  /**
   * Where a profile of the settings in force comes from. What a folder of several has is changed in its
   * file only.
   */
  locate(profile: Profile): ConfiguredConnection | undefined {
    const { name, entry, folder } = profile;
    if (folder !== undefined) {
      return undefined;
    }
    const [first] = this.#settings.current.profiles;
    const url = scopeOf('url');
    if (name === first?.name && url && isSameJson(entry, { url: settingIn(url, 'url') })) {
      return { name, scope: url, entry: { ...entry } };
    }
    const scope = scopeOf('connections');
    const index = scope ? listIn(scope).findIndex(each => isSameJson(each, entry)) : -1;
    return scope && index >= 0 ? { name, scope, index, entry: { ...entry } } : undefined;
  }

  isConfigured(name: string): boolean {
    return this.#profile(name) !== undefined;
  }

  /**
   * The setting that decides on `key` for the connection of that name: `connections` where its entry
   * there does. `undefined` where none does, as for the URL of a connection that no settings name.
   */
  settingFor(name: string, key: string): string | undefined {
    const profile = this.#profile(name);
    if (!profile) {
      return key === 'url' ? undefined : key;
    }
    const { folder, entry } = profile;
    // Where a folder has its own, only an entry of a list holds more than a URL.
    const isListed =
      folder === undefined
        ? this.locate(profile)?.index !== undefined
        : Object.keys(entry).length > 1;
    return isListed && hasSetting({ ...entry }, key) ? 'connections' : key;
  }

  /** What the connections of a scope are called, but for one of them. */
  namesIn(scope: SettingsScope, except?: ConfiguredConnection): readonly string[] {
    return listIn(scope).flatMap((entry, index) => {
      const isExcepted = except?.scope === scope && except.index === index;
      return isObject(entry) && typeof entry['name'] === 'string' && !isExcepted
        ? [entry['name'].trim()]
        : [];
    });
  }

  add(scope: SettingsScope, entry: ConnectionEntry): Promise<void> {
    return this.#write(scope, [appended(entry)]);
  }

  /**
   * Gives a connection another entry or scope. That of `url` becomes one of `connections` as soon as
   * it has more than a URL.
   */
  async replace(
    known: ConfiguredConnection,
    scope: SettingsScope,
    entry: ConnectionEntry,
  ): Promise<void> {
    const isSameScope = known.scope === scope;
    if (isSameScope && known.index !== undefined) {
      const edits = editsBetween([known.index], known.entry, entry);
      await this.#write(scope, edits.map(inList), expectedOf(known));
      return;
    }
    const hasOnlyUrl = Object.keys(entry).every(key => key === 'url' || key === 'name');
    if (isSameScope && hasOnlyUrl && entry['name'] === known.name) {
      const edit: SettingEdit = { kind: 'set', setting: 'url', path: [], value: entry['url'] };
      await this.#write(scope, [edit], expectedOf(known));
      return;
    }
    if (isSameScope) {
      await this.#write(scope, [removalOf(known), appended(entry)], expectedOf(known));
      return;
    }
    await this.#write(scope, [appended(entry)]);
    await this.remove(known);
  }

  /** @returns the name of the copy, which comes after the original */
  async duplicate(known: ConfiguredConnection): Promise<string> {
    const { scope, index } = known;
    const names = this.namesIn(scope);
    const taken = [known.name, ...names].map(name => ({ name }));
    const name = uniqueName(known.name, taken);
    const last = listIn(scope).length;
    const move: SettingEdit[] =
      index === undefined || index + 1 >= last
        ? []
        : [{ kind: 'move', setting: 'connections', path: [], from: last, to: index + 1 }];
    await this.#write(scope, [appended({ ...known.entry, name }), ...move], expectedOf(known));
    return name;
  }

  remove(known: ConfiguredConnection): Promise<void> {
    return this.#write(known.scope, [removalOf(known)], expectedOf(known));
  }

  /** Whether a connection can be moved by so many places. */
  canMove({ scope, index }: ConfiguredConnection, by: number): boolean {
    const to = (index ?? Number.NaN) + by;
    return to >= 0 && to < listIn(scope).length;
  }

  lastIndexIn(scope: SettingsScope): number {
    return listIn(scope).length - 1;
  }

  /** Puts a connection in the place of another one of its list. */
  async move(known: ConfiguredConnection, to: number): Promise<void> {
    const { scope, index } = known;
    if (index === undefined) {
      throw new UserError(
        l10n.t('"{0}" is the setting websocketMonitor.url, which always comes first.', known.name),
      );
    }
    if (to !== index) {
      const edit: SettingEdit = { kind: 'move', setting: 'connections', path: [], from: index, to };
      await this.#write(scope, [edit], expectedOf(known));
    }
  }

  #profile(name: string): Profile | undefined {
    return this.#settings.current.profiles.find(each => each.name === name);
  }

  async #write(
    scope: SettingsScope,
    edits: readonly SettingEdit[],
    expected?: Expected,
  ): Promise<void> {
    const { keepsComments } = await this.#files.write(scope, edits, expected);
    if (!keepsComments) {
      this.#onLostComments();
    }
  }
}

/** The scope whose value is in force: a list of the workspace takes the place of the user's. */
export function scopeOf(setting: 'url' | 'connections'): SettingsScope | undefined {
  return (['workspace', 'user'] as const).find(scope => settingIn(scope, setting) !== undefined);
}

export function listIn(scope: SettingsScope): readonly unknown[] {
  const list = settingIn(scope, 'connections');
  return Array.isArray(list) ? (list as readonly unknown[]) : [];
}

/** Whether an entry sets this key, written as a path or as one key with dots. */
function hasSetting(entry: ConnectionEntry, key: string): boolean {
  let value: unknown = entry;
  for (const part of key.split('.')) {
    value = isObject(value) ? value[part] : undefined;
  }
  return value !== undefined || entry[key] !== undefined;
}

function appended(value: ConnectionEntry): SettingEdit {
  return { kind: 'append', setting: 'connections', path: [], value };
}

function inList(edit: ReturnType<typeof editsBetween>[number]): SettingEdit {
  return { ...edit, setting: 'connections' };
}

function removalOf({ scope, index }: ConfiguredConnection): SettingEdit {
  if (index === undefined) {
    return { kind: 'remove', setting: 'url', path: [] };
  }
  // An empty list of the workspace would still hide the user's.
  const path = listIn(scope).length === 1 ? [] : [index];
  return { kind: 'remove', setting: 'connections', path };
}

function expectedOf({ index, entry }: ConfiguredConnection): Expected {
  return index === undefined
    ? { setting: 'url', path: [], value: entry['url'] }
    : { setting: 'connections', path: [index], value: entry };
}
