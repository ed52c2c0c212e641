import type { Clock } from '../../core/base/clock.ts';
import { Emitter } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { Capture, OpenCapture, Storage } from '../../core/capture/capture.ts';
import type { FrameFacts } from '../../core/record/frameFacts.ts';
import { Overflow } from '../../core/capture/overflow.ts';
import { directionOf, flagsOf, isMessage } from '../../core/record/record.ts';
import { Connection } from '../../core/connection/connection.ts';
import {
  dropRow,
  stateSentence,
  severityOf,
  stateRow,
  wordOf,
  type StateRow,
} from '../../core/connection/report.ts';
import type { DialLimiter } from '../../core/connection/retry/dialLimiter.ts';
import type {
  PreparedHandshake,
  HandshakeRequestOptions,
} from '../../core/connection/wire/transport.ts';
import { conditionOf, MessageTap, type OnMatch } from '../../core/connection/wire/messageTap.ts';
import type { OutgoingMessage } from '../../core/message/outgoingMessage.ts';
import type { ConnectionState, Failure } from '../../core/connection/state/state.ts';
import type { Condition } from '../../core/filter/condition.ts';
import type { Step } from '../../core/library/library.ts';
import type { Origin } from '../../core/variables/value.ts';
import type { MessageBody } from '../../core/message/messageBody.ts';
import { RateMeter } from '../../core/metrics/rateMeter.ts';
import { connectionOptions } from '../../core/settings/connectionOptions.ts';
import type { Profile } from '../../core/settings/profile.ts';
import { settingKeys, settingOf, type SettingValues } from '../../core/settings/settingsTable.ts';
import { filterClock } from '../ui/userZone.ts';

/** Writes the lines of the output channel. */
export interface MessageOutput {
  message(at: number, name: string, flags: number, payload: Uint8Array): void;
  state(at: number, name: string, row: StateRow): void;
}

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

export interface MonitoredConnectionPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly openCapture: OpenCapture;
  readonly limiter: DialLimiter;
  readonly prepare: (
    profile: Profile,
    wishes: HandshakeRequestOptions,
    monitored: MonitoredConnection,
  ) => Promise<PreparedHandshake>;
  readonly output: MessageOutput;
  readonly opening: OpeningSource;
  /** Absent if there are no settings. */
  readonly places?: () => ConnectionPlaces;
  /** Removes secrets that were used in this window from a peer's text. */
  readonly redact: (text: string) => string;
}

const handshakeKeys = settingKeys.filter(key => settingOf(key).appliesTo === 'handshake');

const stateFlags = flagsOf('state', 'in');
const encoder = new TextEncoder();

/** One connection with its capture and its counters. */
export class MonitoredConnection implements Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: MonitoredConnectionPorts;
  readonly #onDidChange = this.#store.add(new Emitter<undefined>());
  readonly #overflow: Overflow;
  readonly #tap: MessageTap;
  #profile: Profile;
  #storageProblem: string | undefined;
  #isUnasked = false;

  readonly id: string;
  /** The beginning of its capture, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly connection: Connection;
  readonly capture: Capture;
  readonly received = new RateMeter();
  readonly sent = new RateMeter();
  /**
   * Anything that is shown of it has changed, traffic included; fires at most 20 times a second.
   */
  readonly onDidChange = this.#onDidChange.event;

  constructor(id: string, profile: Profile, ports: MonitoredConnectionPorts) {
    this.id = id;
    this.#profile = profile;
    this.#ports = ports;
    this.startedAt = ports.clock.now();
    this.#tap = new MessageTap(ports.log, sentence => this.#notice(sentence));
    const options = connectionOptions(profile);
    this.capture = this.#store.add(
      ports.openCapture({
        name: profile.name,
        url: options.endpoint.display,
        ...captureLimits(profile.values),
      }),
    );
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
            this.watch(conditionOf(filter, filterClock(ports.clock.now())), onMatch),
        },
        notice: sentence => this.#notice(sentence),
        traffic: {
          append: (at, flags, payload, frame) => this.#append(at, flags, payload, frame),
        },
      }),
    );
    const changed = () => this.#onDidChange.fire(undefined);
    this.#store.add(this.connection.onDidChangeState(state => this.#record(state)));
    this.#store.add(this.connection.onDidChangeQueue(changed));
    this.#store.add(this.capture.onDidChange(changed));
    this.#store.add(this.capture.onDidChangeStorage(storage => this.#noteStorage(storage)));
    this.#overflow = new Overflow(profile.values['history.overflow'], {
      setPaused: isPaused => this.connection.setPaused(isPaused),
      onDropped: dropped => this.#write(dropRow(dropped, this.connection.state)),
    });
    this.#store.add(this.capture.onDidChangePressure(isHigh => this.#overflow.setPressure(isHigh)));
  }

  get name(): string {
    return this.#profile.name;
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

  /**
   * Calls `onMatch` with the payload of each matching message that is received from now on, until
   * the result is disposed. The payload is valid only during the call. Each message is tested while
   * this lasts.
   */
  watch(condition: Condition, onMatch: OnMatch): Disposable {
    return this.#tap.watch(condition, onMatch);
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
    this.capture.setLimits(captureLimits(profile.values));
    this.#overflow.setMode(profile.values['history.overflow']);
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
    this.#overflow.report();
    this.#store.dispose();
  }

  #append(at: number, flags: number, payload: Uint8Array, frame?: FrameFacts): void {
    const isAdmitted = this.#overflow.admits(flags, payload.length);
    if (isAdmitted) {
      this.capture.append(at, flags, payload, frame);
    }
    if (isMessage(flags)) {
      if (directionOf(flags) === 'in') {
        this.received.add(at);
        this.#tap.offer(at, flags, payload);
      } else {
        this.sent.add(at);
      }
    }
    if (isAdmitted) {
      this.#ports.output.message(at, this.name, flags, payload);
    }
  }

  #record(state: ConnectionState): void {
    if (isWorthARow(state)) {
      this.#overflow.report();
      const { endpoint } = this.connection.options;
      this.#write(stateRow(state, endpoint, this.connection.handshake));
      this.#log(state, stateSentence(state, endpoint));
    }
    this.#onDidChange.fire(undefined);
  }

  /** A storage problem is also shown in the list of messages. */
  #noteStorage({ problem }: Storage): void {
    if (problem !== undefined && problem !== this.#storageProblem) {
      this.#storageProblem = problem;
      this.#overflow.report();
      this.#notice(problem);
    }
    this.#onDidChange.fire(undefined);
  }

  #notice(text: string): void {
    this.#write({ state: wordOf(this.connection.state), severity: 'warning', text });
    this.#ports.log.warn(`${this.name}: ${text}`);
  }

  #write(row: StateRow): void {
    const at = this.#ports.clock.now();
    this.capture.append(at, stateFlags, encoder.encode(JSON.stringify(row)));
    this.#ports.output.state(at, this.name, row);
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

function captureLimits(values: SettingValues) {
  return {
    maxRows: values['history.maxMessages'],
    maxBytes: values['history.maxMegabytes'] * 1024 * 1024,
  };
}

function sameSettings(one: Profile, other: Profile): boolean {
  return one.url === other.url && same(one.values, other.values);
}

/** Compares settings, which are plain JSON. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
