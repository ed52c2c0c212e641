import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { WebSocket, WebSocketServer } from 'ws';
import type { Direction } from '../../../../src/core/record/record.ts';
import { ownText, scriptedGates, type Deed } from '../../../support/network/gates.ts';
import { tapTo, type TestTap } from '../../../support/network/taps.ts';
import { until } from '../../../support/until.ts';

const deeds = ['drop', 'set', 'duplicate', 'inject'] as const satisfies readonly Deed[];
const positions = [1, 2, 3, 4, 5, 6];
const texts = positions.map(
  number =>
    `{"type":"tick","seq":${number},"symbol":"ACME CORPORATION","pad":"${'-'.repeat(number * 3)}"}`,
);

/** The Python that has websockets, where there is one: `npm test` installs it. */
const python = ['/usr/bin/python3', 'python3'].find(
  each => spawnSync(each, ['-c', 'import websockets']).status === 0,
);

/** What arrives if this is done with the message of this number. */
function expected(deed: Deed, position: number): readonly string[] {
  return texts.flatMap((text, index) => {
    if (index + 1 !== position) {
      return [text];
    }
    switch (deed) {
      case 'drop':
        return [];
      case 'set':
        return [ownText];
      case 'duplicate':
        return [text, text];
      case 'inject':
        return [ownText, text];
      case 'pass':
      case 'close':
        return [text];
    }
  });
}

/** Sends the six messages, compressed, and closes with 1000. */
async function serveTicks(takesOver: boolean): Promise<WebSocketServer> {
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    perMessageDeflate: {
      threshold: 0,
      serverNoContextTakeover: !takesOver,
      clientNoContextTakeover: !takesOver,
    },
  });
  server.on('connection', (socket, { url }) => {
    socket.on('error', () => undefined);
    if (url === '/ticks') {
      texts.forEach(text => socket.send(text));
      socket.close(1000);
    }
  });
  await once(server, 'listening');
  return server;
}

for (const takesOver of [true, false]) {
  describe(`A touched message, ${takesOver ? 'with' : 'without'} context takeover`, () => {
    let server: WebSocketServer;
    let upstream = '';

    before(async () => {
      server = await serveTicks(takesOver);
      upstream = `ws://127.0.0.1:${(server.address() as { port: number }).port}/`;
    });
    after(() => server.close());

    function tapWith(direction: Direction, deed: Deed, position: number): Promise<TestTap> {
      const openGates = scriptedGates(direction, number => (number === position ? deed : 'pass'));
      return tapTo(upstream, {}, { openGates });
    }

    for (const deed of deeds) {
      it(`to the client leaves all others as they are for ws: ${deed}`, async () => {
        for (const position of positions) {
          const tap = await tapWith('in', deed, position);
          const client = new WebSocket(`${tap.url}/ticks`);
          const got: string[] = [];
          client.on('message', data => void got.push((data as Buffer).toString()));
          const [code] = (await once(client, 'close')) as [number];
          assert.deepEqual([got, code], [expected(deed, position), 1000], `position ${position}`);
          tap.dispose();
        }
      });

      it(`to the server leaves all others as they are for ws: ${deed}`, async () => {
        for (const position of positions) {
          const tap = await tapWith('out', deed, position);
          const accepted = once(server, 'connection') as Promise<[WebSocket]>;
          const client = new WebSocket(`${tap.url}/listen`, {
            perMessageDeflate: { threshold: 0 },
          });
          const [socket] = await accepted;
          const got: string[] = [];
          socket.on('message', data => void got.push((data as Buffer).toString()));
          await once(client, 'open');
          texts.forEach(text => client.send(text));
          client.close(1000);
          const [code] = (await once(socket, 'close')) as [number];
          assert.deepEqual([got, code], [expected(deed, position), 1000], `position ${position}`);
          tap.dispose();
        }
      });
    }

    it('to the client leaves all others as they are for Python', { skip: !python }, async () => {
      const cases = deeds.flatMap(deed => positions.map(position => [deed, position] as const));
      const taps = await Promise.all(
        cases.map(([deed, position]) => tapWith('in', deed, position)),
      );
      const program = `
import asyncio, json, sys, websockets
async def one(url):
    got = []
    async with websockets.connect(url) as ws:
        try:
            async for message in ws:
                got.append(message)
        except websockets.ConnectionClosed:
            pass
        return [got, ws.close_code]
async def main():
    print(json.dumps([await one(url) for url in sys.argv[1:]]))
asyncio.run(main())`;
      const urls = taps.map(({ url }) => `${url}/ticks`);
      const { stdout } = await promisify(execFile)(python ?? '', ['-c', program, ...urls]);
      taps.forEach(tap => tap.dispose());
      assert.deepEqual(
        JSON.parse(stdout),
        cases.map(([deed, position]) => [expected(deed, position), 1000]),
      );
    });
  });
}

describe('A tapped socket', () => {
  let server: WebSocketServer;
  let upstream = '';

  before(async () => {
    server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    upstream = `ws://127.0.0.1:${(server.address() as { port: number }).port}/`;
  });
  after(() => server.close());

  async function openThrough(tap: TestTap): Promise<readonly [WebSocket, WebSocket]> {
    const accepted = once(server, 'connection') as Promise<[WebSocket]>;
    const client = new WebSocket(tap.url);
    const [socket] = await accepted;
    await once(client, 'open');
    return [client, socket];
  }

  it('takes messages of the user to each side, masked only for the server', async () => {
    const tap = await tapTo(upstream);
    const [client, socket] = await openThrough(tap);
    const control = tap.sockets[0]?.control;
    const atServer = once(socket, 'message') as Promise<[Buffer]>;
    const atClient = once(client, 'message') as Promise<[Buffer]>;
    await control?.send('to the server', 'server');
    await control?.send('to the client', 'client');
    assert.equal((await atServer)[0].toString(), 'to the server');
    assert.equal((await atClient)[0].toString(), 'to the client');
    client.terminate();
    await until('it has ended', () => tap.sockets[0]?.hasEnded === true);
    await assert.rejects(() => control?.send('late', 'server') ?? Promise.resolve(), /has ended/);
    tap.dispose();
  });

  it('is closed by the user with a code that both sides get', async () => {
    const tap = await tapTo(upstream);
    const [client, socket] = await openThrough(tap);
    const closes = Promise.all([once(client, 'close'), once(socket, 'close')]);
    tap.sockets[0]?.control?.close(4002, 'by hand');
    const codes = (await closes).map(([code, reason]: unknown[]) => [code, String(reason)]);
    assert.deepEqual(codes, [
      [4002, 'by hand'],
      [4002, 'by hand'],
    ]);
    await until('it has ended', () => tap.sockets[0]?.hasEnded === true);
    tap.dispose();
  });

  it('passes a message of many megabytes on, though a gate wants to see each', async () => {
    const tap = await tapTo(
      upstream,
      {},
      { openGates: scriptedGates('in', number => (number === 1 ? 'drop' : 'pass')) },
    );
    const [client, socket] = await openThrough(tap);
    const got: number[] = [];
    client.on('message', data => void got.push((data as Buffer).length));
    socket.send('dropped');
    socket.send(Buffer.alloc(9_000_000, 'large'));
    socket.send('small');
    await until('both came', () => got.length === 2);
    assert.deepEqual(got, [9_000_000, 5]);
    client.terminate();
    tap.dispose();
  });

  it('passes a compressed message of many megabytes on behind one that was dropped', async () => {
    const own = await serveTicks(true);
    const tap = await tapTo(
      `ws://127.0.0.1:${(own.address() as { port: number }).port}/`,
      {},
      {
        openGates: scriptedGates('in', number => (number === 1 ? 'drop' : 'pass')),
      },
    );
    const accepted = once(own, 'connection') as Promise<[WebSocket]>;
    const client = new WebSocket(`${tap.url}/listen`);
    const got: string[] = [];
    client.on('message', data => void got.push((data as Buffer).toString()));
    const [socket] = await accepted;
    const large = Array.from({ length: 300_000 }, (_, at) => `row ${at * 7919}`).join('\n');
    socket.send('dropped dropped dropped');
    socket.send(large);
    socket.send('small');
    socket.ping();
    await until('both came', () => got.length === 2);
    assert.equal(got[0], large);
    assert.equal(got[1], 'small');
    client.terminate();
    tap.dispose();
    own.close();
  });
});
