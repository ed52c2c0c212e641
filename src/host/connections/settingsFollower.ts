import { commands, l10n } from 'vscode';
import { messageOf } from '../../core/base/errors.ts';
import type { Logger } from '../../core/base/logger.ts';
import { CommandId } from '../../shared/ids.ts';
import type { Profile } from '../../core/settings/profile.ts';
import type { Connections } from './connections.ts';
import type { MonitoredConnection } from './monitoredConnection.ts';
import type { SettingsService } from '../settings/settings.ts';
import { unwaited } from '../ui/unwaited.ts';
import { inform, showInformation } from '../ui/notify.ts';

export interface SettingsFollowerParts {
  readonly connections: Pick<Connections, 'all'>;
  readonly settings: Pick<SettingsService, 'current' | 'profileOf'>;
  readonly log: Logger;
}

/** Applies changed settings to the connections of this window. */
export class SettingsFollower {
  readonly #parts: SettingsFollowerParts;
  /** The problems that were shown and still exist. */
  #told: ReadonlySet<string> = new Set();

  constructor(parts: SettingsFollowerParts) {
    this.#parts = parts;
  }

  /**
   * To be called when the settings have changed. If a change needs a new opening handshake, the
   * user is notified. A connection whose new settings are invalid keeps the previous ones, and a
   * warning is shown; the other connections are not affected.
   */
  readonly follow = (): void => {
    const problems = new Set<string>();
    for (const monitored of this.#parts.connections.all) {
      try {
        this.#give(monitored);
      } catch (error) {
        problems.add(
          l10n.t(
            '"{0}" keeps its previous settings, because the new ones cannot be used: {1}',
            monitored.name,
            messageOf(error),
          ),
        );
      }
    }
    const told = this.#told;
    this.#told = problems;
    for (const problem of problems) {
      if (!told.has(problem)) {
        this.#parts.log.warn(problem);
        inform('warning', problem);
      }
    }
  };

  #give(monitored: MonitoredConnection): void {
    const { settings } = this.#parts;
    const { id, profile: before } = monitored;
    const configured = configuredAs(before, settings.current.profiles);
    const profile = configured ?? settings.profileOf(before.entry, before.scope);
    const { all } = this.#parts.connections;
    const isTaken = all.some(other => other !== monitored && other.name === profile.name);
    const name = configured && !isTaken ? profile.name : before.name;
    if (monitored.setProfile({ ...profile, name })) {
      unwaited('Reconnecting', this.#parts.log, offerReconnect(id, name));
    }
  }
}

/**
 * What the settings say of a connection of this window. A list that comes in addition, as when a
 * workspace is trusted, may take its name; it then stays what it is, under its new name.
 */
function configuredAs(before: Profile, profiles: readonly Profile[]): Profile | undefined {
  const { name, ownName, url, scope, folder } = before;
  const isHere = (each: Profile) => each.scope === scope && each.folder === folder;
  const isNamed = (each: Profile) => each.name === name;
  const isRenamed = (each: Profile) => each.ownName === ownName && each.url === url;
  return (
    profiles.find(each => isHere(each) && isNamed(each)) ??
    profiles.find(each => isHere(each) && isRenamed(each)) ??
    profiles.find(isNamed) ??
    profiles.find(isRenamed)
  );
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
