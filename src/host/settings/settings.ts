import { commands, l10n, workspace } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { Emitter } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import {
  profileOf,
  readSettings,
  type Profile,
  type ReadSettings,
} from '../../core/settings/profile.ts';
import type { SettingsScope } from '../../core/settings/settingLayers.ts';
import { settingsSection } from '../../core/settings/settingsTable.ts';
import { readTaps, type TapProfile } from '../../core/settings/taps/tapProfile.ts';
import { settingSources } from './settingValues.ts';
import { unwaited } from '../ui/unwaited.ts';
import { filterClock } from '../ui/userZone.ts';
import { showWarning } from '../ui/notify.ts';

/** The current settings, and an event for changes. Nothing else reads configuration. */
export class SettingsService implements Disposable {
  readonly #store = new DisposableStore();
  readonly #onDidChange = this.#store.add(new Emitter<ReadSettings>());
  readonly #log: Logger;
  readonly #warned = new Set<string>();
  #current: ReadSettings;
  #taps: readonly TapProfile[] = [];

  readonly onDidChange = this.#onDidChange.event;

  constructor(log: Logger) {
    this.#log = log;
    this.#current = this.#read();
    const refresh = () => {
      this.#current = this.#read();
      this.#onDidChange.fire(this.#current);
    };
    this.#store.add(
      workspace.onDidChangeConfiguration(change => {
        if (change.affectsConfiguration(settingsSection)) {
          refresh();
        }
      }),
    );
    this.#store.add(workspace.onDidGrantWorkspaceTrust(refresh));
    this.#store.add(workspace.onDidChangeWorkspaceFolders(refresh));
  }

  get current(): ReadSettings {
    return this.#current;
  }

  get taps(): readonly TapProfile[] {
    return this.#taps;
  }

  /**
   * The profile of `entry`, an object as in `connections`, under the current settings.
   *
   * @param scope where it was written
   * @throws UserError if any part of it is invalid
   */
  profileOf(entry: unknown, scope: SettingsScope = 'user'): Profile {
    const problems: string[] = [];
    const profile = profileOf(entry, settingSources().window, problems, scope);
    if (!profile || problems.length > 0) {
      throw new UserError(problems.join(' '));
    }
    return profile;
  }

  /** The profiles with `autoConnect`; none in Restricted Mode. */
  get autoConnected(): readonly Profile[] {
    const { profiles } = this.#current;
    return workspace.isTrusted ? profiles.filter(({ values }) => values.autoConnect) : [];
  }

  dispose(): void {
    this.#store.dispose();
  }

  #read(): ReadSettings {
    const sources = settingSources();
    const settings = readSettings(sources);
    const { taps, problems } = readTaps(sources, filterClock(Date.now()));
    this.#taps = taps;
    const all = [...settings.problems, ...problems];
    unwaited('Showing the settings', this.#log, this.#warn(all));
    return settings;
  }

  /** Shows problems, each once for as long as it persists. */
  async #warn(problems: readonly string[]): Promise<void> {
    const fresh = problems.filter(problem => !this.#warned.has(problem));
    this.#warned.clear();
    for (const problem of problems) {
      this.#warned.add(problem);
    }
    if (fresh.length === 0) {
      return;
    }
    for (const problem of fresh) {
      this.#log.warn(problem);
    }
    const [first = '', ...rest] = fresh;
    const text =
      rest.length === 0
        ? first
        : l10n.t('{0} There are {1} more problems; see the log.', first, rest.length);
    const openSettings = l10n.t('Open Settings');
    if ((await showWarning(text, openSettings)) === openSettings) {
      await commands.executeCommand('workbench.action.openSettings', settingsSection);
    }
  }
}
