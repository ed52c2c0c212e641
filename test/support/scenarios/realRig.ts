import assert from 'node:assert/strict';
import type { Clock } from '../../../src/core/base/clock.ts';
import { Connection } from '../../../src/core/connection/connection.ts';
import { DialLimiter } from '../../../src/core/connection/retry/dialLimiter.ts';
import type { ConnectionOptions } from '../../../src/core/connection/state/options.ts';
import { stateSentence } from '../../../src/core/connection/report.ts';
import type { ConnectionState } from '../../../src/core/connection/state/state.ts';
import type {
  Handshake,
  Transport,
  TransportListener,
} from '../../../src/core/connection/wire/transport.ts';
import { connectionOptions } from '../../../src/core/settings/connectionOptions.ts';
import { readSettings } from '../../../src/core/settings/profile.ts';
import { systemClock } from '../../../src/node/systemClock.ts';
import { openWsTransport } from '../../../src/node/transport/wsTransport.ts';
import { collectingLog } from '../capture/captures.ts';
import { closedOpening } from './connectionRig.ts';
import { collectingTraffic } from '../network/fakeNetwork.ts';
import { letTimePass } from '../letTimePass.ts';
import { ManualClock } from '../manualClock.ts';
import { userSettings } from '../host/settings.ts';

/** For the real clock: retries as fast as they can come, and a short farewell. */
export const quick = {
  'reconnect.initialDelay': 0.25,
  'reconnect.maxDelay': 0.25,
  'reconnect.jitter': 0,
  'closeTimeout': 0.3,
} as const;

export type Failed = ConnectionState & { readonly kind: 'waiting' | 'stopped' };

export interface RealRigOptions {
  readonly url: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly random?: () => number;
  /** By default the real one. */
  readonly clock?: Clock;
  readonly limiter?: DialLimiter;
  /** What the host adds to a handshake: headers, certificates. Asked anew for each attempt. */
  readonly handshake?: () => Partial<Handshake>;
  readonly isRefreshable?: boolean;
  /** Awaited before each attempt. */
  readonly prepare?: () => Promise<void>;
  /** Treats a server on this machine as one of the world. */
  readonly isRemote?: boolean;
  /** By default that of the extension, on real sockets. */
  readonly dial?: (handshake: Handshake, listener: TransportListener) => Transport;
}

/** A connection on real sockets, put together as the extension does it. */
export class RealRig {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly traffic = collectingTraffic();
  readonly states: ConnectionState[] = [];
  /** What was said of messages that were to be sent. */
  readonly notices: string[] = [];
  /** When each attempt was made, of the monotonic clock. */
  readonly attemptsAt: number[] = [];
  readonly log = collectingLog();

  constructor(options: RealRigOptions) {
    const { url, settings = {}, random = () => 0.5, clock = systemClock, isRemote } = options;
    const { prepare, isRefreshable = false, dial = openWsTransport } = options;
    // The longest delay goes by the host, which is one of the world's here.
    const given = { url, ...(isRemote ? { 'reconnect.maxDelay': 30 } : {}), ...settings };
    const { profiles, problems } = readSettings(
      userSettings(key => (given as typeof settings)[key]),
    );
    assert.deepEqual(problems, []);
    const [profile] = profiles;
    assert.ok(profile);
    const { values } = profile;
    const resolved: ConnectionOptions = connectionOptions(profile);
    const { endpoint } = resolved;
    this.clock = clock;
    this.connection = new Connection(
      isRemote ? { ...resolved, endpoint: { ...endpoint, loopback: false } } : resolved,
      {
        clock,
        log: this.log.log,
        random,
        limiter: options.limiter ?? new DialLimiter(clock),
        prepare: async ({ withoutCompression }) => {
          await prepare?.();
          const handshake: Handshake = {
            endpoint,
            subprotocols: values.subprotocols,
            headers: values.headers,
            tls: { rejectUnauthorized: values['tls.rejectUnauthorized'] },
            compression: values.compression && !withoutCompression,
            maxMessageBytes: values.maxMessageSize,
            followRedirects: values.followRedirects,
            closeTimeoutMs: values.closeTimeout * 1000,
            ...(values.proxy ? { proxy: values.proxy } : {}),
            ...options.handshake?.(),
          };
          return {
            dial: listener => {
              this.attemptsAt.push(clock.monotonic());
              return dial(handshake, listener);
            },
            isRefreshable,
          };
        },
        traffic: this.traffic.sink,
        opening: closedOpening,
        notice: sentence => this.notices.push(sentence),
        redact: text => text,
      },
    );
    this.connection.onDidChangeState(state => this.states.push(state));
  }

  get kind(): ConnectionState['kind'] {
    return this.connection.state.kind;
  }

  /** What the user reads. */
  get sentence(): string {
    return stateSentence(this.connection.state, this.connection.options.endpoint);
  }

  /** The clock that the test moves. */
  get manual(): ManualClock {
    assert.ok(this.clock instanceof ManualClock, 'This scenario runs on the real clock');
    return this.clock;
  }

  /** Resolves in one of these states, at once where it is in one already. */
  async until(...kinds: readonly ConnectionState['kind'][]): Promise<ConnectionState> {
    await eventually(
      () => kinds.includes(this.kind),
      kinds.join(' or '),
      () => this.story,
    );
    return this.connection.state;
  }

  /** Resolves once an attempt or a connection has ended and it is decided what follows. */
  async failed(): Promise<Failed> {
    const state = await this.until('waiting', 'stopped');
    assert.ok(state.kind === 'waiting' || state.kind === 'stopped');
    return state;
  }

  /** It has ended, and nothing more will be tried, not in an hour. */
  async stopped(): Promise<ConnectionState & { readonly kind: 'stopped' }> {
    const state = await this.failed();
    assert.ok(state.kind === 'stopped', this.story);
    if (this.clock instanceof ManualClock) {
      this.clock.advance(3_600_000);
      assert.equal(this.connection.state, state);
    }
    return state;
  }

  async waiting(): Promise<ConnectionState & { readonly kind: 'waiting' }> {
    const state = await this.failed();
    assert.ok(state.kind === 'waiting', this.story);
    return state;
  }

  /** Waits for the failure, then moves the clock to the retry. Returns the delay. */
  async retry(): Promise<number> {
    const { delayMs } = await this.waiting();
    this.manual.advance(delayMs);
    return delayMs;
  }

  /** Retries until nothing more is tried. Returns the delays. */
  async exhaust(): Promise<number[]> {
    const delays: number[] = [];
    while ((await this.failed()).kind === 'waiting') {
      delays.push(await this.retry());
      assert.ok(delays.length < 1000, 'It ends');
    }
    return delays;
  }

  /** Has seen so many lines of traffic that begin so. */
  async has(beginning: string, count = 1): Promise<void> {
    const seen = () => this.count(beginning);
    await eventually(
      () => seen() >= count,
      `${count} × ${beginning}`,
      () => this.story,
    );
  }

  count(beginning: string): number {
    return this.traffic.lines.filter(line => line.startsWith(beginning)).length;
  }

  /** The states that were passed, for messages of tests. */
  get story(): string {
    return `${this.states.map(({ kind }) => kind).join(' ')}: ${this.sentence}`;
  }

  /** The timers of the bag are those of the state, each at most once. */
  checkTimers(): void {
    const expected: Partial<Record<ConnectionState['kind'], string>> = {
      connecting: 'deadline',
      waiting: 'retry',
      closing: 'closing',
    };
    const timers = this.connection.timers.filter(
      // A preparation that waits for its turn has no deadline yet.
      timer =>
        !(timer === 'stable' && this.kind === 'open') &&
        !(timer === 'deadline' && this.kind === 'preparing'),
    );
    assert.deepEqual(timers, [expected[this.kind]].filter(Boolean), `Timers while ${this.kind}`);
  }
}

/** Waits for what the other side of a socket brings about, and not for longer than it takes. */
export async function eventually(
  holds: () => boolean,
  what: string,
  story: () => string = () => '',
): Promise<void> {
  const until = performance.now() + 15_000;
  while (!holds()) {
    assert.ok(performance.now() < until, `It never came to "${what}": ${story()}`);
    await letTimePass(2, 'no event reports the condition');
  }
}

/** A sequence of numbers from 0 to 1 that is the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
