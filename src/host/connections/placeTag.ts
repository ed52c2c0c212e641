import { l10n } from 'vscode';
import type { Profile } from '../../core/settings/profile.ts';

/**
 * Whose settings a connection is in: "User", "Workspace", or the name of a folder. Empty if all
 * connections are in the same place, if its name says it already, or if it is in no settings.
 */
export function placeTag(name: string, profiles: readonly Profile[]): string {
  const profile = profiles.find(each => each.name === name);
  if (!profile) {
    return '';
  }
  const { scope, folder, ownName } = profile;
  if (folder !== undefined) {
    return folder;
  }
  const tag = scopeName(scope);
  const isTold = ownName !== name && name.endsWith(`(${tag})`);
  return !isTold && profiles.some(each => each.scope !== scope || each.folder !== undefined)
    ? tag
    : '';
}

/** A sentence about the same, for hovers; empty if it is in no settings. */
export function placeSentence(name: string, profiles: readonly Profile[]): string {
  const profile = profiles.find(each => each.name === name);
  if (!profile) {
    return '';
  }
  const { scope, folder, ownName } = profile;
  const place =
    folder !== undefined
      ? l10n.t('It is in the settings of the folder "{0}".', folder)
      : scope === 'user'
        ? l10n.t('It is in your user settings.')
        : l10n.t('It is in the settings of this workspace.');
  return scope === 'user' && ownName !== name && profiles.some(each => each.name === ownName)
    ? `${place} ${l10n.t('This workspace has a connection "{0}" too, to which that name refers here.', ownName)}`
    : place;
}

function scopeName(scope: Profile['scope']): string {
  return scope === 'user' ? l10n.t('User') : l10n.t('Workspace');
}
