import { commands, l10n } from 'vscode';
import { CommandId } from '../shared/ids.ts';
import type { Connections } from './connections.ts';
import type { SettingsService } from './settings.ts';
import { showInformation } from './user/tell.ts';

/**
 * Gives the connections of this window the settings that changed. Where one can take effect only
 * with a new opening handshake, the user is told, once for each change.
 */
export function followSettings(connections: Connections, settings: SettingsService): void {
  for (const monitored of connections.all) {
    const { name } = monitored;
    const configured = settings.current.profiles.find(profile => profile.name === name);
    const profile = configured ?? settings.profileOf(monitored.profile.entry);
    if (monitored.setProfile({ ...profile, name })) {
      void offerReconnect(monitored.id, monitored.name);
    }
  }
}

async function offerReconnect(id: string, name: string): Promise<void> {
  const reconnect = l10n.t('Reconnect Now');
  const sentence = [
    l10n.t('The changed settings of "{0}" take effect with the next connection.'),
    name,
  ] as const;
  if ((await showInformation(sentence, reconnect)) === reconnect) {
    await commands.executeCommand(CommandId.Reconnect, id);
  }
}
