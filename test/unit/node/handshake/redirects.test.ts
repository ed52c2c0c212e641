import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { describe, it, type TestContext } from 'node:test';
import { parseEndpoint } from '../../../../src/core/endpoint/endpoint.ts';
import { followRedirect } from '../../../../src/node/handshake/redirects.ts';
import { certificates, trustedServer } from '../../../support/network/certificates.ts';
import { answer, raw, type Peer, type RawOptions } from '../../../support/network/peers.ts';
import { connectProxy } from '../../../support/network/proxies.ts';
import { during, openTransport, turn } from '../../../support/network/transports.ts';

/** Sends everybody to `location`. */
function redirecting(
  t: TestContext,
  location: string | ((head: string) => string),
  options: RawOptions = {},
  code = 302,
): Promise<Peer> {
  const before = (socket: Socket, head: string) => {
    const Location = typeof location === 'string' ? location : location(head);
    socket.write(answer(code, { Location }, 'moved'));
  };
  return during(t, raw(undefined, { ...options, before }));
}

const following = { followRedirects: true } as const;
const header = (peer: Peer, name: string) =>
  new RegExp(`^${name}: (.*)\r$`, 'im').exec(peer.requests[0] ?? '')?.[1];

describe('A redirect', () => {
  it('is a refusal with its target where following is off', async t => {
    const peer = await redirecting(t, '/elsewhere');
    const { seen } = openTransport(t, peer.url);
    const { refusal } = await seen.ended();
    assert.deepEqual([refusal?.status, refusal?.headers['location']], [302, '/elsewhere']);
    assert.deepEqual((await seen.facts()).redirects, []);
    assert.equal(peer.connections, 1);
  });

  it('is followed within an origin with everything', async t => {
    for (const code of [301, 302, 303, 307, 308]) {
      const peer = await during(
        t,
        raw(undefined, {
          before: (socket, head) =>
            head.startsWith('GET /old')
              ? socket.write(answer(code, { Location: 'new?x=1#part' }))
              : false,
        }),
      );
      const { seen } = openTransport(t, `${peer.url.replace('//', '//me:pw@')}old`, {
        ...following,
        headers: { Cookie: 'a=1', Host: 'name.test' },
      });
      await seen.has('open');
      const { redirects, timings } = await seen.facts();
      const [from, to] = [`${peer.url}old`, `${peer.url}new?x=•••`];
      assert.deepEqual(redirects, [{ status: code, from, to, stripped: [] }]);
      assert.deepEqual(
        timings.map(({ phase }) => phase),
        ['tcp', 'upgrade', 'tcp', 'upgrade'],
      );
      assert.match(peer.requests[1] ?? '', /^GET \/new\?x=1 HTTP/);
      const credentials = /^(authorization|cookie|host): .*$/gim;
      assert.deepEqual(peer.requests[1]?.match(credentials), peer.requests[0]?.match(credentials));
    }
  });

  it('takes no credentials to another origin, nor back', async t => {
    // Another port is another origin; the last hop leads back to the first.
    const first: Peer = await redirecting(t, head =>
      head.startsWith('GET /back') ? '/stay' : `http://u:p@127.0.0.1:${second.port}/`,
    );
    const second: Peer = await redirecting(t, `${first.url}back`);
    const { seen } = openTransport(t, first.url.replace('//', '//me:pw@'), {
      ...following,
      headers: {
        'AUTHORIZATION': 'Bearer secret-1',
        'cookie': 'secret=2',
        'Proxy-Authorization': 'Basic secret-3',
        'Host': 'name.test',
        'X-Tenant': 'blue',
      },
      subprotocols: ['a-token'],
    });
    const { error } = await seen.ended();
    assert.equal(error?.code, 'WSM_REDIRECT_LIMIT');
    const { redirects } = await seen.facts();
    assert.deepEqual(
      redirects.slice(0, 2).map(({ stripped }) => stripped),
      [
        [
          'AUTHORIZATION',
          'cookie',
          'Proxy-Authorization',
          'Host',
          'X-Tenant',
          'Sec-WebSocket-Protocol',
        ],
        [],
      ],
    );
    for (const request of [...second.requests, ...first.requests.slice(1)]) {
      assert.doesNotMatch(request, /secret|authorization|name\.test|tenant|a-token/i);
      const names = request.match(/^[\w-]+(?=: )/gm)?.sort();
      assert.deepEqual(names, [
        'Connection',
        'Host',
        'Sec-WebSocket-Key',
        'Sec-WebSocket-Version',
        'Upgrade',
      ]);
    }
  });

  it('strips the user information of the URL', async t => {
    const target = await during(t, raw());
    const peer = await redirecting(t, target.url);
    const { seen } = openTransport(t, peer.url.replace('//', '//me:pw@'), following);
    await seen.has('open');
    assert.ok(header(peer, 'authorization'));
    assert.equal(header(target, 'authorization'), undefined);
    assert.deepEqual((await seen.facts()).redirects[0]?.stripped, ['Authorization']);
  });

  it('leads from ws: to wss:, with TLS', async t => {
    const target = await during(t, raw(undefined, { tls: trustedServer }));
    const peer = await redirecting(t, target.url.replace('wss', 'https'));
    const tls = { rejectUnauthorized: true, ca: certificates.ca };
    const { seen } = openTransport(t, peer.url, { ...following, tls });
    await seen.has('open');
    assert.deepEqual(seen.lines.slice(0, -1), ['tcp', 'upgrade', 'tcp', 'tls', 'upgrade']);
    assert.equal((await seen.facts()).tls?.isVerified, true);
  });

  it('never leads from wss: to ws:', async t => {
    const target = await during(t, raw());
    const peer = await redirecting(t, target.url, { tls: trustedServer });
    const tls = { rejectUnauthorized: true, ca: certificates.ca };
    const { seen } = openTransport(t, peer.url, { ...following, tls });
    const { phase, error, refusal } = await seen.ended();
    assert.deepEqual(
      [phase, error?.code, refusal],
      ['upgrade', 'WSM_REDIRECT_DOWNGRADE', undefined],
    );
    assert.ok(error?.message.includes(target.url));
    assert.equal(target.connections, 0);
    assert.equal((await seen.facts()).response?.status, 302);
  });

  it('is followed five times and no more, and leaves no socket', async t => {
    const peer = await redirecting(t, '/');
    const { seen } = openTransport(t, peer.url, following);
    const { error } = await seen.ended();
    assert.deepEqual([error?.code, peer.connections], ['WSM_REDIRECT_LIMIT', 6]);
    assert.equal((await seen.facts()).redirects.length, 5);
    while (peer.sockets.size > 0) {
      await turn();
    }
  });

  it('that leads nowhere is named', async t => {
    for (const location of [
      'http://[',
      'ftp://host/',
      'mailto:a@b',
      'javascript:alert(1)',
      'http://',
    ]) {
      const peer = await redirecting(t, location);
      const { error } = await openTransport(t, peer.url, following).seen.ended();
      assert.equal(error?.code, 'WSM_REDIRECT_INVALID', location);
    }
  });

  it('that leads to a port that is none is told so, and no query is', async t => {
    for (const [location, expected] of [
      [
        'ws://h:0/a?k=s3cret',
        '"ws://h:0/a?…", whose port 0 is not valid: ports are from 1 to 65535',
      ],
      [
        'https://h:65536',
        '"https://h:65536", whose port 65536 is not valid: ports are from 1 to 65535',
      ],
      ['//u:pw@h:00/', '"//•••@h:00/", whose port 00 is not valid: ports are from 1 to 65535'],
      ['ftp://h/?k=s3cret', '"ftp://h/?…", which is not a WebSocket URL'],
    ] as const) {
      const peer = await redirecting(t, location);
      const { error } = await openTransport(t, peer.url, following).seen.ended();
      assert.equal(error?.message, `the peer redirected to ${expected}`);
    }
    const peer = await redirecting(t, '/?k=s3cret');
    const { error } = await openTransport(t, peer.url, following).seen.ended();
    assert.match(error?.message ?? '', /more than 5 times, last to "\/\?…"$/);
  });

  it('without a target, or with another status, is a refusal', async t => {
    for (const [code, headers] of [
      [302, {}],
      [304, { Location: '/' }],
      [300, { Location: '/' }],
    ] as const) {
      const before = (socket: Socket) => {
        socket.end(answer(code, headers));
      };
      const peer = await during(t, raw(undefined, { before }));
      const { refusal } = await openTransport(t, peer.url, following).seen.ended();
      assert.equal(refusal?.status, code);
    }
  });

  it('goes through the proxy of the connection as well', async t => {
    const target = await during(t, raw());
    const peer = await redirecting(t, `ws://b.test:${target.port}/`);
    const proxy = await during(t, connectProxy());
    const { seen } = openTransport(t, `ws://a.test:${peer.port}/`, {
      ...following,
      proxy: proxy.url,
    });
    await seen.has('open');
    assert.deepEqual(proxy.asked, [`CONNECT a.test:${peer.port}`, `CONNECT b.test:${target.port}`]);
  });

  it('that was begun is not gone on with once it is disposed of', async t => {
    const target = await during(t, raw());
    const peer = await redirecting(t, target.url);
    const { seen, transport } = openTransport(t, peer.url, following);
    await seen.has('upgrade');
    while (peer.requests.length === 0) {
      await turn();
    }
    transport.dispose();
    await turn();
    await turn();
    assert.deepEqual([target.requests.length, seen.ends.length], [0, 0]);
  });
});

describe('Origins', () => {
  const from = {
    endpoint: parseEndpoint('ws://a.test/x'),
    headers: { Cookie: '1' },
    subprotocols: [],
    tls: { rejectUnauthorized: true },
  };
  const isStripped = (location: string) => {
    const redirect = followRedirect(from, location, 0);
    return 'stripped' in redirect && redirect.stripped.length > 0;
  };

  it('are one however they are written', () => {
    const same = [
      'y',
      '//a.test/y',
      'http://A.TEST:80/',
      'ws://a.test./',
      '//a.TEST.:080',
      '//ａ.test',
    ];
    assert.deepEqual(same.filter(isStripped), []);
    const named = { ...from, endpoint: parseEndpoint('ws://bücher.example./x') };
    const redirect = followRedirect(named, 'http://XN--BCHER-KVA.example:80/', 0);
    assert.deepEqual('stripped' in redirect && redirect.stripped, []);
  });

  it('differ by scheme, host and port', () => {
    const others = [
      'wss://a.test/',
      '//a.test:81',
      '//b.a.test',
      'ws://a.test@b.test/',
      '//a.test..',
    ];
    assert.deepEqual(
      others.filter(location => !isStripped(location)),
      [],
    );
  });
});

describe('To another origin', () => {
  it('no client certificate, key, passphrase or server name goes along, and the facts say so', async t => {
    const asks = { ...trustedServer, requestCert: true, rejectUnauthorized: false };
    const seenByTarget: { certificate: unknown; name: unknown }[] = [];
    const target = await during(
      t,
      raw(
        socket => {
          assert.ok(socket instanceof TLSSocket);
          const certificate = Object.keys(socket.getPeerCertificate());
          const name: unknown = Reflect.get(socket, 'servername');
          seenByTarget.push({ certificate, name });
        },
        { tls: asks },
      ),
    );
    const peer = await redirecting(t, target.url, { tls: asks });
    const { seen } = openTransport(t, peer.url, {
      ...following,
      subprotocols: ['v1'],
      tls: {
        rejectUnauthorized: true,
        ca: certificates.ca,
        servername: 'peer.test',
        cert: certificates.client,
        key: certificates.clientEncryptedKey,
        passphrase: certificates.passphrase,
      },
    });
    await seen.has('open');
    assert.deepEqual(seenByTarget, [{ certificate: [], name: false }]);
    const { redirects } = await seen.facts();
    assert.deepEqual(redirects[0]?.stripped, [
      'Sec-WebSocket-Protocol',
      'client certificate',
      'tls.servername',
    ]);
  });
});

describe('A cookie of a redirect', () => {
  /** Redirects until the cookie comes, as checks for browsers do. */
  const wanting = (set: string, location = '/') =>
    raw(undefined, {
      before: (socket, head) =>
        /^cookie:.*\bgate=1/im.test(head)
          ? false
          : socket.write(answer(307, { 'Location': location, 'Set-Cookie': set })),
    });

  it('goes along within the origin, beside those of the user', async t => {
    const peer = await during(t, wanting('gate=1; Path=/; HttpOnly'));
    const { seen } = openTransport(t, peer.url, {
      ...following,
      headers: { cookie: 'mine=2; gate=old' },
    });
    await seen.has('open');
    assert.deepEqual(
      peer.requests.map(head => /^cookie: (.*)\r$/im.exec(head)?.[1]),
      ['mine=2; gate=old', 'mine=2; gate=1'],
    );
    const { request } = await seen.facts();
    assert.ok(request.some(([name, value]) => name === 'cookie' && value === '•••'));
  });

  it('comes back byte by byte', async t => {
    const peer = await during(t, wanting('gate=1é'));
    const { seen } = openTransport(t, peer.url, following);
    await seen.has('open');
    assert.match(peer.requests[1] ?? '', /^Cookie: gate=1Ã©\r$/m);
  });

  it('does not leave its origin', async t => {
    const target = await during(t, raw());
    const peer = await redirecting(t, target.url, {}, 307);
    const setting = await during(t, wanting('gate=1', peer.url));
    const { seen } = openTransport(t, setting.url, following);
    await seen.has('open');
    assert.equal(header(peer, 'cookie'), undefined);
    assert.equal(header(target, 'cookie'), undefined);
  });
});
