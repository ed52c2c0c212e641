import { Emitter } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import { isLive } from '../../core/connection/state/state.ts';
import { nameAmong, type Profile } from '../../core/settings/profile.ts';
import { ConnectionMarks } from './connectionMarks.ts';
import { ConnectionOrder } from './connectionOrder.ts';
import { noConnection } from './noConnection.ts';
import { notifyOf } from './notifications.ts';
import { MonitoredConnection, type MonitoredConnectionPorts } from './monitoredConnection.ts';

/**
 * How many ended connections that are not in the settings are kept. Links and code may create any
 * number of them.
 */
const maxEnded = 20;

/** A connection, and the disposables that belong to it. */
interface Kept {
  readonly monitored: MonitoredConnection;
  readonly store: DisposableStore;
}

/** The connections of this window, in the order of their creation. */
export class Connections implements Disposable {
  /** Those of connections that are only configured as well, and of opened captures. */
  readonly marks = new ConnectionMarks();
  /** The order in which they are offered. */
  readonly order = new ConnectionOrder();
  readonly #store = new DisposableStore();
  readonly #ports: MonitoredConnectionPorts;
  #kept: readonly Kept[] = [];
  #all: readonly MonitoredConnection[] = [];
  #made = 0;
  readonly #onDidChange = this.#store.add(new Emitter<MonitoredConnection>());
  readonly #onDidRemove = this.#store.add(new Emitter<MonitoredConnection>());

  /**
   * Anything that is shown of a connection has changed, or it was removed; at most 20 times a
   * second.
   */
  readonly onDidChange = this.#onDidChange.event;
  /** An ended connection was removed; only its capture file remains. */
  readonly onDidRemove = this.#onDidRemove.event;

  constructor(ports: MonitoredConnectionPorts) {
    this.#ports = ports;
  }

  get all(): readonly MonitoredConnection[] {
    return this.#all;
  }

  get live(): readonly MonitoredConnection[] {
    return this.#all.filter(({ connection }) => isLive(connection.state));
  }

  /** The connection with this id or name. */
  find(idOrName: string): MonitoredConnection | undefined {
    return (
      this.#all.find(({ id }) => id === idOrName) ?? this.#all.find(({ name }) => name === idOrName)
    );
  }

  /** @throws UserError if there is none, with the names of the existing ones */
  get(idOrName: string): MonitoredConnection {
    const found = this.find(idOrName);
    if (found) {
      return found;
    }
    throw noConnection(
      idOrName,
      this.#all.map(({ name }) => name),
    );
  }

  /** The connection for `profile`: the existing one, which gets this profile, or a new one. */
  open(profile: Profile): MonitoredConnection {
    const known = this.#all.find(({ name }) => name === profile.name);
    if (known?.profile.url === profile.url) {
      known.setProfile(profile);
      return known;
    }
    const name = nameAmong(
      profile,
      this.#all.map(({ name, profile: { url } }) => ({ name, url })),
    );
    const id = `c${++this.#made}`;
    const store = this.#store.add(new DisposableStore());
    const monitored = store.add(new MonitoredConnection(id, { ...profile, name }, this.#ports));
    store.add(notifyOf(monitored, this.#ports.log));
    store.add(monitored.onDidChange(() => this.#onDidChange.fire(monitored)));
    store.add(
      monitored.connection.onDidChangeState(({ kind }) => {
        if (kind === 'open') {
          this.hint(monitored.connection.options.endpoint.host);
        }
      }),
    );
    this.#keep([...this.#kept, { monitored, store }]);
    this.#onDidChange.fire(monitored);
    this.#removeEnded(monitored);
    return monitored;
  }

  /** To be called when the machine wakes up. Each connection spreads its attempts itself. */
  wake(): void {
    for (const { connection } of this.#all) {
      connection.wake();
    }
  }

  /** To be called when an attempt may succeed now; for one host, or for all. */
  hint(host?: string): void {
    for (const { connection } of this.#all) {
      if (host === undefined || connection.options.endpoint.host === host) {
        connection.hint();
      }
    }
  }

  /**
   * Ends all connections for good with close code 1001. Resolves when the peers have answered, or
   * after 250 ms.
   */
  async end(): Promise<void> {
    await Promise.all(this.#all.map(({ connection }) => connection.end()));
    this.dispose();
  }

  dispose(): void {
    this.#store.dispose();
  }

  #keep(kept: readonly Kept[]): void {
    this.#kept = kept;
    this.#all = kept.map(({ monitored }) => monitored);
  }

  /** Removes the oldest ended connections beyond the limit; their capture files remain. */
  #removeEnded(latest: MonitoredConnection): void {
    const ended = this.#kept.filter(
      ({ monitored }) => monitored !== latest && this.#canBeRemoved(monitored),
    );
    for (const { monitored, store } of ended.slice(0, -maxEnded)) {
      this.#keep(this.#kept.filter(each => each.monitored !== monitored));
      this.#store.delete(store);
      this.#onDidRemove.fire(monitored);
      this.#onDidChange.fire(monitored);
    }
  }

  /** A capture that is only in memory would be lost with its connection. */
  #canBeRemoved({ name, connection, capture }: MonitoredConnection): boolean {
    const isConfigured = this.#ports.places?.().isConfigured(name) === true;
    return !isLive(connection.state) && !isConfigured && capture.storage.kind === 'file';
  }
}
