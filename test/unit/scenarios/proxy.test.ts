import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe } from 'node:test';
import { answer, raw, refusedPort } from '../../support/network/peers.ts';
import { connectProxy } from '../../support/network/proxies.ts';
import type { RealRig } from '../../support/scenarios/realRig.ts';
import { scenario } from '../../support/scenarios/scenarios.ts';
import { patchAsVsCode } from '../../support/network/vscodeProxy.ts';

const secretless = (rig: RealRig) =>
  assert.doesNotMatch(
    JSON.stringify([rig.states, rig.connection.handshake, rig.sentence, rig.log.lines]),
    /hunter22|bWU6aHVudGVyMjI/,
  );

describe('Scenarios of proxies', () => {
  scenario('a proxy that wants a login ends it, and is named without credentials', async world => {
    const proxy = await world.keep(connectProxy({ auth: 'me:right' }));
    const settings = { proxy: proxy.url.replace('//', '//me:hunter22@') };
    const rig = world.manual({ url: 'ws://peer.test:8080/', settings });
    rig.connection.connect();
    const { why, cause, rule } = await rig.stopped();
    assert.deepEqual([why, cause.status, cause.phase], ['fatal', 407, 'proxy']);
    assert.equal(rule, 'HTTP: proxy or portal');
    assert.equal(rig.connection.handshake?.proxy?.url, proxy.url);
    assert.equal(proxy.asked.length, 1);
    secretless(rig);
  });

  scenario('a proxy that answers 502 is tried again', async world => {
    const proxy = await world.keep(connectProxy({ deny: 502 }));
    const settings = { proxy: proxy.url.replace('//', '//me:hunter22@') };
    const rig = world.manual({ url: 'ws://peer.test:8080/', settings });
    rig.connection.connect();
    assert.equal((await rig.waiting()).cause.status, 502);
    await rig.retry();
    await rig.waiting();
    assert.equal(proxy.asked.length, 2);
    secretless(rig);
  });

  scenario('a proxy that is down is tried again, and named', async world => {
    const port = await refusedPort();
    const settings = { proxy: `http://me:hunter22@127.0.0.1:${port}` };
    const rig = world.manual({ url: 'ws://peer.test:8080/', settings });
    rig.connection.connect();
    const { cause, rule } = await rig.waiting();
    assert.deepEqual([cause.error, rule], ['PROXY_UNREACHABLE', 'proxy down']);
    assert.match(rig.sentence, new RegExp(`127\\.0\\.0\\.1:${port}`));
    secretless(rig);
  });

  scenario('ws: through a proxy that strips Upgrade gets a tunnel, in one attempt', async world => {
    const proxy = await world.keep(connectProxy({ strip: true }));
    const patch = patchAsVsCode({ proxy: proxy.url });
    await world.keep({ dispose: () => patch[Symbol.dispose]() });
    const before = (socket: Socket, head: string) =>
      /^upgrade:/im.test(head) ? false : socket.end(answer(426, { Upgrade: 'websocket' }));
    const peer = await world.peer(raw(undefined, { before }));
    const rig = world.manual({ url: peer.url.replace('127.0.0.1', 'peer.test') });
    rig.connection.connect();
    await rig.until('open');
    assert.deepEqual(proxy.asked, [
      `GET http://peer.test:${peer.port}/`,
      `CONNECT peer.test:${peer.port}`,
    ]);
    assert.equal(rig.attemptsAt.length, 1);
  });
});
