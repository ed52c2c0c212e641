import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { CommandId } from '../../src/shared/ids.ts';
import { Peer } from '../support/network/peer.ts';
import { refusedPort, status } from '../support/network/peers.ts';
import { until } from '../support/until.ts';
import { connect, run, type Result } from './support.ts';

/** One attempt, so that a failure is final at once. */
const once = { reconnect: { maxAttempts: 1 } };

describe('The commands', () => {
  let peer: Peer;
  let names = 0;
  const fresh = () => `test ${++names}`;

  beforeEach(async () => {
    peer = await Peer.start();
  });

  afterEach(() => peer.stop());

  it('connect to a URL, and give back the connection', async () => {
    const { id, name, state } = await connect(peer.url);
    assert.match(id, /^c\d+$/);
    assert.deepEqual([name, state], [`127.0.0.1:${peer.port}`, 'open']);
    const again = await connect(peer.url);
    assert.deepEqual(again, { id, name, state }, 'the same URL is the same connection');
    assert.equal(peer.sockets.length, 1);
    await run(CommandId.Disconnect, id);
  });

  it('connect with overrides of any setting', async () => {
    const name = fresh();
    const headers = { 'X-Test': 'yes' };
    const onOpen = ['start', { base64: 'AQID' }];
    await connect({ name, url: peer.url, headers, onOpen, heartbeat: { message: 'beat' } });
    await until('everything was received', () => peer.received.length >= 3);
    assert.deepEqual(peer.received, ['start', 'hex:010203', 'beat']);
    assert.equal(peer.headers[0]?.['x-test'], 'yes');
    await run(CommandId.Disconnect, name);
  });

  it('keep several connections apart', async () => {
    const [one, two] = [fresh(), fresh()];
    await connect({ name: one, url: peer.url });
    await connect({ name: two, url: `${peer.url}two` });
    await run(CommandId.Send, { connection: two, text: 'to two' });
    await until('it was received', () => peer.received.length === 1);
    const left = await run<Result>(CommandId.Disconnect, one);
    assert.deepEqual([left.name, left.state], [one, 'idle']);
    await until('one is gone', () => peer.sockets.length === 1);
    await run(CommandId.Send, { connection: two, base64: '//8=' });
    await until('two still sends', () => peer.received.includes('hex:ffff'));
    await run(CommandId.Disconnect, two);
  });

  it('disconnect twice, and stop retrying', async () => {
    const name = fresh();
    await connect({ name, url: peer.url });
    await peer.stop();
    const first = await run<Result>(CommandId.Disconnect, name);
    const second = await run<Result>(CommandId.Disconnect, name);
    assert.deepEqual([first.state, second.state], ['idle', 'idle']);
  });

  it('reconnect an open connection and one that was stopped', async () => {
    const name = fresh();
    await connect({ name, url: peer.url });
    const before = peer.sockets[0];
    const result = await run<Result>(CommandId.Reconnect, name);
    assert.equal(result.state, 'open');
    await until('the old socket is gone', () => !peer.sockets.includes(before as never));
    await run(CommandId.Disconnect, name);
    assert.equal((await run<Result>(CommandId.Reconnect, name)).state, 'open');
    await run(CommandId.Disconnect, name);
  });

  it('resolve a connect that is cancelled while it waits to retry', async () => {
    const name = fresh();
    const pending = connect({ name, url: `ws://127.0.0.1:${await refusedPort()}/` });
    await until('it is known', () =>
      run(CommandId.Disconnect, name).then(
        () => true,
        () => false,
      ),
    );
    assert.equal((await pending).state, 'idle');
  });

  it('do nothing, and ask nothing, where there is nothing to do', async () => {
    const results = [
      await run(CommandId.Disconnect),
      await run(CommandId.StopDemoServer),
      await run(CommandId.StopDemoServer),
    ];
    assert.deepEqual(results, [undefined, undefined, undefined]);
  });

  for (const [what, target, says] of [
    ['an unparsable URL', 'ws://exa mple:99999/', /not a valid URL/],
    ['http: instead of ws:', 'http://127.0.0.1/', /Use ws:\/\//],
    ['https: instead of wss:', 'https://127.0.0.1/', /Use wss:\/\//],
    ['a fragment', 'ws://127.0.0.1/#x', /fragment/],
    ['an address without ws:', 'localhost:8080', /"localhost:8080".*write ws:\/\/localhost:8080\//],
    ['a host without wss:', { url: 'example.com' }, /as in wss:\/\/example\.com\//],
    ['a name that does not exist', 'nobody', /No connection named "nobody"/],
    ['no name and no URL', 7, /Pass the name of a connection or a URL/],
    ['an object without a URL', { name: 'x' }, /has no url/],
    [
      'a setting with a wrong type',
      { url: 'ws://127.0.0.1/', connectTimeout: 'long' },
      /connectTimeout must be a number/,
    ],
    ['an unknown setting', { url: 'ws://127.0.0.1/', retries: 5 }, /retries is no setting/],
    [
      'a header with a line break',
      { url: 'ws://127.0.0.1/', headers: { a: 'b\r\nc: d' } },
      /headers must be/,
    ],
  ] as const) {
    it(`refuse ${what} with a sentence`, async () => {
      await assert.rejects(Promise.resolve(connect(target)), says);
    });
  }

  it('end as stopped where the port is refused, the host unknown or no WebSocket there', async function () {
    this.timeout(30_000);
    const http = await status(200, {}, 'hello');
    const refused = await refusedPort();
    const results = await Promise.all(
      [`ws://127.0.0.1:${refused}/`, 'ws://no-such-host.invalid/', http.url].map(url =>
        connect({ name: fresh(), url, ...once }),
      ),
    );
    await http.dispose();
    assert.deepEqual(
      results.map(({ state }) => state),
      ['stopped', 'stopped', 'stopped'],
    );
  });

  it('name what is wrong with a message that cannot be sent', async () => {
    const name = fresh();
    await connect({ name, url: peer.url });
    const send = (message: object) =>
      Promise.resolve(run(CommandId.Send, { connection: name, ...message }));
    await assert.rejects(send({ base64: 'a*b' }), /character 2/);
    await assert.rejects(send({ base64: 'abcde' }), /missing at the end/);
    await assert.rejects(send({ text: 1 }), /must be a string/);
    await assert.rejects(send({ text: 'a', base64: 'YQ==' }), /not both/);
    await run(CommandId.Disconnect, name);
    await assert.rejects(send({ text: 'late' }), /Not connected/);
    await assert.rejects(
      Promise.resolve(run(CommandId.Send, { connection: 'nobody', text: 'x' })),
      /There is no connection "nobody"/,
    );
  });

  it('fill in what a message refers to, and say what is missing', async () => {
    const name = fresh();
    process.env['MONITOR_TEST_NAME'] = 'sesame';
    await connect({ name, url: peer.url, onOpen: ['hello ${env:MONITOR_TEST_NAME}'] });
    const send = (text: string) => Promise.resolve(run(CommandId.Send, { connection: name, text }));
    await send('${counter} $${counter}');
    await send('${counter}');
    await assert.rejects(send('${none-such}'), /no variable "none-such"/);
    await assert.rejects(send('${secret:none-such}'), /Store Secret/);
    await until('all was received', () => peer.received.length === 3);
    assert.deepEqual(peer.received, ['hello sesame', '1 ${counter}', '2']);
    await run(CommandId.Disconnect, name);
  });

  it('keep messages until the connection opens, where the settings want it', async () => {
    const name = fresh();
    const { port } = peer;
    await peer.stop();
    const queue = { maxMessages: 1 };
    const reconnect = { initialDelay: 0.5, factor: 1, jitter: 0 };
    const opened = connect({ name, url: `ws://127.0.0.1:${port}/`, queue, reconnect });
    await until('it is known', () =>
      run(CommandId.Clear, name).then(
        () => true,
        () => false,
      ),
    );
    const sent = run(CommandId.Send, { connection: name, text: 'early' });
    await assert.rejects(
      Promise.resolve(run(CommandId.Send, { connection: name, text: 'more' })),
      /the queue is full \(queue\.maxMessages is 1\)/,
    );
    peer = await Peer.start(port);
    assert.equal((await opened).state, 'open');
    await sent;
    await until('it was received', () => peer.received.includes('early'));
    await run(CommandId.Disconnect, name);
  });

  it('start the demo server once, and stop it', async () => {
    const first = await run<{ url: string }>(CommandId.StartDemoServer);
    const second = await run<{ url: string }>(CommandId.StartDemoServer);
    assert.equal(first.url, second.url);
    const { id, state } = await connect(first.url);
    assert.equal(state, 'open');
    await run(CommandId.StopDemoServer);
    await run(CommandId.Disconnect, id);
    const after = await connect({ name: fresh(), url: first.url, ...once });
    assert.equal(after.state, 'stopped');
  });

  it('refuse to dial where a secret is missing, and take it where it is there', async () => {
    const headers = { Authorization: 'Bearer ${secret:none-such}' };
    const { state } = await connect({ name: fresh(), url: peer.url, headers });
    assert.deepEqual([state, peer.headers.length], ['stopped', 0]);
    process.env['MONITOR_TEST_TOKEN'] = 'sesame';
    const name = fresh();
    await connect({ name, url: peer.url, headers: { 'X-Token': '${env:MONITOR_TEST_TOKEN}' } });
    assert.equal(peer.headers[0]?.['x-token'], 'sesame');
    await run(CommandId.Disconnect, name);
  });
});
