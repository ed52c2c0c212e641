import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { toDisposable } from '../../../../src/core/base/lifecycle.ts';
import type { HandshakeFacts } from '../../../../src/core/record/handshakeFacts.ts';
import type { Handshake } from '../../../../src/core/connection/wire/transport.ts';
import { systemClock } from '../../../../src/node/systemClock.ts';
import { certificates, trustedServer } from '../../../support/network/certificates.ts';
import { acceptance } from '../../../support/network/frames.ts';
import { answer, raw, refusedPort, silent, status } from '../../../support/network/peers.ts';
import { connectProxy } from '../../../support/network/proxies.ts';
import { during, openTransport, turn } from '../../../support/network/transports.ts';

const trusting = { rejectUnauthorized: true, ca: certificates.ca } as const;

/** Headers as an object, for comparison. */
const byName = (lines: HandshakeFacts['request']) => Object.fromEntries(lines);

describe('The facts of a handshake', () => {
  it('are what was asked, answered and agreed on', async t => {
    const peer = await during(
      t,
      raw(undefined, {
        headers: [
          'Sec-WebSocket-Protocol: b',
          'Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover',
          'Set-Cookie: id=12345678',
          'Server: tests',
        ],
      }),
    );
    const { seen } = openTransport(t, `${peer.url}p?room=1`, {
      subprotocols: ['a', 'b'],
      compression: true,
      headers: { 'X-Tenant': 'blue', 'Authorization': 'Bearer 0123456789' },
    });
    const { timings, request, response, ...facts } = await seen.facts();
    assert.deepEqual(seen.lines.slice(0, 2), ['tcp', 'upgrade']);
    assert.deepEqual(facts, {
      url: `${peer.url}p?room=•••`,
      subprotocol: 'b',
      extensions: 'permessage-deflate; server_no_context_takeover',
      redirects: [],
    });
    const { 'Sec-WebSocket-Key': key, ...sent } = byName(request);
    assert.match(key ?? '', /^\S{22}==$/);
    assert.deepEqual(sent, {
      'X-Tenant': '•••',
      'Authorization': 'Bearer •••',
      'Sec-WebSocket-Version': '13',
      'Connection': 'Upgrade',
      'Upgrade': 'websocket',
      'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits',
      'Sec-WebSocket-Protocol': 'a,b',
      'Host': `127.0.0.1:${peer.port}`,
    });
    // What is shown has the names and order that the peer saw.
    const names = peer.requests[0]?.match(/^[\w-]+(?=: )/gm);
    assert.deepEqual(
      request.map(([name]) => name),
      names,
    );
    assert.deepEqual([response?.status, response?.statusText], [101, 'Switching Protocols']);
    assert.deepEqual(response?.headers.slice(3), [
      ['Sec-WebSocket-Protocol', 'b'],
      ['Sec-WebSocket-Extensions', 'permessage-deflate; server_no_context_takeover'],
      ['Set-Cookie', '•••'],
      ['Server', 'tests'],
    ]);
    assert.deepEqual(
      timings.map(({ phase }) => phase),
      ['tcp', 'upgrade'],
    );
  });

  it('time each step, in order', async t => {
    const late = (socket: Socket, head: string) => {
      setTimeout(() => socket.write(acceptance(head)), 50);
    };
    const peer = await during(t, raw(undefined, { before: late, tls: trustedServer }));
    const url = peer.url.replace('127.0.0.1', 'localhost');
    const { timings } = await openTransport(t, url, { tls: trusting }).seen.facts();
    assert.deepEqual(
      timings.map(({ phase }) => phase),
      ['dns', 'tcp', 'tls', 'upgrade'],
    );
    assert.ok(timings.every(({ ms }) => ms >= 0));
    assert.ok((timings.at(-1)?.ms ?? 0) > 45);
  });

  it('tell how far an attempt came', async t => {
    const port = await refusedPort();
    const refused = await openTransport(t, `ws://127.0.0.1:${port}/`).seen.facts();
    assert.deepEqual([refused.request, refused.response], [[], undefined]);
    assert.deepEqual(
      refused.timings.map(({ phase }) => phase),
      ['tcp'],
    );
    const dropping = await during(t, raw(undefined, { before: socket => socket.destroy() }));
    const dropped = await openTransport(t, dropping.url).seen.facts();
    assert.equal(dropped.request.length, 5);
    assert.equal(dropped.response, undefined);
  });

  it('are not told of what was disposed of', async t => {
    const { url } = await during(t, silent());
    const { seen, transport } = openTransport(t, url);
    await seen.has('upgrade');
    transport.dispose();
    await turn();
    assert.deepEqual(seen.handshakes, []);
  });
});

describe('The body of a refusal', () => {
  /** Lets no time pass: what is scheduled waits here for the test to run it. */
  function stopClock(t: TestContext) {
    const waiting = new Map<number, () => void>();
    t.mock.method(systemClock, 'schedule', (delayMs: number, task: () => void) => {
      waiting.set(delayMs, task);
      return toDisposable(() => waiting.delete(delayMs));
    });
    return waiting;
  }

  async function bodyOf(t: TestContext, bytes: (socket: Socket) => unknown) {
    const before = (socket: Socket) => {
      bytes(socket);
    };
    const peer = await during(t, raw(undefined, { before }));
    const { seen } = openTransport(t, peer.url);
    const { response } = await seen.facts();
    const ended = await seen.ended();
    while (peer.sockets.size > 0) {
      await turn(); // The socket must not linger.
    }
    assert.ok(ended.refusal);
    return response?.body;
  }

  it('is shown', async t => {
    stopClock(t);
    const body = await bodyOf(t, socket =>
      socket.write(answer(403, { 'Content-Type': 'application/json' }, '{"error":"nö"}')),
    );
    assert.equal(body, '{"error":"nö"}');
  });

  it('is cut at 4 KiB, between characters', async t => {
    stopClock(t);
    const body = await bodyOf(t, socket =>
      socket.write(answer(500, { 'Content-Length': 1e9 }, `x${'ä'.repeat(5000)}`)),
    );
    assert.equal(body, `x${'ä'.repeat(2047)}`);
  });

  it('is waited for half a second at most', async t => {
    const waiting = stopClock(t);
    const body = bodyOf(t, socket => socket.write(answer(503, { 'Content-Length': 100 }, 'busy')));
    const halfASecond = 500;
    while (!waiting.has(halfASecond)) {
      await turn();
    }
    await turn();
    waiting.get(halfASecond)?.();
    assert.equal(await body, 'busy');
  });

  it('may be missing, broken off or damaged', async t => {
    const chunked = 'HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n';
    const bodies = await Promise.all([
      bodyOf(t, socket => socket.write(answer(404))),
      bodyOf(t, socket => socket.end(answer(404, { 'Content-Length': 100 }, 'part'))),
      bodyOf(t, socket => socket.end(answer(404, { 'Content-Length': 100 }, 'part'))),
      bodyOf(t, socket => socket.write(`${chunked}4\r\ngood\r\nnonsense\r\n`)),
    ]);
    assert.deepEqual(bodies, [undefined, 'part', 'part', 'good']);
  });

  it('is not waited for where the transport is disposed of or closed', async t => {
    const peer = await during(t, status(503, { 'Content-Length': 100 }, 'busy'));
    for (const end of ['dispose', 'close'] as const) {
      const { seen, transport } = openTransport(t, peer.url);
      await seen.has('upgrade');
      while (peer.requests.length === 0) {
        await turn();
      }
      await turn();
      transport[end](1000, '');
      while (peer.sockets.size > 0) {
        await turn();
      }
      assert.equal(seen.ends.length, end === 'close' ? 1 : 0);
    }
  });
});

describe('The facts about TLS', () => {
  it('name version, cipher and the chain up to its root', async t => {
    const peer = await during(t, raw(undefined, { tls: trustedServer }));
    const { tls } = await openTransport(t, peer.url, { tls: trusting }).seen.facts();
    const { chain = [], ...rest } = tls ?? {};
    assert.deepEqual(rest, {
      version: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      isVerified: true,
    });
    assert.deepEqual(
      chain.map(({ subject, issuer }) => [subject, issuer]),
      [
        ['CN=localhost', 'CN=WebSocket Monitor test CA'],
        ['CN=WebSocket Monitor test CA', 'CN=WebSocket Monitor test CA'],
      ],
    );
    const [own] = chain;
    assert.match(own?.fingerprint ?? '', /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    assert.equal(own?.validTo, 'Dec 31 00:00:00 2124 GMT');
    assert.match(
      own.names,
      /^DNS:localhost, DNS:peer\.test, DNS:\*\.peer\.test, IP Address:127\.0\.0\.1/,
    );
  });

  it('say why a certificate was refused, or would have been', async t => {
    const cases = {
      selfSigned: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      expired: 'CERT_HAS_EXPIRED',
      notYetValid: 'CERT_NOT_YET_VALID',
      otherName: 'ERR_TLS_CERT_ALTNAME_INVALID',
    } as const;
    for (const [name, problem] of Object.entries(cases)) {
      const cert = certificates[name as keyof typeof cases];
      const tls = { cert, key: certificates.serverKey };
      const peer = await during(t, raw(undefined, { tls }));
      const strict = openTransport(t, peer.url, { tls: trusting }).seen;
      const lax = openTransport(t, peer.url, {
        tls: { rejectUnauthorized: false, ca: certificates.ca },
      }).seen;
      const { phase, error } = await strict.ended();
      assert.deepEqual([phase, error?.code], ['tls', problem]);
      await lax.has('open');
      for (const facts of [await strict.facts(), await lax.facts()]) {
        assert.deepEqual(
          [facts.tls?.isVerified, facts.tls?.problem, facts.tls?.chain.length !== 0],
          [false, problem, true],
          name,
        );
      }
    }
  });

  it('can be had with a client certificate, as PEM and as PKCS #12', async t => {
    const { client, clientKey, clientEncryptedKey, clientPfx, passphrase } = certificates;
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const tls = { ...trustedServer, requestCert: true, ca: certificates.ca, maxVersion };
      const peer = await during(t, raw(undefined, { tls }));
      const materials = [
        { cert: client, key: clientKey },
        { cert: client, key: clientEncryptedKey, passphrase },
        { cert: Buffer.concat([client, clientKey]) },
        { cert: clientPfx, passphrase },
      ];
      for (const material of materials) {
        const { seen } = openTransport(t, peer.url, { tls: { ...trusting, ...material } });
        assert.equal((await seen.facts()).tls?.version, maxVersion);
        await seen.has('open');
      }
      const { error } = await openTransport(t, peer.url, { tls: trusting }).seen.ended();
      assert.match(error?.code ?? '', /^(EPROTO|ERR_SSL_.*)$/);
    }
  });
});

describe('An answer that does not fit', () => {
  it('is an error that names the subprotocols of both sides', async t => {
    const cases: readonly (readonly [readonly string[], readonly string[], string])[] = [
      [['a', 'b'], ['Sec-WebSocket-Protocol: c'], 'the subprotocol c; offered: a, b'],
      [['a', 'b'], [], 'no subprotocol; offered: a, b'],
      [[], ['Sec-WebSocket-Protocol: c'], 'the subprotocol c; offered: none'],
      [
        ['a'],
        ['Sec-WebSocket-Protocol: a', 'Sec-WebSocket-Protocol: a'],
        'more than one subprotocol: a, a; offered: a',
      ],
    ];
    for (const [subprotocols, headers, lists] of cases) {
      const peer = await during(t, raw(undefined, { headers }));
      const { seen } = openTransport(t, peer.url, { subprotocols });
      const { phase, error } = await seen.ended();
      assert.deepEqual(
        [phase, error],
        ['upgrade', { code: 'WSM_SUBPROTOCOL', message: `the peer chose ${lists}` }],
      );
      assert.equal((await seen.facts()).response?.status, 101);
    }
  });

  it('is an error that names the extensions', async t => {
    for (const extension of ['x-strange', 'permessage-deflate; nonsense', ';;']) {
      for (const compression of [true, false]) {
        const headers = [`Sec-WebSocket-Extensions: ${extension}`];
        const peer = await during(t, raw(undefined, { headers }));
        const { error } = await openTransport(t, peer.url, { compression }).seen.ended();
        assert.equal(error?.code, 'WSM_EXTENSION');
        assert.ok(error.message.includes(JSON.stringify(extension)), error.message);
      }
    }
  });
});

describe('Secrets', () => {
  const secrets = {
    bearer: 'bearer-0123456789',
    cookie: 'cookie-0123456789',
    apiKey: 'api-key-0123456789',
    password: 'pass/word-0123456789',
    query: 'query-0123456789',
    peer: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJwZWVyIn0.',
  } as const;
  const proxyPassword = 'proxy-0123456789';
  const url = (port: number) =>
    `ws://user:${encodeURIComponent(secrets.password)}@127.0.0.1:${port}/?access_token=${secrets.query}`;
  const asked: Partial<Handshake> = {
    headers: {
      'Cookie': `id=${secrets.cookie}; theme=dark`,
      'X-Api-Key': secrets.apiKey,
      'X-Auth': `Bearer ${secrets.bearer}`,
    },
  };
  /** Says everything that it was told, in its status line, headers and body. */
  const echo = (socket: Socket, head: string) => {
    const told = `${head} ${Object.values(secrets).join(' ')}`;
    const line = told.replace(/\s+/g, ' ');
    const body = `${told}${JSON.stringify(line)}`;
    const headers = {
      'X-Echo': line,
      'Set-Cookie': `t=${secrets.peer}`,
      'Location': `/?token=${secrets.query}`,
    };
    socket.end(answer(`400 ${line}`, headers, body));
  };
  const inBase64 = Buffer.from(`user:${secrets.password}`).toString('base64');

  function assertHidden(shown: unknown): void {
    const text = JSON.stringify(shown);
    for (const secret of [
      ...Object.values(secrets),
      proxyPassword,
      inBase64,
      encodeURIComponent(secrets.password),
    ]) {
      assert.ok(!text.includes(secret), `${secret} is in ${text}`);
    }
  }

  it('are in no facts, whatever the peer echoes', async t => {
    const peer = await during(t, raw(undefined, { before: echo }));
    const { seen } = openTransport(t, url(peer.port), asked);
    const { refusal } = await seen.ended();
    const facts = await seen.facts();
    assert.ok((facts.response?.body?.length ?? 0) > 100);
    assert.ok(peer.requests[0]?.includes(secrets.bearer), 'It was sent');
    assertHidden([facts, refusal?.statusText]);
  });

  it('are in no facts and no error of redirects', async t => {
    const locations = ['http://[', 'ftp://x/', `ws://u:${secrets.password}@x:1/`, '/?token='];
    for (const location of locations) {
      const before = (socket: Socket) => {
        socket.end(answer(302, { Location: `${location}${secrets.query}` }));
      };
      const peer = await during(t, raw(undefined, { before }));
      const { seen } = openTransport(t, url(peer.port), { ...asked, followRedirects: true });
      assertHidden([await seen.ended(), await seen.facts()]);
    }
  });

  it('are in no facts and no error of proxies', async t => {
    const port = await refusedPort();
    const [wantsLogin, denies, echoes] = [
      await during(t, connectProxy({ auth: 'other:one' })),
      await during(t, connectProxy({ deny: 403 })),
      await during(t, raw(undefined, { before: echo })),
    ];
    const proxies = [
      ...[wantsLogin, denies, echoes].map(proxy => `http://PASSWORD@127.0.0.1:${proxy.port}`),
      ...['http', 'https', 'socks5'].map(scheme => `${scheme}://PASSWORD@127.0.0.1:${port}`),
    ];
    for (const proxy of proxies) {
      const { seen } = openTransport(t, url(port), {
        ...asked,
        proxy: proxy.replace('PASSWORD', `me:${proxyPassword}`),
      });
      const { refusal, ...ended } = await seen.ended();
      assertHidden([ended, refusal?.statusText, await seen.facts()]);
    }
    assert.ok(echoes.requests[0]?.includes('Proxy-Authorization: Basic '), 'It was sent');
  });
});
