import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';
import type { Clock } from '../../../../src/core/base/clock.ts';
import { toDisposable } from '../../../../src/core/base/lifecycle.ts';
import type { Handshake } from '../../../../src/core/connection/wire/transport.ts';
import { systemClock } from '../../../../src/node/systemClock.ts';
import { openWsTransport } from '../../../../src/node/transport/wsTransport.ts';
import { certificates } from '../../../support/network/certificates.ts';
import { acceptance } from '../../../support/network/frames.ts';
import { listen, raw, refusedPort, silent, type Peer } from '../../../support/network/peers.ts';
import {
  during,
  handshakeFor,
  openTransport,
  TransportRecorder,
  turn,
} from '../../../support/network/transports.ts';

/** A peer that reads a request's head and then does what the test says. */
async function rawServer(
  t: TestContext,
  answer: (socket: Socket, head: string) => unknown,
): Promise<string> {
  const before = (socket: Socket, head: string) => {
    answer(socket, head);
  };
  return (await during(t, raw(undefined, { before }))).url;
}

/** A WebSocket server of the `ws` package. */
async function wsServer(
  t: TestContext,
  serve: (socket: WebSocket) => void,
  options: ServerOptions = {},
): Promise<string> {
  const server = new WebSocketServer({ ...options, host: '127.0.0.1', port: 0 });
  server.on('connection', socket => {
    socket.on('error', () => undefined);
    serve(socket);
  });
  await once(server, 'listening');
  t.after(async () => {
    server.clients.forEach(client => client.terminate());
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return `ws://127.0.0.1:${address.port}/`;
}

/** A server that accepts every handshake and sends these bytes in the same packet. */
function acceptingServer(
  t: TestContext,
  frames: string,
  then: (socket: Socket) => void = () => undefined,
): Promise<string> {
  return rawServer(t, (socket, head) => {
    socket.write(Buffer.concat([acceptance(head), Buffer.from(frames.replace(/ /g, ''), 'hex')]));
    then(socket);
  });
}

describe('A transport', () => {
  it('reports its phases, the opening, messages both ways, pings and pongs', async t => {
    const url = await wsServer(t, socket => {
      socket.on('message', (data: Buffer, isBinary) => socket.send(data, { binary: isBinary }));
      socket.send('hello');
      socket.ping('p1');
    });
    const { seen, transport } = openTransport(t, url);
    await seen.has('ping');
    await new Promise<void>((resolve, reject) => {
      transport.send('text', error => (error ? reject(error) : resolve()));
    });
    transport.send(Buffer.from('bytes'), () => undefined);
    await seen.has('binary');
    transport.ping(Buffer.from('p2'));
    await seen.has('pong');
    assert.deepEqual(seen.lines, [
      'tcp',
      'upgrade',
      'open [] []',
      'text hello',
      'ping p1',
      'text text',
      'binary bytes',
      'pong p2',
    ]);
    assert.ok(transport.bytesRead > 129);
    assert.equal(transport.bufferedBytes, 0);
  });

  it('looks a host name up before it connects', async t => {
    const url = await wsServer(t, () => undefined);
    const { seen } = openTransport(t, url.replace('127.0.0.1', 'localhost'));
    await seen.has('open');
    assert.deepEqual(seen.lines, ['dns', 'tcp', 'upgrade', 'open [] []']);
  });

  it('agrees on a subprotocol and on compression', async t => {
    const url = await wsServer(t, socket => socket.send('x'.repeat(500)), {
      handleProtocols: offered => [...offered][1] ?? false,
      perMessageDeflate: { threshold: 0 },
    });
    const { seen, transport } = openTransport(t, url, {
      subprotocols: ['a', 'b'],
      compression: true,
    });
    await seen.has('text');
    assert.equal(seen.lines[2], 'open [b] [permessage-deflate]');
    assert.ok(transport.bytesRead < 500);
  });

  it('sends headers, and credentials as Basic authentication', async t => {
    const heads: string[] = [];
    const url = await rawServer(t, (socket, head) => {
      heads.push(head);
      socket.destroy();
    });
    const withUser = url.replace('//', '//us%65r:p%40ss@');
    const { seen } = openTransport(t, withUser, { headers: { 'X-Token': 'abc' } });
    await seen.ended();
    const basic = Buffer.from('user:p@ss').toString('base64');
    const wanted = /^(X-Token|Authorization): .*$/gim;
    assert.deepEqual(heads[0]?.match(wanted)?.sort(), [
      `Authorization: Basic ${basic}`,
      'X-Token: abc',
    ]);
  });

  it('throws at once where the handshake cannot be asked for', () => {
    const changes: Partial<Handshake>[] = [
      { headers: { a: 'b\r\nc: d' } },
      { subprotocols: ['a b'] },
      { proxy: 'ftp://proxy.test' },
    ];
    for (const changed of changes) {
      const seen = new TransportRecorder();
      assert.throws(() => openWsTransport(handshakeFor('ws://127.0.0.1:9/', changed), seen), {
        name: 'UserError',
      });
    }
  });

  it('delivers what came in the same packet as the 101', async t => {
    // A text message "a", a ping without payload, a close frame of 1001 "bye".
    const url = await acceptingServer(t, '81 01 61  89 00  88 05 03e9 627965');
    const { seen } = openTransport(t, url);
    assert.deepEqual(await seen.ended(), { code: 1001, reason: 'bye' });
    assert.deepEqual(seen.lines.slice(2), ['open [] []', 'text a', 'ping ', 'end']);
  });

  it('reads nothing while paused, and everything after', async t => {
    const url = await wsServer(t, socket => {
      socket.on('message', () => socket.send('answer'));
    });
    const { seen, transport } = openTransport(t, url);
    await seen.has('open');
    transport.setPaused(true);
    transport.setPaused(true);
    await new Promise<void>(resolve => transport.send('question', () => resolve()));
    await turn();
    const before = seen.lines.length;
    transport.setPaused(false);
    await seen.has('text');
    assert.deepEqual([before, seen.lines.length], [3, 4]);
  });
});

describe('The end of a transport', () => {
  it('is the reason of the peer without the secrets of the handshake', async t => {
    const url = await wsServer(t, socket => socket.close(4001, 'no s3cret/x, s3cret%2Fx'));
    const { seen } = openTransport(t, url, { secrets: ['s3cret/x'] });
    assert.deepEqual(await seen.ended(), { code: 4001, reason: 'no •••, •••' });
  });

  it('is the close code and reason of the peer', async t => {
    const url = await wsServer(t, socket => socket.close(4001, 'go away'));
    assert.deepEqual(await openTransport(t, url).seen.ended(), { code: 4001, reason: 'go away' });
  });

  it('is 1005 for a close frame without a code', async t => {
    const url = await wsServer(t, socket => socket.close());
    assert.deepEqual(await openTransport(t, url).seen.ended(), { code: 1005, reason: '' });
  });

  it('is our own code where the peer answers our close frame, also while paused', async t => {
    const url = await wsServer(t, () => undefined);
    const { seen, transport } = openTransport(t, url, { closeTimeoutMs: 60_000 });
    await seen.has('open');
    transport.setPaused(true);
    transport.close(1000, 'done');
    assert.deepEqual(await seen.ended(), { code: 1000, reason: 'done' });
    assert.ok(await new Promise(resolve => transport.send('late', resolve)));
  });

  it('comes after the close timeout where the peer is silent', async t => {
    const url = await acceptingServer(t, '');
    const { seen, transport } = openTransport(t, url);
    await seen.has('open');
    transport.close(1000, '');
    assert.deepEqual(await seen.ended(), { code: 1006, reason: '' });
  });

  it('is 1006 and no error where the peer resets or ends the connection', async t => {
    const reset = await acceptingServer(t, '', socket => socket.resetAndDestroy());
    const fin = await acceptingServer(t, '', socket => socket.end());
    const lost = { code: 1006, reason: '' };
    const { seen } = openTransport(t, fin);
    assert.deepEqual(await seen.ended(), lost);
    // A reset may overtake the 101 that was written before it.
    const { code, phase } = await openTransport(t, reset).seen.ended();
    assert.ok(code === 1006 && (phase === undefined || phase === 'upgrade'));
  });

  it('names the refused port', async t => {
    const url = `ws://127.0.0.1:${await refusedPort()}/`;
    const { code, phase, error } = await openTransport(t, url).seen.ended();
    assert.deepEqual([code, phase, error?.code], [1006, 'tcp', 'ECONNREFUSED']);
    assert.match(error?.message ?? '', /ECONNREFUSED/);
  });

  it('names all addresses of a host where each refuses', async t => {
    const url = `ws://localhost:${await refusedPort()}/`;
    const { error } = await openTransport(t, url).seen.ended();
    assert.equal(error?.code, 'ECONNREFUSED');
    assert.match(error.message, /ECONNREFUSED 127\.0\.0\.1/);
  });

  it('names the host that is unknown', async t => {
    const { phase, error } = await openTransport(t, 'ws://no-such-host.invalid/').seen.ended();
    assert.equal(phase, 'dns');
    assert.match(error?.code ?? '', /^(ENOTFOUND|EAI_AGAIN)$/);
    assert.match(error?.message ?? '', /no-such-host\.invalid/);
  });

  it('during the handshake is a reset, whether by RST or FIN', async t => {
    for (const drop of ['resetAndDestroy', 'end'] as const) {
      const url = await rawServer(t, socket => socket[drop]());
      const { code, phase, error } = await openTransport(t, url).seen.ended();
      assert.deepEqual([code, phase, error?.code], [1006, 'upgrade', 'ECONNRESET'], drop);
    }
  });

  it('is the HTTP answer that came in place of the 101', async t => {
    const answers = {
      '401 Unauthorized': { 'www-authenticate': 'Bearer, Basic' },
      '302 Found': { location: 'wss://elsewhere.test/' },
      '200 OK': { 'content-type': 'text/html' },
      '503 ': { 'retry-after': '5' },
    };
    const check = async ([statusLine, headers]: readonly [string, Record<string, string>]) => {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      const text = `HTTP/1.1 ${statusLine}\r\n${lines.join('')}\r\n`;
      // The body never ends: nobody waits for it for long.
      const url = await rawServer(t, socket => void socket.write(`${text}endless`));
      const { seen } = openTransport(t, url);
      assert.deepEqual(await seen.ended(), {
        code: 1006,
        reason: '',
        phase: 'upgrade',
        refusal: {
          status: Number(statusLine.slice(0, 3)),
          statusText: statusLine.slice(4),
          headers,
        },
      });
      assert.deepEqual(seen.lines, ['tcp', 'upgrade', 'end']);
    };
    await Promise.all(Object.entries(answers).map(check));
  });

  it('joins headers that came more than once', async t => {
    const cookies = 'Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nX: 1\r\nX: 2\r\n';
    const url = await rawServer(t, socket => {
      socket.end(`HTTP/1.1 403 Forbidden\r\n${cookies}Content-Length: 0\r\n\r\n`);
    });
    const { refusal } = await openTransport(t, url).seen.ended();
    assert.deepEqual(refusal?.headers, {
      'set-cookie': 'a=1, b=2',
      'x': '1, 2',
      'content-length': '0',
    });
  });

  it('follows redirects where that is on, and takes the last answer', async t => {
    const target = await wsServer(t, socket => socket.close(4000));
    const redirect = `HTTP/1.1 307 Temporary Redirect\r\nLocation: ${target}\r\n\r\n`;
    const url = await rawServer(t, socket => socket.end(redirect));
    const { seen } = openTransport(t, url, { followRedirects: true });
    assert.deepEqual(await seen.ended(), { code: 4000, reason: '' });
    assert.deepEqual(seen.lines, ['tcp', 'upgrade', 'tcp', 'upgrade', 'open [] []', 'end']);
  });

  it('is an error of the parser where the peer does not speak HTTP', async t => {
    const ssh = (socket: Socket) => void socket.write('SSH-2.0-OpenSSH_9.6\r\n');
    const { url } = await during(t, listen(ssh));
    const { phase, error } = await openTransport(t, url).seen.ended();
    assert.equal(phase, 'upgrade');
    assert.match(error?.code ?? '', /^HPE_/);
  });

  it('is an error without a code where the 101 is wrong', async t => {
    const url = await rawServer(t, socket => {
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
          'Sec-WebSocket-Accept: nonsense\r\n\r\n',
      );
    });
    assert.deepEqual(await openTransport(t, url).seen.ended(), {
      code: 1006,
      reason: '',
      phase: 'upgrade',
      error: {
        message: 'the peer accepted, but its header Sec-WebSocket-Accept does not fit the request',
      },
    });
  });

  it('is what we refused, not the close code that follows', async t => {
    const frames = {
      WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: `82 7e 0401 ${'00'.repeat(1025)}`,
      WS_ERR_INVALID_UTF8: '81 02 c328',
      WS_ERR_UNEXPECTED_RSV_1: 'c1 01 61',
      WS_ERR_UNEXPECTED_MASK: '81 81 00000000 61',
      WS_ERR_INVALID_CLOSE_CODE: '88 02 03ed',
      WS_ERR_INVALID_OPCODE: '83 00',
    };
    for (const [code, bytes] of Object.entries(frames)) {
      const url = await acceptingServer(t, bytes);
      const { seen } = openTransport(t, url);
      const ended = await seen.ended();
      assert.deepEqual([ended.code, ended.phase, ended.error?.code], [1006, undefined, code]);
    }
  });

  it('is not reported once it is disposed of, whatever the peer does', async t => {
    const sockets: Socket[] = [];
    const url = await acceptingServer(t, '81 01 61', socket => sockets.push(socket));
    const { seen, transport } = openTransport(t, url);
    await seen.has('text');
    const before = [...seen.lines];
    transport.dispose();
    transport.dispose();
    const [socket] = sockets;
    assert.ok(socket);
    if (!socket.destroyed) {
      await once(socket, 'close');
    }
    await turn();
    assert.deepEqual(seen.lines, before);
  });
});

/** The real clock, with the timers that have neither run nor been disposed of. */
function countingClock() {
  const waiting = new Set<object>();
  const schedule: Clock['schedule'] = (delayMs, task) => {
    const key = {};
    waiting.add(key);
    const timer = systemClock.schedule(delayMs, () => {
      waiting.delete(key);
      task();
    });
    return toDisposable(() => {
      waiting.delete(key);
      timer.dispose();
    });
  };
  return { clock: { ...systemClock, schedule }, waiting };
}

describe('The reading of a refusal', () => {
  const head = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\n';

  it('leaves no timer when the body has ended', async t => {
    const url = await rawServer(t, socket => socket.write(`${head}abc`));
    const { clock, waiting } = countingClock();
    const seen = new TransportRecorder();
    const transport = openWsTransport(handshakeFor(url), seen, { clock });
    t.after(() => transport.dispose());
    assert.equal((await seen.ended()).refusal?.status, 403);
    assert.equal(waiting.size, 0);
  });

  it('leaves no timer when the transport is disposed of', async t => {
    const url = await rawServer(t, socket => socket.write(`${head}a`));
    const { clock, waiting } = countingClock();
    const transport = openWsTransport(handshakeFor(url), new TransportRecorder(), { clock });
    t.after(() => transport.dispose());
    while (waiting.size === 0) {
      await turn();
    }
    transport.dispose();
    assert.equal(waiting.size, 0);
  });
});

describe('A transport that is disposed of before it has opened', () => {
  /** Disposes when a line begins so; all that Node held for it must go, and no error come. */
  async function disposesAt(t: TestContext, url: string, line: string | undefined) {
    const uncaught: unknown[] = [];
    const note = (error: unknown) => void uncaught.push(error);
    process.on('uncaughtException', note);
    t.after(() => process.off('uncaughtException', note));
    const { seen, transport } = openTransport(t, url);
    if (line !== undefined) {
      await seen.has(line);
    }
    const before = [...seen.lines];
    transport.dispose();
    for (let turns = 0; turns < 5; turns++) {
      await turn();
    }
    assert.deepEqual({ lines: seen.lines, uncaught }, { lines: before, uncaught: [] });
  }

  it('reports nothing more and leaves nothing behind', async t => {
    const peer = await during(t, silent());
    await disposesAt(t, peer.url, undefined);
    await disposesAt(t, peer.url, 'tcp');
    await disposesAt(t, peer.url, 'upgrade');
    while (peer.sockets.size > 0) {
      await turn();
    }
  });

  it('reports no refusal that comes too late', async t => {
    const url = await rawServer(t, socket => {
      socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
    });
    await disposesAt(t, url, 'upgrade');
  });

  it('ends with an error where it is closed instead', async t => {
    const url = await rawServer(t, () => undefined);
    const { seen, transport } = openTransport(t, url);
    await seen.has('upgrade');
    transport.setPaused(true);
    transport.close(1000, '');
    const { code, phase } = await seen.ended();
    assert.deepEqual([code, phase], [1006, 'upgrade']);
  });
});

describe('A transport with TLS', () => {
  const ca = certificates.selfSigned;

  /** A WebSocket server behind TLS, with a certificate that nobody has signed. */
  function tlsServer(t: TestContext): Promise<Peer> {
    return during(t, raw(undefined, { tls: { cert: ca, key: certificates.serverKey } }));
  }

  it('passes the phase of TLS, and trusts whom it is told to', async t => {
    const { url } = await tlsServer(t);
    const changes: Partial<Handshake>[] = [
      { tls: { rejectUnauthorized: false } },
      { tls: { rejectUnauthorized: true, ca } },
    ];
    for (const changed of changes) {
      const { seen } = openTransport(t, url, changed);
      await seen.has('open');
      assert.deepEqual(seen.lines, ['tcp', 'tls', 'upgrade', 'open [] []']);
    }
  });

  it('does not trust a certificate that is self-signed, or for another name', async t => {
    const { url } = await tlsServer(t);
    const ends = [
      await openTransport(t, url).seen.ended(),
      await openTransport(t, url, {
        tls: { rejectUnauthorized: true, ca, servername: 'other.test.example' },
      }).seen.ended(),
    ];
    assert.deepEqual(
      ends.map(({ code, phase, error }) => [code, phase, error?.code]),
      [
        [1006, 'tls', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
        [1006, 'tls', 'ERR_TLS_CERT_ALTNAME_INVALID'],
      ],
    );
  });

  it('stays in the phase of TLS where the peer is silent', async t => {
    const heard: Buffer[] = [];
    const hear = (socket: Socket) => void socket.once('data', chunk => heard.push(chunk));
    const { url } = await during(t, listen(hear));
    const { seen, transport } = openTransport(t, url.replace('ws:', 'wss:'));
    while (heard.length === 0) {
      await turn(); // until the ClientHello has arrived
    }
    await turn();
    assert.deepEqual(seen.lines, ['tcp', 'tls']);
    transport.dispose();
  });

  it('ends in the phase of TLS where the port does not speak it', async t => {
    const refuse = (socket: Socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    const { url } = await during(t, listen(refuse));
    const { seen } = openTransport(t, url.replace('ws:', 'wss:'));
    const { phase, error } = await seen.ended();
    assert.deepEqual([phase, error?.code], ['tls', 'EPROTO']);
    assert.match(error?.message ?? '', /wrong version number/);
  });
});
