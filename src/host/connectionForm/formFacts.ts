import { homedir } from 'node:os';
import { env, l10n } from 'vscode';
import { mask } from '../../core/secrets/mask.ts';
import type { ConnectionDraftCheck } from '../../core/settings/draft/connectionDraft.ts';
import { settingOf, type SettingKey } from '../../core/settings/settingsTable.ts';
import type { SettingsScope } from '../../core/settings/settingLayers.ts';
import { listIn } from '../connections/configuredConnections.ts';
import { writableScopes, type SettingsFile } from '../settings/settingsFile.ts';

/** The check for the page, without inherited values that may hold credentials. */
export function shown(check: ConnectionDraftCheck): ConnectionDraftCheck {
  const safe = Object.entries(check.inherited).map(([key, value]) => {
    return [key, settingOf(key as SettingKey).isSecret ? withoutValues(value) : value] as const;
  });
  return { ...check, inherited: Object.fromEntries(safe) };
}

function withoutValues(value: unknown): unknown {
  const hide = (text: string) => (text === '' ? '' : mask);
  if (typeof value === 'string') {
    return hide(value);
  }
  if (Array.isArray(value)) {
    return value.map(() => mask);
  }
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  const type = (value as { readonly type?: unknown }).type;
  const names = Object.keys(value).map(name => [name, mask] as const);
  return { ...Object.fromEntries(names), ...(type === undefined ? {} : { type }) };
}

/** Where a new connection goes unless the user says otherwise: where this workspace has its own. */
export function preferredScope(): SettingsScope {
  return listIn('workspace').length > 0 && writableScopes().includes('workspace')
    ? 'workspace'
    : 'user';
}

/** What saving there means. */
export function noteOf(scope: SettingsScope): string {
  return scope === 'user'
    ? l10n.t('Shown in every window.')
    : l10n.t('Shown in this workspace only, also to others who open it.');
}

/** A sentence that names the file that is written, so that it can be found. */
export function fileNote(scope: SettingsScope, file: SettingsFile | undefined): string {
  if (!file) {
    return '';
  }
  if (scope === 'workspace') {
    return l10n.t('Written to {0}.', file.name);
  }
  const home = homedir();
  const path = file.uri.fsPath;
  const isBelow = path.startsWith(`${home}/`) || path.startsWith(`${home}\\`);
  const shortPath = isBelow ? `~${path.slice(home.length)}` : path;
  return env.remoteName === undefined
    ? l10n.t('Written to {0}.', shortPath)
    : l10n.t(
        'Written to {0} on the remote machine. The user settings of your own machine do not show it.',
        shortPath,
      );
}

export function reference(name: string): string {
  return `\${secret:${name}}`;
}
