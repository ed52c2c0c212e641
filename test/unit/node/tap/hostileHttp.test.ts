import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { after, describe, it } from 'node:test';
import { tapTo, type TestTap } from '../../../support/network/taps.ts';
import { until } from '../../../support/until.ts';

const disposables: (() => void)[] = [];
after(() => disposables.forEach(dispose => dispose()));

/** A server that is given each chunk as text. */
async function serve(answer: (text: string, socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', chunk => answer(chunk.toString('latin1'), socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  disposables.push(() => {
    sockets.forEach(socket => socket.destroy());
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function tapBefore(...args: Parameters<typeof tapTo>): Promise<TestTap> {
  const tap = await tapTo(...args);
  disposables.push(() => tap.dispose());
  return tap;
}

interface Client {
  readonly got: () => string;
  write(text: string): void;
}

function clientOf({ port }: TestTap): Client {
  const socket = connect(port, '127.0.0.1');
  let got = '';
  socket.on('error', () => undefined);
  socket.on('data', chunk => (got += chunk.toString('latin1')));
  disposables.push(() => socket.destroy());
  return { got: () => got, write: text => socket.write(text, 'latin1') };
}

const hostOf = ({ port }: TestTap) => `Host: 127.0.0.1:${port}\r\n`;
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';

describe('A tap whose upstream answers plain HTTP oddly', () => {
  const heads = [
    ['a status that no client takes', 'HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n'],
    ['no status', 'HTTP/1.1 000 X\r\nContent-Length: 0\r\n\r\n'],
    [
      'a control character in the status line',
      'HTTP/1.1 200 O\x01K\r\nX-A: b\r\nContent-Length: 0\r\n\r\n',
    ],
    [
      'an upgrade that nobody asked for',
      'HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    ],
  ] as const;
  for (const [what, head] of heads) {
    it(`says so in a 502: ${what}`, async () => {
      const tap = await tapBefore(
        await serve((_text, socket) => void socket.write(head, 'latin1')),
      );
      const client = clientOf(tap);
      client.write(`GET / HTTP/1.1\r\n${hostOf(tap)}\r\n`);
      await until('there is an answer', () => client.got().endsWith('.\n'));
      assert.match(client.got(), /^HTTP\/1\.1 502 /);
      assert.doesNotMatch(client.got(), /X-A/);
    });
  }
});

describe('A tap whose upstream resets a kept connection', () => {
  const methods = [
    ['GET', ['GET /warm', 'GET /x', 'GET /x'], 200],
    ['PUT', ['GET /warm', 'PUT /x', 'PUT /x'], 200],
    ['POST', ['GET /warm', 'POST /x'], 502],
    ['PATCH', ['GET /warm', 'PATCH /x'], 502],
  ] as const;
  for (const [method, expected, status] of methods) {
    it(`${status === 200 ? 'asks again' : 'does not ask twice'}: ${method}`, async () => {
      const seen: string[] = [];
      const used = new WeakSet<Socket>();
      const upstream = await serve((text, socket) => {
        seen.push(text.split(' ', 2).join(' '));
        if (used.has(socket)) {
          socket.resetAndDestroy();
        } else {
          used.add(socket);
          socket.write(ok);
        }
      });
      const tap = await tapBefore(upstream, { waitForUpstreamMs: 20_000 });
      const first = clientOf(tap);
      first.write(`GET /warm HTTP/1.1\r\n${hostOf(tap)}\r\n`);
      await until('the connection is kept', () => first.got().endsWith('ok'));
      const client = clientOf(tap);
      client.write(`${method} /x HTTP/1.1\r\n${hostOf(tap)}Content-Length: 0\r\n\r\n`);
      await until('there is an answer', () => /ok$|\.\n$/.test(client.got()));
      assert.match(client.got(), new RegExp(`^HTTP/1\\.1 ${status} `));
      assert.deepEqual(seen, expected);
    });
  }
});

describe('A tap whose upstream sends interim answers to plain HTTP', () => {
  it('passes one 100 Continue on, and gives up one that sends them without end', async () => {
    const interim = 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1000);
    const tap = await tapBefore(
      await serve((_text, socket) => {
        const flood = () => {
          while (!socket.destroyed) {
            if (!socket.write(interim)) {
              socket.once('drain', flood);
              return;
            }
          }
        };
        flood();
      }),
    );
    const client = clientOf(tap);
    client.write(`GET / HTTP/1.1\r\n${hostOf(tap)}\r\n`);
    await until('there is an answer', () => client.got().endsWith('.\n'));
    assert.match(client.got(), /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 502 /);
    assert.match(client.got(), /interim answers without end/);
  });
});

describe('A tap with odd clients', () => {
  it('answers others while a handshake without a key is under way', async () => {
    let asked = 0;
    const upstream = await serve((text, socket) => {
      asked++;
      if (!/upgrade/i.test(text)) {
        socket.write(ok);
      }
    });
    const tap = await tapBefore(upstream);
    clientOf(tap).write(`GET / HTTP/1.1\r\n${hostOf(tap)}${upgrade}\r\n`);
    await until('the handshake is under way', () => asked === 1);
    const client = clientOf(tap);
    client.write(`GET / HTTP/1.1\r\n${hostOf(tap)}\r\n`);
    await until('there is an answer', () => client.got() !== '');
    assert.match(client.got(), /^HTTP\/1\.1 200 /);
  });

  it('opens any number of sockets at once for clients that use one key for all', async () => {
    const asked: string[] = [];
    const tap = await tapBefore(await serve(text => asked.push(text)));
    const lines = `${upgrade}Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n`;
    const clients = Array.from({ length: 30 }, () => clientOf(tap));
    for (const client of clients) {
      client.write(`GET / HTTP/1.1\r\n${hostOf(tap)}${lines}\r\n`);
    }
    await until('all are under way', () => asked.length === 30);
    assert.equal(clients.map(client => client.got()).join(''), '');
    const marked = asked.filter(text => text.endsWith('CDN-Loop: websocket-monitor\r\n\r\n'));
    const others = asked.filter(text => text.endsWith(`${lines}\r\n`));
    assert.deepEqual([others.length, marked.length], [8, 22]);
  });

  it('passes on the body of a request that asks for an upgrade', async () => {
    let seen = '';
    const upstream = await serve((text, socket) => {
      seen += text;
      if (seen.endsWith('hello')) {
        socket.write(ok);
      }
    });
    const tap = await tapBefore(upstream);
    const client = clientOf(tap);
    client.write(
      `POST /x HTTP/1.1\r\n${hostOf(tap)}${upgrade}Sec-WebSocket-Key: a\r\nContent-Length: 5\r\n\r\nhello`,
    );
    await until('there is an answer', () => client.got().endsWith('ok'));
    assert.doesNotMatch(seen, /upgrade/i);
  });

  it('lets no header take away where a request ends', async () => {
    let seen = '';
    const upstream = await serve((text, socket) => {
      seen += text;
      socket.write(ok);
    });
    const tap = await tapBefore(upstream, { headers: { 'X-Own': 'a' } });
    const client = clientOf(tap);
    const inner = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
    client.write(
      `GET /one HTTP/1.1\r\n${hostOf(tap)}Connection: content-length, host, x-own, x-gone\r\n` +
        `X-Gone: b\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
    );
    await until('there is an answer', () => client.got().endsWith('ok'));
    const [head = ''] = seen.split('\r\n\r\n');
    assert.match(head, new RegExp(`^Content-Length: ${inner.length}$`, 'm'));
    assert.match(head, /^Host: 127\.0\.0\.1/m);
    assert.match(head, /^X-Own: a$/m);
    assert.doesNotMatch(head, /X-Gone/);
  });
});

describe('Two lengths of one body', () => {
  const two = 'Content-Length: 2\r\nContent-Length: 5\r\n';

  it('are refused with 400 in a request, and the upstream is not asked', async () => {
    let asked = 0;
    const tap = await tapBefore(
      await serve(() => {
        asked++;
      }),
    );
    for (const lines of [two, 'Content-Length: 2, 5\r\n', `${upgrade}${two}`]) {
      const client = clientOf(tap);
      client.write(`GET / HTTP/1.1\r\n${hostOf(tap)}${lines}\r\nabcde`);
      await until('there is an answer', () => client.got() !== '');
      assert.match(client.got(), /^HTTP\/1\.1 400 /);
    }
    assert.equal(asked, 0);
  });

  for (const [what, lines] of [
    ['a page', ''],
    ['an opening handshake', `${upgrade}Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n`],
  ] as const) {
    it(`make a 502 of the answer to ${what}, and the upstream is let go`, async () => {
      for (const lengths of [two, 'Content-Length: 2, 5\r\n']) {
        let closed = 0;
        const upstream = await serve((_text, socket) => {
          socket.on('close', () => closed++);
          socket.write(`HTTP/1.1 404 Not Found\r\n${lengths}\r\nok`);
        });
        const tap = await tapBefore(upstream);
        const client = clientOf(tap);
        client.write(`GET / HTTP/1.1\r\n${hostOf(tap)}${lines}\r\n`);
        await until('there is an answer', () => client.got().endsWith('.\n'));
        assert.match(client.got(), /^HTTP\/1\.1 502 /);
        await until('the upstream is let go', () => closed === 1);
      }
    });
  }
});

describe('A tap whose headers cannot be sent', () => {
  it('does not start, and says which header it is but not its value', async () => {
    const upstream = await serve(() => undefined);
    await assert.rejects(
      tapBefore(upstream, { headers: { 'X-A': 'v\r\nX-Injected: 1' } }),
      /^UserError: headers: the value of X-A contains a line break\.$/,
    );
  });
});
