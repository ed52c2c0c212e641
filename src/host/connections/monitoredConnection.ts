import { Emitter } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import { Connection } from '../../core/connection/connection.ts';
import {
  stateSentence,
  severityOf,
  stateRow,
  wordOf,
  type StateWord,
} from '../../core/connection/report.ts';
import type { Submission } from '../../core/connection/send/outbox.ts';
import type { DialLimiter } from '../../core/connection/retry/dialLimiter.ts';
import type {
  PreparedHandshake,
  HandshakeRequestOptions,
} from '../../core/connection/wire/transport.ts';
import { conditionOf } from '../../core/connection/wire/messageTap.ts';
import type { OutgoingMessage } from '../../core/message/outgoingMessage.ts';
import type { ConnectionState, Failure } from '../../core/connection/state/state.ts';
import type { Step } from '../../core/library/library.ts';
import type { Origin } from '../../core/variables/value.ts';
import type { MessageBody } from '../../core/message/messageBody.ts';
import { connectionOptions } from '../../core/settings/connectionOptions.ts';
import type { Profile } from '../../core/settings/profile.ts';
import { settingKeys, settingOf } from '../../core/settings/settingsTable.ts';
import { Recorded } from '../recording/recorded.ts';
import { Recorder, type RecorderPorts, type RecorderSubject } from '../recording/recorder.ts';
import { filterClock } from '../ui/userZone.ts';

/** Prepares what a connection sends by itself. */
export interface OpeningSource {
  /**
   * Rejects with a UserError if a value is missing. Does not ask the user.
   *
   * @param origin who wrote the body
   */
  write(
    monitored: MonitoredConnection,
    body: MessageBody,
    origin: Origin,
  ): Promise<OutgoingMessage>;
  /**
   * The steps of a sequence of the library. Rejects with a UserError if there is none.
   *
   * @param origin who wrote `onOpen`
   */
  stepsOf(path: string, origin: Origin, on: MonitoredConnection): Promise<readonly Step[]>;
  /** Throws a UserError if the workspace may not send it as it is now. */
  assertAllowed(what: 'onOpen' | 'heartbeat', on: MonitoredConnection): void;
}

/** The relation of a connection, given by its name, to the settings. */
export interface ConnectionPlaces {
  readonly isConfigured: (name: string) => boolean;
  /** The setting that determines `key` for it; `undefined` if none does. */
  readonly settingFor: (name: string, key: string) => string | undefined;
}

export interface MonitoredConnectionPorts extends RecorderPorts {
  readonly random: () => number;
  readonly limiter: DialLimiter;
  readonly prepare: (
    profile: Profile,
    wishes: HandshakeRequestOptions,
    monitored: MonitoredConnection,
  ) => Promise<PreparedHandshake>;
  readonly opening: OpeningSource;
  /** Absent if there are no settings. */
  readonly places?: () => ConnectionPlaces;
}

const handshakeKeys = settingKeys.filter(key => settingOf(key).appliesTo === 'handshake');

/** One connection with its capture and its counters. */
export class MonitoredConnection extends Recorded implements RecorderSubject, Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: MonitoredConnectionPorts;
  readonly #onDidChange = this.#store.add(new Emitter<undefined>());
  protected readonly recorder: Recorder;
  #profile: Profile;
  #isUnasked = false;

  readonly id: string;
  readonly connection: Connection;
  /**
   * Anything that is shown of it has changed, traffic included; fires at most 20 times a second.
   */
  readonly onDidChange = this.#onDidChange.event;

  constructor(id: string, profile: Profile, ports: MonitoredConnectionPorts) {
    super();
    this.id = id;
    this.#profile = profile;
    this.#ports = ports;
    const options = connectionOptions(profile);
    const { display: url } = options.endpoint;
    this.recorder = this.#store.add(new Recorder(this, { url, values: profile.values }, ports));
    this.connection = this.#store.add(
      new Connection(options, {
        ...ports,
        prepare: wishes => {
          const isUnasked = this.#isUnasked;
          this.#isUnasked = false;
          return ports.prepare(this.#profile, { ...wishes, isUnasked }, this);
        },
        opening: {
          write: (body, origin) => ports.opening.write(this, body, origin),
          stepsOf: (path, origin) => ports.opening.stepsOf(path, origin, this),
          assertAllowed: what => ports.opening.assertAllowed(what, this),
          watch: (filter, onMatch) =>
            this.watchForAnswer(conditionOf(filter, filterClock(ports.clock.now())), onMatch),
          record: row => this.recordRun(row),
          lastRow: () => this.lastRow,
        },
        notice: sentence => this.recorder.notice(sentence),
        traffic: this.recorder,
      }),
    );
    const changed = () => this.#onDidChange.fire(undefined);
    this.#store.add(this.connection.onDidChangeState(state => this.#record(state)));
    this.#store.add(this.connection.onDidChangeQueue(changed));
    this.#store.add(this.recorder.onDidChange(changed));
  }

  get name(): string {
    return this.#profile.name;
  }

  get stateWord(): StateWord {
    return wordOf(this.connection.state);
  }

  /** Without user information: it may be shown and copied. */
  get url(): string {
    return this.connection.options.endpoint.display;
  }

  get isOpen(): boolean {
    return this.connection.state.kind === 'open';
  }

  /** What would happen to a message now; `undefined` if it would be refused. */
  get takes(): Submission['delivery'] | undefined {
    return this.connection.takes;
  }

  /** Whether this is sent now or, if it is a message, may wait for the connection to open. */
  accepts(kind: OutgoingMessage['kind']): boolean {
    return this.isOpen || (kind === 'message' && this.takes !== undefined);
  }

  /** How many messages wait for the connection to open. */
  get queuedCount(): number {
    return this.connection.queue.count;
  }

  get profile(): Profile {
    return this.#profile;
  }

  /** The setting that may solve the current failure, if there is one. */
  get helpfulSetting(): string | undefined {
    const { state } = this.connection;
    const key = isFailure(state) ? state.setting : undefined;
    const places = this.#ports.places?.();
    return key === undefined || !places ? key : places.settingFor(this.name, key);
  }

  /** See `Connection.submit`. */
  submit(message: OutgoingMessage): Submission {
    return this.connection.submit(message);
  }

  /** Why nothing is sent while the connection is not open, as a sentence. */
  refusalOf(kind: OutgoingMessage['kind']): string {
    return this.connection.refusalOf(kind);
  }

  /**
   * Calls `onLost` with what happened, to be read after "the connection", if it goes down. Only if it
   * is open: another one may still open.
   */
  watchLoss(onLost: (what: string) => void): Disposable {
    let wasOpen = this.isOpen;
    return this.connection.onDidChangeState(({ kind }) => {
      if (wasOpen && kind !== 'open') {
        onLost(kind === 'closing' || kind === 'idle' ? 'was closed' : 'was lost');
      }
      wasOpen = kind === 'open';
    });
  }

  setPaused(isPaused: boolean): void {
    this.connection.setPaused(isPaused);
  }

  /** Connects because a window opened: the user is not asked for permissions. */
  connectUnasked(): void {
    this.#unasked(() => this.connection.connect());
  }

  /**
   * Applies changed settings.
   *
   * @returns whether some of them take effect only after a reconnect
   * @throws UserError if they cannot be used; then the previous ones stay in effect
   */
  setProfile(profile: Profile): boolean {
    const options = connectionOptions(profile);
    const before = this.#profile;
    this.#profile = profile;
    this.recorder.setValues(profile.values);
    if (sameSettings(before, profile)) {
      return false;
    }
    // This may start an attempt, but a file has changed, perhaps by a pull, and the user has not
    // asked.
    this.#unasked(() => this.connection.setOptions(options));
    const needsReconnect =
      before.url !== profile.url ||
      handshakeKeys.some(key => !same(before.values[key], profile.values[key]));
    return needsReconnect && this.connection.state.kind === 'open';
  }

  /** Marks an attempt that `begin` starts as not requested by the user. */
  #unasked(begin: () => void): void {
    const { state } = this.connection;
    this.#isUnasked = true;
    begin();
    this.#isUnasked &&=
      this.connection.state !== state && this.connection.state.kind === 'preparing';
  }

  dispose(): void {
    this.#store.dispose();
  }

  #record(state: ConnectionState): void {
    if (isWorthARow(state)) {
      const { endpoint } = this.connection.options;
      this.recorder.report(stateRow(state, endpoint, this.connection.handshake));
      this.#log(state, stateSentence(state, endpoint));
    }
    this.#onDidChange.fire(undefined);
  }

  #log(state: ConnectionState, sentence: string): void {
    const line = `${this.name}: ${sentence}`;
    if (severityOf(state) === 'info') {
      this.#ports.log.info(line);
    } else {
      this.#ports.log.warn(line);
    }
  }
}

function isFailure(state: ConnectionState): state is ConnectionState & Failure {
  return state.kind === 'waiting' || state.kind === 'stopped';
}

/** Whether a state is shown in the list; the others add nothing to the state before. */
function isWorthARow({ kind }: ConnectionState): boolean {
  return kind !== 'connecting' && kind !== 'closing' && kind !== 'disposed';
}

function sameSettings(one: Profile, other: Profile): boolean {
  return one.url === other.url && same(one.values, other.values);
}

/** Compares settings, which are plain JSON. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
