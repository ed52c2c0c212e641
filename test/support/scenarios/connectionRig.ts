import assert from 'node:assert/strict';
import { DialLimiter } from '../../../src/core/connection/retry/dialLimiter.ts';
import { Connection } from '../../../src/core/connection/connection.ts';
import type { OnOpenPorts } from '../../../src/core/connection/send/onOpenMessages.ts';
import { labelOf, wordOf } from '../../../src/core/connection/report.ts';
import type { ConnectionOptions } from '../../../src/core/connection/state/options.ts';
import { connectionOptions } from '../../../src/core/settings/connectionOptions.ts';
import { readSettings } from '../../../src/core/settings/profile.ts';
import { silentLog } from '../capture/captures.ts';
import { collectingTraffic, FakeNetwork, settle } from '../network/fakeNetwork.ts';
import { ManualClock } from '../manualClock.ts';
import { userSettings } from '../host/settings.ts';

/** What the settings of `websocketMonitor` mean for the connection to `url`. */
export function optionsOf(
  settings: Readonly<Record<string, unknown>> = {},
  url = 'ws://example.test/feed',
): ConnectionOptions {
  const { profiles, problems } = readSettings(userSettings(key => ({ url, ...settings })[key]));
  assert.deepEqual(problems, []);
  const [profile] = profiles;
  assert.ok(profile);
  return connectionOptions(profile);
}

export interface RigOptions {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly url?: string;
  readonly random?: () => number;
  readonly prepare?: () => Promise<void>;
  readonly isRefreshable?: boolean;
  readonly opening?: Partial<OnOpenPorts>;
}

/** Nothing can be looked up: what is sent on opening must stand for itself. */
export const closedOpening: OnOpenPorts = {
  write: () => Promise.reject(new Error('Nothing can be filled in here')),
  assertAllowed: () => undefined,
  stepsOf: () => Promise.reject(new Error('There is no library here')),
  watch: () => {
    throw new Error('Nothing is watched here');
  },
  record: () => undefined,
  lastRow: () => undefined,
};

/** A connection whose clock and network a test moves by hand. */
export class ConnectionRig {
  readonly clock = new ManualClock();
  readonly network = new FakeNetwork();
  readonly traffic = collectingTraffic();
  readonly connection: Connection;
  /** Every state that was reported, as its kind. */
  readonly states: string[] = [];
  /** What was said of messages that were to be sent. */
  readonly notices: string[] = [];
  /** When each attempt was made, in milliseconds. */
  readonly attemptsAt: number[] = [];

  constructor({
    settings,
    url,
    random = () => 0,
    prepare = settle,
    isRefreshable = false,
    opening,
  }: RigOptions = {}) {
    this.connection = new Connection(optionsOf(settings, url), {
      clock: this.clock,
      log: silentLog,
      random,
      limiter: new DialLimiter(this.clock),
      prepare: async () => {
        await prepare();
        return {
          dial: listener => {
            this.attemptsAt.push(this.clock.monotonic());
            return this.network.dial(listener);
          },
          isRefreshable,
        };
      },
      traffic: this.traffic.sink,
      opening: { ...closedOpening, ...opening },
      notice: sentence => this.notices.push(sentence),
      redact: text => text,
    });
    this.connection.onDidChangeState(state => this.states.push(state.kind));
  }

  get word(): string {
    return wordOf(this.connection.state);
  }

  get label(): string {
    return labelOf(this.connection.state);
  }

  /** Connects and waits until the socket is being opened. */
  async dial(): Promise<void> {
    this.connection.connect();
    await settle();
    await settle();
  }

  /** Connects, and the peer accepts. */
  async open(): Promise<void> {
    await this.dial();
    this.network.last.open();
  }

  /** Moves the clock, and lets an attempt that falls due begin. */
  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    await settle();
    await settle();
  }

  /** Moves the clock to the next retry, and lets it begin. Does nothing where none is to come. */
  async retry(): Promise<void> {
    const { state } = this.connection;
    if (state.kind === 'waiting') {
      await this.advance(state.delayMs);
    }
  }

  /** What must hold whenever a test is over: nothing runs that no state accounts for. */
  checkInvariants(): void {
    const { kind } = this.connection.state;
    const expected: Partial<Record<typeof kind, readonly string[]>> = {
      preparing: ['deadline'],
      connecting: ['deadline'],
      waiting: ['retry'],
      closing: ['closing'],
    };
    assert.deepEqual(
      {
        timers: this.connection.timers.filter(timer => timer !== 'stable'),
        sockets: this.network.alive,
      },
      {
        timers: expected[kind] ?? [],
        sockets: ['connecting', 'open', 'closing'].includes(kind) ? 1 : 0,
      },
    );
  }
}
