import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe } from 'node:test';
import { acceptance } from '../../support/network/frames.ts';
import { answer, raw, status } from '../../support/network/peers.ts';
import { quick } from '../../support/scenarios/realRig.ts';
import { scenario } from '../../support/scenarios/scenarios.ts';

/** An answer that is not the 101, whatever was asked. */
const says = (...lines: readonly string[]) => ({
  before: (socket: Socket) => socket.write(`${lines.join('\r\n')}\r\n\r\n`),
});

describe('Scenarios of the answer to the handshake', { concurrency: true }, () => {
  scenario('a 401 is asked for once, and shown with its WWW-Authenticate', async world => {
    const peer = await world.peer(status(401, { 'WWW-Authenticate': 'Basic realm="lab"' }));
    const rig = world.manual({ url: peer.url });
    rig.connection.connect();
    assert.equal((await rig.stopped()).why, 'fatal');
    assert.equal(peer.requests.length, 1);
    const { response } = rig.connection.handshake ?? {};
    assert.equal(response?.status, 401);
    assert.match(JSON.stringify(response.headers), /WWW-Authenticate.*realm=\\"lab\\"/i);
    assert.match(rig.sentence, /HTTP 401.*Sign in/);
  });

  scenario('a 401 is asked for once more where the token is read anew', async world => {
    let token = 0;
    const peer = await world.peer(
      raw(undefined, {
        before: (socket, head) =>
          /^authorization: bearer 2\r$/im.test(head) ? false : socket.end(answer(401)),
      }),
    );
    const handshake = () => ({ headers: { Authorization: `Bearer ${++token}` } });
    const rig = world.manual({ url: peer.url, handshake, isRefreshable: true });
    rig.connection.connect();
    await rig.retry();
    await rig.until('open');
    assert.equal(peer.requests.length, 2);

    rig.connection.reconnect();
    await rig.retry();
    assert.equal((await rig.stopped()).why, 'fatal');
    assert.equal(peer.requests.length, 4, 'No more than one other token for each wish of the user');
  });

  for (const code of [400, 403, 404, 426]) {
    scenario(`a ${code} is asked for once, and shown with its body`, async world => {
      const peer = await world.peer(status(code, { Upgrade: 'h2c' }, 'What went wrong'));
      const rig = world.manual({ url: peer.url });
      rig.connection.connect();
      assert.equal((await rig.stopped()).why, 'fatal');
      assert.equal(peer.requests.length, 1);
      assert.equal(rig.connection.handshake?.response?.body, 'What went wrong');
      assert.match(rig.sentence, new RegExp(`HTTP ${code}`));
    });
  }

  scenario('a Retry-After of 7 s is kept to, and said', async world => {
    for (const draw of [0, 0.999]) {
      const peer = await world.peer(status(503, { 'Retry-After': '7' }));
      const rig = world.manual({ url: peer.url, random: () => draw });
      rig.connection.connect();
      const { delayMs } = await rig.waiting();
      assert.ok(delayMs >= 7000 && delayMs <= 7700, `${delayMs}`);
      assert.match(rig.sentence, /The peer asked for 7 s\. Retry 1\/10 in 7/);
      rig.manual.advance(6999);
      assert.equal(rig.kind, 'waiting');
      rig.manual.advance(701);
      assert.equal((await rig.waiting()).failures, 2);
      assert.equal(peer.requests.length, 2);
    }
  });

  for (const [asked, least, most] of [
    ['99999999999', 600_000, 660_000],
    ['-5', 250, 1000],
    ['NaN', 250, 1000],
    ['', 250, 1000],
    ['1e9', 250, 1000],
    ['0', 250, 1000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 250, 1000],
    [['3', '99999999999'], 3000, 3300],
  ] as const) {
    scenario(`Retry-After: ${String(asked)} is neither a hammer nor for ever`, async world => {
      const peer = await world.peer(status(503, { 'Retry-After': asked }));
      const rig = world.manual({ url: peer.url });
      rig.connection.connect();
      const { delayMs } = await rig.waiting();
      assert.ok(delayMs >= least && delayMs <= most, `${delayMs}`);
      rig.manual.advance(least - 1);
      assert.equal(rig.kind, 'waiting');
      assert.equal(peer.requests.length, 1);
    });
  }

  scenario('three times 429, then open: each waits in the band of five seconds', async world => {
    const peer = await world.peer(
      raw(undefined, {
        before: (socket, _head, number) => (number <= 3 ? socket.end(answer(429)) : false),
      }),
    );
    const rig = world.manual({ url: peer.url, isRemote: true, random: () => 0 });
    rig.connection.connect();
    assert.deepEqual([await rig.retry(), await rig.retry(), await rig.retry()], [5e3, 1e4, 2e4]);
    await rig.until('open');
    assert.equal(peer.requests.length, 4);
  });

  scenario('a refusal whose body never comes does not hold it up', async world => {
    const peer = await world.peer(status(503, { 'Content-Length': '100' }));
    const rig = world.rig({ url: peer.url, settings: { ...quick, connectTimeout: 60 } });
    rig.connection.connect();
    await rig.until('connecting');
    const since = performance.now();
    assert.equal((await rig.waiting()).cause.status, 503);
    assert.ok(performance.now() - since < 30_000);
  });

  for (const [what, peer] of [
    ['a wrong Accept', { before: (socket: Socket) => socket.write(acceptance('')) }],
    ['no Upgrade', says('HTTP/1.1 101 Fine', 'Connection: Upgrade')],
    ['a page', { before: (socket: Socket) => socket.write(answer(200, {}, '<html>')) }],
  ] as const) {
    scenario(`${what} is no WebSocket, asked for once`, async world => {
      const server = await world.peer(raw(undefined, peer));
      const rig = world.manual({ url: server.url });
      rig.connection.connect();
      const { why, cause } = await rig.stopped();
      assert.deepEqual([why, cause.phase, server.requests.length], ['fatal', 'upgrade', 1]);
    });
  }

  for (const [what, headers] of [
    ['that was not offered', ['Sec-WebSocket-Protocol: soap']],
    ['that is missing', []],
  ] as const) {
    scenario(`a subprotocol ${what} is named beside those offered`, async world => {
      const peer = await world.peer(raw(undefined, { headers }));
      const settings = { subprotocols: ['mqtt', 'stomp'] };
      const rig = world.manual({ url: peer.url, settings });
      rig.connection.connect();
      const { why, rule } = await rig.stopped();
      assert.deepEqual([why, rule, peer.requests.length], ['fatal', 'subprotocol', 1]);
      assert.match(rig.sentence, headers.length > 0 ? /soap/ : /no subprotocol/);
      assert.match(rig.sentence, /mqtt, stomp/);
    });
  }

  scenario('an extension not offered is tried once more without compression', async world => {
    const peer = await world.peer(raw(undefined, { headers: ['Sec-WebSocket-Extensions: x'] }));
    const rig = world.manual({ url: peer.url });
    rig.connection.connect();
    await rig.exhaust();
    assert.equal((await rig.stopped()).why, 'fatal');
    const offers = peer.requests.map(head => /^sec-websocket-extensions:/im.test(head));
    assert.deepEqual(offers, [true, false]);
  });

  scenario('a banner of SSH is not HTTP', async world => {
    const before = (socket: Socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n');
    const peer = await world.peer(raw(undefined, { before }));
    const rig = world.manual({ url: peer.url });
    rig.connection.connect();
    const { rule, cause } = await rig.stopped();
    assert.equal(rule, 'not HTTP');
    assert.match(cause.error ?? '', /^HPE_/);
    assert.match(rig.sentence, /does not speak HTTP/);
  });

  scenario(
    'a redirect to another host is named, or followed without anything of the user',
    async world => {
      const other = await world.peer(raw(undefined, { host: '127.0.0.2' }));
      const Location = other.url.replace('ws:', 'http:');
      const peer = await world.peer(status(302, { Location }));
      const handshake = () => ({
        headers: { 'Authorization': 'Bearer hunter22', 'X-Tenant': 'blue' },
      });
      const off = world.manual({ url: peer.url, handshake });
      off.connection.connect();
      assert.equal((await off.stopped()).rule, 'HTTP: redirect');
      assert.match(JSON.stringify(off.connection.handshake), /127\.0\.0\.2/);
      assert.equal(other.connections, 0);

      const on = world.manual({ url: peer.url, handshake, settings: { followRedirects: true } });
      on.connection.connect();
      await on.until('open');
      assert.match(peer.requests.at(-1) ?? '', /^authorization: bearer hunter22\r$/im);
      assert.doesNotMatch(other.requests.join(), /hunter22|authorization/i);
      assert.doesNotMatch(other.requests.join(), /tenant/i);
      assert.deepEqual(on.connection.handshake?.redirects[0]?.stripped, [
        'Authorization',
        'X-Tenant',
      ]);
      assert.doesNotMatch(JSON.stringify(on.connection.handshake), /hunter22/);
    },
  );

  scenario('a redirect loop ends after five hops, and at the one deadline', async world => {
    const delayed = (ms: number) =>
      raw(undefined, {
        before: (socket, head) => {
          const Location = `http://${/^host: (.*)\r$/im.exec(head)?.[1] ?? ''}/`;
          setTimeout(() => socket.end(answer(302, { Location })), ms);
        },
      });
    const swift = await world.peer(delayed(20));
    const settings = { ...quick, followRedirects: true };
    const rig = world.rig({ url: swift.url, settings });
    rig.connection.connect();
    assert.equal((await rig.stopped()).cause.error, 'WSM_REDIRECT_LIMIT');
    assert.equal(swift.requests.length, 6);

    const slow = await world.peer(delayed(150));
    const hasty = world.rig({ url: slow.url, settings: { ...settings, connectTimeout: 0.4 } });
    hasty.connection.connect();
    assert.equal((await hasty.waiting()).cause.error, 'CONNECT_TIMEOUT');
    assert.ok(slow.requests.length <= 4, `${slow.requests.length} requests`);
  });

  scenario('a 101 that offers its messages in the same packet loses none', async world => {
    const before = (socket: Socket, head: string) => {
      const hello = Buffer.from([0x81, 5, ...Buffer.from('hello')]);
      socket.write(Buffer.concat([acceptance(head), hello, hello]));
    };
    const peer = await world.peer(raw(undefined, { before }));
    const rig = world.manual({ url: peer.url });
    rig.connection.connect();
    await rig.has('in text hello', 2);
  });
});
