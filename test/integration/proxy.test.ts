import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { workspace } from 'vscode';
import { CommandId } from '../../src/shared/ids.ts';
import { Peer } from '../support/network/peer.ts';
import { connectProxy, socksProxy } from '../support/network/proxies.ts';
import { connect, run, UndoList } from './support.ts';

type Proxy = Awaited<ReturnType<typeof connectProxy>>;

// These run with VS Code's own patch of http and https, which no unit test has.
describe('Proxies in the extension host', () => {
  let peer: Peer;
  let names = 0;
  const undo = new UndoList();

  beforeEach(async () => {
    peer = await Peer.start();
  });

  afterEach(async () => {
    await undo.run();
    await peer.stop();
  });

  /** A name that only the proxy knows: with it, nothing but the proxy reaches the peer. */
  const url = () => `ws://peer.test:${peer.port}/`;
  const once = () => ({ name: `proxied ${++names}`, reconnect: { maxAttempts: 1 } });
  const keep = (proxy: Proxy) => {
    undo.add(() => proxy.dispose());
    return proxy;
  };

  it('tunnel ws: through the HTTP proxy of a connection, with credentials', async () => {
    const auth = 'ann:secret';
    const proxy = keep(await connectProxy({ auth }));
    const target = once();
    const via = `http://${auth}@127.0.0.1:${proxy.port}`;
    const { state } = await connect({ ...target, url: url(), proxy: via });
    assert.equal(state, 'open');
    assert.deepEqual(proxy.asked.length, 1);
    await run(CommandId.Disconnect, target.name);
  });

  it('say when the proxy wants a login', async () => {
    const proxy = keep(await connectProxy({ auth: 'ann:secret' }));
    const via = `http://127.0.0.1:${proxy.port}`;
    const { state } = await connect({ ...once(), url: url(), proxy: via });
    assert.deepEqual([state, peer.headers.length], ['stopped', 0]);
  });

  it('tunnel through a SOCKS5 proxy', async () => {
    const proxy = await socksProxy({});
    undo.add(() => proxy.dispose());
    const target = once();
    const via = `socks5://127.0.0.1:${proxy.port}`;
    const { state } = await connect({ ...target, url: url(), proxy: via });
    assert.equal(state, 'open');
    await run(CommandId.Disconnect, target.name);
  });

  it('get a ws: connection through http.proxy although it strips the upgrade', async () => {
    const proxy = keep(await connectProxy({ strip: true }));
    const http = () => workspace.getConfiguration('http');
    await http().update('proxy', `http://127.0.0.1:${proxy.port}`, true);
    undo.add(() => http().update('proxy', undefined, true));
    const target = once();
    const { state } = await connect({ ...target, url: url() });
    assert.equal(state, 'open');
    await run(CommandId.Disconnect, target.name);
  });

  it('refuse a proxy URL of an unknown scheme before dialling', async () => {
    await undo.set('proxy', 'gopher://127.0.0.1:70');
    const { state } = await connect({ ...once(), url: peer.url });
    assert.deepEqual([state, peer.headers.length], ['stopped', 0]);
  });
});
