import { env, FileSystemError, l10n, Uri, workspace } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { TaskQueue } from '../../core/base/taskQueue.ts';
import { isSameJson } from '../../core/json/json.ts';
import type { JsonEdit, JsonPath } from '../../core/json/jsonEdit.ts';
import { settingsSection } from '../../core/settings/settingsTable.ts';
import type { SettingsScope } from '../../core/settings/settingLayers.ts';
import { settingIn, writeSetting, type ConnectionSetting } from './settingValues.ts';
import { editJson, fileChanged, valueInJsonText } from '../json/jsonText.ts';
import { messageNumbersIn, pathOfSetting } from './settingsText.ts';

/** A change of a setting; its paths begin below the setting. */
export type SettingEdit = JsonEdit & { readonly setting: ConnectionSetting };

/** A file that holds settings. */
export interface SettingsFile {
  readonly uri: Uri;
  /** Its name in messages. */
  readonly name: string;
  /** The path of the settings in it: in a workspace file they are in an object of their own. */
  readonly within: JsonPath;
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/**
 * The scopes that can be written in this window; settings of an untrusted workspace are not used.
 */
export function writableScopes(): readonly SettingsScope[] {
  return workspace.isTrusted && workspaceSettings() ? ['user', 'workspace'] : ['user'];
}

/** The value that a change expects to find, and its path below the setting. */
export interface Expected {
  readonly setting: ConnectionSetting;
  readonly path: JsonPath;
  readonly value: unknown;
}

/** How long to wait, at most, until the editor has noticed that a file has changed. */
const noticeMs = 3000;

/** Writes the settings of the user or of the workspace, one change after another. */
export class SettingsFiles {
  readonly #globalStorage: Uri;
  readonly #queue = new TaskQueue();

  /** @param globalStorage our own folder, from which the path of the user's settings is derived */
  constructor(globalStorage: Uri) {
    this.#globalStorage = globalStorage;
  }

  /**
   * Keeps comments and formatting. Resolves when the editor uses the new settings.
   *
   * @returns whether comments were kept: if the user's file cannot be found, the editor writes
   *   the setting, and comments in it are lost
   * @throws UserError if the file is not valid JSON, has unsaved changes, or no longer holds what
   *   is expected
   */
  write(
    scope: SettingsScope,
    edits: readonly SettingEdit[],
    expected?: Expected,
  ): Promise<{ readonly keepsComments: boolean }> {
    return this.#queue.add(() => this.#write(scope, edits, expected));
  }

  /** The numbers in messages of all settings files that can be read, as they are spelled there. */
  async messageNumbers(): Promise<readonly string[]> {
    const folders = workspace.isTrusted ? (workspace.workspaceFolders ?? []) : [];
    const files = [
      await this.#userSettings(),
      workspace.isTrusted ? workspaceSettings() : undefined,
      ...folders.map(({ uri }) => ({ uri: Uri.joinPath(uri, '.vscode', 'settings.json') })),
    ];
    const texts = await Promise.all(files.map(async file => file && read(file.uri)));
    return texts.flatMap(text => (text === undefined ? [] : messageNumbersIn(text)));
  }

  /** The file that a scope is written to; `undefined` if only the editor knows it. */
  async fileOf(scope: SettingsScope): Promise<SettingsFile | undefined> {
    return scope === 'user' ? this.#userSettings() : workspaceSettings();
  }

  async #write(scope: SettingsScope, edits: readonly SettingEdit[], expected?: Expected) {
    const file = await this.fileOf(scope);
    if (file) {
      await writeFile(file, edits, expected);
      await untilNoticed(() => isInForce(scope, file));
    } else {
      await writeThroughEditor(scope, edits);
    }
    return { keepsComments: file !== undefined };
  }

  /**
   * The file of the user's settings, if it can be found: relative to our storage, also in a
   * profile. In a remote window our settings, which have machine scope, are in the machine's file.
   */
  async #userSettings(): Promise<SettingsFile | undefined> {
    const storage = this.#globalStorage;
    const user = /^(.*\/)User\/.*$/.exec(storage.path)?.[1];
    if (user === undefined) {
      return undefined;
    }
    const uri =
      env.remoteName === undefined
        ? Uri.joinPath(storage, '..', '..', 'settings.json')
        : storage.with({ path: `${user}Machine/settings.json` });
    const file = { uri, name: 'settings.json', within: [] };
    return (await isInForce('user', file)) ? file : undefined;
  }
}

async function writeFile(
  file: SettingsFile,
  edits: readonly SettingEdit[],
  expected: Expected | undefined,
): Promise<void> {
  const { uri, name, within } = file;
  const isUnsaved = workspace.textDocuments.some(
    // The editor opens the user's settings under a scheme of its own.
    document => document.isDirty && document.uri.path === uri.path,
  );
  if (isUnsaved) {
    throw new UserError(l10n.t('{0} has unsaved changes. Save it and try again.', name));
  }
  const before = (await read(uri)) ?? '';
  const pathOf = (text: string, setting: ConnectionSetting, below: JsonPath) => [
    ...pathOfSetting(text, within, [settingsSection, setting], name),
    ...below,
  ];
  if (expected) {
    const found = valueInJsonText(before, pathOf(before, expected.setting, expected.path), name);
    if (!isSameJson(found, expected.value)) {
      throw fileChanged(name);
    }
  }
  let text = before;
  for (const { setting, ...edit } of edits) {
    text = editJson(text, [{ ...edit, path: pathOf(text, setting, edit.path) }], name);
  }
  if (text !== before) {
    await workspace.fs.writeFile(uri, encoder.encode(text));
  }
}

/** Waits until `isSo`, which is checked at each change of the configuration, or for `noticeMs`. */
async function untilNoticed(isSo: () => Promise<boolean>): Promise<void> {
  let stop: () => void = () => undefined;
  const timeout = new Promise<void>(resolve => (stop = resolve));
  const timer = setTimeout(stop, noticeMs);
  const check = async () => {
    if (await isSo()) {
      stop();
    }
  };
  const listener = workspace.onDidChangeConfiguration(() => {
    check().catch(stop);
  });
  try {
    await check();
    await timeout;
  } finally {
    clearTimeout(timer);
    listener.dispose();
  }
}

function workspaceSettings(): SettingsFile | undefined {
  const { workspaceFile, workspaceFolders } = workspace;
  if (workspaceFile && workspaceFile.scheme !== 'untitled') {
    const name = workspaceFile.path.split('/').at(-1) ?? '';
    return { uri: workspaceFile, name, within: ['settings'] };
  }
  const [folder] = workspaceFolders ?? [];
  return folder && workspaceFolders?.length === 1
    ? {
        uri: Uri.joinPath(folder.uri, '.vscode', 'settings.json'),
        name: '.vscode/settings.json',
        within: [],
      }
    : undefined;
}

/**
 * Whether a file holds the settings that the editor uses.
 *
 * @throws UserError if it is not valid JSON
 */
async function isInForce(
  scope: SettingsScope,
  { uri, name, within }: SettingsFile,
): Promise<boolean> {
  const text = await read(uri);
  if (text === undefined) {
    return settingIn(scope, 'url') === undefined && settingIn(scope, 'connections') === undefined;
  }
  const isSame = (setting: ConnectionSetting) => {
    const path = pathOfSetting(text, within, [settingsSection, setting], name);
    return isSameJson(valueInJsonText(text, path, name), settingIn(scope, setting));
  };
  return isSame('url') && isSame('connections');
}

async function read(uri: Uri): Promise<string | undefined> {
  try {
    return decoder.decode(await workspace.fs.readFile(uri));
  } catch (error) {
    if (error instanceof FileSystemError && error.code === 'FileNotFound') {
      return undefined;
    }
    throw error;
  }
}

async function writeThroughEditor(
  scope: SettingsScope,
  edits: readonly SettingEdit[],
): Promise<void> {
  const settings = new Set(edits.map(({ setting }) => setting));
  for (const setting of settings) {
    const own = edits.filter(edit => edit.setting === setting);
    const before = settingIn(scope, setting);
    const text = JSON.stringify(before === undefined ? {} : { value: before });
    const below = own.map(edit => ({ ...edit, path: ['value', ...edit.path] }));
    const after = valueInJsonText(
      editJson(text, below, 'settings.json'),
      ['value'],
      'settings.json',
    );
    await writeSetting(scope, setting, after);
  }
}
