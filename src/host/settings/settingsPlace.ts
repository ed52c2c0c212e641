import {
  commands,
  env,
  Range,
  Selection,
  TextEditorRevealType,
  Uri,
  window,
  workspace,
  type TextEditor,
} from 'vscode';
import type { SettingsScope } from '../../core/settings/settingLayers.ts';
import { placeOfConnection, type ConnectionPlace } from './settingsText.ts';
import type { SettingsFile } from './settingsFile.ts';
import { fileExists } from '../ui/fileExists.ts';

/** How long to wait, at most, until the editor shows the file that a command opens. */
const noticeMs = 3000;

/**
 * Opens settings.json at a connection or one of its settings, as near to it as the text allows.
 *
 * @param file the file of the scope if it is known; else the editor's own command opens it
 */
export async function openConnectionPlace(
  scope: SettingsScope,
  file: SettingsFile | undefined,
  place: ConnectionPlace,
): Promise<void> {
  const editor = await openFile(scope, file);
  if (editor) {
    showPlace(editor, file?.within ?? [], place);
  }
}

/** The same in the settings of a folder of the workspace. */
export async function openFolderPlace(name: string, place: ConnectionPlace): Promise<void> {
  const folder = workspace.workspaceFolders?.find(each => each.name === name);
  if (folder) {
    const uri = Uri.joinPath(folder.uri, '.vscode', 'settings.json');
    showPlace(await window.showTextDocument(uri), [], place);
  }
}

async function openFile(
  scope: SettingsScope,
  file: SettingsFile | undefined,
): Promise<TextEditor | undefined> {
  // The editor knows the user's own file under another address, and completes settings only there.
  const isOwn = scope === 'user' && env.remoteName === undefined;
  if (file && !isOwn && (await fileExists(file.uri))) {
    return window.showTextDocument(file.uri);
  }
  // These commands create a file that is missing.
  const user = isOwn ? 'openSettingsJson' : 'openRemoteSettingsFile';
  const command = scope === 'user' ? user : 'openWorkspaceSettingsFile';
  const shown = untilShown(file?.uri.path);
  await commands.executeCommand(`workbench.action.${command}`);
  return shown;
}

/** The editor of a file, once it is active; commands resolve before it is. */
async function untilShown(path: string | undefined): Promise<TextEditor | undefined> {
  const isIt = (editor: TextEditor | undefined) =>
    path === undefined
      ? editor?.document.uri.path.endsWith('/settings.json') === true
      : editor?.document.uri.path === path;
  const { promise, resolve } = Promise.withResolvers<TextEditor | undefined>();
  const timer = setTimeout(() => resolve(undefined), noticeMs);
  const look = (editor: TextEditor | undefined) => isIt(editor) && resolve(editor);
  const listener = window.onDidChangeActiveTextEditor(look);
  try {
    look(window.activeTextEditor);
    return await promise;
  } finally {
    clearTimeout(timer);
    listener.dispose();
  }
}

/** Puts the cursor there, and selects nothing: what is typed next must not replace a connection. */
function showPlace(
  editor: TextEditor,
  within: readonly (string | number)[],
  place: ConnectionPlace,
): void {
  const { document } = editor;
  const { offset, length } = placeOfConnection(document.getText(), within, place);
  const start = document.positionAt(offset);
  editor.selection = new Selection(start, start);
  const range = new Range(start, document.positionAt(offset + length));
  editor.revealRange(range, TextEditorRevealType.InCenterIfOutsideViewport);
}
