import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { byteLengthOf, type TextRun } from '../../../../src/core/record/textRun.ts';
import { openWsTransport } from '../../../../src/node/transport/wsTransport.ts';
import { certificates, trustedServer } from '../../../support/network/certificates.ts';
import { frame, Opcode } from '../../../support/network/frames.ts';
import { raw, type PeerOptions } from '../../../support/network/peers.ts';
import { connectProxy, socksProxy } from '../../../support/network/proxies.ts';
import { during, handshakeFor, TransportRecorder } from '../../../support/network/transports.ts';

const messageCount = 20_000;
const lastLine = 'binary end';

/** Texts of many lengths that say their number, some pings and binary messages, and the last one. */
const frames = Array.from({ length: messageCount }, (_, number) => {
  const text = `#${number} é ${'x'.repeat((number * 37) % 400)}`;
  return number % 4000 === 1234
    ? { bytes: frame(Opcode.Ping, 'p'), line: 'ping p' }
    : number % 3000 === 2345
      ? { bytes: frame(Opcode.Binary, text), line: `binary ${text}` }
      : { bytes: frame(Opcode.Text, text), line: `text ${text}` };
});
const stream = Buffer.concat([...frames.map(({ bytes }) => bytes), frame(Opcode.Binary, 'end')]);
const expected = [...frames.map(({ line }) => line), lastLine];

class RunRecorder extends TransportRecorder {
  inRuns = 0;

  override onTexts(run: TextRun): void {
    this.inRuns += run.count;
    assert.ok(byteLengthOf(run) > 0);
    super.onTexts(run);
  }
}

const ways = {
  'plain TCP': {},
  'TLS': { tls: trustedServer },
  'an HTTP tunnel': { open: () => connectProxy() },
  'TLS in an HTTP tunnel': { tls: trustedServer, open: () => connectProxy() },
  'TLS in a tunnel over TLS': {
    tls: trustedServer,
    open: () => connectProxy({ tls: trustedServer }),
  },
  'TLS in a SOCKS tunnel': { tls: trustedServer, open: () => socksProxy() },
} satisfies Readonly<
  Record<string, PeerOptions & { readonly open?: () => ReturnType<typeof connectProxy> }>
>;

async function receive(
  t: TestContext,
  { tls, open }: PeerOptions & { readonly open?: () => ReturnType<typeof connectProxy> },
): Promise<RunRecorder> {
  const send = (socket: Socket) => void socket.write(stream);
  const peer = await during(t, raw(send, tls ? { tls } : {}));
  const proxy = open && (await during(t, open()));
  const seen = new RunRecorder();
  const transport = openWsTransport(
    handshakeFor(peer.url.replace('127.0.0.1', 'localhost'), {
      tls: { rejectUnauthorized: true, ca: certificates.ca },
      ...(proxy && { proxy: proxy.url.replace('127.0.0.1', 'localhost') }),
    }),
    seen,
  );
  t.after(() => transport.dispose());
  // Pauses now and then leave chunks to be read together.
  const pausing = setInterval(() => {
    transport.setPaused(true);
    setImmediate(() => transport.setPaused(false));
  }, 2);
  t.after(() => clearInterval(pausing));
  await seen.has(lastLine);
  return seen;
}

describe('A flood', () => {
  for (const [name, way] of Object.entries(ways)) {
    it(`comes whole and in order by ${name}, and mostly by the fast lane`, async t => {
      const seen = await receive(t, way);
      const from = seen.lines.findIndex(line => line.startsWith('open')) + 1;
      assert.deepEqual(seen.lines.slice(from), expected);
      t.diagnostic(`${seen.inRuns} of ${messageCount} in runs`);
      assert.ok(seen.inRuns > messageCount / 2);
    });
  }
});
