import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CancellationError, UserError } from '../../../../src/core/base/errors.ts';
import { Connection } from '../../../../src/core/connection/connection.ts';
import { parseEndpoint } from '../../../../src/core/endpoint/endpoint.ts';
import { refusesLogin } from '../../../../src/core/connection/retry/failureRules.ts';
import { DialLimiter } from '../../../../src/core/connection/retry/dialLimiter.ts';
import type {
  PreparedHandshake,
  HandshakeRequestOptions,
} from '../../../../src/core/connection/wire/transport.ts';
import { stateSentence } from '../../../../src/core/connection/report.ts';
import { silentLog } from '../../../support/capture/captures.ts';
import { closedOpening, optionsOf } from '../../../support/scenarios/connectionRig.ts';
import { collectingTraffic, FakeNetwork, settle } from '../../../support/network/fakeNetwork.ts';
import { ManualClock } from '../../../support/manualClock.ts';

/** A connection whose handshakes the test prepares. */
function setUp(
  prepare: (wishes: HandshakeRequestOptions) => Promise<unknown>,
  more: Partial<PreparedHandshake> = {},
  url?: string,
) {
  const clock = new ManualClock();
  const network = new FakeNetwork();
  const asked: HandshakeRequestOptions[] = [];
  const connection = new Connection(optionsOf({ 'heartbeat.ping': false }, url), {
    clock,
    log: silentLog,
    random: () => 0,
    limiter: new DialLimiter(clock),
    prepare: async wishes => {
      asked.push(wishes);
      await prepare(wishes);
      return { dial: listener => network.dial(listener), isRefreshable: false, ...more };
    },
    traffic: collectingTraffic().sink,
    opening: closedOpening,
    notice: () => undefined,
    redact: text => text,
  });
  const advance = async (ms: number) => {
    clock.advance(ms);
    await settle();
    await settle();
  };
  return { clock, network, asked, connection, advance };
}

const refusal = (status: number) =>
  ({
    code: 1006,
    reason: '',
    phase: 'upgrade',
    refusal: { status, statusText: '', headers: {} },
  }) as const;

describe('The preparation of a handshake', () => {
  it('is told who asked, and whether the login was refused', async () => {
    const { network, asked, connection, advance } = setUp(settle, { isRefreshable: true });
    connection.connect();
    await advance(0);
    network.last.end(refusal(401));
    await advance(1000);
    assert.equal(network.attempts.length, 2, 'A 401 is tried once more with a new login');
    network.last.open();
    network.last.end({ code: 4401, reason: '' });
    await advance(30_000);
    assert.deepEqual(
      asked.map(({ byUser, isLoginRefused }) => [byUser, isLoginRefused]),
      [
        [true, false],
        [false, true],
      ],
      'The second refusal in a row ends it',
    );
    assert.equal(connection.state.kind, 'stopped');
    connection.connect();
    await advance(0);
    assert.deepEqual([asked.at(-1)?.byUser, asked.at(-1)?.isLoginRefused], [true, true]);
  });

  it('refreshes a login again once the connection has proved stable', async () => {
    const { network, connection, advance } = setUp(settle, { isRefreshable: true });
    connection.connect();
    await advance(0);
    for (let round = 0; round < 3; round++) {
      network.last.open();
      await advance(15_000);
      network.last.end({ code: 4401, reason: '' });
      await advance(1000);
    }
    assert.equal(network.attempts.length, 4);
    assert.equal(connection.state.kind, 'connecting');
  });

  it('takes the time of a person or a program off the limit', async () => {
    let answer: () => void = () => undefined;
    const { network, connection, advance } = setUp(({ untimed }) =>
      untimed(() => new Promise<void>(resolve => (answer = resolve))),
    );
    connection.connect();
    await advance(600_000);
    assert.equal(connection.state.kind, 'preparing');
    answer();
    await advance(0);
    assert.equal(network.attempts.length, 1);
    await advance(10_000);
    assert.equal(connection.state.kind, 'waiting', 'The limit holds again');
  });

  it('leaves the limit of a later attempt alone', async () => {
    const answers: (() => void)[] = [];
    const { network, connection, advance } = setUp(({ untimed }) =>
      untimed(() => new Promise<void>(resolve => answers.push(resolve))),
    );
    connection.connect();
    await advance(0);
    connection.reconnect();
    await advance(1000);
    answers[0]?.();
    await advance(600_000);
    assert.equal(connection.state.kind, 'preparing');
    answers[1]?.();
    await advance(0);
    assert.deepEqual([network.attempts.length, connection.state.kind], [1, 'connecting']);
  });

  it('goes on where the machine slept while a question was open', async () => {
    const answers: (() => void)[] = [];
    const { clock, network, asked, connection, advance } = setUp(({ untimed }) =>
      untimed(() => new Promise<void>(resolve => answers.push(resolve))),
    );
    connection.connect();
    await advance(5000);
    connection.wake();
    connection.wake();
    await advance(60_000);
    assert.deepEqual([asked.length, connection.state.kind], [1, 'preparing']);
    answers[0]?.();
    await advance(0);
    assert.deepEqual([network.attempts.length, connection.state.kind], [1, 'connecting']);
    connection.dispose();
    assert.deepEqual(clock.pending, []);
  });

  it('has its whole time again after a sleep, and stays one that the user asked for', async () => {
    const { asked, connection, advance } = setUp(() => new Promise(() => undefined));
    connection.connect();
    await advance(9000);
    connection.wake();
    await advance(9000);
    assert.equal(connection.state.kind, 'preparing');
    await advance(1000);
    assert.equal(connection.state.kind, 'waiting');
    assert.deepEqual(
      asked.map(({ byUser }) => byUser),
      [true],
    );
  });

  it('ends quietly where the user cancels, and with the reason where a program fails', async () => {
    const cancelled = setUp(() => Promise.reject(new CancellationError()));
    cancelled.connection.connect();
    await cancelled.advance(0);
    assert.equal(cancelled.connection.state.kind, 'idle');
    const failed = setUp(({ untimed }) => untimed(() => Promise.reject(new UserError('No.'))));
    failed.connection.connect();
    await failed.advance(0);
    const { state } = failed.connection;
    assert.equal(state.kind === 'stopped' && state.cause.message, 'No.');
    assert.deepEqual(failed.connection.timers, []);
  });

  it('says what is dialled, which the options and the sentences then have', async () => {
    const url = 'ws://${env:HOST}/${secret:room}';
    const endpoint = { ...parseEndpoint('ws://feed.example/'), display: 'ws://feed.example/•••' };
    const { network, connection, advance } = setUp(settle, { endpoint }, url);
    assert.equal(connection.options.endpoint.display, url);
    connection.connect();
    await advance(0);
    network.last.open();
    const { options, state } = connection;
    assert.equal(options.endpoint.display, 'ws://feed.example/•••');
    assert.equal(stateSentence(state, options.endpoint), 'Connected to feed.example.');
    connection.setOptions(optionsOf({ 'heartbeat.interval': 5 }, url));
    assert.equal(connection.options.endpoint.host, 'feed.example');
    connection.setOptions(optionsOf({}, 'ws://${env:OTHER}/'));
    assert.equal(connection.options.endpoint.host, '${env:OTHER}');
  });
});

describe('A refused login', () => {
  it('is told by statuses and close codes, but not those of a proxy', () => {
    const http = (status: number, phase: 'upgrade' | 'proxy' = 'upgrade') =>
      refusesLogin({ kind: 'http', phase, status });
    const closed = (close: number) => refusesLogin({ kind: 'closeframe', close });
    assert.deepEqual(
      [401, 403, 404, 407, 500].filter(status => http(status)),
      [401, 403],
    );
    assert.equal(http(403, 'proxy'), false);
    const codes = [1000, 1006, 1008, 3000, 3003, 4400, 4401, 4403, 4404, 4429];
    assert.deepEqual(codes.filter(closed), [1008, 3000, 3003, 4401, 4403]);
  });
});
