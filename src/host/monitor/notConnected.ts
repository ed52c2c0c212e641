import { messageOf } from '../../core/base/errors.ts';
import { Emitter, type Event } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { CaptureArchive } from '../../core/capture/captureArchive.ts';
import { parseEndpointTemplate } from '../../core/endpoint/endpointTemplate.ts';
import type { Profile } from '../../core/settings/profile.ts';
import { captureSource, type Source, type Sources } from '../captures/sources.ts';
import { configuredId, configuredName } from '../connections/configuredId.ts';
import { placeTag } from '../connections/placeTag.ts';
import type { Connections } from '../connections/connections.ts';
import type { SettingsService } from '../settings/settings.ts';

export interface NotConnectedPorts {
  readonly connections: Connections;
  readonly settings: Pick<SettingsService, 'current' | 'onDidChange'>;
  readonly sources: Sources;
  readonly archive: Pick<CaptureArchive, 'list'>;
  readonly log: Logger;
}

/** A configured connection that has not been opened in this window. */
export interface NotConnectedSource {
  readonly id: string;
  readonly profile: Profile;
  /** Its capture of an earlier window, if it was looked for and found. */
  readonly past: Extract<Source, { kind: 'capture' }> | undefined;
}

/**
 * The connections of the settings that have not been opened in this window. The monitor can show
 * them, with the messages of the last capture. They have no capture until they connect.
 */
export class NotConnected implements Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: NotConnectedPorts;
  readonly #onDidChange = this.#store.add(new Emitter<undefined>());
  /** Those whose last capture was looked for. */
  readonly #looked = new Set<string>();
  readonly onDidChange: Event<undefined> = this.#onDidChange.event;

  constructor(ports: NotConnectedPorts) {
    this.#ports = ports;
    const { connections, settings, sources } = ports;
    this.#store.add(settings.onDidChange(() => this.#onDidChange.fire(undefined)));
    this.#store.add(
      connections.onDidChange(({ name }) => {
        if (connections.find(name)) {
          sources.forgetPast(configuredId(name));
          this.#looked.delete(configuredId(name));
        }
      }),
    );
  }

  /** In the order of the settings. */
  get all(): readonly NotConnectedSource[] {
    const { connections, settings, sources } = this.#ports;
    const opened = new Set(connections.all.map(({ name }) => name));
    return settings.current.profiles
      .filter(({ name }) => !opened.has(name))
      .map(profile => {
        const id = configuredId(profile.name);
        return { id, profile, past: sources.pastOf(id) };
      });
  }

  find(id: string): NotConnectedSource | undefined {
    return configuredName(id) === undefined ? undefined : this.all.find(each => each.id === id);
  }

  /** What is to be shown for an id: a connection that was opened since then takes its place. */
  sourceOf(id: string): Source | undefined {
    const name = configuredName(id);
    const { connections } = this.#ports;
    const opened =
      name === undefined ? undefined : connections.all.find(each => each.name === name);
    return opened ? captureSource(opened) : this.find(id)?.past;
  }

  /** Whose settings a connection is in, if there is a doubt and its name does not say so. */
  placeOf(name: string): string {
    const tag = placeTag(name, this.#ports.settings.current.profiles);
    return name.endsWith(`(${tag})`) ? '' : tag;
  }

  /** Connects it, if it is one of these. */
  connect(id: string): boolean {
    const found = this.find(id);
    if (found) {
      this.#ports.connections.open(found.profile).connection.connect();
    }
    return found !== undefined;
  }

  /** Looks once for the last capture of a connection, by its name and URL. */
  async lookForPast(id: string): Promise<void> {
    const { archive, sources, log } = this.#ports;
    const found = this.find(id);
    if (!found || found.past || this.#looked.has(id)) {
      return;
    }
    this.#looked.add(id);
    const { name, url } = found.profile;
    const { display } = parseEndpointTemplate(url);
    try {
      const captures = await archive.list();
      const own = captures.filter(
        each => each.problem === undefined && each.name === name && each.url === display,
      );
      const [last] = own.toSorted((one, other) => other.startedAt - one.startedAt);
      if (last && this.find(id)) {
        await sources.openPast(id, last.key);
      }
    } catch (error) {
      log.warn(`The last capture of "${name}" cannot be shown: ${messageOf(error)}`);
    }
  }

  dispose(): void {
    this.#store.dispose();
  }
}
