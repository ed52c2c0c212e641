import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { parseEndpoint } from '../../../src/core/connection/endpoint.ts';
import { openWsTransport } from '../../../src/node/wsTransport.ts';
import { optionsOf } from '../../support/connectionRig.ts';
import { frame, Opcode } from '../../support/frames.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { raw, status } from '../../support/peers.ts';
import { scenario } from '../../support/scenarios.ts';

describe('Scenarios of hosts and URLs', { concurrency: true }, () => {
  scenario('#76 an unknown host that was good before is tried for ever', async world => {
    const clock = new ManualClock();
    const peer = await world.peer(raw());
    let isGone = false;
    const rig = world.rig({
      url: peer.url,
      clock,
      dial: (handshake, listener) =>
        openWsTransport(
          isGone
            ? { ...handshake, endpoint: parseEndpoint('ws://no-such-host.invalid/') }
            : handshake,
          {
            ...listener,
            // Where there is no network, the system says EAI_AGAIN.
            onEnd: ended =>
              listener.onEnd(
                ended.phase === 'dns'
                  ? { ...ended, error: { code: 'ENOTFOUND', message: 'no such host' } }
                  : ended,
              ),
          },
        ),
    });
    rig.connection.connect();
    await rig.until('open');
    peer.sockets.forEach(socket => socket.write(frame(Opcode.Text, 'hello')));
    await rig.has('in text');
    clock.advance(10_000);
    isGone = true;
    peer.sockets.forEach(socket => socket.destroy());
    for (let failure = 0; failure < 20; failure++) {
      await rig.retry();
    }
    const { cause, limit } = await rig.waiting();
    assert.deepEqual([cause.error, limit], ['ENOTFOUND', 0]);
    isGone = false;
    await rig.retry();
    await rig.until('open');
  });

  scenario('#75 an unknown host is tried three times, and named', async world => {
    const rig = world.manual({ url: 'ws://no-such-host.invalid/' });
    rig.connection.connect();
    await rig.exhaust();
    const { cause, why, failures } = await rig.stopped();
    assert.match(rig.sentence, /no-such-host\.invalid/);
    if (cause.error !== 'EAI_AGAIN') {
      assert.deepEqual([why, failures, rig.attemptsAt.length], ['fatal', 3, 3]);
    }
  });

  scenario('#77 credentials of the URL are sent and never shown', async world => {
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

  for (const [what, url, host] of [
    ['IPv6', 'ws://[::1]:8080/x', '[::1]:8080'],
    ['unicode', 'ws://bücher.example/ü', 'xn--bcher-kva.example'],
    ['http:', 'http://example.test/', /Use ws:\/\//],
    ['a fragment', 'ws://example.test/#here', /fragment/],
    ['no host', 'ws://', /not a valid URL/],
    ['a port out of range', 'ws://example.test:99999/', /not a valid URL/],
  ] as const) {
    scenario(`#77 a URL with ${what} is read, or refused before the wire`, () => {
      if (typeof host === 'string') {
        assert.equal(optionsOf({}, url).endpoint.host, host);
      } else {
        assert.throws(() => parseEndpoint(url), host);
      }
      return Promise.resolve();
    });
  }
});
