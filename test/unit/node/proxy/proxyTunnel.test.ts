import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import type { Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { parseProxy, readResolvedProxy } from '../../../../src/node/proxy/proxyAddress.ts';
import { openTunnel } from '../../../../src/node/proxy/proxyTunnel.ts';
import { systemClock } from '../../../../src/node/systemClock.ts';
import { certificates, trustedServer } from '../../../support/network/certificates.ts';
import { closeFrame, frame, Opcode } from '../../../support/network/frames.ts';
import { listen, raw, refusedPort, silent, type Peer } from '../../../support/network/peers.ts';
import { connectProxy, socksProxy } from '../../../support/network/proxies.ts';
import { during, openTransport, turn } from '../../../support/network/transports.ts';

const trusting = { rejectUnauthorized: true, ca: certificates.ca } as const;

/** Says hello, for `ws:` and for `wss:`. */
async function peers(t: TestContext): Promise<readonly Peer[]> {
  const greet = (socket: Socket) => void socket.write(frame(Opcode.Text, 'hello'));
  return [await during(t, raw(greet)), await during(t, raw(greet, { tls: trustedServer }))];
}

/** The peer's URL by a name that only the proxies of the tests know. */
const named = (peer: Peer) => peer.url.replace('127.0.0.1', 'peer.test');
const withLogin = (url: string, login: string) => url.replace('//', `//${login}@`);

describe('A connection through a proxy of its own', () => {
  it('works for ws: and wss:, over HTTP, HTTPS and SOCKS5, with and without credentials', async t => {
    const password = 'p:/@?#% ä';
    const auth = `me:${password}`;
    const proxies = [
      await during(t, connectProxy()),
      await during(t, connectProxy({ auth, tls: trustedServer })),
      await during(t, connectProxy({ auth, strip: true })),
      await during(t, socksProxy()),
      await during(t, socksProxy({ auth })),
    ];
    for (const peer of await peers(t)) {
      for (const proxy of proxies) {
        const url = proxy.url.replace('127.0.0.1', 'localhost');
        for (const login of [
          `me:${encodeURIComponent(password)}`,
          `me:${password.replace('%', '%25')}`,
        ]) {
          const { seen, transport } = openTransport(t, named(peer), {
            proxy: withLogin(url, login),
            tls: trusting,
          });
          await seen.has('text hello');
          const tls = peer.url.startsWith('wss') ? ['tls'] : [];
          assert.deepEqual(seen.lines.slice(0, -2), ['proxy', ...tls, 'upgrade']);
          const facts = await seen.facts();
          assert.deepEqual(facts.proxy, { url, chosenBy: 'setting' });
          assert.equal(facts.url, named(peer));
          assert.equal(Object.fromEntries(facts.request)['Host'], `peer.test:${peer.port}`);
          assert.equal(facts.tls?.isVerified, tls.length > 0 ? true : undefined);
          assert.match(
            proxy.asked.at(-1) ?? '',
            new RegExp(`^(CONNECT|SOCKS) peer.test:${peer.port}$`),
          );
          assert.ok(transport.bytesRead > 100);
          transport.dispose();
          while (proxy.sockets.size > 0) {
            await turn();
          }
        }
      }
    }
  });

  it('ends as others do, on both sides', async t => {
    const say = (socket: Socket) => void socket.end(closeFrame(4001, 'bye'));
    for (const peer of [
      await during(t, raw(say)),
      await during(t, raw(say, { tls: trustedServer })),
    ]) {
      for (const proxy of [
        await during(t, connectProxy({ tls: trustedServer })),
        await during(t, socksProxy()),
      ]) {
        const url = proxy.url.replace('127.0.0.1', 'localhost');
        const { seen } = openTransport(t, named(peer), { proxy: url, tls: trusting });
        assert.deepEqual(await seen.ended(), { code: 4001, reason: 'bye' });
        while (proxy.sockets.size + peer.sockets.size > 0) {
          await turn();
        }
      }
    }
    await turn();
    const left = process.getActiveResourcesInfo().filter(name => name === 'TCPSocketWrap');
    assert.deepEqual(left, []);
  });

  it('asks for addresses as they are', async t => {
    const peer = await during(t, raw(undefined, { host: '::1' }));
    const four = await during(t, raw());
    for (const proxy of [await during(t, connectProxy()), await during(t, socksProxy())]) {
      await openTransport(t, peer.url, { proxy: proxy.url }).seen.has('open');
      await openTransport(t, four.url, { proxy: proxy.url }).seen.has('open');
      assert.match(proxy.asked[0] ?? '', /^CONNECT \[::1\]:\d+$|^SOCKS 0:0:0:0:0:0:0:1:\d+$/);
      assert.match(proxy.asked[1] ?? '', /^(CONNECT|SOCKS) 127\.0\.0\.1:\d+$/);
    }
  });

  it('is verified against the name of the endpoint', async t => {
    const tls = { cert: certificates.otherName, key: certificates.serverKey };
    const peer = await during(t, raw(undefined, { tls }));
    const proxy = await during(t, connectProxy());
    const { seen } = openTransport(t, named(peer), { proxy: proxy.url, tls: trusting });
    const { phase, error } = await seen.ended();
    assert.deepEqual([phase, error?.code], ['tls', 'ERR_TLS_CERT_ALTNAME_INVALID']);
    assert.match(error?.message ?? '', /peer\.test/);
    const same = { ...trusting, servername: 'other.example' };
    await openTransport(t, named(peer), { proxy: proxy.url, tls: same }).seen.has('open');
  });

  it('is refused as the proxy refuses it', async t => {
    const [peer] = await peers(t);
    assert.ok(peer);
    const cases = [
      [await during(t, connectProxy({ auth: 'a:b' })), 407, 'Sign in first'],
      [await during(t, connectProxy({ deny: 403 })), 403, 'Denied'],
    ] as const;
    for (const [proxy, status, body] of cases) {
      const { seen } = openTransport(t, named(peer), { proxy: proxy.url });
      const { phase, refusal } = await seen.ended();
      const { proxy: used, response, request } = await seen.facts();
      assert.deepEqual(
        [phase, refusal?.status, used?.url, response?.status, response?.body],
        ['proxy', status, proxy.url, status, body],
      );
      assert.deepEqual(request, [['Host', `peer.test:${peer.port}`]]);
      while (proxy.sockets.size > 0) {
        await turn();
      }
    }
    const [{ url }] = cases[0];
    const { seen } = openTransport(t, named(peer), { proxy: withLogin(url, 'a:wrong') });
    const { refusal } = await seen.ended();
    assert.equal(refusal?.headers['proxy-authenticate'], 'Basic realm="tests"');
    assert.equal(peer.connections, 0);
  });

  it('fails by a code of its own for each way in which the proxy fails', async t => {
    const port = await refusedPort();
    const login = await during(t, socksProxy({ auth: 'a:b' }));
    const deaf = await during(
      t,
      listen(socket => socket.destroy()),
    );
    const ssh = await during(
      t,
      listen(socket => void socket.write('SSH-2.0-x\r\n\r\n')),
    );
    const endless = await during(
      t,
      listen(socket => void socket.write('x'.repeat(20_000))),
    );
    const https = await during(t, connectProxy({ tls: trustedServer }));
    const socks = await during(t, socksProxy({ deny: 4 }));
    const cases: Readonly<Record<string, readonly [string, RegExp]>> = {
      [`http://127.0.0.1:${port}`]: ['PROXY_UNREACHABLE', /cannot be reached: .*ECONNREFUSED/],
      [`socks5://127.0.0.1:${port}`]: ['PROXY_UNREACHABLE', /cannot be reached: .*ECONNREFUSED/],
      [`https://127.0.0.1:${port}`]: ['PROXY_UNREACHABLE', /cannot be reached: .*ECONNREFUSED/],
      'http://no-such-proxy.invalid:1': ['PROXY_UNREACHABLE', /cannot be reached: .*no-such-proxy/],
      [`http://127.0.0.1:${deaf.port}`]: ['PROXY_UNREACHABLE', /gave up: /],
      [`http://127.0.0.1:${ssh.port}`]: ['PROXY_PROTOCOL', /does not speak HTTP/],
      [`socks5://127.0.0.1:${ssh.port}`]: ['PROXY_PROTOCOL', /does not speak SOCKS5/],
      [`http://127.0.0.1:${endless.port}`]: ['PROXY_UNREACHABLE', /within 16384 bytes/],
      [https.url]: ['PROXY_TLS', /made no TLS connection: unable to verify/],
      [`https://127.0.0.1:${ssh.port}`]: ['PROXY_TLS', /made no TLS connection/],
      [socks.url]: ['PROXY_REFUSED', /did not connect to peer\.test:9: the host is unreachable/],
      [login.url]: ['PROXY_AUTHENTICATION', /requires a login/],
      [withLogin(login.url, 'a:wrong')]: ['PROXY_AUTHENTICATION', /rejected the user name/],
    };
    for (const [proxy, [code, message]] of Object.entries(cases)) {
      const { seen } = openTransport(t, 'ws://peer.test:9/', { proxy });
      const { phase, error } = await seen.ended();
      assert.deepEqual([phase, error?.code], ['proxy', code], proxy);
      assert.match(error?.message ?? '', message);
      assert.ok(error?.message.includes(proxy.replace(/\/\/.*@/, '//')), error?.message);
      assert.deepEqual(
        (await seen.facts()).timings.map(timing => timing.phase),
        ['proxy'],
      );
    }
  });

  it('is dropped at any time, and leaves nothing behind', async t => {
    const mute = await during(t, silent());
    const [peer] = await peers(t);
    assert.ok(peer);
    const proxy = await during(t, connectProxy());
    const atOnce = openTransport(t, named(peer), { proxy: proxy.url });
    atOnce.transport.dispose();
    for (const scheme of ['http', 'socks5']) {
      const { seen, transport } = openTransport(t, named(peer), {
        proxy: `${scheme}://127.0.0.1:${mute.port}`,
      });
      await seen.has('proxy');
      while (mute.sockets.size === 0) {
        await turn();
      }
      transport.dispose();
      while (mute.sockets.size > 0) {
        await turn();
      }
      assert.deepEqual(seen.lines, ['proxy']);
    }
    const closed = openTransport(t, named(peer), { proxy: `http://127.0.0.1:${mute.port}` });
    await closed.seen.has('proxy');
    closed.transport.close(1000, '');
    assert.deepEqual(
      [(await closed.seen.ended()).phase, atOnce.seen.lines, proxy.connections],
      ['proxy', [], 0],
    );
  });
});

describe('A tunnel', () => {
  it('keeps no listener on its signal after its socket was closed', async t => {
    const proxy = await during(t, connectProxy());
    const [peer] = await peers(t);
    assert.ok(peer);
    const { signal } = new AbortController();
    const tunnel = await openTunnel({
      proxy: parseProxy(proxy.url),
      host: 'peer.test',
      port: peer.port,
      tls: trusting,
      signal,
      clock: systemClock,
    });
    assert.ok('socket' in tunnel);
    assert.equal(getEventListeners(signal, 'abort').length, 1);
    const closed = new Promise(resolve => tunnel.socket.once('close', resolve));
    tunnel.socket.destroy();
    await closed;
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });
});

describe('The URL of a proxy', () => {
  it('is read with the default port of its scheme', () => {
    const texts = [
      'http://h',
      'https://h',
      'SOCKS5://h',
      'socks5h://h/',
      'http://[::1]:80',
      'https://h:80',
    ];
    assert.deepEqual(
      texts.map(text => {
        const { kind, host, port, display } = parseProxy(text);
        return [kind, host, port, display];
      }),
      [
        ['http', 'h', 80, 'http://h:80'],
        ['https', 'h', 443, 'https://h:443'],
        ['socks5', 'h', 1080, 'socks5://h:1080'],
        ['socks5', 'h', 1080, 'socks5h://h:1080'],
        ['http', '::1', 80, 'http://[::1]:80'],
        ['https', 'h', 80, 'https://h:80'],
      ],
    );
  });

  it('may hold credentials as long as SOCKS takes them, however they are written', () => {
    const [fits, tooLong] = [255, 256].map(length => '%41'.repeat(length));
    assert.equal(parseProxy(`socks5://u:${fits}@h`).password, 'A'.repeat(255));
    assert.throws(() => parseProxy(`socks5://u:${tooLong}@h`), /at most 255 bytes/);
  });

  it('may be what VS Code makes of it', () => {
    const shown = (word: string) => {
      const { display, address } = readResolvedProxy(word) ?? {};
      return [display, address?.user, address?.password];
    };
    assert.deepEqual(
      ['PROXY a:b@h:1/', 'HTTPS h:2', 'SOCKS h:3', 'SOCKS4 a:b@h:4', 'PROXY <credentials>@h:5'].map(
        shown,
      ),
      [
        ['http://h:1', 'a', 'b'],
        ['https://h:2', '', ''],
        ['socks5://h:3', '', ''],
        ['socks4://h:4', undefined, undefined],
        ['http://h:5', '<credentials>', ''],
      ],
    );
    assert.deepEqual(['DIRECT', '', 'PROXY', 'NONSENSE h:1'].map(readResolvedProxy), [
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
