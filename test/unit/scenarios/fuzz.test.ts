import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { causeOf, describeCause, type Cause } from '../../../src/core/connection/state/cause.ts';
import { parseEndpoint } from '../../../src/core/endpoint/endpoint.ts';
import type { Ended } from '../../../src/core/connection/wire/transport.ts';
import { retryDecision } from '../../../src/core/connection/retry/retryDecision.ts';
import { openWsTransport } from '../../../src/node/transport/wsTransport.ts';
import { acceptance, frame, type FrameOptions } from '../../support/network/frames.ts';
import { raw, type Peer } from '../../support/network/peers.ts';
import { eventually } from '../../support/scenarios/realRig.ts';
import { checkNothingUncaught } from '../../support/scenarios/scenarios.ts';
import { handshakeFor, turn } from '../../support/network/transports.ts';

const seed = Number(process.env['SEED'] ?? 20_261_122);
/** fast-check prints the seed, and the smallest example, where a property does not hold. */
const runs = (numRuns: number) => ({ seed, numRuns });

type Bytes = readonly Uint8Array[];
let before: Bytes | undefined;
let after: Bytes = [];

/** Sends what the run says, in so many packets, and ends. */
async function send(socket: Socket, bytes: Bytes): Promise<void> {
  for (const packet of bytes) {
    socket.write(packet);
    await turn();
  }
  socket.end();
}

const fuzzer = (): Promise<Peer> =>
  raw(socket => void send(socket, after), {
    before: (socket, head) => {
      if (!before) {
        return false;
      }
      void send(
        socket,
        before.map(part => (part.length === 0 ? acceptance(head) : part)),
      );
      return true;
    },
  });

/** Connects once. It must end, once, whatever came. */
async function meets(peer: Peer, compression: boolean): Promise<Ended> {
  const ends: Ended[] = [];
  let afterEnd = 0;
  const late = () => void (afterEnd += ends.length);
  const transport = openWsTransport(
    handshakeFor(peer.url, { compression, maxMessageBytes: 4096 }),
    {
      onPhase: late,
      onHandshake: late,
      onOpen: late,
      onInput: () => undefined,
      onMessage: late,
      onTexts: late,
      onPing: late,
      onPongSent: late,
      onPong: late,
      onEnd: ended => ends.push(ended),
    },
  );
  await eventually(() => ends.length > 0, 'an end');
  transport.send('late', () => undefined);
  transport.ping(new Uint8Array(4));
  transport.setPaused(true);
  transport.close(1000, '');
  await turn();
  transport.dispose();
  await turn();
  assert.deepEqual([ends.length, afterEnd], [1, 0]);
  checkNothingUncaught();
  const [ended] = ends;
  assert.ok(ended);
  return ended;
}

const endpoint = parseEndpoint('ws://example.test/');

/** Whatever the cause, it is decided on and described. */
function judge(cause: Cause, subprotocol = '', provenGood = false): void {
  const verdict = retryDecision(cause, {
    rules: [],
    provenGood,
    subprotocol,
    loopback: !provenGood,
    secure: provenGood,
  });
  assert.ok(['retry', 'stop', 'fail'].includes(verdict.action));
  assert.ok(verdict.rule !== '');
  assert.equal(typeof describeCause(cause, endpoint), 'string');
}

const packets = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 5 });

/** Lines of HTTP, nearly right or not at all; an empty part stands for a good 101. */
const http = fc.array(
  fc.oneof(
    fc.constant(new Uint8Array(0)),
    fc.uint8Array({ minLength: 1, maxLength: 100 }),
    fc
      .oneof(
        fc
          .tuple(fc.integer({ min: -1, max: 1200 }), fc.string())
          .map(([s, t]) => `HTTP/1.1 ${s} ${t}\r\n`),
        fc.tuple(fc.string(), fc.string()).map(([name, value]) => `${name}: ${value}\r\n`),
        fc.constantFrom(
          'HTTP/1.1 101 Switching Protocols\r\n',
          'Upgrade: websocket\r\nConnection: Upgrade\r\n',
          'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=99\r\n',
          'Sec-WebSocket-Protocol: a, b\r\n',
          'Content-Length: -1\r\n',
          'Transfer-Encoding: chunked\r\n',
          'Location: ::::\r\nRetry-After: \u0000\r\n',
          '\r\n',
          '\r\n\r\nffff\r\n',
        ),
      )
      .map(line => Buffer.from(line, 'latin1')),
  ),
  { minLength: 1, maxLength: 6 },
);

const frames = fc.array(
  fc
    .record({
      opcode: fc.nat({ max: 15 }),
      payload: fc.uint8Array({ maxLength: 200 }),
      fin: fc.boolean(),
      rsv: fc.nat({ max: 7 }),
      mask: fc.boolean(),
      length: fc.option(
        fc.oneof(
          fc.nat({ max: 300 }),
          fc.constantFrom(65_535, 65_536, 2 ** 31, Number.MAX_SAFE_INTEGER),
        ),
        { nil: undefined },
      ),
    })
    .map(({ opcode, payload, length, ...flags }) => {
      const options: FrameOptions = length === undefined ? flags : { ...flags, length };
      return frame(opcode, payload, options);
    }),
  { minLength: 1, maxLength: 6 },
);

describe('Fuzz', { concurrency: false }, () => {
  for (const [name, numRuns, bytes, isBefore] of [
    ['arbitrary bytes in place of the 101 end it once', 100, packets, true],
    ['nearly HTTP in place of the 101 ends it once', 200, http, true],
    ['arbitrary bytes after the 101 end it once', 100, packets, false],
    ['frames of any opcode, length and reserved bits end it once', 300, frames, false],
  ] as const) {
    it(name, async () => {
      const peer = await fuzzer();
      try {
        const property = fc.asyncProperty(bytes, fc.boolean(), async (sent, compression) => {
          before = isBefore ? sent : undefined;
          after = isBefore ? [] : sent;
          judge(causeOf(await meets(peer, compression), 0));
        });
        await fc.assert(property, runs(numRuns));
        await eventually(() => peer.sockets.size === 0, 'no socket');
      } finally {
        await peer.dispose();
      }
    });
  }

  it('any cause is decided on and described', () => {
    const code = fc.oneof(fc.string(), fc.constantFrom('EPROTO', 'HPE_X', 'CERT_X', 'constructor'));
    const ended = fc.record(
      {
        code: fc.oneof(fc.integer(), fc.double()),
        reason: fc.oneof(fc.string(), fc.json()),
        phase: fc.constantFrom('dns', 'tcp', 'proxy', 'tls', 'upgrade'),
        error: fc.record({ code, message: fc.string() }, { requiredKeys: ['message'] }),
        refusal: fc.record({
          status: fc.oneof(fc.integer(), fc.double()),
          statusText: fc.string(),
          headers: fc.dictionary(fc.constantFrom('retry-after', 'date', 'x'), fc.string()),
        }),
      },
      { requiredKeys: ['code', 'reason'] },
    );
    const names = fc.constantFrom('', 'graphql-transport-ws', 'centrifuge-json', '__proto__');
    fc.assert(
      fc.property(ended, names, fc.boolean(), fc.integer(), (end, subprotocol, provenGood, now) => {
        const cause = causeOf(end, now);
        judge(cause, subprotocol, provenGood);
        const { retryAfterMs } = cause;
        assert.ok(retryAfterMs === undefined || retryAfterMs >= 0, `${retryAfterMs}`);
      }),
      runs(3000),
    );
  });

  it('any reason of a 1013 is read or passed over', () => {
    const reasons = fc.oneof(
      fc.json(),
      fc.anything({ withBigInt: false }).map(value => JSON.stringify({ retryAfter: value })),
    );
    fc.assert(
      fc.property(reasons, reason => {
        judge(causeOf({ code: 1013, reason }, 0));
      }),
      runs(1000),
    );
  });
});
