import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { before, describe, it, type TestContext } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';
import { parseEndpoint } from '../../../src/core/connection/endpoint.ts';
import type {
  Ended,
  Handshake,
  Transport,
  TransportListener,
} from '../../../src/core/connection/transport.ts';
import { openWsTransport } from '../../../src/node/wsTransport.ts';
import { scratchFolder } from '../../support/captures.ts';

const decoder = new TextDecoder();

/** Everything that a transport reports, in order; whoever waits for a line is told of it. */
class Recorder implements TransportListener {
  readonly lines: string[] = [];
  readonly ends: Ended[] = [];
  readonly handshakes: unknown[] = [];
  #waiting: (() => void)[] = [];

  #add(line: string): void {
    this.lines.push(line);
    const waiting = this.#waiting;
    this.#waiting = [];
    waiting.forEach(check => check());
  }

  onPhase(phase: string): void {
    this.#add(phase);
  }
  onHandshake(facts: unknown): void {
    this.handshakes.push(facts);
  }
  onOpen({ subprotocol, extensions }: { subprotocol: string; extensions: string }): void {
    this.#add(`open [${subprotocol}] [${extensions}]`);
  }
  onMessage(payload: Uint8Array, isText: boolean): void {
    this.#add(`${isText ? 'text' : 'binary'} ${decoder.decode(payload)}`);
  }
  onPing(payload: Uint8Array): void {
    this.#add(`ping ${decoder.decode(payload)}`);
  }
  onPong(payload: Uint8Array): void {
    this.#add(`pong ${decoder.decode(payload)}`);
  }
  onEnd(ended: Ended): void {
    this.ends.push(ended);
    this.#add('end');
  }

  /** Resolves when a line begins with `beginning`, at once where one does already. */
  async has(beginning: string): Promise<void> {
    while (!this.lines.some(line => line.startsWith(beginning))) {
      await new Promise<void>(resolve => this.#waiting.push(resolve));
    }
  }

  /** How it ended. */
  async ended(): Promise<Ended> {
    await this.has('end');
    await turn();
    assert.equal(this.ends.length, 1, 'The end is reported once');
    assert.equal(this.lines.at(-1), 'end', 'Nothing is reported after the end');
    const [ended] = this.ends;
    assert.ok(ended);
    return ended;
  }
}

/** Lets what is due in this turn of the event loop happen. */
const turn = () => new Promise(resolve => setImmediate(resolve));

function handshake(url: string, changed: Partial<Handshake> = {}): Handshake {
  return {
    endpoint: parseEndpoint(url),
    subprotocols: [],
    headers: {},
    tls: { rejectUnauthorized: true },
    compression: false,
    maxMessageBytes: 1024,
    followRedirects: false,
    closeTimeoutMs: 50,
    ...changed,
  };
}

interface Opened {
  readonly seen: Recorder;
  readonly transport: Transport;
}

/** Opens a transport that is gone when the test is over. */
function open(t: TestContext, url: string, changed?: Partial<Handshake>): Opened {
  const seen = new Recorder();
  const transport = openWsTransport(handshake(url, changed), seen);
  t.after(() => transport.dispose());
  assert.deepEqual(seen.lines, [], 'Nothing is reported before it has returned');
  return { seen, transport };
}

/** Listens on loopback for as long as the test runs; returns the port. */
async function listen(t: TestContext, server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    sockets.forEach(socket => socket.destroy());
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
}

/** A server that reads a request's head and then does what the test says. */
async function rawServer(
  t: TestContext,
  answer: (socket: Socket, head: string) => void,
): Promise<string> {
  const server = createServer(socket => {
    let head = '';
    socket.on('data', chunk => {
      if (!head.includes('\r\n\r\n')) {
        head += chunk.toString('latin1');
        if (head.includes('\r\n\r\n')) {
          answer(socket, head);
        }
      }
    });
  });
  return `ws://127.0.0.1:${await listen(t, server)}/`;
}

/** A WebSocket server of the `ws` package. */
async function wsServer(
  t: TestContext,
  serve: (socket: WebSocket, raw: Socket) => void,
  options: ServerOptions = {},
): Promise<string> {
  const http = createHttpServer();
  const server = new WebSocketServer({ ...options, server: http });
  server.on('connection', (socket, request) => {
    socket.on('error', () => undefined);
    serve(socket, request.socket);
  });
  return `ws://127.0.0.1:${await listen(t, http)}/`;
}

/** The 101 that accepts the handshake of `head`, with `more` in the same packet. */
async function accepting(head: string, more: Uint8Array = new Uint8Array()): Promise<Buffer> {
  const key = /sec-websocket-key: (.*)\r\n/i.exec(head)?.[1] ?? '';
  const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'; // RFC 6455, section 1.3
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(key + guid));
  const accept = Buffer.from(digest).toString('base64');
  return Buffer.concat([
    Buffer.from(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
    ),
    more,
  ]);
}

/** A server that accepts every handshake and sends these bytes along. */
function acceptingServer(
  t: TestContext,
  frames: string,
  then: (socket: Socket) => void = () => undefined,
): Promise<string> {
  return rawServer(t, (socket, head) => {
    void accepting(head, Buffer.from(frames.replace(/ /g, ''), 'hex')).then(bytes => {
      socket.write(bytes);
      then(socket);
    });
  });
}

describe('A transport', () => {
  it('reports its phases, the opening, messages both ways, pings and pongs', async t => {
    const url = await wsServer(t, socket => {
      socket.on('message', (data: Buffer, isBinary) => socket.send(data, { binary: isBinary }));
      socket.send('hello');
      socket.ping('p1');
    });
    const { seen, transport } = open(t, url);
    await seen.has('ping');
    await new Promise<void>((resolve, reject) => {
      transport.send('text', error => (error ? reject(error) : resolve()));
    });
    transport.send(Buffer.from('bytes'), () => undefined);
    await seen.has('binary');
    transport.ping(Buffer.from('p2'));
    await seen.has('pong');
    assert.deepEqual(seen.lines, [
      ...['tcp', 'upgrade', 'open [] []', 'text hello', 'ping p1'],
      ...['text text', 'binary bytes', 'pong p2'],
    ]);
    assert.ok(transport.bytesRead > 129);
    assert.equal(transport.bufferedBytes, 0);
  });

  it('looks a host name up before it connects', async t => {
    const url = await wsServer(t, () => undefined);
    const { seen } = open(t, url.replace('127.0.0.1', 'localhost'));
    await seen.has('open');
    assert.deepEqual(seen.lines, ['dns', 'tcp', 'upgrade', 'open [] []']);
  });

  it('agrees on a subprotocol and on compression', async t => {
    const url = await wsServer(t, socket => socket.send('x'.repeat(500)), {
      handleProtocols: offered => [...offered][1] ?? false,
      perMessageDeflate: { threshold: 0 },
    });
    const { seen, transport } = open(t, url, { subprotocols: ['a', 'b'], compression: true });
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
    const { seen } = open(t, withUser, { headers: { 'X-Token': 'abc' } });
    await seen.ended();
    const basic = Buffer.from('user:p@ss').toString('base64');
    const wanted = /^(X-Token|Authorization): .*$/gim;
    assert.deepEqual(heads[0]?.match(wanted)?.sort(), [
      `Authorization: Basic ${basic}`,
      'X-Token: abc',
    ]);
  });

  it('throws at once where a header cannot be sent', () => {
    assert.throws(
      () =>
        openWsTransport(
          handshake('ws://127.0.0.1:9/', { headers: { a: 'b\r\nc: d' } }),
          new Recorder(),
        ),
      { code: 'ERR_INVALID_CHAR' },
    );
    assert.throws(
      () =>
        openWsTransport(handshake('ws://127.0.0.1:9/', { subprotocols: ['a b'] }), new Recorder()),
      SyntaxError,
    );
  });

  it('delivers what came in the same packet as the 101', async t => {
    // A text message "a", a ping without payload, a close frame of 1001 "bye".
    const url = await acceptingServer(t, '81 01 61  89 00  88 05 03e9 627965');
    const { seen } = open(t, url);
    assert.deepEqual(await seen.ended(), { code: 1001, reason: 'bye' });
    assert.deepEqual(seen.lines.slice(2), ['open [] []', 'text a', 'ping ', 'end']);
  });

  it('reads nothing while paused, and everything after', async t => {
    const url = await wsServer(t, socket => {
      socket.on('message', () => socket.send('answer'));
    });
    const { seen, transport } = open(t, url);
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
  it('is the close code and reason of the peer', async t => {
    const url = await wsServer(t, socket => socket.close(4001, 'go away'));
    assert.deepEqual(await open(t, url).seen.ended(), { code: 4001, reason: 'go away' });
  });

  it('is 1005 for a close frame without a code', async t => {
    const url = await wsServer(t, socket => socket.close());
    assert.deepEqual(await open(t, url).seen.ended(), { code: 1005, reason: '' });
  });

  it('is our own code where the peer answers our close frame, also while paused', async t => {
    const url = await wsServer(t, () => undefined);
    const { seen, transport } = open(t, url, { closeTimeoutMs: 60_000 });
    await seen.has('open');
    transport.setPaused(true);
    transport.close(1000, 'done');
    assert.deepEqual(await seen.ended(), { code: 1000, reason: 'done' });
    assert.ok(await new Promise(resolve => transport.send('late', resolve)));
  });

  it('comes after the close timeout where the peer is silent', async t => {
    const url = await acceptingServer(t, '');
    const { seen, transport } = open(t, url);
    await seen.has('open');
    transport.close(1000, '');
    assert.deepEqual(await seen.ended(), { code: 1006, reason: '' });
  });

  it('is 1006 and no error where the peer resets or ends the connection', async t => {
    const reset = await acceptingServer(t, '', socket => socket.resetAndDestroy());
    const fin = await acceptingServer(t, '', socket => socket.end());
    const lost = { code: 1006, reason: '' };
    const { seen } = open(t, fin);
    assert.deepEqual(await seen.ended(), lost);
    // A reset may overtake the 101 that was written before it.
    const { code, phase } = await open(t, reset).seen.ended();
    assert.ok(code === 1006 && (phase === undefined || phase === 'upgrade'));
  });

  it('names the refused port', async t => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const { code, phase, error } = await open(t, `ws://127.0.0.1:${port}/`).seen.ended();
    assert.deepEqual([code, phase, error?.code], [1006, 'tcp', 'ECONNREFUSED']);
    assert.match(error?.message ?? '', /ECONNREFUSED/);
  });

  it('names all addresses of a host where each refuses', async t => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const { error } = await open(t, `ws://localhost:${port}/`).seen.ended();
    assert.equal(error?.code, 'ECONNREFUSED');
    assert.match(error.message, /ECONNREFUSED 127\.0\.0\.1/);
  });

  it('during the handshake is a reset, whether by RST or FIN', async t => {
    for (const drop of ['resetAndDestroy', 'end'] as const) {
      const url = await rawServer(t, socket => socket[drop]());
      const { code, phase, error } = await open(t, url).seen.ended();
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
    for (const [statusLine, headers] of Object.entries(answers)) {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      const text = `HTTP/1.1 ${statusLine}\r\n${lines.join('')}\r\n`;
      // The body never ends: nobody waits for it.
      const url = await rawServer(t, socket => void socket.write(`${text}endless`));
      const { seen } = open(t, url);
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
    }
  });

  it('joins headers that came more than once', async t => {
    const cookies = 'Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nX: 1\r\nX: 2\r\n';
    const url = await rawServer(t, socket => {
      socket.end(`HTTP/1.1 403 Forbidden\r\n${cookies}Content-Length: 0\r\n\r\n`);
    });
    const { refusal } = await open(t, url).seen.ended();
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
    const { seen } = open(t, url, { followRedirects: true });
    assert.deepEqual(await seen.ended(), { code: 4000, reason: '' });
    assert.deepEqual(seen.lines, ['tcp', 'upgrade', 'tcp', 'upgrade', 'open [] []', 'end']);
  });

  it('is an error of the parser where the peer does not speak HTTP', async t => {
    const server = createServer(socket => socket.write('SSH-2.0-OpenSSH_9.6\r\n'));
    const url = `ws://127.0.0.1:${await listen(t, server)}/`;
    const { phase, error } = await open(t, url).seen.ended();
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
    assert.deepEqual(await open(t, url).seen.ended(), {
      code: 1006,
      reason: '',
      phase: 'upgrade',
      error: { message: 'Invalid Sec-WebSocket-Accept header' },
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
      const { seen } = open(t, url);
      const ended = await seen.ended();
      assert.deepEqual([ended.code, ended.phase, ended.error?.code], [1006, undefined, code]);
    }
  });

  it('is not reported once it is disposed of, whatever the peer does', async t => {
    const sockets: Socket[] = [];
    const url = await acceptingServer(t, '81 01 61', socket => sockets.push(socket));
    const { seen, transport } = open(t, url);
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

describe('A transport that is disposed of before it has opened', () => {
  /** Disposes when a line begins so; all that Node held for it must go, and no error come. */
  async function disposesAt(t: TestContext, url: string, line: string | undefined) {
    const uncaught: unknown[] = [];
    const note = (error: unknown) => void uncaught.push(error);
    process.on('uncaughtException', note);
    t.after(() => process.off('uncaughtException', note));
    const { seen, transport } = open(t, url);
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
    const server = createServer(socket => socket.resume());
    const url = `ws://127.0.0.1:${await listen(t, server)}/`;
    await disposesAt(t, url, undefined);
    await disposesAt(t, url, 'tcp');
    const connected = once(server, 'connection') as Promise<[Socket]>;
    await disposesAt(t, url, 'upgrade');
    const [socket] = await connected;
    if (!socket.closed) {
      await once(socket, 'close');
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
    const { seen, transport } = open(t, url);
    await seen.has('upgrade');
    transport.setPaused(true);
    transport.close(1000, '');
    const { code, phase } = await seen.ended();
    assert.deepEqual([code, phase], [1006, 'upgrade']);
  });
});

describe('A transport with TLS', () => {
  let certificate: { readonly key: Buffer; readonly cert: Buffer } | undefined;

  before(() => {
    const folder = scratchFolder();
    try {
      const [key, cert] = ['key.pem', 'cert.pem'].map(name => join(folder.path, name));
      assert.ok(key && cert);
      execFileSync(
        'openssl',
        [
          ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
          ...['-nodes', '-days', '30', '-subj', '/CN=localhost', '-keyout', key, '-out', cert],
          ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
        ],
        { stdio: 'ignore' },
      );
      certificate = { key: readFileSync(key), cert: readFileSync(cert) };
    } finally {
      folder[Symbol.dispose]();
    }
  });

  /** A WebSocket server behind TLS, with a certificate that nobody has signed. */
  async function tlsServer(t: TestContext): Promise<string> {
    assert.ok(certificate);
    const server = createTlsServer(certificate, socket => {
      socket.on('error', () => undefined);
      socket.once('data', (chunk: Buffer) => {
        void accepting(chunk.toString('latin1')).then(bytes => socket.write(bytes));
      });
    });
    return `wss://127.0.0.1:${await listen(t, server)}/`;
  }

  it('passes the phase of TLS, and trusts whom it is told to', async t => {
    const url = await tlsServer(t);
    const changes: Partial<Handshake>[] = [
      { tls: { rejectUnauthorized: false } },
      { tls: { rejectUnauthorized: true, ca: certificate?.cert ?? new Uint8Array() } },
    ];
    for (const changed of changes) {
      const { seen } = open(t, url, changed);
      await seen.has('open');
      assert.deepEqual(seen.lines, ['tcp', 'tls', 'upgrade', 'open [] []']);
    }
  });

  it('does not trust a certificate that is self-signed, or for another name', async t => {
    const url = await tlsServer(t);
    const ca = certificate?.cert ?? new Uint8Array();
    const ends = [
      await open(t, url).seen.ended(),
      await open(t, url, {
        tls: { rejectUnauthorized: true, ca, servername: 'other.test' },
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
    const server = createServer();
    const connected = once(server, 'connection') as Promise<[Socket]>;
    const { seen, transport } = open(t, `wss://127.0.0.1:${await listen(t, server)}/`);
    const [socket] = await connected;
    await once(socket, 'data'); // The ClientHello has arrived.
    await turn();
    assert.deepEqual(seen.lines, ['tcp', 'tls']);
    transport.dispose();
  });

  it('ends in the phase of TLS where the port does not speak it', async t => {
    const server = createServer(socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const url = `wss://127.0.0.1:${await listen(t, server)}/`;
    const { phase, error } = await open(t, url).seen.ended();
    assert.deepEqual([phase, error?.code], ['tls', 'EPROTO']);
    assert.match(error?.message ?? '', /wrong version number/);
  });
});
