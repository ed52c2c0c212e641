import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { causeOf, describeCause } from '../../../../src/core/connection/state/cause.ts';
import { parseEndpoint } from '../../../../src/core/endpoint/endpoint.ts';
import { retryDecision } from '../../../../src/core/connection/retry/retryDecision.ts';
import { maxFragments, maxUnwrittenPongs } from '../../../../src/node/handshake/transportLimits.ts';
import { closeFrame, frame, Opcode, type FrameOptions } from '../../../support/network/frames.ts';
import { raw } from '../../../support/network/peers.ts';
import { during, openTransport, turn } from '../../../support/network/transports.ts';

async function peerThat(t: TestContext, serve: (socket: Socket) => unknown): Promise<string> {
  const upgraded = (socket: Socket) => {
    serve(socket);
  };
  return (await during(t, raw(upgraded))).url;
}

/** The client's frames with this opcode, all of them short. */
function countFrames(bytes: Buffer, opcode: number): number {
  let count = 0;
  for (let at = 0; at + 6 <= bytes.length; at += 6 + ((bytes[at + 1] ?? 0) & 0x7f)) {
    count += ((bytes[at] ?? 0) & 0x0f) === opcode ? 1 : 0;
  }
  return count;
}

describe('Legal traffic', () => {
  it('of 2 MB in 20,000 fragments is one message', async t => {
    const pieces = Array.from({ length: 20_000 }, (_, at) =>
      frame(at === 0 ? Opcode.Binary : Opcode.Continuation, Buffer.alloc(100, 0x61), {
        fin: at === 19_999,
      }),
    );
    const url = await peerThat(t, socket => socket.write(Buffer.concat(pieces)));
    const { seen } = openTransport(t, url, { maxMessageBytes: 4 * 1024 * 1024 });
    await seen.has('binary');
    assert.equal(seen.lines.at(-1)?.length, 'binary '.length + 2_000_000);
  });

  it('of many pings in one packet is answered, ping by ping', async t => {
    const answers: Buffer[] = [];
    const url = await peerThat(t, socket => {
      socket.on('data', (bytes: Buffer) => answers.push(bytes));
      const pings = Array.from({ length: 5000 }, (_, at) => frame(Opcode.Ping, String(at)));
      socket.write(Buffer.concat([...pings, frame(Opcode.Text, 'done')]));
    });
    const { seen } = openTransport(t, url);
    await seen.has('text done');
    while (countFrames(Buffer.concat(answers), Opcode.Pong) < 5000) {
      await turn();
    }
    assert.equal(seen.lines.filter(line => line.startsWith('ping')).length, 5000);
    assert.equal(seen.pongsSent.length, 5000);
    assert.equal(seen.pongsSent.at(-1), '4999');
  });

  it('of a peer that reads no pongs goes on; the newest ping is answered once it reads', async t => {
    const rounds = 4;
    const sockets: Socket[] = [];
    const ping = frame(Opcode.Ping, 'x'.repeat(125));
    const pings = Buffer.concat(Array.from({ length: maxUnwrittenPongs }, () => ping));
    const url = await peerThat(t, socket => {
      setImmediate(() => {
        sockets.push(socket.pause());
        for (let round = 0; round < rounds; round++) {
          socket.write(pings);
        }
        socket.write(Buffer.concat([frame(Opcode.Ping, 'last'), frame(Opcode.Text, 'done')]));
      });
    });
    const { seen, transport } = openTransport(t, url);
    await seen.has('text done');
    assert.ok(
      seen.pongsSent.length < rounds * maxUnwrittenPongs,
      'Not all of them could be answered',
    );
    assert.ok(transport.bufferedBytes <= maxUnwrittenPongs * (6 + 125));
    assert.deepEqual(seen.ends, []);
    sockets.forEach(socket => socket.resume());
    while (seen.pongsSent.at(-1) !== 'last') {
      await turn();
    }
    assert.deepEqual(seen.ends, []);
  });
});

describe('A limit of this extension', () => {
  it('is called so, and nobody is blamed', async t => {
    const piece = frame(Opcode.Continuation, '', { fin: false });
    const pieces = Buffer.concat(Array.from({ length: maxFragments / 16 }, () => piece));
    const url = await peerThat(t, socket => {
      socket.write(frame(Opcode.Text, '', { fin: false }));
      for (let at = 0; at < 16; at++) {
        socket.write(pieces);
      }
    });
    const cause = causeOf(await openTransport(t, url).seen.ended(), 0);
    const verdict = retryDecision(cause, {
      rules: [],
      provenGood: true,
      subprotocol: '',
      loopback: true,
      secure: false,
    });
    assert.equal(
      describeCause(cause, parseEndpoint('ws://h/')),
      'h sent a message in more pieces than this extension collects (WS_ERR_TOO_MANY_BUFFERED_PARTS)',
    );
    assert.deepEqual([verdict.rule, verdict.action], ['limit of this extension', 'fail']);
    assert.match(verdict.advice ?? '', /limit of this extension/);
    assert.doesNotMatch(verdict.advice ?? '', /breaks|protocol/);
  });
});

describe('A close frame that is not as it should be', () => {
  const reason = 'Zoë left';
  const withCode = (code: number, bytes: string | Uint8Array, options?: FrameOptions) => {
    const head = Buffer.alloc(2);
    head.writeUInt16BE(code);
    return frame(Opcode.Close, Buffer.concat([head, Buffer.from(bytes)]), options);
  };
  const ended = async (t: TestContext, bytes: Buffer) => {
    const url = await peerThat(t, socket => socket.write(bytes));
    return openTransport(t, url, { secrets: ['s3cret'] }).seen.ended();
  };

  it('tells its code and reason all the same', async t => {
    const cases: readonly (readonly [Buffer, string])[] = [
      // Cut off in the middle of a character, as at 123 bytes.
      [withCode(4001, Buffer.from(reason).subarray(0, 3)), 'Zo\ufffd'],
      [withCode(4001, Buffer.from('caf\xe9', 'latin1')), 'caf\ufffd'],
      [withCode(4001, reason, { mask: true }), reason],
      [withCode(4001, reason, { rsv: 4 }), reason],
      [withCode(4001, reason, { rsv: 1 }), reason],
      [withCode(4001, reason, { fin: false }), reason],
      [withCode(4001, 'x'.repeat(130)), 'x'.repeat(123)],
      [Buffer.concat([withCode(4001, 'a\xff'), frame(Opcode.Text, 'late')]), 'aÿ'],
    ];
    for (const [bytes, expected] of cases) {
      const text = frame(Opcode.Text, 'before');
      assert.deepEqual(await ended(t, Buffer.concat([text, bytes])), {
        code: 4001,
        reason: expected,
      });
    }
  });

  it('tells a code that must not be sent, and the reason, without secrets', async t => {
    for (const code of [0, 999, 1004, 1005, 1006, 1015, 2999, 5000]) {
      const { error, ...rest } = await ended(t, withCode(code, `${reason} s3cret`));
      assert.deepEqual(rest, { code: 1006, reason: '' });
      assert.deepEqual(error, {
        code: 'WS_ERR_INVALID_CLOSE_CODE',
        message: `the peer closed with ${code}, a code that must not be sent, reason: “${reason} •••”`,
      });
    }
    const { error } = await ended(t, frame(Opcode.Close, 'x'));
    assert.match(error?.message ?? '', /close frame of one byte, which is too short for a code/);
  });

  it('does not hide what was wrong before it', async t => {
    const bad = frame(Opcode.Text, Buffer.from('c328', 'hex'));
    const { code, error } = await ended(t, Buffer.concat([bad, closeFrame(4001, reason)]));
    assert.deepEqual([code, error?.code], [1006, 'WS_ERR_INVALID_UTF8']);
  });
});
