import { l10n } from 'vscode';
import { mask } from '../../core/secrets/mask.ts';
import type { ConnectionDraftCheck } from '../../core/settings/connectionDraft.ts';
import { settingOf, type SettingKey } from '../../core/settings/settingsTable.ts';
import type { SettingsScope } from '../../core/settings/settingLayers.ts';
import { listIn, scopeOf, type ConnectionEntry } from '../connections/configuredConnections.ts';
import { writableScopes } from '../settings/settingsFile.ts';

/** The check for the page, without inherited values that may hold credentials. */
export function shown({ problems, inherited }: ConnectionDraftCheck): ConnectionDraftCheck {
  const safe = Object.entries(inherited).map(([key, value]) => {
    return [key, settingOf(key as SettingKey).isSecret ? withoutValues(value) : value] as const;
  });
  return { problems, inherited: Object.fromEntries(safe) };
}

function withoutValues(value: unknown): unknown {
  const hide = (text: string) => (text === '' ? '' : mask);
  if (typeof value === 'string') {
    return hide(value);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return undefined;
  }
  const type = (value as { readonly type?: unknown }).type;
  const names = Object.keys(value).map(name => [name, mask] as const);
  return { ...Object.fromEntries(names), ...(type === undefined ? {} : { type }) };
}

export function preferredScope(): SettingsScope {
  return scopeOf('connections') === 'workspace' && writableScopes().includes('workspace')
    ? 'workspace'
    : 'user';
}

/** A note that a list of the workspace replaces the user's, which users may not expect. */
export function noteOf(scope: SettingsScope): string {
  const hasList = (each: SettingsScope) => scopeOf('connections') === each;
  if (scope === 'user' && hasList('workspace')) {
    return l10n.t(
      'This workspace has its own list of connections. Connections in the user settings are not shown in it.',
    );
  }
  const hidden = scope === 'workspace' && hasList('user') ? listIn('user').length : 0;
  if (hidden === 0) {
    return '';
  }
  return hidden === 1
    ? l10n.t(
        'The workspace will have its own list of connections. The connection in the user settings will not be shown in it.',
      )
    : l10n.t(
        'The workspace will have its own list of connections. The {0} connections in the user settings will not be shown in it.',
        hidden,
      );
}

export function reference(name: string): string {
  return `\${secret:${name}}`;
}

export function isSet(entry: ConnectionEntry, key: string): boolean {
  const [first = '', second] = key.split('.');
  const group = entry[first];
  const isNested = second !== undefined && typeof group === 'object' && group !== null;
  return Object.hasOwn(entry, key) || (isNested && Object.hasOwn(group, second));
}
