import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { tapActionOf } from '../../../../src/core/record/record.ts';
import { RuleSet } from '../../../../src/core/tap/rules/ruleSet.ts';
import { RuleGates } from '../../../../src/core/tap/rules/socketGates.ts';
import { readRules } from '../../../../src/core/tap/rules/tapRule.ts';
import { systemClock } from '../../../../src/node/systemClock.ts';
import { messagesOf, tapTo, type TestTap } from '../../../support/network/taps.ts';
import type { HeldMessages } from '../../../../src/core/slot/heldMessages.ts';
import { until } from '../../../support/until.ts';

const count = 6;
const textOf = (seq: number) =>
  JSON.stringify({
    type: 'tick',
    seq,
    symbol: 'ACME CORPORATION',
    unique: `u${seq}${'-'.repeat(seq)}`,
  });

/** Sends six messages that share most of their text, and closes with 1000. */
class TickServer {
  readonly server: WebSocketServer;

  constructor(hasTakeover: boolean) {
    this.server = new WebSocketServer({
      port: 0,
      host: '127.0.0.1',
      perMessageDeflate: {
        threshold: 0,
        serverNoContextTakeover: !hasTakeover,
        clientNoContextTakeover: !hasTakeover,
      },
    });
    this.server.on('connection', (socket, request) => {
      if (request.url === '/echo') {
        socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
        return;
      }
      for (let seq = 1; seq <= count; seq++) {
        socket.send(textOf(seq));
      }
      if (request.url !== '/open') {
        socket.close(1000);
      }
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.clients.forEach(client => client.terminate());
    await new Promise(resolve => this.server.close(resolve));
  }
}

async function ruledTap(upstream: string, rules: readonly unknown[]): Promise<TestTap> {
  const problems: string[] = [];
  const set = new RuleSet();
  set.setRules(readRules(rules, 'rules', { now: 0, startOfDay: 0 }, problems));
  assert.deepEqual(problems, []);
  const ports = {
    clock: systemClock,
    rules: set,
    random: Math.random,
    uuid: () => 'id',
    heartbeatTexts: () => [],
  };
  return tapTo(
    upstream,
    {},
    {
      openGates: (sink, outlets, target) => new RuleGates(sink, outlets, ports, target),
    },
  );
}

interface Got {
  readonly texts: readonly string[];
  readonly code: number;
  readonly extensions: string;
}

/** All that a client gets. */
async function receive(
  tap: TestTap,
  onOpen: (socket: WebSocket) => void = () => undefined,
): Promise<Got> {
  const socket = new WebSocket(`${tap.url}/`, { perMessageDeflate: { threshold: 0 } });
  const texts: string[] = [];
  socket.on('message', (data: Buffer) => texts.push(data.toString()));
  socket.once('open', () => onOpen(socket));
  const [code] = (await once(socket, 'close')) as [number];
  return { texts, code, extensions: socket.extensions };
}

async function heldOf(tap: TestTap): Promise<HeldMessages> {
  await until('a socket', () => tap.sockets[0]?.control?.held !== undefined);
  return tap.sockets[0]?.control?.held ?? assert.fail();
}

async function awaitHeld(tap: TestTap, least: number): Promise<HeldMessages> {
  const held = await heldOf(tap);
  await until(`${least} held messages`, () => held.queue('in').messages.length >= least);
  return held;
}

const all = Array.from({ length: count }, (_, index) => textOf(index + 1));
const changed = (at: number, ...texts: readonly string[]) => all.toSpliced(at - 1, 1, ...texts);
const cases: Readonly<
  Record<string, (at: number) => { rule: object; expected: readonly string[] }>
> = {
  drop: at => ({ rule: { do: 'drop' }, expected: changed(at) }),
  set: at => ({
    rule: { do: 'set', values: { '$.symbol': 'DYNE' } },
    expected: changed(at, textOf(at).replace('ACME CORPORATION', 'DYNE')),
  }),
  replace: at => ({
    rule: { do: 'replace', pattern: '/ACME (?<rest>\\w+)/', with: '$<rest> of DYNE' },
    expected: changed(at, textOf(at).replace('ACME CORPORATION', 'CORPORATION of DYNE')),
  }),
  duplicate: at => ({ rule: { do: 'duplicate' }, expected: changed(at, textOf(at), textOf(at)) }),
  delay: () => ({ rule: { do: 'delay', ms: 5 }, expected: all }),
};

for (const hasTakeover of [true, false]) {
  describe(`Rules on compressed messages, ${hasTakeover ? 'with' : 'without'} context takeover`, () => {
    let server: TickServer;
    before(async () => {
      server = new TickServer(hasTakeover);
      await once(server.server, 'listening');
    });
    after(() => server.close());

    for (const [name, caseOf] of Object.entries(cases)) {
      it(`${name} one of six at each place, and the client gets what is expected`, async () => {
        for (let at = 1; at <= count; at++) {
          const { rule, expected } = caseOf(at);
          const tap = await ruledTap(server.url, [{ match: `in: $.seq:${at}`, ...rule }]);
          const { texts, code, extensions } = await receive(tap);
          await tap.stop();
          assert.match(extensions, /permessage-deflate/);
          assert.deepEqual([texts, code], [expected, 1000], `at ${at}`);
        }
      });
    }

    it('inject at each place, to the client', async () => {
      for (let at = 1; at <= count; at++) {
        const tap = await ruledTap(server.url, [{ match: `in: $.seq:${at}`, do: 'hold' }]);
        const got = receive(tap);
        const held = await awaitHeld(tap, 1);
        await tap.sockets[0]?.control?.send('mine', 'client');
        const [first] = held.queue('in').messages;
        assert.ok(first && held.release(first.number));
        const { texts, code } = await got;
        await tap.stop();
        assert.deepEqual([texts, code], [all.toSpliced(at - 1, 0, 'mine'), 1000], `at ${at}`);
      }
    });
  });
}

describe('A tapped socket with rules', () => {
  let server: TickServer;
  before(async () => {
    server = new TickServer(true);
    await once(server.server, 'listening');
  });
  after(() => server.close());

  it('injects to the server, which answers, and masks what it sends', async () => {
    const tap = await ruledTap(server.url, []);
    const socket = new WebSocket(`${tap.url}/echo`);
    await once(socket, 'open');
    await until('a socket', () => tap.sockets[0]?.control !== undefined);
    const answered = once(socket, 'message');
    await tap.sockets[0]?.control?.send('from here', 'server');
    assert.equal(String((await answered)[0]), 'from here');
    const [sent] = tap.sockets[0]?.rows.filter(row => 'flags' in row) ?? [];
    assert.equal(sent && 'flags' in sent && tapActionOf(sent.flags), 'injected');
    socket.terminate();
    await tap.stop();
  });

  it('releases one, an edited one, out of turn, and all in order', async () => {
    const tap = await ruledTap(server.url, [{ match: 'in:', do: 'hold' }]);
    const got = receive(tap);
    const held = await awaitHeld(tap, count);
    const { messages } = held.queue('in');
    const numberOf = (seq: number) => messages[seq - 1]?.number ?? assert.fail();
    held.release(numberOf(3));
    held.release(numberOf(1));
    held.release(numberOf(4), 'edited');
    held.drop(numberOf(5));
    held.releaseAll();
    const { texts, code } = await got;
    await tap.stop();
    assert.deepEqual([texts, code], [[textOf(3), textOf(1), 'edited', textOf(2), textOf(6)], 1000]);
  });

  it('closes both sides where a rule says so', async () => {
    const tap = await ruledTap(server.url, [
      { match: 'in: $.seq:2', do: 'close', code: 1012, reason: 'restart' },
    ]);
    const { texts, code } = await receive(tap);
    await tap.stop();
    assert.deepEqual([texts, code], [[textOf(1), textOf(2)], 1012]);
  });

  it('records what was held as not delivered when the client hangs up', async () => {
    const tap = await ruledTap(server.url, [{ match: 'in: $.seq:>4', do: 'hold' }]);
    const socket = new WebSocket(`${tap.url}/open`);
    await awaitHeld(tap, 2);
    socket.terminate();
    const observed = tap.sockets[0] ?? assert.fail();
    await until('its end', () => observed.hasEnded);
    await tap.stop();
    const actions = observed.rows.flatMap(row => ('flags' in row ? [tapActionOf(row.flags)] : []));
    assert.deepEqual(actions.slice(0, count), [
      ...Array.from({ length: 4 }, () => undefined),
      'dropped',
      'dropped',
    ]);
    assert.equal(messagesOf(observed).length >= count, true);
    assert.ok(
      observed.rows.some(
        row => 'text' in row && row.text.startsWith('Not delivered: 2 messages from'),
      ),
    );
  });

  it('lets all go when the tap stops', async () => {
    const tap = await ruledTap(server.url, [{ match: 'in: kind:text', do: 'hold' }]);
    const got = receive(tap);
    await awaitHeld(tap, count);
    await tap.stop();
    assert.deepEqual((await got).texts, all);
  });

  it('answers pings while messages are held', async () => {
    const tap = await ruledTap(server.url, [{ match: 'in: kind:text', do: 'hold' }]);
    const socket = new WebSocket(`${tap.url}/open`);
    await awaitHeld(tap, count);
    const pong = once(socket, 'pong');
    socket.ping('still there');
    assert.equal(String((await pong)[0]), 'still there');
    socket.terminate();
    await tap.stop();
  });
});
