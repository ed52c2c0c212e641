import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request, type IncomingMessage } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { WebSocket } from 'ws';
import { systemClock } from '../../../../src/node/systemClock.ts';
import { startTap } from '../../../../src/node/tap/tapServer.ts';
import { silentLog } from '../../../support/capture/captures.ts';
import { answer, raw, type Peer } from '../../../support/network/peers.ts';
import { recordSockets, tapOptions, tapTo } from '../../../support/network/taps.ts';

const newTapToken = () => randomBytes(12).toString('base64url');

/** The status of the answer to an upgrade; 101 if it is accepted. */
async function statusOf(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  const client = new WebSocket(url, { headers });
  client.on('error', () => undefined);
  const status = await Promise.race([
    once(client, 'open').then(() => 101),
    once(client, 'unexpected-response').then(
      ([, answer]) => (answer as IncomingMessage).statusCode ?? 0,
    ),
  ]);
  client.terminate();
  return status;
}

async function httpStatusOf(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  return (await headOf(url, headers)).statusCode ?? 0;
}

async function headOf(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<IncomingMessage> {
  const asked = request(url, { headers });
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  return answer;
}

describe('The security of a tap', () => {
  let peer: Peer;
  before(async () => {
    peer = await raw();
  });
  after(() => peer.dispose());

  it('refuses a foreign Host without asking the upstream', async () => {
    const tap = await tapTo(peer.url);
    const before = peer.connections;
    assert.equal(await statusOf(tap.url, { Host: `evil.example:${tap.port}` }), 403);
    assert.equal(await httpStatusOf(tap.pageUrl, { Host: `evil.example:${tap.port}` }), 403);
    assert.equal(peer.connections, before);
    assert.equal(tap.sockets.length, 0);
    assert.equal(await statusOf(tap.url), 101);
    tap.dispose();
  });

  it('refuses a foreign Origin without asking the upstream if it adds headers', async () => {
    const tap = await tapTo(peer.url, { headers: { Authorization: 'Bearer own' } });
    const before = peer.connections;
    assert.equal(await statusOf(tap.url, { Origin: 'https://evil.example' }), 403);
    assert.equal(await httpStatusOf(tap.pageUrl, { Origin: 'https://evil.example' }), 403);
    assert.equal(peer.connections, before);
    assert.equal(await statusOf(tap.url, { Origin: tap.pageUrl }), 101);
    assert.match(peer.requests.at(-1) ?? '', /\r\nAuthorization: Bearer own\r\n/);
    tap.dispose();
  });

  it('refuses paths without its token, and takes it off', async () => {
    const token = newTapToken();
    const tap = await tapTo(peer.url, { token });
    assert.equal(await statusOf(`ws://127.0.0.1:${tap.port}/path`), 403);
    assert.equal(await statusOf(`${tap.url}/path?q`), 101);
    assert.match(peer.requests.at(-1) ?? '', /^GET \/path\?q HTTP/);
    const [socket] = tap.sockets;
    assert.ok(socket);
    assert.equal(socket.origin.path, '/path');
    assert.ok(!JSON.stringify(socket.rows).includes(token));
    tap.dispose();
  });

  it('admits what a page asks for without the token by a cookie, which the upstream never gets', async () => {
    const page = (socket: Socket, head: string) =>
      /^upgrade:/im.test(head)
        ? false
        : socket.end(answer(200, { 'Set-Cookie': 'own=1' }, '<script src=/main.js>'));
    const pages = await raw(undefined, { before: page });
    const token = newTapToken();
    const tap = await tapTo(pages.url, { token });
    const root = `http://127.0.0.1:${tap.port}`;
    const opened = await headOf(`${tap.pageUrl}/`, { 'Sec-Fetch-Dest': 'document' });
    const [own, set = '', ...more] = opened.headers['set-cookie'] ?? [];
    assert.deepEqual([own, more], ['own=1', []]);
    assert.match(
      set,
      new RegExp(
        `^wsmon-tap-${tap.port}-[0-9a-f]{8}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`,
      ),
    );
    assert.ok(!set.includes(token));
    const [given = ''] = set.split(';');
    const other = `${given.slice(0, given.indexOf('='))}=${'x'.repeat(43)}`;
    const Cookie = `own=1; ${given}; theme=dark; wsmon-tap-1-00000000=of-another-tap`;
    const ownPage = { 'Sec-Fetch-Site': 'same-origin', Cookie };

    assert.equal(await httpStatusOf(`${root}/main.js?a`, ownPage), 200);
    assert.match(pages.requests.at(-1) ?? '', /^GET \/main\.js\?a HTTP/);
    assert.match(pages.requests.at(-1) ?? '', /\r\nCookie: own=1; theme=dark\r\n/);
    assert.equal(await statusOf(`ws://127.0.0.1:${tap.port}/hmr`, { Origin: root, Cookie }), 101);
    assert.match(pages.requests.at(-1) ?? '', /\r\nCookie: own=1; theme=dark\r\n/);
    assert.equal(
      await httpStatusOf(`${root}/b`, { 'Sec-Fetch-Site': 'none', 'Cookie': given }),
      200,
    );
    assert.doesNotMatch(pages.requests.at(-1) ?? '', /cookie/i);
    assert.ok(!JSON.stringify(tap.sockets[0]?.rows).includes(given.split('=')[1] ?? ''));

    const before = pages.connections;
    const foreign = 'http://127.0.0.1:9';
    for (const [headers, path] of [
      [{ Cookie }, '/a'],
      [{ Cookie, 'Sec-Fetch-Site': 'same-site' }, '/a'],
      [{ Cookie, 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Dest': 'document' }, '/a'],
      [{ Cookie, 'Sec-Fetch-Site': 'cross-site', 'Origin': 'null' }, '/a'],
      [{ Cookie, Origin: foreign }, '/a'],
      [{ 'Cookie': other, 'Sec-Fetch-Site': 'same-origin' }, '/a'],
      [{ 'Sec-Fetch-Site': 'same-origin' }, '/a'],
      [ownPage, `/~${newTapToken()}/a`],
      [{ ...ownPage, Host: `evil.example:${tap.port}` }, '/a'],
    ] as const) {
      assert.equal(await httpStatusOf(`${root}${path}`, headers), 403, JSON.stringify(headers));
    }
    const socketUrl = `ws://127.0.0.1:${tap.port}/a`;
    assert.equal(await statusOf(socketUrl, { Cookie, Origin: foreign }), 403);
    assert.equal(await statusOf(socketUrl, { Cookie }), 403);
    assert.equal(pages.connections, before);

    tap.setOptions(tapOptions(pages.url, { token: newTapToken() }));
    assert.equal(await httpStatusOf(`${root}/main.js`, ownPage), 403);
    tap.dispose();
    await pages.dispose();
  });

  it('sets its cookie for pages only, and takes those of other taps off without a token too', async () => {
    const pages = await raw(undefined, { before: socket => socket.end(answer(200, {}, 'ok')) });
    const tap = await tapTo(pages.url, { token: newTapToken() });
    for (const [headers, count] of [
      [{ Accept: '*/*' }, 0],
      [{ 'Accept': 'text/html', 'Sec-Fetch-Dest': 'script' }, 0],
      [{ Accept: 'text/html,*/*' }, 1],
    ] as const) {
      const { headers: got } = await headOf(`${tap.pageUrl}/`, headers);
      assert.equal((got['set-cookie'] ?? []).length, count, JSON.stringify(headers));
    }
    const open = await tapTo(pages.url);
    const { headers: got } = await headOf(open.pageUrl, {
      Accept: 'text/html',
      Cookie: 'wsmon-tap-9-00000000=x; a=1',
    });
    assert.equal(got['set-cookie'], undefined);
    assert.match(pages.requests.at(-1) ?? '', /\r\nCookie: a=1\r\n/);
    tap.dispose();
    open.dispose();
    await pages.dispose();
  });

  for (const host of ['upstream', 'keep'] as const) {
    it(`lets no upstream know its token, with the host ${host}`, async () => {
      const token = newTapToken();
      const tap = await tapTo(peer.url, { token, host });
      const before = peer.requests.length;
      const headers = {
        'Referer': `${tap.pageUrl}/page`,
        'X-Next-Url': `/~${token}/page`,
        'Cookie': `last=%2F%7E${token}%2F`,
      };
      assert.equal(await statusOf(`${tap.url}/ws?from=/~${token}/page`, headers), 101);
      const [request = ''] = peer.requests.slice(before);
      assert.match(request, /^GET \/ws\?from=\/page HTTP\/1\.1\r\n/);
      assert.match(request, /Referer: http:\/\/127\.0\.0\.1:\d+\/page\r\n/);
      assert.ok(!request.includes(token), request);
      tap.dispose();
    });
  }

  it('refuses an upstream that is a tap of this window', async () => {
    const tap = await tapTo(peer.url);
    await assert.rejects(tapTo(`http://localhost:${tap.port}`), /is itself a tap of this window/);
    const other = await tapTo(peer.url);
    assert.throws(
      () => other.setOptions(tapOptions(tap.pageUrl)),
      /is itself a tap of this window/,
    );
    tap.dispose();
    (await tapTo(`http://localhost:${tap.port}`)).dispose();
    other.dispose();
  });

  it('refuses a request that comes round again by a way of its own', async () => {
    // The upstream's name is not one of loopback, but leads here.
    const { sockets, observe } = recordSockets();
    const upstream = { ...tapOptions('http://127.0.0.1:1').upstream, isLoopback: false };
    const options = tapOptions('http://127.0.0.1:1');
    const tap = await startTap(
      options,
      { port: 0 },
      { observe, clock: systemClock, log: silentLog },
    );
    tap.setOptions({
      ...options,
      upstream: { ...upstream, port: tap.port, authority: `127.0.0.1:${tap.port}` },
    });
    assert.equal(await statusOf(tap.url), 508);
    assert.equal(await httpStatusOf(tap.pageUrl, {}), 508);
    assert.equal(sockets.length, 1);
    tap.dispose();
  });

  it('refuses plain requests that come round by another program', async () => {
    // A proxy that passes requests on to the tap, and opens a connection of its own for each.
    let passed = 0;
    const server = createServer((incoming, response) => {
      passed++;
      const { headers } = incoming;
      const again = request(tap.pageUrl + (incoming.url ?? ''), {
        agent: false,
        headers: { ...headers, host: `127.0.0.1:${tap.port}` },
      });
      again.on('error', () => response.destroy());
      again.on('response', answer => {
        response.writeHead(answer.statusCode ?? 0);
        answer.pipe(response);
      });
      again.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const tap = await tapTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    assert.equal(await httpStatusOf(tap.pageUrl, {}), 508);
    assert.equal(passed, 8);
    assert.equal(
      await httpStatusOf(tap.pageUrl, { 'CDN-Loop': 'other; a=b, websocket-monitors' }),
      508,
    );
    assert.equal(passed, 16);
    tap.dispose();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  it('refuses an opening handshake that comes round by another program', async () => {
    // As above; this one passes bytes on, so that not even a port is known again.
    let passed = 0;
    const relay = createTcpServer(socket => {
      passed++;
      const again = connect(tap.port, '127.0.0.1');
      again.on('error', () => socket.destroy());
      socket.on('error', () => again.destroy());
      socket.pipe(again).pipe(socket);
    });
    relay.listen(0, '127.0.0.1');
    await once(relay, 'listening');
    const { port } = relay.address() as AddressInfo;
    const tap = await tapTo(`ws://127.0.0.1:${port}`, { host: 'keep' });
    assert.equal(await statusOf(tap.url), 508);
    assert.equal(passed, 16);
    tap.dispose();
    relay.close();
    await once(relay, 'close');
  });

  it('keeps secrets out of what is recorded of the handshake', async () => {
    const tap = await tapTo(peer.url, {
      headers: { 'X-Own': 'hidden-value-1' },
      secrets: ['hidden-value-1'],
    });
    await statusOf(`${tap.url}/path?access_token=hidden-value-2`, {
      Cookie: 'sid=hidden-value-3',
      Authorization: 'Bearer hidden-value-4',
    });
    const rows = JSON.stringify([tap.sockets[0]?.rows, tap.sockets[0]?.origin]);
    assert.match(rows, /access_token=•••/);
    assert.doesNotMatch(rows, /hidden-value/);
    assert.match(peer.requests.at(-1) ?? '', /hidden-value-1[^]*|hidden-value-2/);
    tap.dispose();
  });

  it('listens on loopback only', { skip: process.platform !== 'linux' }, async () => {
    const tap = await tapTo(peer.url);
    const port = tap.port.toString(16).toUpperCase().padStart(4, '0');
    const listening = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap(file =>
      readFileSync(file, 'utf8')
        .split('\n')
        .map(line => line.trim().split(/\s+/))
        .filter(([, local = '', , state]) => local.endsWith(`:${port}`) && state === '0A')
        .map(([, local = '']) => local.split(':')[0]),
    );
    assert.ok(listening.includes('0100007F'));
    const loopback = new Set(['0100007F', '00000000000000000000000001000000']);
    assert.deepEqual(
      listening.filter(address => !loopback.has(address ?? '')),
      [],
    );
    tap.dispose();
  });
});
