import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RowFlag } from '../../../../src/core/record/record.ts';
import type { StoredRecord } from '../../../../src/core/record/block.ts';
import type { HandshakeFacts } from '../../../../src/core/record/handshakeFacts.ts';
import { HarWriter, openingIn } from '../../../../src/core/export/har.ts';
import type { RowWriter } from '../../../../src/core/export/rowWriter.ts';
import {
  brokenUtf8,
  connection,
  hostilePayloads,
  partsWith,
  recordOf,
  written,
} from '../../../support/capture/exports.ts';

interface Message {
  readonly type: string;
  readonly time: number;
  readonly opcode: number;
  readonly data: string;
  readonly _encoding?: string;
}

interface Entry {
  readonly startedDateTime: string;
  readonly time: number;
  readonly request: { readonly url: string; readonly headers: unknown };
  readonly response: { readonly status: number; readonly _error?: string };
  readonly timings: Readonly<Record<string, number>>;
  readonly _webSocketMessages: readonly Message[];
}

const facts: HandshakeFacts = {
  url: 'wss://example.com/feed?token=•••&q=a%20b',
  request: [['Host', 'example.com']],
  response: {
    status: 101,
    statusText: 'Switching Protocols',
    headers: [['X-Note', 'hunter22 </script>']],
  },
  redirects: [],
  timings: [
    { phase: 'dns', ms: 1 },
    { phase: 'tcp', ms: 2 },
    { phase: 'tls', ms: 4 },
    { phase: 'upgrade', ms: 8 },
  ],
};
const refused: HandshakeFacts = {
  ...facts,
  response: { status: 401, statusText: 'Unauthorized', headers: [], body: 'no' },
};

function opening(seq: number, handshake = facts): StoredRecord {
  const row = { state: 'connected', severity: 'info', text: `Opened ${seq}.`, handshake };
  return recordOf(JSON.stringify(row), { seq, at: 1000 * seq, kind: 'state' });
}

function writerFor(records: readonly StoredRecord[]): RowWriter {
  const openings = records.flatMap(record => openingIn(record) ?? []);
  return new HarWriter({
    ...partsWith('hunter22'),
    openingAt: (_, seq) => openings.findLast(each => each.seq <= seq),
  });
}

function entriesOf(text: string): readonly Entry[] {
  const { log } = JSON.parse(text) as { log: { version: string; entries: readonly Entry[] } };
  assert.equal(log.version, '1.2');
  return log.entries;
}

describe('har', () => {
  it('has an entry for each opening, with its messages in seconds', () => {
    const sent = recordOf('hello hunter22', { seq: 2, at: 1500, direction: 'out' });
    const records = [
      opening(1),
      { ...sent, flags: sent.flags | RowFlag.Held },
      recordOf('{"state":"retry","text":"Gone."}', { seq: 3, kind: 'state' }),
      opening(4, refused),
      opening(5),
      recordOf(Uint8Array.of(1, 2), { seq: 6, at: 6000.25, kind: 'binary' }),
      recordOf('', { seq: 7, at: 7000, kind: 'close' }),
    ];
    const writer = writerFor(records);
    const [first, failed, second, ...others] = entriesOf(written(writer, records));
    assert.deepEqual(first?._webSocketMessages, [
      { type: 'send', time: 1.5, opcode: 1, _tap: 'held', data: 'hello •••' },
    ]);
    assert.deepEqual(
      [failed?.response.status, failed?.response._error, failed?._webSocketMessages],
      [401, 'Opened 4.', []],
    );
    assert.deepEqual(second?._webSocketMessages, [
      { type: 'receive', time: 6.00025, opcode: 2, data: 'AQI=' },
      { type: 'receive', time: 7, opcode: 8, data: '' },
    ]);
    assert.deepEqual([others.length, writer.rowCount], [0, 6]);
  });

  it('says of a handshake what Chrome and mitmproxy read, without secrets', () => {
    const text = written(writerFor([opening(1)]), [opening(1)]);
    assert.ok(!text.includes('hunter22') && !text.includes('null'));
    const [entry] = entriesOf(text);
    assert.deepEqual(entry, {
      startedDateTime: '1970-01-01T00:00:00.985Z',
      time: 15,
      request: {
        method: 'GET',
        url: 'wss://example.com/feed?token=%E2%80%A2%E2%80%A2%E2%80%A2&q=a%20b',
        httpVersion: 'HTTP/1.1',
        cookies: [],
        headers: [{ name: 'Host', value: 'example.com' }],
        queryString: [
          { name: 'token', value: '•••' },
          { name: 'q', value: 'a b' },
        ],
        headersSize: -1,
        bodySize: 0,
      },
      response: {
        status: 101,
        statusText: 'Switching Protocols',
        httpVersion: 'HTTP/1.1',
        cookies: [],
        headers: [{ name: 'X-Note', value: '••• </script>' }],
        content: { size: 0, mimeType: 'x-unknown' },
        redirectURL: '',
        headersSize: -1,
        bodySize: -1,
        _transferSize: 0,
      },
      cache: {},
      timings: { blocked: -1, dns: 1, connect: 6, ssl: 4, send: 0, wait: 8, receive: 0 },
      _resourceType: 'websocket',
      _handshake: { redirects: [] },
      _connection: 'prices',
      _webSocketMessages: [],
    });
  });

  it('gives back every byte of what peers send', () => {
    const records = [...hostilePayloads, ...brokenUtf8].flatMap((payload, seq) => [
      recordOf(payload, { seq }),
      recordOf(payload, { seq, kind: 'binary' }),
    ]);
    const [entry, ...others] = entriesOf(written(writerFor([]), records));
    assert.equal(others.length, 0);
    assert.deepEqual(
      entry?._webSocketMessages.map(({ opcode, data, _encoding }) => {
        return new Uint8Array(Buffer.from(data, opcode === 2 || _encoding ? 'base64' : 'utf8'));
      }),
      records.map(({ payload }) => payload),
    );
  });

  it('has an entry for messages whose handshake is not known, from what is known', () => {
    const [entry] = entriesOf(written(writerFor([]), [recordOf('a', { seq: 9, at: 5000 })]));
    assert.deepEqual(
      [entry?.request.url, entry?.response.status, entry?.startedDateTime],
      [connection.url, 101, '1970-01-01T00:00:05.000Z'],
    );
  });

  it('is whole without any row', () => {
    assert.deepEqual(entriesOf(written(writerFor([]), [])), []);
  });

  it('takes no state change for a handshake that is not a whole one', () => {
    for (const text of [
      '{"handshake":1}',
      '{"text":"","handshake":{"url":1}}',
      '{"text":"","handshake":{"url":"","request":[null],"timings":[]}}',
      '{"text":"","handshake":{"url":"","request":[["a",1]],"timings":[]}}',
      '{"text":"","handshake":{"url":"","request":[],"timings":[null]}}',
      '{"text":"","handshake":{"url":"","request":[],"timings":[],"response":{"status":101,"headers":[["a"]]}}}',
      '"handshake"',
      '{"handshake"',
    ]) {
      assert.equal(openingIn(recordOf(text, { kind: 'state' })), undefined);
    }
  });
});
