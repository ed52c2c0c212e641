import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { describe } from 'node:test';
import { parseEndpoint } from '../../../src/core/endpoint/endpoint.ts';
import type { Transport, TransportListener } from '../../../src/core/connection/wire/transport.ts';
import { readSettings } from '../../../src/core/settings/profile.ts';
import { openWsTransport } from '../../../src/node/transport/wsTransport.ts';
import { FakeTransport } from '../../support/network/fakeNetwork.ts';
import { frame, Opcode } from '../../support/network/frames.ts';
import { raw, status } from '../../support/network/peers.ts';
import { scenario } from '../../support/scenarios/scenarios.ts';
import { userSettings } from '../../support/host/settings.ts';

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some(address => address?.address === '::1');
const unknownHost = 'ws://no-such-host.invalid/';

/** As where the lookup of the host name fails with this code. */
function failLookup(code: string, listener: TransportListener): Transport {
  const transport = new FakeTransport(listener);
  process.nextTick(() => transport.end({ phase: 'dns', error: { code, message: code } }));
  return transport;
}

describe('Scenarios of hosts and URLs', { concurrency: true }, () => {
  scenario('an unknown host that was good before is tried for ever', async world => {
    const peer = await world.peer(raw());
    let isGone = false;
    const rig = world.manual({
      url: peer.url,
      dial: (handshake, listener) =>
        isGone ? failLookup('ENOTFOUND', listener) : openWsTransport(handshake, listener),
    });
    rig.connection.connect();
    await rig.until('open');
    peer.sockets.forEach(socket => socket.write(frame(Opcode.Text, 'hello')));
    await rig.has('in text');
    rig.manual.advance(10_000);
    isGone = true;
    peer.sockets.forEach(socket => socket.destroy());
    for (let failure = 1; failure <= 20; failure++) {
      const { failures, limit } = await rig.waiting();
      assert.deepEqual([failures, limit], [failure, 0]);
      const delayMs = await rig.retry();
      assert.ok(delayMs >= 250 && delayMs <= 5000, `Delay ${failure} is ${delayMs}`);
    }
    assert.equal((await rig.waiting()).cause.error, 'ENOTFOUND');
    assert.deepEqual([rig.attemptsAt.length, peer.connections], [21, 1]);
    isGone = false;
    await rig.retry();
    await rig.until('open');
  });

  scenario('an unknown host is tried three times, and named', async world => {
    const rig = world.manual({
      url: unknownHost,
      dial: (handshake, listener) =>
        openWsTransport(handshake, {
          ...listener,
          // Where there is no network, the system says EAI_AGAIN of any name.
          onEnd: ended =>
            listener.onEnd({
              ...ended,
              error: { code: 'ENOTFOUND', message: ended.error?.message ?? '' },
            }),
        }),
    });
    rig.connection.connect();
    const delays = await rig.exhaust();
    const { cause, why, failures } = await rig.stopped();
    assert.match(rig.sentence, /The host name of no-such-host\.invalid is unknown \(ENOTFOUND\)/);
    assert.deepEqual(
      [cause.phase, why, failures, rig.attemptsAt.length, delays.length],
      ['dns', 'fatal', 3, 3, 2],
    );
  });

  scenario('a name that cannot be looked up just now is tried like any other', async world => {
    const rig = world.manual({
      url: unknownHost,
      dial: (_, listener) => failLookup('EAI_AGAIN', listener),
    });
    rig.connection.connect();
    await rig.exhaust();
    assert.equal((await rig.stopped()).why, 'exhausted');
    assert.match(rig.sentence, /no-such-host\.invalid could not be looked up just now/);
    assert.equal(rig.attemptsAt.length, 10);
  });

  scenario('credentials of the URL are sent and never shown', async world => {
    const peer = await world.peer(status(401));
    const rig = world.manual({ url: peer.url.replace('//', '//me:hunter22@') });
    rig.connection.connect();
    await rig.stopped();
    const basic = Buffer.from('me:hunter22').toString('base64');
    assert.match(peer.requests.join(), new RegExp(`^authorization: Basic ${basic}\r$`, 'im'));
    const shown = JSON.stringify([
      rig.states,
      rig.connection.handshake,
      rig.sentence,
      rig.log.lines,
    ]);
    assert.doesNotMatch(shown, /hunter22/);
    assert.ok(!shown.includes(basic));
  });

  scenario('a URL with unicode goes over the wire encoded', async world => {
    const peer = await world.peer(raw());
    const rig = world.manual({ url: `${peer.url}ü/✓?q=ä` });
    rig.connection.connect();
    await rig.until('open');
    assert.match(peer.requests.join(), /^GET \/%C3%BC\/%E2%9C%93\?q=%C3%A4 HTTP/);
  });

  scenario(
    'a URL with IPv6 is dialled, and named in brackets',
    async world => {
      const peer = await world.peer(raw(undefined, { host: '::1' }));
      const rig = world.manual({ url: peer.url });
      rig.connection.connect();
      await rig.until('open');
      assert.ok(peer.requests.join().includes(`\r\nHost: [::1]:${peer.port}\r\n`));
      assert.equal(rig.connection.options.endpoint.loopback, true);
    },
    { skip: !hasIpv6 },
  );

  for (const [what, change, complaint] of [
    ['http:', (url: string) => url.replace('ws:', 'http:'), /Use ws:\/\//],
    ['a fragment', (url: string) => `${url}#here`, /fragment/],
    ['no host', () => 'ws://me:hunter22@', /not a valid URL/],
    ['a port out of range', (url: string) => url.replace(/\d+\/$/, '99999/'), /not a valid URL/],
  ] as const) {
    scenario(`a URL with ${what} is refused before the wire, unquoted`, async world => {
      const peer = await world.peer(raw());
      const url = change(peer.url.replace('//', '//me:hunter22@'));
      const { profiles, problems } = readSettings(userSettings(key => ({ url })[key as 'url']));
      assert.deepEqual([profiles.length, problems.length], [0, 1]);
      assert.match(problems.join(), complaint);
      // So it is where only variables make the URL a bad one.
      const rig = world.manual({
        url: peer.url,
        prepare: () => Promise.resolve(url).then(parseEndpoint).then(),
      });
      rig.connection.connect();
      const { why, cause } = await rig.stopped();
      assert.deepEqual([why, cause.kind, peer.connections], ['fatal', 'config', 0]);
      assert.match(rig.sentence, complaint);
      const said = JSON.stringify([problems, rig.states, rig.sentence, rig.log.lines]);
      assert.doesNotMatch(said, /hunter22/);
    });
  }
});
