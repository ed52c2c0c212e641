import { l10n } from 'vscode';
import type { Clock } from '../../core/base/clock.ts';
import { messageOf, UserError } from '../../core/base/errors.ts';
import { Coalescer } from '../../core/base/coalescer.ts';
import { Emitter } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import { TaskQueue } from '../../core/base/taskQueue.ts';
import { withinTime } from '../../core/base/withinTime.ts';
import type { StateRow } from '../../core/connection/report.ts';
import { isSameJson } from '../../core/json/json.ts';
import {
  networkFaults,
  networkName,
  toxicsOf,
  type NetworkSetting,
} from '../../core/settings/taps/networkSetting.ts';
import type { TapProfile } from '../../core/settings/taps/tapProfile.ts';
import type { ObserveSocket } from '../../core/slot/observedSocket.ts';
import type { OpenGates } from '../../core/tap/gate.ts';
import { RuleSet } from '../../core/tap/rules/ruleSet.ts';
import type { TapOptions } from '../../core/tap/tapOptions.ts';
import { isPortTaken } from './portTaken.ts';
import { TapSocket } from './tapSocket.ts';

/** What a tap is doing. */
export type TapState = 'stopped' | 'starting' | 'running' | 'stopping';

/** A tap that listens, as `node/tap/tapServer.ts` starts it. */
export interface ListeningTap extends Disposable {
  readonly port: number;
  /** `ws:` or `wss:`, with the token, without a final slash. */
  readonly url: string;
  /** The same as `http:` or `https:`. */
  readonly pageUrl: string;
  setOptions(options: TapOptions): void;
  stop(): Promise<void>;
}

export interface Listening {
  readonly port: number;
  readonly tls?: { readonly cert: Uint8Array; readonly key: Uint8Array };
}

export interface ListeningPorts {
  readonly observe: ObserveSocket;
  readonly openGates: OpenGates;
}

/** What a tap needs that is looked up, or asked for, when it starts. */
export interface PreparedTap {
  readonly options: Omit<TapOptions, 'name' | 'toxics' | 'allowedAuthorities'>;
  readonly tls?: Listening['tls'];
}

export interface TapPorts {
  /**
   * Asks for the permissions that a tap of a workspace needs, and fills in its headers.
   *
   * Rejects with a UserError if something is missing or not allowed.
   */
  readonly prepare: (profile: TapProfile, mayAsk: boolean) => Promise<PreparedTap>;
  readonly listen: (
    options: TapOptions,
    listening: Listening,
    ports: ListeningPorts,
  ) => Promise<ListeningTap>;
  readonly openGates: (rules: RuleSet) => OpenGates;
  readonly observe: ObserveSocket;
  /** The ports that the system has chosen, by the names of taps. */
  readonly keptPorts: {
    get(name: string): number | undefined;
    set(name: string, port: number): void;
  };
  /** Where the user's browser finds an origin of this machine; `undefined` if that is the origin itself. */
  readonly externalUrl: (origin: string) => Promise<string | undefined>;
  readonly clock: Clock;
}

/** A rule may take effect for each message of a flood. */
const ruleIntervalMs = 500;

/** The longest wait for the editor to forward a port. */
const forwardingMs = 10_000;

/** One tap: configured, or started for an address. */
export class Tap implements Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: TapPorts;
  readonly #onDidChange = this.#store.add(new Emitter<undefined>());
  /** It starts, stops and changes one after the other. */
  readonly #tasks = new TaskQueue();
  readonly #sockets = new Set<TapSocket>();
  #profile: TapProfile;
  #state: TapState = 'stopped';
  #listening: ListeningTap | undefined;
  /** The profile that the running tap was started with. */
  #started: TapProfile | undefined;
  #prepared: PreparedTap | undefined;
  #external: string | undefined;
  #problem: string | undefined;
  /** The network that the user chose in place of that of the settings. */
  #chosen: { readonly network: NetworkSetting | undefined } | undefined;

  readonly name: string;
  /** What happens to messages: the rules of the settings, and those of this session. */
  readonly rules = this.#store.add(new RuleSet());
  /** Anything that is shown of it has changed. */
  readonly onDidChange = this.#onDidChange.event;

  constructor(profile: TapProfile, ports: TapPorts) {
    this.name = profile.name;
    this.#profile = profile;
    this.#ports = ports;
    this.rules.setRules(profile.rules);
    const tell = this.#store.add(
      new Coalescer(ports.clock, ruleIntervalMs, () => this.#onDidChange.fire(undefined)),
    );
    this.#store.add(this.rules.onDidChange(() => tell.request()));
  }

  get profile(): TapProfile {
    return this.#profile;
  }

  /** What it runs with: changes of some settings wait until it is started again. */
  get used(): TapProfile {
    return this.#started ?? this.#profile;
  }

  get state(): TapState {
    return this.#state;
  }

  get isRunning(): boolean {
    return this.#listening !== undefined && this.#state === 'running';
  }

  /** That it listens on, or is configured to; `undefined` while only the system knows. */
  get port(): number | undefined {
    return this.#listening?.port ?? this.#profile.values.port;
  }

  /** Why it could not be started the last time. */
  get problem(): string | undefined {
    return this.#problem;
  }

  get network(): NetworkSetting | undefined {
    return this.#chosen ? this.#chosen.network : this.#profile.values.network;
  }

  get openSockets(): number {
    return this.#sockets.size;
  }

  /**
   * Its address for programs on this machine, in the scheme of its upstream or another one.
   *
   * @throws UserError if it is not running
   */
  address(scheme?: 'ws' | 'http'): string {
    const { pageUrl, url } = this.#assertRunning();
    const isPage = scheme === undefined ? this.isForPages : scheme === 'http';
    return isPage ? pageUrl : url;
  }

  /** The same for the user's browser, which may be on another machine. */
  externalAddress(scheme?: 'ws' | 'http'): string {
    const own = this.address(scheme);
    const external = this.#external;
    // Below a path, as some proxies have it, links that begin with a slash would lead elsewhere.
    if (external === undefined || new URL(external).pathname !== '/') {
      return own;
    }
    const page = `${external}${new URL(own).pathname.replace(/\/$/, '')}`;
    return own.startsWith('ws') ? page.replace(/^http/, 'ws') : page;
  }

  /** Whether its upstream is written as `http:` or `https:`. */
  get isForPages(): boolean {
    return this.used.upstream.url.startsWith('http');
  }

  /**
   * Starts it unless it is running.
   *
   * @param port in place of the one that is configured; 0: the system chooses
   */
  start(port?: number): Promise<void> {
    return this.#tasks.add(() => this.#start(port));
  }

  /** Stops it; resolves when both sides of all its sockets have been told. */
  stop(): Promise<void> {
    return this.#tasks.add(() => this.#stop());
  }

  /**
   * Takes a changed profile: at once what can be changed while it runs. Rejects with a UserError if
   * that cannot be used; what was used before stays then.
   *
   * @returns whether it has to be started again for the rest
   */
  setProfile(profile: TapProfile): Promise<boolean> {
    return this.#tasks.add(async () => {
      if (!isSameJson(this.#profile.values.network ?? null, profile.values.network ?? null)) {
        this.#chosen = undefined;
        this.#profile = profile;
        this.#applyNetwork();
      }
      this.#profile = profile;
      this.rules.setRules(profile.rules);
      this.#onDidChange.fire(undefined);
      if (!this.#listening || !this.#started) {
        return false;
      }
      if (!isSameJson(fixedPart(profile), fixedPart(this.#started))) {
        return true;
      }
      this.#prepared = await this.#prepare(false);
      this.#listening.setOptions(this.#options(this.#prepared));
      return false;
    });
  }

  /** Chooses a network until the settings have another one. */
  setNetwork(network: NetworkSetting | undefined): void {
    this.#chosen = { network };
    this.#applyNetwork();
  }

  /** Tells both sides of its sockets, as the window closes, without waiting for anything before. */
  end(): Promise<void> {
    return this.#listening?.stop() ?? Promise.resolve();
  }

  /** Ends it at once. */
  dispose(): void {
    this.#listening?.dispose();
    this.#listening = undefined;
    this.#store.dispose();
  }

  async #start(port: number | undefined): Promise<void> {
    if (this.#listening) {
      return;
    }
    this.#problem = undefined;
    this.#setState('starting');
    try {
      const profile = this.#profile;
      const prepared = await this.#prepare(true);
      this.#prepared = prepared;
      this.#listening = await this.#listen(prepared, port);
      this.#started = profile;
      await this.#forward(this.#listening);
      this.#setState('running');
    } catch (error) {
      this.#problem = messageOf(error);
      this.#setState('stopped');
      throw error;
    }
  }

  async #listen(prepared: PreparedTap, port: number | undefined): Promise<ListeningTap> {
    const { values } = this.#profile;
    const { keptPorts } = this.#ports;
    const listen = (on: number) =>
      this.#ports.listen(
        this.#options(prepared),
        { port: on, ...(prepared.tls && { tls: prepared.tls }) },
        { observe: this.#observe, openGates: this.#ports.openGates(this.rules) },
      );
    const fixed = port ?? values.port;
    if (fixed !== undefined) {
      return listen(fixed);
    }
    const kept = keptPorts.get(this.name);
    let listening: ListeningTap | undefined;
    if (kept !== undefined) {
      try {
        listening = await listen(kept);
      } catch (error) {
        if (!isPortTaken(error)) {
          throw error;
        }
      }
    }
    listening ??= await listen(0);
    keptPorts.set(this.name, listening.port);
    return listening;
  }

  /** In a remote window the browser may know the tap by another address. */
  async #forward(listening: ListeningTap): Promise<void> {
    const { origin } = new URL(listening.pageUrl);
    let external: string | undefined;
    const found = this.#ports.externalUrl(origin).then(url => (external = url));
    await withinTime(found, forwardingMs, this.#ports.clock);
    this.#external = external;
    if (this.#prepared) {
      listening.setOptions(this.#options(this.#prepared));
    }
  }

  async #stop(): Promise<void> {
    const listening = this.#listening;
    if (!listening) {
      return;
    }
    this.#setState('stopping');
    try {
      await listening.stop();
    } finally {
      this.#listening = undefined;
      this.#started = undefined;
      this.#setState('stopped');
    }
  }

  #prepare(mayAsk: boolean): Promise<PreparedTap> {
    const { unusable } = this.#profile;
    if (unusable.length > 0) {
      throw new UserError(unusable.join(' '));
    }
    return this.#ports.prepare(this.#profile, mayAsk);
  }

  #options({ options }: PreparedTap): TapOptions {
    const external = this.#external;
    return {
      ...options,
      name: this.name,
      allowedAuthorities: external === undefined ? [] : [new URL(external).host],
      toxics: toxicsOf(this.network),
    };
  }

  readonly #observe: ObserveSocket = (origin, control) => {
    const socket: TapSocket = new TapSocket(this.#ports.observe(origin, control), {
      onConnected: () => this.#networkRow(),
      onEnd: () => {
        this.#sockets.delete(socket);
        this.#onDidChange.fire(undefined);
      },
    });
    this.#sockets.add(socket);
    this.#onDidChange.fire(undefined);
    return socket;
  };

  #applyNetwork(): void {
    if (this.#listening && this.#prepared) {
      this.#listening.setOptions(this.#options(this.#prepared));
      const row = this.#networkRow() ?? networkOff;
      for (const socket of [...this.#sockets]) {
        socket.note(row);
      }
    }
    this.#onDidChange.fire(undefined);
  }

  /** What a slot says of a bad network. */
  #networkRow(): StateRow | undefined {
    const { network } = this;
    return (
      network && {
        state: 'connected',
        severity: 'warning',
        text: `Network from here on: ${networkName(network)} (${networkFaults(network)}).`,
      }
    );
  }

  #assertRunning(): ListeningTap {
    if (!this.#listening) {
      throw new UserError(l10n.t('The tap "{0}" is not running. Start it first.', this.name));
    }
    return this.#listening;
  }

  #setState(state: TapState): void {
    this.#state = state;
    this.#onDidChange.fire(undefined);
  }
}

const networkOff: StateRow = {
  state: 'connected',
  severity: 'info',
  text: 'Network from here on: as it is.',
};

/** What of a profile cannot be changed while a tap runs. */
function fixedPart({ upstream, routes, values }: TapProfile): unknown {
  const { port = null, token = null, 'tls.cert': cert, 'tls.key': key } = values;
  const ways = routes.map(route => [route.prefix, route.upstream.url]);
  return [upstream.url, ways, port, token, cert, key];
}
