import { env, l10n } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { commandLine, commandTools, type CommandTool } from '../../core/export/commandLine.ts';
import type { Profile } from '../../core/settings/profile.ts';
import type { SettingsScope } from '../../core/settings/settingLayers.ts';
import type {
  ConfiguredConnection,
  ConfiguredConnections,
} from '../connections/configuredConnections.ts';
import type { Connections } from '../connections/connections.ts';
import type { SettingsService } from '../settings/settings.ts';
import type { ConnectionPlace } from '../settings/settingsText.ts';
import { placeTag } from '../connections/placeTag.ts';
import { targetName } from '../ui/trees.ts';
import { confirm, pickOne } from '../ui/prompts.ts';
import { inform } from '../ui/notify.ts';
import type { FormSubject } from './connectionForm.ts';

export interface ConfigureParts {
  readonly connections: Connections;
  readonly settings: SettingsService;
  readonly configured: ConfiguredConnections;
  /** Opens a form, or shows the one that is open. */
  readonly showForm: (subject: FormSubject) => Promise<void>;
  /** Opens settings.json at a connection. */
  readonly openSettings: (scope: SettingsScope, place: ConnectionPlace) => Promise<void>;
  readonly openFolderSettings: (folder: string, place: ConnectionPlace) => Promise<void>;
}

/** Opens the form of a new connection. */
export async function addConnection({ showForm }: ConfigureParts): Promise<void> {
  await showForm({});
}

/**
 * Opens the form of a connection; saving it adds one that exists only in this window to the
 * settings.
 */
export async function editConnection(parts: ConfigureParts, target?: unknown): Promise<void> {
  const profile = await chooseProfile(parts, target, l10n.t('Select the connection to edit'));
  const known = parts.configured.locate(profile);
  if (known) {
    await parts.showForm({ known });
    return;
  }
  if (profile.folder !== undefined) {
    await parts.openFolderSettings(profile.folder, placeOf(profile));
    return;
  }
  const notes = [l10n.t('This connection is not in the settings yet. Saving adds it.')];
  await parts.showForm({ entry: { name: profile.name, ...profile.entry }, notes });
}

/** Opens the settings.json that has the connection, at the connection. */
export async function openConnectionSettings(
  parts: ConfigureParts,
  target?: unknown,
): Promise<void> {
  const profile = await chooseProfile(parts, target, l10n.t('Select the connection to open'));
  if (profile.folder !== undefined) {
    await parts.openFolderSettings(profile.folder, placeOf(profile));
    return;
  }
  const known = await chooseConfigured(parts, profile.name, '');
  await parts.openSettings(known.scope, placeOf(known));
}

function placeOf({ ownName: name, entry }: Pick<Profile, 'ownName' | 'entry'>): ConnectionPlace {
  return { name, entry };
}

/** Adds a copy after the original, and opens its form. */
export async function duplicateConnection(parts: ConfigureParts, target?: unknown): Promise<void> {
  const known = await chooseConfigured(parts, target, l10n.t('Select the connection to duplicate'));
  const copy = await parts.configured.duplicate(known);
  if (copy) {
    await parts.showForm({ known: copy });
  }
}

/** Removes a connection from the settings, after asking. Its captures are kept. */
export async function removeConnection(parts: ConfigureParts, target?: unknown): Promise<void> {
  const known = await chooseConfigured(parts, target, l10n.t('Select the connection to remove'));
  const detail =
    known.scope === 'user'
      ? l10n.t('It is in your user settings. Captured messages are kept.')
      : l10n.t('It is in the settings of this workspace. Captured messages are kept.');
  const question = [l10n.t('Remove the connection "{0}" from the settings?'), known.name] as const;
  await confirm(question, [detail], l10n.t('Remove'));
  await parts.configured.remove(known);
}

/** Moves a connection by one place in its list. */
export async function moveConnection(
  parts: ConfigureParts,
  by: -1 | 1,
  target?: unknown,
): Promise<void> {
  const { configured } = parts;
  const known = await chooseConfigured(parts, target, l10n.t('Select the connection to move'));
  if (known.index !== undefined && !configured.canMove(known, by)) {
    return; // It is the first or the last already.
  }
  await configured.move(known, (known.index ?? 0) + by);
}

/** Copies a command that connects in the same way. Secrets are shell variables in it. */
export async function copyAs(parts: ConfigureParts, target?: unknown): Promise<void> {
  const profile = await chooseProfile(parts, target, l10n.t('Select the connection to copy'));
  const details: Readonly<Record<CommandTool, string>> = {
    wscat: l10n.t('connects and reads lines'),
    websocat: l10n.t('connects and reads lines'),
    curl: l10n.t('the opening handshake only'),
  };
  const items = commandTools.map(tool => ({ label: tool, description: details[tool], tool }));
  const placeHolder = l10n.t('Copy as a command for a POSIX shell');
  const { tool } = await pickOne(items, { placeHolder });
  const { values, url } = profile;
  const { command, variables } = commandLine(
    {
      url,
      headers: values.headers,
      subprotocols: values.subprotocols,
      auth: values.auth,
      isChecked: values['tls.rejectUnauthorized'],
    },
    tool,
  );
  await env.clipboard.writeText(command);
  const names = variables.map(name => `$${name}`).join(', ');
  inform(
    'information',
    names === ''
      ? l10n.t('The command is on the clipboard.')
      : [l10n.t('The command is on the clipboard. Set these shell variables first: {0}.'), names],
  );
}

/** A profile of this window or of the settings: the named one, the only one, or the picked one. */
async function chooseProfile(
  { connections, settings }: ConfigureParts,
  target: unknown,
  placeHolder: string,
): Promise<Profile> {
  const { profiles } = settings.current;
  const named = targetName(target);
  if (named !== undefined) {
    const name = typeof named === 'string' ? named : '';
    const monitored = connections.find(name);
    // The current settings are used, not those that the connection was opened with.
    const configured = profiles.find(each => each.name === (monitored?.name ?? name));
    return configured ?? connections.get(name).profile;
  }
  const adHoc = connections.all.map(({ profile }) => profile);
  const all = [
    ...profiles,
    ...adHoc.filter(each => !profiles.some(({ name }) => name === each.name)),
  ];
  return choose(all, placeHolder);
}

async function chooseConfigured(
  parts: ConfigureParts,
  target: unknown,
  placeHolder: string,
): Promise<ConfiguredConnection> {
  const { configured, settings } = parts;
  const profile =
    targetName(target) === undefined
      ? await choose(settings.current.profiles, placeHolder)
      : await chooseProfile(parts, target, placeHolder);
  const known = configured.locate(profile);
  if (!known && profile.folder !== undefined) {
    throw new UserError(
      l10n.t(
        '"{0}" is in the settings of the folder "{1}". Edit its .vscode/settings.json, which "Edit Connection…" opens.',
        profile.name,
        profile.folder,
      ),
    );
  }
  if (!known) {
    throw new UserError(
      l10n.t('"{0}" is not in the settings. It exists only in this window.', profile.name),
    );
  }
  return known;
}

async function choose(profiles: readonly Profile[], placeHolder: string): Promise<Profile> {
  const [only] = profiles;
  if (!only) {
    throw new UserError(l10n.t('No connection is configured. Add one first.'));
  }
  const items = profiles.map(profile => ({
    label: profile.name,
    description: placeTag(profile.name, profiles),
    profile,
  }));
  return profiles.length === 1 ? only : (await pickOne(items, { placeHolder })).profile;
}
