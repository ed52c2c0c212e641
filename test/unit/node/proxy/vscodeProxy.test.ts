import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { certificates, trustedServer } from '../../../support/network/certificates.ts';
import { frame, Opcode } from '../../../support/network/frames.ts';
import { answer, raw, refusedPort, type RawOptions } from '../../../support/network/peers.ts';
import {
  connectProxy,
  socksProxy,
  type HttpProxyOptions,
} from '../../../support/network/proxies.ts';
import { during, openTransport, turn } from '../../../support/network/transports.ts';
import { patchAsVsCode, type ProxySettings } from '../../../support/network/vscodeProxy.ts';

const trusting = { rejectUnauthorized: true, ca: certificates.ca } as const;
const greet = (socket: Socket) => void socket.write(frame(Opcode.Text, 'hello'));

/** Runs the test in a host that is patched as VS Code's is. */
function patched(t: TestContext, settings: ProxySettings): void {
  const patch = patchAsVsCode(settings);
  t.after(() => patch[Symbol.dispose]());
}

/** A peer by a name that only the proxies of the tests know. */
async function namedPeer(t: TestContext, name: string, options?: RawOptions) {
  const peer = await during(t, raw(greet, options));
  return { peer, url: peer.url.replace('127.0.0.1', name) };
}

async function httpProxy(t: TestContext, options?: HttpProxyOptions) {
  return during(t, connectProxy(options));
}

describe('Inside VS Code, which patches http and https', { concurrency: false }, () => {
  it('no agent is passed, so that its proxy is used, and shown', async t => {
    const proxy = await httpProxy(t, { auth: 'me:hunter22' });
    patched(t, { proxy: proxy.url.replace('//', '//me:hunter22@') });
    const plain = await namedPeer(t, 'peer.test');
    const secure = await namedPeer(t, 'peer.test', { tls: trustedServer });
    for (const { url } of [plain, secure]) {
      const { seen } = openTransport(t, url, { tls: trusting });
      await seen.has('text hello');
      const facts = await seen.facts();
      assert.deepEqual(facts.proxy, { url: proxy.url, chosenBy: 'editor' });
      assert.doesNotMatch(JSON.stringify(facts), /hunter22/);
      const tls = url.startsWith('wss') ? ['tls'] : [];
      assert.deepEqual(seen.lines.slice(0, -2), ['proxy', ...tls, 'upgrade']);
    }
    assert.deepEqual(proxy.asked, [
      `GET http://peer.test:${plain.peer.port}/`,
      `CONNECT peer.test:${secure.peer.port}`,
    ]);
  });

  it('what is local needs no proxy', async t => {
    const proxy = await httpProxy(t);
    patched(t, { proxy: proxy.url });
    for (const options of [{}, { tls: trustedServer }]) {
      const peer = await during(t, raw(greet, options));
      const { seen } = openTransport(t, peer.url, { tls: trusting });
      await seen.has('text hello');
      assert.equal((await seen.facts()).proxy, undefined);
    }
    assert.equal(proxy.connections, 0);
  });

  it('a ws: URL behind a proxy that strips Upgrade gets a tunnel, from then on at once', async t => {
    const proxy = await httpProxy(t, { strip: true, auth: 'me:hunter22' });
    patched(t, { proxy: proxy.url.replace('//', '//me:hunter22@') });
    const before = (socket: Socket, head: string) =>
      /^upgrade:/im.test(head) ? false : socket.write(answer(426, { Upgrade: 'websocket' }));
    const { peer, url } = await namedPeer(t, 'strips.test', { before });
    const forward = `GET http://strips.test:${peer.port}/`;
    const tunnel = `CONNECT strips.test:${peer.port}`;
    for (const phases of [
      ['proxy', 'upgrade', 'proxy', 'upgrade'],
      ['proxy', 'proxy', 'upgrade'],
    ]) {
      const { seen, transport } = openTransport(t, url);
      await seen.has('text hello');
      assert.deepEqual(seen.lines.slice(0, -2), phases);
      const facts = await seen.facts();
      assert.deepEqual(facts.proxy, { url: proxy.url, chosenBy: 'editor' });
      assert.equal(facts.response?.status, 101);
      transport.dispose();
      while (proxy.sockets.size + peer.sockets.size > 0) {
        await turn();
      }
    }
    assert.deepEqual(proxy.asked, [forward, tunnel, tunnel]);
  });

  it('no tunnel is tried where the answer would be the same', async t => {
    const proxy = await httpProxy(t, { auth: 'me:secret' });
    patched(t, { proxy: proxy.url });
    const { seen } = openTransport(t, 'ws://other.test:9/');
    const { refusal } = await seen.ended();
    assert.deepEqual([refusal?.status, proxy.connections], [407, 1]);
    assert.equal((await seen.facts()).proxy?.url, proxy.url);
  });

  it('no tunnel is tried after a 101', async t => {
    const proxy = await httpProxy(t);
    patched(t, { proxy: proxy.url });
    const { url } = await namedPeer(t, 'peer.test', { headers: ['Sec-WebSocket-Protocol: x'] });
    const { error } = await openTransport(t, url).seen.ended();
    assert.deepEqual([error?.code, proxy.asked.length], ['WSM_SUBPROTOCOL', 1]);
  });

  it('the first answer is told where the tunnel is refused', async t => {
    const proxy = await httpProxy(t, { deny: 403 });
    patched(t, { proxy: proxy.url });
    const before = (socket: Socket) => void socket.write(answer(404, {}, 'no such feed'));
    const { url } = await namedPeer(t, 'missing.test', {
      before: socket => {
        before(socket);
      },
    });
    const { seen } = openTransport(t, url);
    const { phase, refusal } = await seen.ended();
    assert.deepEqual([phase, refusal?.status, proxy.asked.length], ['upgrade', 404, 2]);
    assert.equal((await seen.facts()).response?.body, 'no such feed');
  });

  it('a refusal of the proxy is told apart from one of the peer, for wss:', async t => {
    for (const options of [{ auth: 'a:b' }, { deny: 503 }]) {
      const proxy = await httpProxy(t, options);
      const patch = patchAsVsCode({ proxy: proxy.url });
      const { seen } = openTransport(t, 'wss://peer.test:9/');
      const { phase, refusal } = await seen.ended();
      patch[Symbol.dispose]();
      assert.deepEqual([phase, refusal?.status], ['proxy', 'auth' in options ? 407 : 503]);
    }
  });

  it('a proxy that cannot be reached is named, without its credentials', async t => {
    const port = await refusedPort();
    patched(t, { proxy: `http://me:hunter22@127.0.0.1:${port}` });
    for (const url of ['ws://peer.test:9/', 'wss://peer.test:9/']) {
      const { seen } = openTransport(t, url);
      const { phase, error } = await seen.ended();
      assert.deepEqual([phase, error?.code], ['proxy', 'PROXY_UNREACHABLE']);
      assert.match(error?.message ?? '', new RegExp(`^the proxy http://127.0.0.1:${port} cannot`));
      assert.match(error?.message ?? '', /ECONNREFUSED/);
      assert.doesNotMatch(JSON.stringify([error, await seen.facts()]), /hunter22/);
    }
  });

  it("its login is used, and the system's certificates are", async t => {
    const proxy = await httpProxy(t, { auth: 'me:secret' });
    const authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`;
    const ca = certificates.ca.toString();
    patched(t, { proxy: proxy.url, authorization, certificates: [ca] });
    const { url } = await namedPeer(t, 'peer.test', { tls: trustedServer });
    const { seen } = openTransport(t, url);
    await seen.has('text hello');
    assert.equal((await seen.facts()).tls?.isVerified, true);
  });

  it('a proxy of the connection itself is used whatever its settings say', async t => {
    const own = [await httpProxy(t), await during(t, socksProxy())];
    const other = await httpProxy(t);
    const plain = await namedPeer(t, 'peer.test');
    const secure = await namedPeer(t, 'peer.test', { tls: trustedServer });
    for (const support of ['override', 'on', 'fallback', 'off'] as const) {
      for (const proxy of [other.url, undefined]) {
        const certificatesOfSystem = [certificates.ca.toString()];
        const patch = patchAsVsCode({
          support,
          certificates: certificatesOfSystem,
          ...(proxy === undefined ? {} : { proxy }),
        });
        for (const { url } of [plain, secure]) {
          for (const { url: setting } of own) {
            // The certificates come from the patch, also for what goes through a tunnel of ours.
            const { seen, transport } = openTransport(t, url, { proxy: setting });
            await seen.has('text hello');
            assert.deepEqual((await seen.facts()).proxy, { url: setting, chosenBy: 'setting' });
            transport.dispose();
          }
        }
        patch[Symbol.dispose]();
      }
    }
    assert.equal(other.connections, 0);
    assert.equal(own[0]?.asked.length, 16);
  });

  it('a transport that is disposed of while the proxy is chosen leaves nothing', async t => {
    const proxy = await httpProxy(t);
    patched(t, { proxy: proxy.url });
    const { peer, url } = await namedPeer(t, 'peer.test');
    for (let turns = 0; turns < 12; turns++) {
      const { seen, transport } = openTransport(t, url);
      for (let count = 0; count < turns; count++) {
        await turn();
      }
      const before = [...seen.lines];
      transport.dispose();
      while (proxy.sockets.size + peer.sockets.size > 0) {
        await turn();
      }
      assert.deepEqual(seen.lines, before);
    }
  });
});
