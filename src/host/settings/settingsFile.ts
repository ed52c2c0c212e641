import { env, FileSystemError, l10n, Uri, workspace } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { isSameJson } from '../../core/json/json.ts';
import type { JsonEdit, JsonPath } from '../../core/json/jsonEdit.ts';
import { settingsSection } from '../../core/settings/settingsTable.ts';
import type { SettingsScope } from '../../core/settings/settingLayers.ts';
import { settingIn, writeSetting, type ConnectionSetting } from './settingValues.ts';
import { editJson, messageNumbersIn, pathOfSetting, readJson } from './settingsText.ts';

/** What of a setting is to change: paths begin below the setting itself. */
export type SettingEdit = JsonEdit & { readonly setting: ConnectionSetting };

interface SettingsFile {
  readonly uri: Uri;
  /** What messages call it. */
  readonly name: string;
  /** Where in it the settings are: a workspace file has them in an object of their own. */
  readonly within: JsonPath;
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** The scopes that can be written to in this window; what an untrusted workspace sets is not used. */
export function writableScopes(): readonly SettingsScope[] {
  return workspace.isTrusted && workspaceSettings() ? ['user', 'workspace'] : ['user'];
}

/** What must be where it is about to be changed, and its place below the setting. */
export interface Expected {
  readonly setting: ConnectionSetting;
  readonly path: JsonPath;
  readonly value: unknown;
}

/** The editor takes this long at most to notice that a file has changed. */
const noticeMs = 3000;

/** Writes the settings of the user or of the workspace, one change after the other. */
export class SettingsFiles {
  readonly #globalStorage: Uri;
  #last: Promise<unknown> = Promise.resolve();

  /** @param globalStorage our own folder, which is beside the user's settings */
  constructor(globalStorage: Uri) {
    this.#globalStorage = globalStorage;
  }

  /**
   * Comments and the form of what is there stay. Resolves when the settings are in force.
   *
   * @returns whether comments stayed: where the user's file cannot be found the editor writes
   *   instead, and comments inside the setting are lost
   * @throws UserError where the file is no valid JSON, has changes that are not saved, or no longer
   *   holds what is expected
   */
  write(
    scope: SettingsScope,
    edits: readonly SettingEdit[],
    expected?: Expected,
  ): Promise<{ readonly keepsComments: boolean }> {
    const next = this.#last.then(() => this.#write(scope, edits, expected));
    this.#last = next.catch(() => undefined); // Whoever asked for it hears of it.
    return next;
  }

  /** The numbers in messages of all settings that can be read, as they are written. */
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

  async #write(scope: SettingsScope, edits: readonly SettingEdit[], expected?: Expected) {
    const file = scope === 'user' ? await this.#userSettings() : workspaceSettings();
    if (file) {
      await writeFile(file, edits, expected);
      await untilNoticed(() => isInForce(scope, file));
    } else {
      await writeThroughEditor(scope, edits);
    }
    return { keepsComments: file !== undefined };
  }

  /**
   * The file that the user's settings come from, if it can be found: beside our storage, also of a
   * profile. A remote window takes ours from the machine's file, since they are about that machine.
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
    // The editor has the user's settings under a scheme of its own.
    document => document.isDirty && document.uri.path === uri.path,
  );
  if (isUnsaved) {
    throw new UserError(l10n.t('{0} has changes that are not saved. Save it and try again.', name));
  }
  const before = (await read(uri)) ?? '';
  const pathOf = (text: string, setting: ConnectionSetting, below: JsonPath) => [
    ...pathOfSetting(text, within, [settingsSection, setting], name),
    ...below,
  ];
  if (expected) {
    const found = readJson(before, pathOf(before, expected.setting, expected.path), name);
    if (!isSameJson(found, expected.value)) {
      throw new UserError(l10n.t('{0} has changed meanwhile. Try again.', name));
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

/** Waits until `isSo`, asked at each change of the configuration, but not for ever. */
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

/** Whether a file says what the editor says is set. One that is no JSON is named when it is written. */
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
    return isSameJson(readJson(text, path, name), settingIn(scope, setting));
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
    const after = readJson(editJson(text, below, 'settings.json'), ['value'], 'settings.json');
    await writeSetting(scope, setting, after);
  }
}
