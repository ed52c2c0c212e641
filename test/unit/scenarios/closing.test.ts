import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe } from 'node:test';
import { closeFrame, frame, Opcode } from '../../support/network/frames.ts';
import { raw } from '../../support/network/peers.ts';
import { eventually, quick } from '../../support/scenarios/realRig.ts';
import { scenario } from '../../support/scenarios/scenarios.ts';

/** Accepts, and closes with this code at once. */
const closing = (code?: number, reason?: string) =>
  raw(socket => void socket.end(closeFrame(code, reason)));

describe('Scenarios of the end of a connection', { concurrency: true }, () => {
  for (const [what, end] of [
    ['RST', (socket: Socket) => socket.resetAndDestroy()],
    ['FIN', (socket: Socket) => socket.end()],
  ] as const) {
    scenario(`a ${what} after the open is a loss, although no error comes`, async world => {
      const peer = await world.peer(raw());
      const rig = world.manual({ url: peer.url });
      rig.connection.connect();
      await rig.until('open');
      peer.sockets.forEach(end);
      const { cause, failures } = await rig.waiting();
      assert.deepEqual([cause.kind, cause.close, failures], ['lost', 1006, 1]);
      await rig.retry();
      await rig.until('open');
      assert.equal(peer.connections, 2);
    });
  }

  scenario('a close with 1000 is the end, and nothing is left to do', async world => {
    const peer = await world.peer(closing(1000, 'done'));
    const rig = world.manual({ url: peer.url });
    rig.connection.connect();
    assert.equal((await rig.failed()).kind, 'stopped');
    assert.deepEqual(rig.manual.pending, []);
    assert.equal((await rig.stopped()).why, 'server-closed');
    assert.equal(peer.connections, 1);
    assert.match(rig.sentence, /1000 Normal Closure.*reason: “done”.*on purpose/);
  });

  for (const code of [1001, undefined, 1011, 1014, 3500, 4408, 3008, 4999]) {
    scenario(`a close with ${code ?? 1005} is tried again`, async world => {
      const peer = await world.peer(closing(code));
      const rig = world.manual({ url: peer.url });
      rig.connection.connect();
      const { cause, delayMs } = await rig.waiting();
      assert.deepEqual([cause.close, delayMs], [code ?? 1005, 750]);
      await rig.retry();
      await rig.waiting();
      assert.equal(peer.connections, 2);
    });
  }

  for (const code of [1012, 1013]) {
    scenario(`a close with ${code} spreads clients, but not on this machine`, async world => {
      const peer = await world.peer(closing(code));
      for (const [isRemote, draw, least, most] of [
        [false, 0.99, 250, code === 1013 ? 10_000 : 1000],
        [true, 0, 5000, 30_000],
        [true, 0.99, 5000, 30_000],
      ] as const) {
        const rig = world.manual({ url: peer.url, isRemote, random: () => draw });
        rig.connection.connect();
        const { delayMs } = await rig.waiting();
        assert.ok(delayMs >= least && delayMs <= most, `${isRemote} ${draw}: ${delayMs}`);
      }
    });
  }

  for (const code of [1008, 1009, 3000, 3003, 4401, 4403]) {
    scenario(`a close with ${code} is not tried again`, async world => {
      const peer = await world.peer(closing(code));
      const rig = world.manual({ url: peer.url });
      rig.connection.connect();
      const { why } = await rig.stopped();
      assert.deepEqual([why, peer.connections], ['fatal', 1]);
    });
  }

  scenario('a close with 4429 waits in the band of five seconds', async world => {
    const peer = await world.peer(closing(4429));
    const rig = world.manual({ url: peer.url, random: () => 0 });
    rig.connection.connect();
    assert.equal((await rig.waiting()).delayMs, 5000);
  });

  scenario('a peer that closes and never ends TCP is dropped', async world => {
    const peer = await world.peer(
      raw(socket => void socket.write(closeFrame(1000)), { allowHalfOpen: true }),
    );
    const rig = world.rig({ url: peer.url, settings: quick });
    rig.connection.connect();
    const { why, cause } = await rig.stopped();
    assert.deepEqual([why, cause.close], ['server-closed', 1000]);
    const [socket] = peer.sockets;
    await eventually(() => socket?.readableEnded ?? true, 'the end of our side');
    socket?.destroy();
  });

  scenario('accept-then-close(1011) is tried ten times, ever more slowly', async world => {
    const peer = await world.peer(closing(1011));
    const rig = world.manual({ url: peer.url, isRemote: true, random: () => 0.999 });
    rig.connection.connect();
    const delays = await rig.exhaust();
    [500, 1000, 2000, 4000, 8000, 15e3, 15e3, 15e3, 15e3].forEach((least, index) => {
      assert.ok((delays[index] ?? 0) >= least, `Delay ${index + 1} is ${delays[index]}`);
    });
    const { why, flaps } = await rig.stopped();
    assert.deepEqual([why, flaps, peer.connections, delays.length], ['exhausted', 10, 10, 9]);
    assert.match(rig.sentence, /Flapping: accepted and dropped 10 times/);
  });

  scenario('a message above the limit is the end after the first', async world => {
    const peer = await world.peer(
      raw(socket => void socket.write(frame(Opcode.Text, 'x'.repeat(2000)))),
    );
    const rig = world.manual({ url: peer.url, settings: { maxMessageSize: 1024 } });
    rig.connection.connect();
    const { why, setting } = await rig.stopped();
    assert.deepEqual([why, setting, peer.connections], ['fatal', 'maxMessageSize', 1]);
    assert.match(rig.sentence, /above the size limit.*Raise the setting maxMessageSize/);
  });

  for (const [what, bytes, offers] of [
    ['bad UTF-8', frame(Opcode.Text, Buffer.from([0xff, 0xfe])), [true, true]],
    ['RSV1', frame(Opcode.Text, 'x', { rsv: 4 }), [true, false]],
    ['a masked frame', frame(Opcode.Text, 'x', { mask: true }), [true, true]],
    ['a fragmented ping', frame(Opcode.Ping, '', { fin: false }), [true, true]],
    ['an unknown opcode', frame(3, 'x'), [true, true]],
    ['a continuation of nothing', frame(Opcode.Continuation, 'x'), [true, true]],
    ['a close code of nobody', closeFrame(999), [true, true]],
    ['a close frame of one byte', frame(Opcode.Close, 'x'), [true, true]],
  ] as const) {
    scenario(`${what} is tried twice`, async world => {
      const peer = await world.peer(raw(socket => void socket.write(bytes)));
      const rig = world.manual({ url: peer.url });
      rig.connection.connect();
      const delays = await rig.exhaust();
      const { why, cause } = await rig.stopped();
      assert.deepEqual([why, cause.kind, delays.length], ['fatal', 'protocol', 1]);
      assert.match(cause.error ?? '', /^WS_ERR_/);
      const offered = peer.requests.map(head => /^sec-websocket-extensions:/im.test(head));
      assert.deepEqual(offered, offers);
    });
  }

  scenario('compression that breaks on the way is done without', async world => {
    const extension = 'Sec-WebSocket-Extensions: permessage-deflate';
    const peer = await world.peer(
      raw(
        (socket, head) =>
          socket.write(
            head.includes('permessage-deflate')
              ? frame(Opcode.Text, Buffer.from([0xff, 0xff, 0xff, 0xff]), { rsv: 4 })
              : frame(Opcode.Text, 'plain'),
          ),
        { headers: head => (head.includes('permessage-deflate') ? [extension] : []) },
      ),
    );
    const rig = world.manual({ url: peer.url });
    rig.connection.connect();
    const { cause, rule } = await rig.waiting();
    assert.match(cause.error ?? '', /^Z_/);
    assert.equal(rule, 'compression');
    await rig.retry();
    await rig.has('in text plain');
    assert.deepEqual([rig.kind, peer.connections], ['open', 2]);
  });

  scenario('what is sent while a peer closes with its 101 has a row each', async world => {
    const peer = await world.peer(raw(socket => void socket.end(closeFrame(1001))));
    const settings = {
      'onOpen': ['start', 'more', { text: 'never', delay: 1 }],
      'heartbeat.message': 'ping',
    };
    const rig = world.manual({ url: peer.url, settings });
    rig.connection.connect();
    const { cause, failures } = await rig.waiting();
    assert.deepEqual([cause.kind, cause.close, failures], ['closeframe', 1001, 1]);
    const rows = ['out text start', 'out text more', 'out text ping ♥', 'in close'];
    assert.deepEqual(rig.traffic.lines, rows);
    await assert.rejects(rig.connection.send('late'), /Not connected/);
    await rig.retry();
    await rig.waiting();
    assert.deepEqual(rig.traffic.lines, [...rows, ...rows], 'The next open begins anew');
    assert.equal(peer.connections, 2);
  });

  scenario('a close with 1013 may say in JSON when to come back', async world => {
    const peer = await world.peer(closing(1013, JSON.stringify({ retryAfter: 90 })));
    const rig = world.manual({ url: peer.url });
    rig.connection.connect();
    const { delayMs, hold } = await rig.waiting();
    assert.deepEqual([delayMs, hold?.askedMs], [94_500, 90_000]);
    rig.connection.hint();
    rig.connection.wake();
    assert.equal(rig.kind, 'waiting', 'Neither the user coming back nor a wake-up breaks a hold');
    rig.manual.advance(89_000);
    assert.equal(peer.connections, 1);
  });

  for (const [subprotocol, code] of [
    ['graphql-transport-ws', 4500],
    ['centrifuge-json', 3501],
  ] as const) {
    scenario(`the codes of ${subprotocol} mean what they mean there`, async world => {
      const peer = await world.peer(
        raw(socket => void socket.end(closeFrame(code)), {
          headers: head =>
            /^sec-websocket-protocol:/im.test(head)
              ? [`Sec-WebSocket-Protocol: ${subprotocol}`]
              : [],
        }),
      );
      const rig = world.manual({ url: peer.url, settings: { subprotocols: [subprotocol] } });
      rig.connection.connect();
      assert.match((await rig.stopped()).rule, new RegExp(`^${subprotocol}`));
      const other = world.manual({ url: peer.url });
      other.connection.connect();
      await other.waiting();
    });
  }

  scenario("a rule of the user's goes before all others", async world => {
    const peer = await world.peer(closing(1000));
    const rules = [{ close: 1000, action: 'retry', delay: 3 }];
    const rig = world.manual({ url: peer.url, settings: { 'reconnect.rules': rules } });
    rig.connection.connect();
    assert.deepEqual([await rig.retry(), await rig.retry()], [3000, 3000]);
    await rig.waiting();
    assert.equal(peer.connections, 3);
  });

  scenario('messages before the close frame are delivered first', async world => {
    const bytes = [1, 2, 3].map(number => frame(Opcode.Text, `message ${number}`));
    const peer = await world.peer(
      raw(socket => void socket.end(Buffer.concat([...bytes, closeFrame(1000), frame(1, 'late')]))),
    );
    const rig = world.manual({ url: peer.url });
    rig.connection.connect();
    await rig.stopped();
    const incoming = rig.traffic.lines.filter(line => line.startsWith('in'));
    assert.deepEqual(incoming, [
      'in text message 1',
      'in text message 2',
      'in text message 3',
      'in close',
    ]);
  });
});
