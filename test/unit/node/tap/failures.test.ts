import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { WebSocket } from 'ws';
import type { StateRow } from '../../../../src/core/connection/report.ts';
import { UserError } from '../../../../src/core/base/errors.ts';
import { noToxics } from '../../../../src/core/tap/toxics.ts';
import { systemClock } from '../../../../src/node/systemClock.ts';
import { startTap } from '../../../../src/node/tap/tapServer.ts';
import { silentLog } from '../../../support/capture/captures.ts';
import { closeFrame, frame } from '../../../support/network/frames.ts';
import { childServer } from '../../../support/network/frozenPeers.ts';
import {
  listen,
  raw,
  refusedPort,
  silent,
  status,
  type Peer,
} from '../../../support/network/peers.ts';
import {
  recordSockets,
  sentencesOf,
  tapOptions,
  tapTo,
  type Observed,
  type TestTap,
} from '../../../support/network/taps.ts';
import { until } from '../../../support/until.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** The answer to an upgrade that is not a 101. */
async function refusalOf(url: string): Promise<Answer> {
  const client = new WebSocket(url);
  const [, answer] = (await once(client, 'unexpected-response')) as [unknown, IncomingMessage];
  let body = '';
  for await (const part of answer) {
    body += String(part);
  }
  return { status: answer.statusCode ?? 0, headers: answer.headers, body };
}

/** The code that a client reports. Its errors are not: they come of what the test does. */
function closeOf(client: WebSocket): Promise<number> {
  return new Promise(resolve => client.once('close', resolve));
}

/** The last row of the first socket. */
function lastOf(tap: TestTap): StateRow | undefined {
  return tap.sockets[0]?.rows.filter((row): row is StateRow => 'text' in row).at(-1);
}

async function ended(tap: TestTap): Promise<Observed> {
  await until('the socket has ended', () => tap.sockets[0]?.hasEnded === true);
  const [socket] = tap.sockets;
  assert.ok(socket);
  return socket;
}

describe('A tap whose upstream does not open a WebSocket', () => {
  let tap: TestTap;
  let peer: Peer | undefined;
  const use = async (upstream: string | Peer, given = {}) => {
    peer = typeof upstream === 'string' ? undefined : upstream;
    tap = await tapTo(typeof upstream === 'string' ? upstream : upstream.url, given);
    return refusalOf(`${tap.url}/path`);
  };
  const done = async () => {
    tap.dispose();
    await peer?.dispose();
  };

  it('answers 502 with a sentence and advice if nothing listens there', async () => {
    const port = await refusedPort();
    const answer = await use(`ws://127.0.0.1:${port}`);
    assert.equal(answer.status, 502);
    assert.equal(answer.headers['retry-after'], '1');
    assert.match(
      answer.body,
      /refused the connection: nothing listens there \(ECONNREFUSED\)\. Start the server/,
    );
    const row = lastOf(tap);
    assert.deepEqual([row?.state, row?.severity, row?.code], ['failed', 'error', 'ECONNREFUSED']);
    assert.equal(`${row?.text}\n`, answer.body);
    assert.equal((await ended(tap)).origin.path, '/path');
    await done();
  });

  it('answers 502 if the name is unknown', async () => {
    const answer = await use('ws://no-such-host.invalid');
    assert.equal(answer.status, 502);
    assert.match(answer.body, /host name of no-such-host\.invalid/);
    await done();
  });

  it('answers 502 if there is no TLS', async () => {
    const plain = await silent();
    const answering = await listen(socket => socket.end('SSH-2.0-OpenSSH\r\n'));
    const answer = await use(answering.url.replace('ws:', 'wss:'));
    assert.equal(answer.status, 502);
    assert.equal(lastOf(tap)?.state, 'failed');
    await done();
    await answering.dispose();
    await plain.dispose();
  });

  it('answers 502 if what answers is not HTTP', async () => {
    const answer = await use(await listen(socket => socket.write('SSH-2.0-OpenSSH_9\r\n')));
    assert.equal(answer.status, 502);
    assert.match(answer.body, /speaks SSH, not HTTP/);
    await done();
  });

  it('answers 502 if the upstream hangs up in the handshake', async () => {
    const answer = await use(await raw(undefined, { before: socket => void socket.end() }));
    assert.equal(answer.status, 502);
    assert.match(answer.body, /dropped/);
    await done();
  });

  it('answers 504 with the phase if the upstream says nothing', async () => {
    const answer = await use(await silent(), { connectTimeoutMs: 150 });
    assert.equal(answer.status, 504);
    assert.match(answer.body, /it stopped at the WebSocket handshake/);
    await done();
  });

  it('waits for an upstream that is restarting', async () => {
    const port = await refusedPort();
    tap = await tapTo(`ws://127.0.0.1:${port}`, { waitForUpstreamMs: 20_000 });
    const client = new WebSocket(tap.url);
    await until('it waits', () => (tap.sockets[0]?.rows.length ?? 0) > 1);
    peer = await raw(undefined, { port });
    await once(client, 'open');
    const [socket] = tap.sockets;
    assert.ok(socket);
    assert.equal(
      sentencesOf(socket)[1],
      `Waiting for 127.0.0.1:${port}, which accepts no connection yet.`,
    );
    client.terminate();
    await done();
  });

  it('passes another answer on, whole, with its body in the row', async () => {
    const answer = await use(
      await status('401 Who are you', { 'WWW-Authenticate': 'Basic realm="x"' }, 'Sign in first'),
    );
    assert.deepEqual(
      [answer.status, answer.headers['www-authenticate'], answer.body],
      [401, 'Basic realm="x"', 'Sign in first'],
    );
    await ended(tap);
    const row = lastOf(tap);
    assert.ok(row);
    assert.equal(row.code, 401);
    assert.equal(row.handshake?.response?.body, 'Sign in first');
    assert.match(row.text, /answered HTTP 401 Who are you instead of opening a WebSocket/);
    await done();
  });

  it('takes another request of a client whose upgrade was refused', async () => {
    peer = await status(404, {}, 'none');
    tap = await tapTo(peer.url);
    const client = connect(tap.port, '127.0.0.1');
    let got = '';
    client.on('data', part => (got += String(part)));
    const request = (path: string) =>
      `GET ${path} HTTP/1.1\r\nHost: localhost:${tap.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';
    client.write(request('/one'));
    await until('the first answer', () => got.split('none').length === 2);
    client.write(request('/two').replace(`localhost:${tap.port}`, 'evil.example'));
    await until('the second answer', () => got.includes('403 Forbidden'));
    assert.equal(peer.requests.length, 1);
    client.destroy();
    await done();
  });

  it('tells that the client hung up before the answer, and drops the upstream', async () => {
    peer = await silent();
    tap = await tapTo(peer.url);
    const client = new WebSocket(tap.url);
    client.on('error', () => undefined);
    const upstream = peer;
    await until('the upstream was asked', () => upstream.connections === 1);
    client.terminate();
    assert.match(sentencesOf(await ended(tap)).at(-1) ?? '', /client hung up before/);
    await until('the upstream was dropped', () => upstream.sockets.size === 0);
    await done();
  });
});

describe('A tapped socket that ends', () => {
  /** What the server does with the open socket. */
  let deed: (socket: Socket) => void = () => undefined;
  let peer: Peer;
  let tap: TestTap;

  before(async () => {
    peer = await raw(socket => deed(socket), { allowHalfOpen: true });
  });
  after(() => peer.dispose());

  async function openWith(next: (socket: Socket) => void): Promise<WebSocket> {
    deed = next;
    tap = await tapTo(peer.url);
    const client = new WebSocket(tap.url);
    client.on('error', () => undefined);
    return client;
  }

  const endings: readonly (readonly [string, (socket: Socket) => void, number | string, string])[] =
    [
      [
        'a close frame with code and reason',
        socket => socket.end(closeFrame(4001, 'bye')),
        4001,
        'Closed by the server with 4001 Private Use, reason: “bye”.',
      ],
      [
        'a close frame without a code',
        socket => socket.end(closeFrame()),
        1005,
        'Closed by the server, without a code.',
      ],
      [
        'a code that must not be sent',
        socket => socket.end(closeFrame(2999)),
        2999,
        'Closed by the server with 2999 Unassigned. This is a code that must not be sent (RFC 6455, section 7.4).',
      ],
      [
        'FIN',
        socket => socket.end(frame(1, 'a')),
        1006,
        'The server ended the connection without a close frame (FIN).',
      ],
      [
        'RST',
        socket => socket.resetAndDestroy(),
        1006,
        'The server reset the connection without a close frame (RST).',
      ],
    ];
  for (const [what, next, code, sentence] of endings) {
    it(`names ${what} of the server`, async () => {
      const client = await openWith(next);
      const closed = closeOf(client);
      const observed = await ended(tap);
      assert.equal(sentencesOf(observed).at(-1), sentence);
      assert.equal(lastOf(tap)?.code, code);
      assert.equal(await closed, code === 2999 ? 1006 : code, 'what the client sees');
      tap.dispose();
    });
  }

  it('names the client that reset it, and resets the server', async () => {
    let serverError = '';
    const client = await openWith(socket =>
      socket.on('error', (error: NodeJS.ErrnoException) => (serverError = error.code ?? '')),
    );
    await once(client, 'open');
    (client as unknown as { _socket: Socket })._socket.resetAndDestroy();
    assert.equal(
      sentencesOf(await ended(tap)).at(-1),
      'The client reset the connection without a close frame (RST).',
    );
    await until('the server saw RST', () => serverError === 'ECONNRESET');
    tap.dispose();
  });

  it('tells of a side that goes on after its close frame', async () => {
    await openWith(socket => socket.end(Buffer.concat([closeFrame(1000), frame(1, 'late')])));
    const sentences = sentencesOf(await ended(tap));
    assert.ok(
      sentences.includes(
        'The server went on sending after its close frame (RFC 6455, section 5.5.1).',
      ),
    );
    tap.dispose();
  });

  it('does not keep megabytes that wait when the server resets it', async () => {
    let sent = false;
    const client = await openWith(socket => {
      socket.write(frame(2, Buffer.alloc(10_000_000)));
      deed = () => undefined;
      socket.once('drain', () => undefined);
      setImmediate(() => {
        sent = true;
        socket.resetAndDestroy();
      });
    });
    client.once('open', () => client.pause());
    await until('it was reset', () => sent);
    assert.match(sentencesOf(await ended(tap)).at(-1) ?? '', /The server reset/);
    client.terminate();
    tap.dispose();
  });
});

describe('A tap whose upstream is a process', () => {
  it('sees it killed in the middle of everything', async () => {
    const child = await childServer();
    const tap = await tapTo(child.url);
    const client = new WebSocket(tap.url);
    await once(client, 'open');
    const closed = closeOf(client);
    await child.dispose(); // SIGKILL
    assert.equal(await closed, 1006);
    assert.match(
      sentencesOf(await ended(tap)).at(-1) ?? '',
      /^The server (ended|reset) the connection/,
    );
    tap.dispose();
  });

  it('keeps waiting while it is frozen, and goes on when it goes on', async () => {
    const child = await childServer();
    const tap = await tapTo(child.url);
    const client = new WebSocket(tap.url);
    await once(client, 'open');
    child.freeze();
    client.send('hello');
    const other = await tapTo(child.url, { connectTimeoutMs: 200 });
    assert.equal((await refusalOf(other.url)).status, 504);
    const answer = once(client, 'message') as Promise<[Buffer]>;
    child.thaw();
    assert.equal((await answer)[0].toString(), 'hello');
    client.terminate();
    tap.dispose();
    other.dispose();
    await child.dispose();
  });
});

describe('Stopping a tap', () => {
  it('tells both sides 1001, and lets them answer', async () => {
    const child = await childServer();
    const tap = await tapTo(child.url);
    const client = new WebSocket(tap.url);
    await once(client, 'open');
    const closed = closeOf(client);
    await tap.stop();
    assert.equal(await closed, 1001);
    assert.equal(
      sentencesOf(await ended(tap)).at(-1),
      'Closed with 1001 to both sides: the tap was stopped.',
    );
    assert.equal(tap.openSockets, 0);
    await assert.rejects(once(get(`http://127.0.0.1:${tap.port}/`), 'response'), /ECONNREFUSED/);
    await child.dispose();
  });

  it('ends sockets that do not answer after three seconds', async () => {
    const peer = await raw(undefined, { allowHalfOpen: true });
    const waits: number[] = [];
    const clock = {
      ...systemClock,
      schedule: (delayMs: number, task: () => void) => {
        waits.push(delayMs);
        return systemClock.schedule(Math.min(delayMs, 50), task);
      },
    };
    const tap = await tapTo(peer.url, {}, { clock });
    const client = connect({ port: tap.port, host: '127.0.0.1', allowHalfOpen: true });
    client.on('error', () => undefined);
    client.write(
      `GET / HTTP/1.1\r\nHost: localhost:${tap.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    await once(client, 'data');
    await tap.stop();
    assert.ok(waits.includes(3000));
    assert.ok((await ended(tap)).hasEnded);
    client.destroy();
    await peer.dispose();
  });
});

describe('Starting a tap', () => {
  const ports = () => ({ observe: recordSockets().observe, clock: systemClock, log: silentLog });

  it('says so if the port is in use, and listens nowhere', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const start = () => startTap(tapOptions('http://127.0.0.1:1'), { port }, ports());
    await assert.rejects(start, (error: Error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, new RegExp(`^Port ${port} is in use\\. Stop the program`));
      return true;
    });
    server.close();
    await once(server, 'close');
    (await start()).dispose();
  });

  it('says what is wrong with a certificate', async () => {
    const bytes = Buffer.from('nonsense');
    const start = startTap(
      tapOptions('http://127.0.0.1:1'),
      { port: 0, tls: { cert: bytes, key: bytes } },
      ports(),
    );
    await assert.rejects(start, /tls\.cert: the file holds no certificate/);
  });
});

describe('The bad network of a tap', () => {
  it('resets after so many bytes, and says so', async () => {
    const child = await childServer();
    const tap = await tapTo(child.url, { toxics: { ...noToxics, resetAfterBytes: 3000 } });
    const client = new WebSocket(tap.url, { perMessageDeflate: false });
    client.on('error', () => undefined);
    await once(client, 'open');
    client.send('x'.repeat(2000));
    assert.equal(await closeOf(client), 1006);
    assert.equal(sentencesOf(await ended(tap)).at(-1), 'Reset by the bad network of the tap.');
    tap.dispose();
    await child.dispose();
  });

  it('is changed while sockets are open: what waited goes on', async () => {
    const child = await childServer();
    const tap = await tapTo(child.url, { toxics: { ...noToxics, latencyMs: 3_600_000 } });
    const client = new WebSocket(tap.url);
    await once(client, 'open');
    const answer = once(client, 'message') as Promise<[Buffer]>;
    client.send('late');
    await until('it was seen', () => tap.sockets[0]?.rows.some(row => 'flags' in row) === true);
    tap.setOptions(tapOptions(child.url));
    assert.equal((await answer)[0].toString(), 'late');
    client.terminate();
    tap.dispose();
    await child.dispose();
  });

  it('passes slices that the other side puts together', async () => {
    const child = await childServer();
    const tap = await tapTo(child.url, { toxics: { ...noToxics, sliceBytes: 3, latencyMs: 1 } });
    const client = new WebSocket(tap.url);
    await once(client, 'open');
    client.send('sliced into pieces of three');
    const [data] = (await once(client, 'message')) as [Buffer];
    assert.equal(data.toString(), 'sliced into pieces of three');
    client.terminate();
    tap.dispose();
    await child.dispose();
  });
});
