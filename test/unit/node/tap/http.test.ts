import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  Agent,
  createServer,
  request,
  type IncomingMessage,
  type RequestOptions,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { connect } from 'node:net';
import { refusedPort } from '../../../support/network/peers.ts';
import { tapTo, type TestTap } from '../../../support/network/taps.ts';
import { until } from '../../../support/until.ts';

interface Answer {
  readonly status: number;
  readonly raw: readonly string[];
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

async function ask(url: string, options: RequestOptions = {}, body?: string): Promise<Answer> {
  const asked = request(url, options);
  asked.end(body);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  let text = '';
  for await (const part of answer) {
    text += String(part);
  }
  return {
    status: answer.statusCode ?? 0,
    raw: answer.rawHeaders,
    headers: answer.headers,
    body: text,
  };
}

describe('Plain HTTP through a tap', () => {
  let serve: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
  let server: Server;
  let port = 0;
  let tap: TestTap;

  before(async () => {
    server = createServer((incoming, response) => serve(incoming, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
    tap = await tapTo(`http://localhost:${port}`);
  });
  after(async () => {
    tap.dispose();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  it('takes request and answer through with headers as they are', async () => {
    let seen: readonly string[] = [];
    serve = (incoming, response) => {
      seen = incoming.rawHeaders;
      response.writeHead(203, 'Fine', [
        'X-ODD',
        'a',
        'Set-Cookie',
        'a=1; Domain=localhost',
        'Set-Cookie',
        'b=2',
        'Content-Length',
        '2',
      ]);
      response.end('ok');
    };
    const { status, raw, body } = await ask(`${tap.pageUrl}/x?y=1`, {
      headers: { 'x-OWN': 'v', 'Origin': `http://127.0.0.1:${tap.port}` },
    });
    assert.deepEqual([status, body], [203, 'ok']);
    assert.deepEqual(raw.slice(0, 8), [
      'X-ODD',
      'a',
      'Set-Cookie',
      'a=1',
      'Set-Cookie',
      'b=2',
      'Content-Length',
      '2',
    ]);
    assert.deepEqual(seen.slice(0, 4), ['x-OWN', 'v', 'Origin', `http://localhost:${port}`]);
    assert.ok(seen.includes(`localhost:${port}`));
  });

  it('keeps a redirect inside the tap', async () => {
    serve = (_incoming, response) =>
      response.writeHead(302, { Location: `http://localhost:${port}/next` }).end();
    const { headers } = await ask(tap.pageUrl);
    assert.equal(headers.location, `http://127.0.0.1:${tap.port}/next`);
  });

  it('streams events as they come, and tells the server when the client leaves', async () => {
    let isGone = false;
    let stream: ServerResponse | undefined;
    serve = (_incoming, response) => {
      stream = response;
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('data: 1\n\n');
      response.on('close', () => (isGone = true));
    };
    const asked = request(`${tap.pageUrl}/events`);
    asked.on('error', () => undefined);
    asked.end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    answer.on('error', () => undefined);
    let got = '';
    answer.on('data', part => (got += String(part)));
    await until('the first event came', () => got === 'data: 1\n\n');
    stream?.write('data: 2\n\n');
    await until('the second event came', () => got.endsWith('data: 2\n\n'));
    asked.destroy();
    await until('the server was told', () => isGone);
  });

  it('streams an upload in chunks, before it has ended', async () => {
    let got = '';
    serve = (incoming, response) => {
      incoming.on('data', part => (got += String(part)));
      incoming.on('end', () => response.end(`${got.length}`));
    };
    const asked = request(`${tap.pageUrl}/upload`, { method: 'POST' });
    asked.write('first');
    await until('the first part came', () => got === 'first');
    asked.end('x'.repeat(100_000));
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    const [body] = (await once(answer, 'data')) as [Buffer];
    assert.equal(body.toString(), '100005');
  });

  it('lets the upstream decide on Expect: 100-continue', async () => {
    serve = (incoming, response) => {
      incoming.resume();
      incoming.on('end', () => response.end('done'));
    };
    const asked = request(`${tap.pageUrl}/`, {
      method: 'POST',
      headers: { 'Expect': '100-continue', 'Content-Length': '4' },
    });
    asked.flushHeaders();
    await once(asked, 'continue');
    asked.end('body');
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    assert.equal(answer.statusCode, 200);
    answer.resume();
  });

  it('takes a hundred requests over one connection of the client', async () => {
    serve = (incoming, response) => void response.end(incoming.url);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const sockets = new Set<unknown>();
    for (let number = 0; number < 100; number++) {
      const asked = request(`${tap.pageUrl}/${number}`, { agent });
      asked.on('socket', socket => sockets.add(socket));
      asked.end();
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      let body = '';
      for await (const part of answer) {
        body += String(part);
      }
      assert.equal(body, `/${number}`);
    }
    assert.equal(sockets.size, 1);
    agent.destroy();
  });

  it('breaks its answer off if the upstream does', async () => {
    serve = (_incoming, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('part');
      setImmediate(() => response.destroy());
    };
    await assert.rejects(ask(tap.pageUrl), /aborted|ECONNRESET/);
  });

  it('ignores an upgrade to another protocol, such as h2c', async () => {
    serve = (incoming, response) =>
      void response.end(
        `${incoming.headers.upgrade ?? 'none'} ${incoming.headers.connection ?? ''}`,
      );
    const client = connect(tap.port, '127.0.0.1');
    client.write(
      `GET /h2 HTTP/1.1\r\nHost: localhost:${tap.port}\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n\r\n`,
    );
    let got = '';
    client.on('data', part => (got += String(part)));
    await once(client, 'end');
    assert.match(got, /^HTTP\/1\.1 200[^]*none /);
  });

  it('answers 502 with a sentence if nothing listens there', async () => {
    const other = await tapTo(`http://127.0.0.1:${await refusedPort()}`);
    const { status, headers, body } = await ask(other.pageUrl);
    assert.deepEqual([status, headers['retry-after']], [502, '1']);
    assert.match(body, /refused the connection: nothing listens there/);
    other.dispose();
  });

  it('waits for an upstream that is restarting', async () => {
    const free = await refusedPort();
    const other = await tapTo(`http://127.0.0.1:${free}`, { waitForUpstreamMs: 20_000 });
    const answer = ask(other.pageUrl);
    const late = createServer((_incoming, response) => void response.end('late'));
    late.listen(free, '127.0.0.1');
    assert.equal((await answer).body, 'late');
    other.dispose();
    late.closeAllConnections();
    late.close();
  });
});
