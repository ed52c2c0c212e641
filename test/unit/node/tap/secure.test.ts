import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, request as requestSecure } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { certificates, trustedServer } from '../../../support/network/certificates.ts';
import { connectProxy, type HttpProxyOptions } from '../../../support/network/proxies.ts';
import { refusedPort } from '../../../support/network/peers.ts';
import { messagesOf, sentencesOf, tapTo } from '../../../support/network/taps.ts';
import { patchAsVsCode } from '../../../support/network/vscodeProxy.ts';
import { until } from '../../../support/until.ts';

const { ca } = certificates;
const trusting = { rejectUnauthorized: true, ca };

interface EchoServer {
  readonly port: number;
  dispose(): Promise<void>;
}

/** Echoes messages; answers requests with their method, path, `Host` and body. */
async function echoServer(isSecure: boolean): Promise<EchoServer> {
  const serve = (incoming: IncomingMessage, response: ServerResponse) => {
    let body = '';
    incoming.on('data', part => (body += String(part)));
    incoming.on('end', () =>
      response.end(`${incoming.method} ${incoming.url} ${incoming.headers.host} ${body}`),
    );
  };
  const server = isSecure ? createSecureServer(trustedServer, serve) : createServer(serve);
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', socket =>
    socket.on('message', (data, binary) => socket.send(data, { binary })),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    dispose: async () => {
      sockets.clients.forEach(client => client.terminate());
      sockets.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Sends a text, waits for its echo, and closes. */
async function echo(url: string, text: string): Promise<string> {
  const client = new WebSocket(url, { ca });
  await once(client, 'open');
  client.send(text);
  const [data] = (await once(client, 'message')) as [Buffer];
  client.close(1000);
  await once(client, 'close');
  return data.toString();
}

async function ask(url: string, body = ''): Promise<{ status: number; body: string }> {
  const method = body === '' ? 'GET' : 'POST';
  const asked = url.startsWith('https:')
    ? requestSecure(url, { ca, method })
    : request(url, { method });
  asked.end(body);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  let text = '';
  for await (const part of answer) {
    text += String(part);
  }
  return { status: answer.statusCode ?? 0, body: text };
}

async function behind(proxy: string, run: () => Promise<void>): Promise<void> {
  const patch = patchAsVsCode({ proxy });
  try {
    await run();
  } finally {
    patch[Symbol.dispose]();
  }
}

describe('A tap and TLS', () => {
  let secure: EchoServer;
  let plain: EchoServer;
  before(async () => {
    secure = await echoServer(true);
    plain = await echoServer(false);
  });
  after(async () => {
    await secure.dispose();
    await plain.dispose();
  });

  for (const host of ['127.0.0.1', 'localhost']) {
    it(`reaches wss: and https: at ${host} with the authority of tls.ca`, async () => {
      const tap = await tapTo(`https://${host}:${secure.port}`, { tls: trusting });
      const large = 'x'.repeat(300_000);
      assert.equal(await echo(`${tap.url}/echo`, large), large);
      const [socket] = tap.sockets;
      assert.ok(socket);
      assert.equal(socket.origin.url, `wss://${host}:${secure.port}/echo`);
      await until('its end is recorded', () => socket.hasEnded);
      const messages = messagesOf(socket);
      assert.deepEqual(messages.slice(0, 2), [`1> ${large}`, `1< ${large}`]);
      const handshake = socket.rows.find(row => 'handshake' in row && row.state === 'connected');
      assert.ok(handshake && 'handshake' in handshake);
      assert.match(JSON.stringify(handshake.handshake), /TLSv1\.3/);
      assert.deepEqual(await ask(`${tap.pageUrl}/a?b=1`, 'body'), {
        status: 200,
        body: `POST /a?b=1 ${host}:${secure.port} body`,
      });
      tap.dispose();
    });
  }

  it('trusts nobody else, unless tls.rejectUnauthorized is off', async () => {
    const tap = await tapTo(`https://127.0.0.1:${secure.port}`);
    await assert.rejects(echo(tap.url, 'a'), /502/);
    const { status, body } = await ask(tap.pageUrl);
    assert.equal(status, 502);
    assert.match(body, /certificate/);
    assert.match(sentencesOf(tap.sockets[0] ?? assert.fail()).at(-1) ?? '', /certificate/);
    tap.dispose();
    const lax = await tapTo(`https://127.0.0.1:${secure.port}`, {
      tls: { rejectUnauthorized: false },
    });
    assert.equal(await echo(lax.url, 'a'), 'a');
    assert.equal((await ask(lax.pageUrl)).status, 200);
    lax.dispose();
  });

  for (const isSecure of [false, true]) {
    it(`serves wss: and https: with its own certificate before ${isSecure ? 'https:' : 'http:'}`, async () => {
      const upstream = isSecure
        ? `https://localhost:${secure.port}`
        : `http://localhost:${plain.port}`;
      const tap = await tapTo(
        upstream,
        { tls: trusting, forwarded: true },
        {},
        { cert: certificates.server, key: certificates.serverKey },
      );
      assert.match(tap.url, /^wss:/);
      const large = 'y'.repeat(300_000);
      assert.equal(await echo(`${tap.url}/echo`, large), large);
      assert.match(
        (await ask(`${tap.pageUrl}/page`, 'body')).body,
        /^POST \/page localhost:\d+ body/,
      );
      const [socket] = tap.sockets;
      assert.ok(socket);
      await until('its end is recorded', () => socket.hasEnded);
      assert.deepEqual(messagesOf(socket).slice(0, 2), [`1> ${large}`, `1< ${large}`]);
      tap.dispose();
    });
  }

  it('dials anew where a connection of plain HTTP was kept', async () => {
    const tap = await tapTo(`https://localhost:${secure.port}`, { tls: trusting });
    await ask(`${tap.pageUrl}/page`);
    const [first, second] = await Promise.all([echo(tap.url, 'one'), echo(tap.url, 'two')]);
    assert.deepEqual([first, second], ['one', 'two']);
    tap.dispose();
  });

  it('tells both sides of wss: 1001 when it stops', async () => {
    const tap = await tapTo(
      `https://localhost:${secure.port}`,
      { tls: trusting },
      {},
      { cert: certificates.server, key: certificates.serverKey },
    );
    const client = new WebSocket(tap.url, { ca });
    await once(client, 'open');
    const closed = once(client, 'close') as Promise<[number]>;
    await tap.stop();
    const [code] = await closed;
    assert.equal(code, 1001);
  });
});

describe("A tap and the editor's proxy", () => {
  for (const [isSecure, options] of [
    [true, {}],
    [false, {}],
    [false, { strip: true }],
  ] as const satisfies readonly (readonly [boolean, HttpProxyOptions])[]) {
    const scheme = isSecure ? 'https' : 'http';
    const kind = 'strip' in options ? ', which drops Upgrade' : '';
    it(`reaches ${scheme}: through it${kind}`, async () => {
      const server = await echoServer(isSecure);
      const proxy = await connectProxy(options);
      const authority = `peer.test:${server.port}`;
      const tap = await tapTo(`${scheme}://${authority}`, { tls: trusting });
      await behind(proxy.url, async () => {
        assert.equal(await echo(`${tap.url}/echo`, 'hello'), 'hello');
        assert.ok(proxy.asked.includes(`CONNECT ${authority}`));
        assert.equal((await ask(`${tap.pageUrl}/page`)).body, `GET /page ${authority} `);
      });
      const [socket] = tap.sockets;
      assert.ok(socket);
      assert.deepEqual(messagesOf(socket).slice(0, 2), ['1> hello', '1< hello']);
      assert.match(JSON.stringify(socket.rows), new RegExp(`127\\.0\\.0\\.1:${proxy.port}`));
      tap.dispose();
      await proxy.dispose();
      await server.dispose();
    });
  }

  it('says so if the proxy refuses', async () => {
    const proxy = await connectProxy({ deny: 403 });
    const tap = await tapTo('https://peer.test:9', { tls: trusting });
    await behind(proxy.url, async () => {
      await assert.rejects(echo(tap.url, 'a'), /502/);
      const { status, body } = await ask(tap.pageUrl);
      assert.equal(status, 502);
      assert.match(body, /proxy/);
    });
    assert.match(sentencesOf(tap.sockets[0] ?? assert.fail()).at(-1) ?? '', /proxy[^]*403/);
    tap.dispose();
    await proxy.dispose();
  });

  it('says so if the proxy cannot be reached', async () => {
    const port = await refusedPort();
    const tap = await tapTo('https://peer.test:9', { tls: trusting });
    await behind(`http://127.0.0.1:${port}`, async () => {
      await assert.rejects(echo(tap.url, 'a'), /502/);
      assert.match((await ask(tap.pageUrl)).body, new RegExp(`proxy[^]*127\\.0\\.0\\.1:${port}`));
    });
    tap.dispose();
  });
});
