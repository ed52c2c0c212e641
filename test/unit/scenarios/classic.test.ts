import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { closeFrame } from '../../support/network/frames.ts';
import { raw, refusedPort, status } from '../../support/network/peers.ts';
import { scenario } from '../../support/scenarios/scenarios.ts';

const settings = { preset: 'classic' };

// The rows of connection.md, section 0: what the blog post's client meets.
describe('Scenarios of the preset classic', { concurrency: true }, () => {
  scenario('a refused port is tried eleven times, two seconds apart', async world => {
    const rig = world.manual({ url: `ws://127.0.0.1:${await refusedPort()}/`, settings });
    rig.connection.connect();
    await rig.exhaust();
    assert.equal((await rig.stopped()).why, 'exhausted');
    assert.deepEqual(
      rig.attemptsAt,
      Array.from({ length: 11 }, (_, index) => index * 2000),
    );
  });

  scenario('a loss is tried again after two seconds, without end', async world => {
    const peer = await world.peer(raw(socket => socket.resetAndDestroy()));
    const rig = world.manual({ url: peer.url, settings });
    rig.connection.connect();
    for (let loss = 0; loss < 15; loss++) {
      assert.equal(await rig.retry(), 2000);
    }
    await rig.waiting();
    assert.equal(peer.connections, 16);
  });

  for (const code of [1000, 1001, 1011, 1012]) {
    scenario(`a close with ${code} is the end`, async world => {
      const peer = await world.peer(raw(socket => void socket.end(closeFrame(code))));
      const rig = world.manual({ url: peer.url, settings });
      rig.connection.connect();
      await rig.stopped();
      assert.equal(peer.connections, 1);
    });
  }

  scenario('an HTTP status, an unknown host and a timeout are the end', async world => {
    const refusing = await world.peer(status(401));
    const mute = await world.peer(raw(undefined, { before: () => undefined }));
    for (const url of [refusing.url, 'ws://no-such-host.invalid/', mute.url]) {
      const rig = world.manual({ url, settings });
      rig.connection.connect();
      if (url === mute.url) {
        await rig.until('connecting');
        rig.manual.advance(10_000);
      }
      assert.equal((await rig.stopped()).why, 'fatal');
      assert.equal(rig.attemptsAt.length, 1);
    }
  });

  scenario('start, then a ping at once and every ten seconds, end with the socket', async world => {
    const received: string[] = [];
    const peer = await world.peer(
      raw(socket => socket.on('data', data => received.push(String(data)))),
    );
    const rig = world.manual({ url: peer.url, settings });
    rig.connection.connect();
    await rig.until('open');
    assert.deepEqual(texts(rig.traffic.lines), ['start', 'ping ♥']);
    rig.manual.advance(20_000);
    assert.deepEqual(texts(rig.traffic.lines), ['start', 'ping ♥', 'ping ♥', 'ping ♥']);
    peer.sockets.forEach(socket => socket.destroy());
    await rig.waiting();
    const { length } = rig.traffic.lines;
    rig.manual.advance(1999);
    assert.equal(rig.traffic.lines.length, length);
  });

  scenario('a server that closes before start was sent crashes nothing', async world => {
    const peer = await world.peer(raw(socket => void socket.end(closeFrame(1006 - 6))));
    const rig = world.manual({ url: peer.url, settings });
    rig.connection.connect();
    assert.equal((await rig.stopped()).why, 'server-closed');
  });
});

function texts(lines: readonly string[]): string[] {
  return lines.filter(line => line.startsWith('out text')).map(line => line.slice(9));
}
