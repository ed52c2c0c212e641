import { l10n } from 'vscode';
import { messageOf, UserError } from '../../core/base/errors.ts';
import { Emitter } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import { withinTime } from '../../core/base/withinTime.ts';
import type { Logger } from '../../core/base/logger.ts';
import { uniqueName } from '../../core/endpoint/endpointName.ts';
import type { TapProfile } from '../../core/settings/taps/tapProfile.ts';
import { MustAskError } from '../consent/consent.ts';
import type { SettingsService } from '../settings/settings.ts';
import { inform, type Sentence, showInformation, showWarning } from '../ui/notify.ts';
import { unwaited } from '../ui/unwaited.ts';
import { Tap, type TapPorts } from './tap.ts';

/** How many stopped taps that are in no settings are kept. Code may start any number of them. */
const maxStopped = 20;

/** Of a window that closes; the editor waits five seconds for all. */
const endMs = 1000;

export interface TapsPorts extends TapPorts {
  readonly settings: Pick<SettingsService, 'taps' | 'onDidChange'>;
  readonly log: Logger;
}

interface Kept {
  readonly tap: Tap;
  readonly store: DisposableStore;
}

/** The taps of this window: those of the settings in their order, then those started for an address. */
export class Taps implements Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: TapsPorts;
  readonly #onDidChange = this.#store.add(new Emitter<undefined>());
  /** By their names. */
  #kept: readonly Kept[] = [];
  /** The problems that were shown and still exist, by the names of taps. */
  readonly #told = new Map<string, string>();
  readonly #toldToRestart = new Map<string, string>();
  #isEnding = false;

  /** Anything that is shown of a tap has changed, or there are others. */
  readonly onDidChange = this.#onDidChange.event;

  constructor(ports: TapsPorts) {
    this.#ports = ports;
    for (const profile of ports.settings.taps) {
      this.#keep(profile);
    }
    this.#store.add(ports.settings.onDidChange(() => this.#follow()));
  }

  get all(): readonly Tap[] {
    return this.#kept.map(({ tap }) => tap);
  }

  get running(): readonly Tap[] {
    return this.all.filter(({ isRunning }) => isRunning);
  }

  find(name: string): Tap | undefined {
    return this.all.find(tap => tap.name === name);
  }

  isConfigured({ name }: Pick<Tap, 'name'>): boolean {
    return this.#ports.settings.taps.some(each => each.name === name);
  }

  /** The tap for a profile that is in no settings: one with the same upstream, or a new one. */
  open(profile: TapProfile): Tap {
    const { upstream, name } = profile;
    const known = this.all.find(
      tap => tap.name === name && tap.profile.upstream.url === upstream.url,
    );
    if (known) {
      return known;
    }
    this.#removeStopped();
    const made = this.#keep({ ...profile, name: uniqueName(name, this.all) });
    this.#onDidChange.fire(undefined);
    return made;
  }

  /**
   * Removes one that was started for an address. The captures of its sockets stay.
   *
   * @throws UserError if it is in the settings, or runs
   */
  remove(tap: Tap): void {
    if (this.isConfigured(tap)) {
      throw new UserError(l10n.t('The tap "{0}" is in the settings. Remove it there.', tap.name));
    }
    if (tap.state !== 'stopped') {
      throw new UserError(l10n.t('The tap "{0}" is running. Stop it first.', tap.name));
    }
    for (const kept of this.#kept.filter(each => each.tap === tap)) {
      this.#remove(kept);
    }
    this.#onDidChange.fire(undefined);
  }

  /** Stops all, as the window closes. */
  async end(): Promise<void> {
    this.#isEnding = true;
    const stopped = Promise.all(this.all.map(tap => tap.end()));
    await withinTime(stopped, endMs, this.#ports.clock);
    this.#store.dispose();
  }

  /** While it ends this does nothing: the editor disposes of everything before the end is there. */
  dispose(): void {
    if (!this.#isEnding) {
      this.#store.dispose();
    }
  }

  #keep(profile: TapProfile): Tap {
    const store = this.#store.add(new DisposableStore());
    const tap = store.add(new Tap(profile, this.#ports));
    store.add(tap.onDidChange(() => this.#onDidChange.fire(undefined)));
    this.#kept = [...this.#kept, { tap, store }];
    return tap;
  }

  #remove(kept: Kept): void {
    this.#kept = this.#kept.filter(each => each !== kept);
    this.#store.delete(kept.store);
  }

  #removeStopped(): void {
    const stopped = this.#kept.filter(
      ({ tap }) => tap.state === 'stopped' && !this.isConfigured(tap),
    );
    for (const kept of stopped.slice(0, Math.max(0, stopped.length + 1 - maxStopped))) {
      this.#remove(kept);
    }
  }

  #follow(): void {
    const { taps: profiles } = this.#ports.settings;
    for (const kept of this.#kept) {
      const { tap } = kept;
      const profile = profiles.find(({ name }) => name === tap.name);
      if (profile) {
        unwaited('The changed settings of a tap', this.#ports.log, this.#give(tap, profile));
      } else if (tap.state === 'stopped' && tap.profile.isConfigured) {
        this.#remove(kept);
      }
    }
    for (const profile of profiles) {
      if (!this.find(profile.name)) {
        this.#keep(profile);
      }
    }
    const rankOf = ({ tap }: Kept) => {
      const at = profiles.findIndex(({ name }) => name === tap.name);
      return at < 0 ? profiles.length : at;
    };
    this.#kept = this.#kept.toSorted((one, other) => rankOf(one) - rankOf(other));
    this.#onDidChange.fire(undefined);
  }

  async #give(tap: Tap, profile: TapProfile): Promise<void> {
    const { name } = tap;
    let mustRestart: boolean;
    try {
      mustRestart = await tap.setProfile(profile);
      this.#told.delete(name);
    } catch (error) {
      const problem = l10n.t(
        'The tap "{0}" keeps its previous settings, because the new ones cannot be used: {1}',
        name,
        messageOf(error),
      );
      if (this.#told.get(name) !== problem) {
        this.#told.set(name, problem);
        this.#ports.log.warn(problem);
        if (error instanceof MustAskError) {
          await this.#offerRestart(tap, showWarning, problem);
        } else {
          inform('warning', problem);
        }
      }
      return;
    }
    // Settings may change for every key that is typed.
    const entry = mustRestart ? JSON.stringify(profile.entry) : undefined;
    if (entry !== undefined && this.#toldToRestart.get(name) !== entry) {
      this.#toldToRestart.set(name, entry);
      await this.#offerRestart(tap, showInformation, [
        l10n.t('The changed settings of the tap "{0}" take effect when it is started again.'),
        tap.name,
      ]);
    }
  }

  async #offerRestart(tap: Tap, show: typeof showInformation, sentence: Sentence): Promise<void> {
    const restart = l10n.t('Restart Tap');
    if ((await show(sentence, restart)) === restart) {
      await tap.stop();
      await tap.start();
    }
  }
}

/** Says which taps there are. */
export function noSuchTap(name: string, taps: readonly Tap[], areIgnored: boolean): UserError {
  const names = taps.map(tap => `"${tap.name}"`).join(', ');
  const sentence =
    names === ''
      ? l10n.t('There is no tap "{0}" in the setting websocketMonitor.taps.', name)
      : l10n.t('There is no tap "{0}". Taps: {1}.', name, names);
  return new UserError(areIgnored ? `${sentence} ${tapsAreIgnored()}` : sentence);
}

export function tapsAreIgnored(): string {
  return l10n.t(
    'Taps in the settings of this workspace are ignored in Restricted Mode. Trust it to use them.',
  );
}
