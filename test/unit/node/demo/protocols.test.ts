import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { io } from 'socket.io-client';
import WebSocket from 'ws';
import type { AnyDecoder } from '../../../../src/core/decode/decoder.ts';
import {
  graphqlTransportWs,
  subscriptionsTransportWs,
} from '../../../../src/core/decode/protocols/graphql/graphql.ts';
import { signalr } from '../../../../src/core/decode/protocols/signalr/signalr.ts';
import { socketio } from '../../../../src/core/decode/protocols/socketio/socketio.ts';
import { startDemoServer } from '../../../../src/node/demo/demoServer.ts';
import { readVectors } from '../../../support/decode/vectors.ts';

interface Said {
  readonly summary: string;
  readonly problem?: object;
}

/** A client, and what the decoder of its protocol says of all that was exchanged. */
class Client {
  readonly socket: WebSocket;
  readonly #decoder: AnyDecoder;
  readonly #messages: { dir: 'in' | 'out'; text?: string; hex?: string; expect: object }[] = [];

  constructor(socket: WebSocket, decoder: AnyDecoder) {
    this.socket = socket;
    this.#decoder = decoder;
    socket.on('message', (data: Buffer, isBinary) => {
      const body = isBinary ? { hex: data.toString('hex') } : { text: data.toString() };
      this.#messages.push({ dir: 'in', ...body, expect: {} });
    });
  }

  send(text: string): void {
    this.#messages.push({ dir: 'out', text, expect: {} });
    this.socket.send(text);
  }

  /** What was said once a message is as `pattern`; nothing of it has a problem. */
  async until(pattern: RegExp): Promise<readonly string[]> {
    for (;;) {
      const session = { name: '', messages: this.#messages as never[] };
      const said = readVectors(session, [this.#decoder]) as readonly Said[];
      assert.deepEqual(said.map(({ problem }) => problem).filter(Boolean), []);
      const summaries = said.map(({ summary }) => summary);
      if (summaries.some(summary => pattern.test(summary))) {
        return summaries;
      }
      await once(this.socket, 'message', { signal: AbortSignal.timeout(8000) });
    }
  }
}

async function connect(
  t: TestContext,
  path: string,
  decoder: AnyDecoder,
  subprotocols: readonly string[] = [],
): Promise<Client> {
  const server = await startDemoServer();
  const socket = new WebSocket(new URL(path, server.url), [...subprotocols]);
  t.after(() => {
    socket.terminate();
    return server.dispose();
  });
  const client = new Client(socket, decoder);
  await once(socket, 'open');
  return client;
}

function assertOrder(said: readonly string[], ...patterns: readonly RegExp[]): void {
  let from = 0;
  for (const pattern of patterns) {
    const at = said.findIndex((each, index) => index >= from && pattern.test(each));
    assert.ok(at >= 0, `${String(pattern)} behind message ${from} of:\n${said.join('\n')}`);
    from = at + 1;
  }
}

const record = (value: object) => `${JSON.stringify(value)}\u001e`;

describe('The demo server, over Socket.IO', () => {
  it('goes on by itself for one that only looks on', async t => {
    const client = await connect(t, '/socketio', socketio);
    const said = await client.until(/^attachment 1 of 1 of chart/);
    assertOrder(said, /^open \{/, /^connect = \{"sid"/, /^welcome /, /^confirm \{/, /^quote \{/);
    assert.match(said.at(-2) ?? '', /^chart \{.*\}, \{"\$bytes":"/);
  });

  it('acknowledges events, and answers others and pings', async t => {
    const client = await connect(t, '/socketio', socketio);
    client.send('40');
    client.send('427["get",1]');
    client.send('42["tell",2]');
    client.send('40/admin,');
    client.send('2probe');
    const said = await client.until(/^pong/);
    assertOrder(said, /^get = "ok", \{/, /^heard \["tell",2\]/, /^connect \/admin ! Only/, /^pong/);
    client.send('41');
    assert.equal(said.filter(each => each.startsWith('connect = ')).length, 1);
  });

  it('serves its own client', async t => {
    const server = await startDemoServer();
    const client = io(new URL('/', server.url).href, { transports: ['websocket'] });
    t.after(() => {
      client.disconnect();
      return server.dispose();
    });
    const bytes = new Promise(resolve => client.on('chart', (_quote, chart) => resolve(chart)));
    const answer: unknown = await client.timeout(8000).emitWithAck('quote', Buffer.from([1]));
    assert.equal(answer, 'ok');
    assert.equal(((await bytes) as Buffer).length, 32);
  });
});

describe('The demo server, over SignalR', () => {
  it('goes on by itself for one that only looks on', async t => {
    const client = await connect(t, '/signalr', signalr);
    const said = await client.until(/\| ping$/);
    assertOrder(said, /^handshake done$/, /^Quote \{/, /^Quote \{.*\} \| ping$/);
  });

  it('has methods and a stream', async t => {
    const client = await connect(t, '/signalr', signalr);
    const call = { type: 1, arguments: [40, 2] };
    client.send(record({ protocol: 'json', version: 1 }));
    client.send(record({ ...call, invocationId: '1', target: 'Add' }));
    client.send(record({ ...call, invocationId: '2', target: 'Echo' }));
    client.send(record({ ...call, invocationId: '3', target: 'Nothing' }));
    client.send(record({ type: 4, invocationId: '4', target: 'Count', arguments: [2] }));
    client.send(record({ type: 4, invocationId: '5', target: 'Count', arguments: [1000] }));
    client.send(record({ type: 5, invocationId: '5' }));
    const said = await client.until(/^Count done|\| Count done/);
    assertOrder(said, /^handshake done/, /^Add = 42/, /^Echo = 40/, /^Nothing ! Unknown/);
    const [items] = [await client.until(/^Count > 1/)];
    assertOrder(items, /^Count cancelled/, /^Count done/, /^Count > 0/, /^Count > 1/);
  });

  it('refuses other encodings', async t => {
    const client = await connect(t, '/signalr', signalr);
    client.send(record({ protocol: 'messagepack', version: 1 }));
    await client.until(/^handshake ! The protocol "messagepack" is not supported/);
    await once(client.socket, 'close');
  });
});

describe('The demo server, over GraphQL', () => {
  it('goes on by itself for one that only looks on', async t => {
    const client = await connect(t, '/graphql', graphqlTransportWs);
    assertOrder(await client.until(/^#demo > \{"quote":/), /^connection_init done/);
  });

  for (const [name, decoder, request, end] of [
    ['graphql-transport-ws', graphqlTransportWs, 'subscribe', 'complete'],
    ['graphql-ws', subscriptionsTransportWs, 'start', 'stop'],
  ] as const) {
    it(`answers queries, subscriptions and mutations: ${name}`, async t => {
      const client = await connect(t, '/graphql', decoder, [name]);
      const ask = (id: string, query: string) => {
        client.send(JSON.stringify({ id, type: request, payload: { query } }));
      };
      client.send(JSON.stringify({ type: 'connection_init' }));
      ask('1', 'query Now { now }');
      ask('2', 'mutation Change { change }');
      ask('3', 'subscription Quotes { quote { price } }');
      const said = await client.until(/^Quotes > \{"quote":/);
      assertOrder(said, /^connection_init done/, /^Now > /, /^Now done/, /^Change ! Nothing/);
      client.send(JSON.stringify({ id: '3', type: end }));
      assert.ok((await client.until(/^Quotes cancelled/)).every(each => !each.startsWith('#')));
    });
  }
});
