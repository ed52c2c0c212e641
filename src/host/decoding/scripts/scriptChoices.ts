import { FileType, l10n, ThemeIcon, Uri, workspace } from 'vscode';
import type { DecodeStep } from '../../../core/decode/decodeRule.ts';
import { isScriptFile } from '../../../core/decode/registry/scriptUse.ts';
import type { SettingsScope } from '../../../core/settings/settingLayers.ts';
import type { Choice } from '../../ui/prompts.ts';
import type { ContributedDecoders } from './contributedDecoders.ts';
import { namesOf } from './findScript.ts';

/** A decoder in a file or of another extension, and where a rule for it belongs. */
export interface ScriptChoice extends Choice {
  readonly scope: SettingsScope;
  readonly use: readonly DecodeStep[];
}

/** Where decoders are in a folder of the workspace. */
export const decodersFolder = '.vscode/decoders';

const maxFiles = 100;

/**
 * The decoders in files that rules name and those in the folders of the workspace; none before that is
 * trusted.
 *
 * @param rules those that are written
 */
export async function scriptChoices(
  rules: readonly {
    readonly scope: SettingsScope;
    readonly rule: { readonly use: readonly DecodeStep[] };
  }[],
): Promise<readonly ScriptChoice[]> {
  if (!workspace.isTrusted) {
    return [];
  }
  const found = new Map<string, ScriptChoice>();
  const add = (path: string, scope: SettingsScope) => {
    const { title } = namesOf({ kind: 'file', scope, path });
    found.set(`${scope} ${path}`, {
      label: title,
      description: path,
      iconPath: new ThemeIcon('file-code'),
      scope,
      use: [{ script: path }],
    });
  };
  for (const { scope, rule } of rules) {
    for (const step of rule.use) {
      if (typeof step === 'object' && typeof step['script'] === 'string') {
        add(step['script'], scope);
      }
    }
  }
  for (const { uri } of workspace.workspaceFolders ?? []) {
    for (const name of await filesIn(Uri.joinPath(uri, decodersFolder))) {
      add(`${decodersFolder}/${name}`, 'workspace');
    }
  }
  return [...found.values()];
}

/** The decoders of other extensions. */
export function contributedChoices(
  contributed: Pick<ContributedDecoders, 'all'>,
): readonly ScriptChoice[] {
  return contributed.all.map(({ name, title, extensionTitle }) => ({
    label: title,
    description: [name, l10n.t('by {0}', extensionTitle)].join(' – '),
    iconPath: new ThemeIcon('extensions'),
    scope: 'user',
    use: [name],
  }));
}

async function filesIn(folder: Uri): Promise<readonly string[]> {
  try {
    const entries = await workspace.fs.readDirectory(folder);
    return entries
      .filter(([name, type]) => (type & FileType.Directory) === 0 && isDecoder(name))
      .map(([name]) => name)
      .sort()
      .slice(0, maxFiles);
  } catch {
    // There is none.
    return [];
  }
}

function isDecoder(name: string): boolean {
  return isScriptFile(name) && !/\.(?:test|spec)\.[^.]*$/i.test(name);
}
