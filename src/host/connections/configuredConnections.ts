import { l10n } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { isObject, isSameJson } from '../../core/json/json.ts';
import { editsBetween } from '../../core/json/jsonEdit.ts';
import { uniqueName } from '../../core/endpoint/endpointName.ts';
import type { Profile } from '../../core/settings/profile.ts';
import type { SettingsScope } from '../../core/settings/settingLayers.ts';
import type { SettingsService } from '../settings/settings.ts';
import { settingIn } from '../settings/settingValues.ts';
import type { Expected, SettingEdit, SettingsFiles } from '../settings/settingsFile.ts';

export type ConnectionEntry = Readonly<Record<string, unknown>>;

type SettingsWriter = Pick<SettingsFiles, 'write'>;

/** A connection in the settings, and its place there. */
export interface ConfiguredConnection {
  readonly name: string;
  /** The name that its entry asks for; see `Profile`. */
  readonly ownName: string;
  readonly scope: SettingsScope;
  /** Its index in `connections`; absent for the connection of `url`. */
  readonly index?: number;
  /** Its entry as it is written. */
  readonly entry: ConnectionEntry;
}

/** Finds, adds, changes, moves and removes connections in the settings. */
export class ConfiguredConnections {
  readonly #settings: SettingsService;
  readonly #files: SettingsWriter;
  readonly #onLostComments: () => void;

  /** @param onLostComments called if a setting could only be written without its comments */
  constructor(settings: SettingsService, files: SettingsWriter, onLostComments: () => void) {
    this.#settings = settings;
    this.#files = files;
    this.#onLostComments = onLostComments;
  }

  /** The connection with that name, if it is in the settings. */
  find(name: string): ConfiguredConnection | undefined {
    const profile = this.#profile(name);
    return profile && this.locate(profile);
  }

  /**
   * The place of a profile in the settings; `undefined` also for that of a folder in a multi-root
   * workspace, which can only be changed in its file.
   */
  locate(profile: Profile): ConfiguredConnection | undefined {
    const { name, ownName, entry, scope, folder } = profile;
    if (folder !== undefined) {
      return undefined;
    }
    const first = this.#settings.current.profiles.find(
      each => each.scope === scope && each.folder === undefined,
    );
    const known = { name, ownName, scope, entry: { ...entry } };
    if (name === first?.name && isSameJson(entry, { url: settingIn(scope, 'url') })) {
      return known;
    }
    const index = listIn(scope).findIndex(each => isSameJson(each, entry));
    return index >= 0 ? { ...known, index } : undefined;
  }

  /** The connection of an entry that was written into a scope. */
  written(scope: SettingsScope, entry: ConnectionEntry): ConfiguredConnection | undefined {
    const profile = this.#settings.current.profiles.find(
      each => each.scope === scope && each.folder === undefined && isSameJson(each.entry, entry),
    );
    return profile && this.locate(profile);
  }

  isConfigured(name: string): boolean {
    return this.#profile(name) !== undefined;
  }

  /**
   * The setting that determines `key` for the connection with that name: `connections` if its entry
   * there sets it. `undefined` if none does, as for the URL of a connection that is not in the
   * settings.
   */
  settingFor(name: string, key: string): string | undefined {
    const profile = this.#profile(name);
    if (!profile) {
      return key === 'url' ? undefined : key;
    }
    const { folder, entry } = profile;
    // In the settings of a folder, only an entry of a list has more than a URL.
    const isListed =
      folder === undefined
        ? this.locate(profile)?.index !== undefined
        : Object.keys(entry).length > 1;
    return isListed && hasSetting({ ...entry }, key) ? 'connections' : key;
  }

  /** The names of the connections of a scope, except for one of them. */
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
   * Changes the entry or the scope of a connection. The connection of `url` moves to `connections`
   * as soon as it has more than a URL.
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
    const { name = known.ownName } = entry;
    if (isSameScope && hasOnlyUrl && name === known.ownName) {
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

  /** @returns the copy, which comes after the original */
  async duplicate(known: ConfiguredConnection): Promise<ConfiguredConnection | undefined> {
    const { scope, index, ownName } = known;
    const names = this.namesIn(scope);
    const taken = [ownName, ...names].map(name => ({ name }));
    const entry = { ...known.entry, name: uniqueName(ownName, taken) };
    const last = listIn(scope).length;
    const move: SettingEdit[] =
      index === undefined || index + 1 >= last
        ? []
        : [{ kind: 'move', setting: 'connections', path: [], from: last, to: index + 1 }];
    await this.#write(scope, [appended(entry), ...move], expectedOf(known));
    return this.written(scope, entry);
  }

  remove(known: ConfiguredConnection): Promise<void> {
    return this.#write(known.scope, [removalOf(known)], expectedOf(known));
  }

  /** Whether a connection can be moved by this number of places. */
  canMove({ scope, index }: ConfiguredConnection, by: number): boolean {
    const to = (index ?? Number.NaN) + by;
    return to >= 0 && to < listIn(scope).length;
  }

  lastIndexIn(scope: SettingsScope): number {
    return listIn(scope).length - 1;
  }

  /** Moves a connection to another index of its list. */
  async move(known: ConfiguredConnection, to: number): Promise<void> {
    const { scope, index } = known;
    if (index === undefined) {
      throw new UserError(
        l10n.t(
          '"{0}" is defined by the setting websocketMonitor.url, which always comes first.',
          known.name,
        ),
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

/** The entries of a scope's list. */
export function listIn(scope: SettingsScope): readonly unknown[] {
  const list = settingIn(scope, 'connections');
  return Array.isArray(list) ? (list as readonly unknown[]) : [];
}

/** Whether an entry sets this key, as nested objects or as one key with dots. */
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
  // No empty list is left behind.
  const path = listIn(scope).length === 1 ? [] : [index];
  return { kind: 'remove', setting: 'connections', path };
}

function expectedOf({ index, entry }: ConfiguredConnection): Expected {
  return index === undefined
    ? { setting: 'url', path: [], value: entry['url'] }
    : { setting: 'connections', path: [index], value: entry };
}
