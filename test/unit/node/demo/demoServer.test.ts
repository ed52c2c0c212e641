import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, it, type TestContext } from 'node:test';
import { decode } from '@msgpack/msgpack';
import WebSocket from 'ws';
import { startDemoServer, type DemoServer } from '../../../../src/node/demo/demoServer.ts';

/** A server that is gone when the test is over. */
async function start(t: TestContext): Promise<DemoServer> {
  const server = await startDemoServer();
  t.after(() => server.dispose());
  return server;
}

const portOf = (server: DemoServer) => Number(new URL(server.url).port);

/** A client of one of the server's endpoints. */
function connect(
  t: TestContext,
  server: DemoServer,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): WebSocket {
  const client = new WebSocket(new URL(path, server.url), { headers });
  t.after(() => client.terminate());
  return client;
}

interface Message {
  readonly data: Buffer;
  readonly isBinary: boolean;
}

/** The next messages of `client`. */
function receive(client: WebSocket, count: number): Promise<readonly Message[]> {
  return new Promise((resolve, reject) => {
    const messages: Message[] = [];
    client.on('message', (data: Buffer, isBinary) => {
      messages.push({ data, isBinary });
      if (messages.length === count) {
        resolve(messages);
      }
    });
    client.on('close', code => reject(new Error(`Closed with ${code}`)));
    client.on('error', reject);
  });
}

async function closeCode(client: WebSocket): Promise<number> {
  client.on('error', () => undefined);
  const [code] = (await once(client, 'close')) as [number];
  return code;
}

/** Asks for a WebSocket by hand; resolves to all that is answered until the peer hangs up. */
async function ask(t: TestContext, server: DemoServer, target: string): Promise<string> {
  const socket = rawClient(t, server, target);
  let text = '';
  socket.on('data', chunk => (text += chunk.toString('latin1')));
  await once(socket, 'end');
  return text;
}

function rawClient(t: TestContext, server: DemoServer, target: string): Socket {
  const socket = connectTcp({ port: portOf(server), host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  t.after(() => socket.destroy());
  socket.write(
    `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  return socket;
}

const kindsOf = (quote: object) =>
  Object.fromEntries(Object.entries(quote).map(([key, value]) => [key, typeof value]));
const quoteKinds = {
  seq: 'number',
  symbol: 'string',
  price: 'number',
  change: 'number',
  volume: 'number',
  at: 'string',
};

describe('The demo server', () => {
  it('quotes prices as JSON at its ticker, one at once, and echoes there too', async t => {
    const server = await start(t);
    const client = connect(t, server, '/ticker');
    client.on('open', () => client.send('echo me'));
    const messages = await receive(client, 3);
    const texts = messages.map(({ data }) => data.toString());
    const quotes = texts
      .filter(text => text !== 'echo me')
      .map(text => JSON.parse(text) as Record<string, unknown>);
    assert.deepEqual(
      {
        kinds: quotes.map(kindsOf),
        seqs: quotes.map(({ seq }) => seq),
        isText: messages.every(({ isBinary }) => !isBinary),
        isTicker: new URL(server.url).pathname === '/ticker',
      },
      { kinds: [quoteKinds, quoteKinds], seqs: [1, 2], isText: true, isTicker: true },
    );
  });

  it('echoes text as text and binary as binary', async t => {
    const client = connect(t, await start(t), '/echo');
    client.on('open', () => {
      client.send('täxt');
      client.send(Buffer.from([0, 255]));
      client.send('');
    });
    assert.deepEqual(await receive(client, 3), [
      { data: Buffer.from('täxt'), isBinary: false },
      { data: Buffer.from([0, 255]), isBinary: true },
      { data: Buffer.alloc(0), isBinary: false },
    ]);
  });

  it('quotes prices as MessagePack', async t => {
    const [message] = await receive(connect(t, await start(t), '/binary'), 1);
    assert.ok(message?.isBinary);
    assert.deepEqual(kindsOf(decode(message.data) as object), quoteKinds);
  });

  it('floods with messages of the size asked for, numbered without a gap', async t => {
    const server = await start(t);
    for (const [query, size] of [
      ['rate=100000&size=128', 128],
      ['rate=100000&size=33.3', 33],
      ['rate=1000000&size=1', 32],
      ['rate=nonsense&size=nonsense', 100],
    ] as const) {
      const client = connect(t, server, `/flood?${query}`);
      const messages = await receive(client, query.startsWith('rate=n') ? 20 : 1000);
      client.terminate();
      const seqs = messages.map(({ data }) => (JSON.parse(data.toString()) as { seq: number }).seq);
      assert.deepEqual([...new Set(messages.map(({ data }) => data.byteLength))], [size], query);
      assert.deepEqual(
        seqs,
        seqs.map((_, index) => index),
      );
    }
  });

  it('closes with the code asked for, or drops the connection', async t => {
    const server = await start(t);
    const codes = await Promise.all(
      ['1006', '1000', '1011', '1005', '4999', '1015', '1004', '2000', '1000.5', '99999', 'x'].map(
        async code => [code, await closeCode(connect(t, server, `/flaky?seconds=0&code=${code}`))],
      ),
    );
    assert.deepEqual(Object.fromEntries(codes), {
      '1006': 1006,
      '1000': 1000,
      '1011': 1011,
      '1005': 1005,
      '4999': 4999,
      '1015': 1006,
      '1004': 1006,
      '2000': 1006,
      '1000.5': 1006,
      '99999': 4999,
      'x': 1006,
    });
  });

  it('answers a ping, but not where it is silent', async t => {
    const server = await start(t);
    const pongs: string[] = [];
    await Promise.all(
      ['/echo', '/silent'].map(async path => {
        const client = connect(t, server, path);
        client.on('pong', () => pongs.push(path));
        await once(client, 'open');
        client.ping();
        // The answer to the close frame comes after that to the ping.
        client.close(1000);
        assert.equal(await closeCode(client), 1000);
      }),
    );
    assert.deepEqual(pongs, ['/echo']);
  });

  it('lets in who has the token, and answers 401 to all others', async t => {
    const server = await start(t);
    await receive(connect(t, server, '/auth?token=demo'), 1);
    await receive(connect(t, server, '/auth', { authorization: 'Bearer demo' }), 1);
    const refused = 'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\n';
    assert.deepEqual(
      await Promise.all(
        ['/auth', '/auth?token=', '/auth?token=Demo'].map(async path =>
          (await ask(t, server, path)).slice(0, refused.length),
        ),
      ),
      [refused, refused, refused],
    );
  });

  it('answers 404 where there is nothing, also to what is no path at all', async t => {
    const server = await start(t);
    const targets = ['/', '/nope', '/ticker/', '/toString', '//[', '/__proto__', 'http://[/ticker'];
    const answers = await Promise.all(targets.map(target => ask(t, server, target)));
    assert.deepEqual(
      answers.map(text => text.split('\r\n')[0]),
      targets.map(() => 'HTTP/1.1 404 Not Found'),
    );
  });

  it('says what it has to who asks for a page', async t => {
    const response = await fetch((await start(t)).url.replace('ws:', 'http:'));
    assert.equal(response.status, 426);
    assert.match(await response.text(), /\/ticker \/echo .*\/auth/);
  });

  it('survives a client that resets its connection while it is refused', async t => {
    const server = await start(t);
    const socket = rawClient(t, server, '/nope');
    await once(socket, 'connect');
    socket.resetAndDestroy();
    await receive(connect(t, server, '/ticker'), 1);
  });

  it('lets in programs and pages of this machine, and tells others why not', async t => {
    const server = await start(t);
    const port = portOf(server);
    const here = [
      undefined,
      'http://localhost:3000',
      `http://127.0.0.1:${port}`,
      'https://[::1]',
      'HTTP://LOCALHOST',
    ];
    for (const origin of here) {
      const client = connect(t, server, '/ticker', origin === undefined ? {} : { origin });
      assert.equal((await receive(client, 1)).length, 1);
    }
    const elsewhere = [
      'https://evil.example',
      `http://127.0.0.1.evil.example:${port}`,
      `http://evil.example:${port}`,
      'http://localhost@evil.example',
      'null',
      '',
      'file://',
      'ftp://localhost',
      'vscode-webview://abc',
      'http://localhost, http://evil.example',
    ];
    for (const origin of elsewhere) {
      const socket = connectTcp({ port, host: '127.0.0.1' });
      t.after(() => socket.destroy());
      socket.write(
        `GET /echo HTTP/1.1\r\nHost: evil.example:${port}\r\nConnection: Upgrade\r\n` +
          'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
          `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: ${origin}\r\n\r\n`,
      );
      let text = '';
      socket.on('data', chunk => (text += chunk.toString()));
      await once(socket, 'end');
      assert.match(text, /^HTTP\/1\.1 403 Forbidden\r\n/, origin);
      assert.match(text, /\r\n\r\nPages of ".*" cannot connect\.\nThis demo server accepts only/);
    }
  });

  it('listens on loopback only', async t => {
    const server = await start(t);
    const others = Object.values(networkInterfaces())
      .flatMap(addresses => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    assert.equal(new URL(server.url).hostname, '127.0.0.1');
    for (const { address } of others) {
      const socket = connectTcp({ port: portOf(server), host: address });
      t.after(() => socket.destroy());
      await assert.rejects(once(socket, 'connect'), { code: 'ECONNREFUSED' });
    }
  });

  it('runs beside another, each on a port of its own', async t => {
    const [a, b] = await Promise.all([start(t), start(t)]);
    assert.notEqual(a.url, b.url);
    await Promise.all([a, b].map(server => receive(connect(t, server, '/ticker'), 1)));
    await a.dispose();
    await receive(connect(t, b, '/ticker'), 1);
    await assert.rejects(startDemoServer(portOf(b)), { code: 'EADDRINUSE' });
  });

  it('drops every connection when it is disposed of, and frees its port', async t => {
    const server = await start(t);
    const paths = ['/ticker', '/echo', '/binary', '/flood?rate=1000', '/silent', '/flaky'];
    const clients = paths.map(path => connect(t, server, path));
    const refused = rawClient(t, server, '/nope');
    await Promise.all([...clients.map(client => once(client, 'open')), once(refused, 'data')]);
    const codes = Promise.all(clients.map(closeCode));
    await server.dispose();
    assert.deepEqual(
      await codes,
      paths.map(() => 1006),
    );
    await server.dispose();
    const again = await startDemoServer(portOf(server));
    await again.dispose();
  });
});
