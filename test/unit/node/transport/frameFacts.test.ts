import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { WebSocketServer } from 'ws';
import type { FrameFacts } from '../../../../src/core/record/frameFacts.ts';
import type { Handshake, Transport } from '../../../../src/core/connection/wire/transport.ts';
import { openWsTransport } from '../../../../src/node/transport/wsTransport.ts';
import { letTimePass } from '../../../support/letTimePass.ts';
import { acceptance, closeFrame, frame, Opcode } from '../../../support/network/frames.ts';
import { raw } from '../../../support/network/peers.ts';
import { during, handshakeFor, TransportRecorder } from '../../../support/network/transports.ts';

type Fact = Omit<FrameFacts, 'durationMs'> | undefined;

/** Keeps the facts of every message, without the time it took. */
class FactRecorder extends TransportRecorder {
  readonly frames: Fact[] = [];
  readonly durations: number[] = [];

  override onMessage(payload: Uint8Array, isText: boolean, facts?: FrameFacts): void {
    const { durationMs, ...rest } = facts ?? {};
    this.durations.push(durationMs ?? 0);
    this.frames.push(facts && (rest as Fact));
    super.onMessage(payload, isText);
  }
}

function open(t: TestContext, url: string, changed: Partial<Handshake> = {}) {
  const seen = new FactRecorder();
  const transport = openWsTransport(handshakeFor(url, changed), seen);
  t.after(() => transport.dispose());
  return { seen, transport };
}

/** What a server says right behind its acceptance, in the same packet, and what it does then. */
async function server(
  t: TestContext,
  first: Buffer,
  then: (socket: Socket) => unknown = () => undefined,
): Promise<string> {
  const before = (socket: Socket, head: string) => {
    socket.setNoDelay();
    socket.write(Buffer.concat([acceptance(head), first]));
    then(socket);
  };
  return (await during(t, raw(undefined, { before }))).url;
}

const fragmented = Buffer.concat([
  frame(Opcode.Text, 'one', { fin: false }),
  frame(Opcode.Ping, 'p'),
  frame(Opcode.Continuation, 'two', { fin: false }),
  frame(Opcode.Continuation),
]);
const fragmentedFacts: Fact = { fragmentCount: 3, wireByteLength: 12, isCompressed: false };
/** Without a ping: `ws` gives up on a peer that sends very many. */
const silentlyFragmented = Buffer.concat([
  frame(Opcode.Text, 'one', { fin: false }),
  frame(Opcode.Continuation, 'two', { fin: false }),
  frame(Opcode.Continuation),
]);
const plain = frame(Opcode.Binary, 'plain');
const close = closeFrame(1000);

describe('The facts of frames', () => {
  it('are those of the messages, also of bytes that came with the acceptance', async t => {
    const url = await server(t, Buffer.concat([plain, fragmented, plain, fragmented, close]));
    const { seen } = open(t, url);
    assert.equal((await seen.ended()).code, 1000);
    assert.deepEqual(seen.frames, [undefined, fragmentedFacts, undefined, fragmentedFacts]);
    assert.deepEqual(seen.lines.slice(3, -1), [
      'binary plain',
      'ping p',
      'text onetwo',
      'binary plain',
      'ping p',
      'text onetwo',
    ]);
  });

  it('stay with their messages where each byte comes by itself', async t => {
    const bytes = Buffer.concat([plain, fragmented, plain, close]);
    const url = await server(t, Buffer.alloc(0), async socket => {
      for (const byte of bytes) {
        socket.write(Uint8Array.of(byte));
        await letTimePass(1, 'the bytes have to come one by one');
      }
    });
    const { seen } = open(t, url);
    await seen.ended();
    assert.equal(seen.frames.length, 3);
    assert.deepEqual(seen.frames[1], fragmentedFacts);
    for (const index of [0, 2]) {
      // Two bytes may come at once after all, but not seven.
      assert.deepEqual(seen.frames[index], {
        fragmentCount: 1,
        wireByteLength: 7,
        isCompressed: false,
      });
    }
    assert.ok(seen.durations.every(duration => duration > 1 && duration < 5000));
  });

  it('stay with their messages while the socket is paused again and again', async t => {
    const count = 20_000;
    const some = Buffer.concat(
      Array.from({ length: count }, (_, index) => (index % 3 === 0 ? silentlyFragmented : plain)),
    );
    const url = await server(t, Buffer.alloc(0), socket => {
      socket.write(some);
      socket.write(close);
    });
    const { seen, transport } = open(t, url);
    await seen.has('open');
    const flipping = flip(transport);
    await seen.ended();
    clearInterval(flipping);
    const pieces = seen.frames.filter((fact, index) => index % 3 !== 0 && fact !== undefined);
    assert.equal(seen.frames.length, count);
    assert.ok(pieces.length < 100, 'Few messages are cut by the ends of chunks');
    assert.ok(
      seen.frames.every((fact, index) => (fact?.fragmentCount === 3) === (index % 3 === 0)),
    );
  });

  it('tell compressed messages from others, whatever `ws` has to inflate first', async t => {
    const peer = new WebSocketServer({
      host: '127.0.0.1',
      port: 0,
      perMessageDeflate: { threshold: 0 },
    });
    t.after(() => peer.close());
    await once(peer, 'listening');
    const count = 3000;
    peer.on('connection', socket => {
      for (let index = 0; index < count; index++) {
        const compress = index % 5 !== 0;
        if (index % 7 === 0) {
          socket.send('abc'.repeat(50), { compress, fin: false });
        }
        socket.send(`${index}`.repeat(90), { compress });
      }
      socket.close(1000);
    });
    const address = peer.address();
    assert.ok(address !== null && typeof address === 'object');
    const { seen } = open(t, `ws://127.0.0.1:${address.port}/`, {
      compression: true,
      closeTimeoutMs: 5000,
    });
    await seen.ended();
    assert.equal(seen.frames.length, count);
    for (const [index, fact] of seen.frames.entries()) {
      const [isCompressed, fragmentCount] = [index % 5 !== 0, index % 7 === 0 ? 2 : 1];
      assert.deepEqual(
        [fact?.isCompressed ?? false, fact?.fragmentCount ?? 1],
        [isCompressed, fragmentCount],
        `message ${index}`,
      );
      assert.ok(!isCompressed || (fact?.wireByteLength ?? 0) < 100);
    }
  });

  const broken: readonly (readonly [string, Buffer, string])[] = [
    ['a masked frame', frame(Opcode.Text, 'x', { mask: true }), 'WS_ERR_UNEXPECTED_MASK'],
    ['RSV1 that was not agreed on', frame(Opcode.Text, 'x', { rsv: 4 }), 'WS_ERR_UNEXPECTED_RSV_1'],
    ['an opcode that is not in use', frame(5, 'x'), 'WS_ERR_INVALID_OPCODE'],
    ['text that is not UTF-8', frame(Opcode.Text, Buffer.of(0xff)), 'WS_ERR_INVALID_UTF8'],
  ];
  for (const [what, bytes, code] of broken) {
    it(`leave it to \`ws\` to complain of ${what}`, async t => {
      const flood = Buffer.concat(Array.from({ length: 5000 }, () => fragmented));
      const url = await server(t, Buffer.concat([fragmented, bytes]), socket =>
        socket.write(flood),
      );
      const { seen } = open(t, url);
      const { error } = await seen.ended();
      assert.equal(error?.code, code);
      assert.deepEqual(seen.frames, [fragmentedFacts]);
    });
  }
});

function flip(transport: Transport): NodeJS.Timeout {
  let isPaused = false;
  return setInterval(() => transport.setPaused((isPaused = !isPaused)), 1);
}
