import { l10n } from 'vscode';
import { mask } from '../../core/secrets/mask.ts';
import type { ConnectionDraftCheck } from '../../core/settings/connectionDraft.ts';
import { settingOf, type SettingKey } from '../../core/settings/settingsTable.ts';
import type { SettingsScope } from '../../core/settings/settingLayers.ts';
import { listIn, scopeOf, type ConnectionEntry } from '../connections/configuredConnections.ts';
import { writableScopes } from '../settings/settingsFile.ts';

/** What the page may know of what is inherited: not what may hold credentials. */
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

/** A list of the workspace takes the place of the user's, which few would expect. */
export function noteOf(scope: SettingsScope): string {
  const hasList = (each: SettingsScope) => scopeOf('connections') === each;
  if (scope === 'user' && hasList('workspace')) {
    return l10n.t(
      'This workspace has a list of its own: connections of the user are not shown in it.',
    );
  }
  const hidden = scope === 'workspace' && hasList('user') ? listIn('user').length : 0;
  if (hidden === 0) {
    return '';
  }
  return hidden === 1
    ? l10n.t(
        'The workspace gets a list of its own: the connection of the user is not shown in it any more.',
      )
    : l10n.t(
        'The workspace gets a list of its own: the {0} connections of the user are not shown in it any more.',
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
