import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Imported } from '../../../../src/core/import/draft/importResult.ts';
import { maxMessages } from '../../../../src/core/import/draft/messageCollector.ts';
import { readImport } from '../../../../src/core/import/readImport.ts';
import { runnablesOf } from '../../../../src/core/library/library.ts';
import { readLibrary } from '../../../../src/core/library/readLibrary.ts';

function imported(value: unknown): Imported {
  const result = readImport(JSON.stringify(value));
  assert.ok(result.kind === 'imported', JSON.stringify(result));
  return result;
}

/** What a library makes of imported items: their paths and bodies. */
function savedOf({ items }: Imported): readonly (readonly [string, string, string])[] {
  const { library, problems } = readLibrary({ version: 1, items }, 'user');
  assert.deepEqual(problems, []);
  return runnablesOf(library.items).map(item => {
    assert.ok(item.kind === 'message');
    const { body } = item;
    return [item.path, body.as, 'text' in body ? body.text : ''] as const;
  });
}

const postman = {
  info: {
    name: 'Shop',
    schema: 'https://schema.postman.com/json/draft-2020-12/collection/v3.0.0/',
  },
  item: [
    {
      type: 'folder',
      title: 'Live',
      items: [
        {
          type: 'ws-raw-request',
          title: 'Feed',
          payload: {
            url: 'wss://{{host}}/feed',
            headers: [
              { key: 'X-Tenant', value: '{{tenant}}' },
              { key: 'Off', value: 'x', disabled: true },
            ],
          },
          children: [
            {
              type: 'ws-raw-message',
              title: 'Subscribe',
              payload: { type: 'json', content: '{"op":"sub","id":"{{$guid}}","n":"${x}"}' },
            },
            {
              type: 'ws-raw-message',
              title: 'Bytes',
              payload: { type: 'binary', subtype: 'base64', content: 'AAH/' },
            },
            {
              type: 'ws-raw-message',
              title: 'Wrong',
              payload: { type: 'binary', subtype: 'base64', content: '*' },
            },
            { type: 'ws-raw-example', title: 'Answer', payload: {} },
          ],
        },
      ],
    },
    { type: 'ws-socketio-request', title: 'IO', payload: {} },
    { type: 'http-request', title: 'Rest', payload: {} },
  ],
  variable: [
    { key: 'host', value: 'example.com' },
    { key: 'apiToken', value: 't0p', type: 'secret' },
    { key: 'a b', value: 'x' },
  ],
};

describe('A Postman collection', () => {
  it('of format 3 gives its requests as folders with their messages', () => {
    const result = imported(postman);
    assert.deepEqual(savedOf(result), [
      [
        'Shop/Live/Feed/Subscribe',
        'json',
        '{\n  "op": "sub",\n  "id": "${uuid}",\n  "n": "$${x}"\n}',
      ],
      ['Shop/Live/Feed/Bytes', 'base64', 'AAH/'],
    ]);
    assert.equal(result.messageCount, 2);
    assert.deepEqual(result.connections, [
      { name: 'Feed', url: 'wss://${host}/feed', headers: { 'X-Tenant': '${tenant}' } },
    ]);
  });

  it('gives its variables, but no secret among them', () => {
    const { environments, notes } = imported(postman);
    assert.deepEqual(environments, [
      { name: 'Shop', variables: { host: 'example.com', apiToken: '${secret:import-apiToken}' } },
    ]);
    assert.ok(notes.some(note => note.includes('"apiToken" looks like a secret')));
  });

  it('says what it left out and why', () => {
    const notes = imported(postman).notes.join('\n');
    for (const part of ['Socket.IO', 'not for a WebSocket', 'example', 'binary', '"a b"']) {
      assert.ok(notes.includes(part), `${part} in ${notes}`);
    }
  });

  it('of format 2.1 gives requests to WebSocket addresses, with their body', () => {
    const schema = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';
    const request = {
      method: 'GET',
      header: [{ key: 'Sec-WebSocket-Key', value: 'x' }],
      url: { raw: 'ws://localhost:1/a' },
      body: { mode: 'raw', raw: 'hello {{name}}' },
    };
    const result = imported({
      info: { name: 'Old', schema },
      item: [
        { name: 'Sub', item: [{ name: 'Hi', request }] },
        { name: 'Rest', request: { method: 'GET', url: 'https://example.com' } },
        { name: 'Plain', request: 'wss://example.com' },
      ],
    });
    assert.deepEqual(savedOf(result), [['Old/Sub/Hi', 'text', 'hello ${name}']]);
    assert.deepEqual(
      result.connections.map(({ url, headers }) => [url, headers]),
      [
        ['ws://localhost:1/a', {}],
        ['wss://example.com', {}],
      ],
    );
    assert.deepEqual(result.notes, ['A request was left out: it is not for a WebSocket']);
  });

  it('keeps parameters that its addresses do not hold, and says which are disabled', () => {
    const query = [
      { key: 'a', value: '1' },
      { key: 'off', value: '2', disabled: true },
    ];
    const { info } = postman;
    const { connections, groups } = imported({
      info,
      item: [
        { name: 'One', request: { url: { raw: 'ws://x?a=1', query }, proxy: { host: 'p' } } },
        {
          type: 'ws-raw-request',
          title: 'Two',
          payload: {
            url: 'ws://y?a=1',
            queryParams: [...query, { key: 'b c', value: '3' }, { key: '', value: 'lost' }],
            headers: [{ key: '', value: 'lost' }],
          },
        },
      ],
    });
    assert.deepEqual(
      connections.map(({ url }) => url),
      ['ws://x?a=1', 'ws://y?a=1&b%20c=3'],
    );
    assert.deepEqual(
      groups.map(({ reason, items }) => [reason, items]),
      [
        ['The proxy of a request was left out: set it in the connection', ['One']],
        ['The parameter off was left out: it is disabled', ['One', 'Two']],
        ['A parameter was left out: it has no name', ['Two']],
        ['A header was left out: it has no name', ['Two']],
      ],
    );
  });

  it('keeps the values of an environment that are no texts', () => {
    const values = [
      { key: 'list', value: [1, 'a'] },
      { key: 'object', value: { a: { b: 1 } } },
      { key: 'number', value: 7 },
    ];
    const { environments } = imported({
      name: 'E',
      _postman_variable_scope: 'environment',
      values,
    });
    assert.deepEqual(environments[0]?.variables, {
      list: '[1,"a"]',
      object: '{"a":{"b":1}}',
      number: '7',
    });
  });

  it('within a collection within a collection is not gone after', () => {
    const { info } = postman;
    const text = Array.from({ length: 20_000 }).reduce<string>(
      inner => `{"info":${JSON.stringify(info)},"collection":${inner}}`,
      '{}',
    );
    assert.equal(readImport(text).kind, 'refused');
  });

  it('may be an environment', () => {
    const { environments } = imported({
      name: 'Staging',
      values: [
        { key: 'host', value: 'staging.example.com', type: 'default', enabled: true },
        { key: 'off', value: 'x', enabled: false },
      ],
      _postman_variable_scope: 'environment',
    });
    assert.deepEqual(environments, [
      { name: 'Staging', variables: { host: 'staging.example.com' } },
    ]);
  });
});

describe('An Insomnia export', () => {
  const resources = [
    {
      _id: 'ws-payload_1',
      _type: 'websocket_payload',
      parentId: 'ws-req_1',
      value: '{"ping":1}',
      mode: 'application/json',
    },
    {
      _id: 'ws-payload_2',
      _type: 'websocket_payload',
      parentId: 'ws-req_1',
      value: 'hi {{ _.who }}',
      mode: 'text/plain',
      name: 'Greet',
    },
    {
      _id: 'ws-req_1',
      _type: 'websocket_request',
      parentId: 'fld_1',
      name: 'Feed',
      url: '{{ _.ws }}/v4',
      metaSortKey: 2,
      headers: [{ name: 'User-Id', value: '{{USER}}' }],
      authentication: { type: 'apikey' },
    },
    { _id: 'fld_1', _type: 'request_group', parentId: 'wrk_1', name: 'Group' },
    { _id: 'wrk_1', _type: 'workspace', parentId: null, name: 'Mine' },
    { _id: 'req_1', _type: 'request', parentId: 'wrk_1', name: 'Rest' },
    {
      _id: 'env_1',
      _type: 'environment',
      parentId: 'wrk_1',
      name: 'Base',
      data: { ws: 'ws://localhost', deep: {}, n: 1 },
    },
  ];

  it('gives WebSocket requests with their payloads, in the folders they were in', () => {
    const result = imported({ _type: 'export', __export_format: 4, resources });
    assert.deepEqual(savedOf(result), [
      ['Mine/Group/Feed/{"ping":1}', 'json', '{\n  "ping": 1\n}'],
      ['Mine/Group/Feed/Greet', 'text', 'hi ${who}'],
    ]);
    assert.deepEqual(result.environments, [
      { name: 'Base', variables: { ws: 'ws://localhost', n: '1' } },
    ]);
    assert.deepEqual(result.connections, [
      { name: 'Feed', url: '${ws}/v4', headers: { 'User-Id': '${USER}' } },
    ]);
    const notes = result.notes.join('\n');
    for (const part of ['not for a WebSocket', 'authentication of "Feed"', '"deep"']) {
      assert.ok(notes.includes(part), `${part} in ${notes}`);
    }
  });

  it('whose folders are in one another does no harm', () => {
    const result = readImport(
      JSON.stringify({
        _type: 'export',
        resources: [
          { _id: 'a', _type: 'request_group', parentId: 'b', name: 'A' },
          { _id: 'b', _type: 'request_group', parentId: 'a', name: 'B' },
          { _id: 'c', _type: 'request_group', parentId: 'c', name: 'C' },
        ],
      }),
    );
    assert.equal(result.kind, 'refused');
  });

  it('is gone through once, however often an id is in it', () => {
    const nested = (parentId: string) => ({ _id: 'g', parentId, _type: 'request_group' });
    const request = { _id: 'q', parentId: 'g', _type: 'websocket_request', url: 'wss://a.test/' };
    const groups = Array.from({ length: 30 }, () => nested('g'));
    const { connections } = imported({
      _type: 'export',
      resources: [nested('root'), ...groups, request],
    });
    assert.deepEqual(
      connections.map(({ url }) => url),
      ['wss://a.test/'],
    );
  });
});

describe('A HAR', () => {
  const messages = [
    { type: 'send', time: 1, opcode: 1, data: '{"op":"sub"}' },
    { type: 'receive', time: 2, opcode: 1, data: 'answer' },
    { type: 'send', time: 3, opcode: 1, data: '{"op":"sub"}' },
    { type: 'send', time: 4, opcode: 2, data: 'AAEC' },
    { type: 'send', time: 5, data: 'costs ${5}' },
    { type: 'send', time: 6, opcode: -1, data: 'Invalid frame' },
    { type: 'error', time: 7, opcode: -1, data: 'x' },
  ];
  const entry = (list: readonly unknown[]) => ({
    request: {
      url: 'wss://example.com:8080/feed?token=x',
      headers: [
        { name: 'Origin', value: 'https://example.com' },
        { name: 'Upgrade', value: 'websocket' },
      ],
    },
    _webSocketMessages: list,
  });

  it('gives what was sent, once each, and nothing that was received', () => {
    const result = imported({ log: { version: '1.2', entries: [entry(messages), {}] } });
    assert.deepEqual(savedOf(result), [
      ['example.com:8080/{"op":"sub"}', 'json', '{\n  "op": "sub"\n}'],
      ['example.com:8080/Binary AAEC', 'base64', 'AAEC'],
      ['example.com:8080/costs ${5}', 'text', 'costs $${5}'],
    ]);
    assert.deepEqual(result.connections[0]?.headers, { Origin: 'https://example.com' });
    const notes = result.notes.join('\n');
    assert.match(notes, /received message was left out \(2×\)/);
    assert.match(notes, /may contain secrets/);
  });

  it('of a flood is cut, and says so', () => {
    const flood = Array.from({ length: maxMessages + 500 }, (_, index) => {
      return { type: 'send', opcode: 1, data: `message ${index}` };
    });
    const result = imported({ log: { entries: [entry(flood)] } });
    assert.equal(result.messageCount, maxMessages);
    assert.ok(result.notes.some(note => note.includes('(500×)')));
  });

  it('with a message of many megabytes leaves it out', () => {
    const long = { type: 'send', opcode: 1, data: 'x'.repeat(2 * 1024 * 1024) };
    const result = imported({ log: { entries: [entry([long])] } });
    assert.equal(result.messageCount, 0);
    assert.match(result.notes.join('\n'), /longer than 1 MiB/);
  });
});

const websocket = { _id: 'a', _type: 'websocket_request', url: 'ws://x' };

describe('A file that cannot be imported', () => {
  it('is refused with a reason', () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ['', /empty/],
      ['\u0000\u0001binary', /not JSON/],
      ['{"log":', /^The JSON ends too early\. Check line 1, and that the file is complete\.$/],
      ['{"log":{\n"entries":[}}', /^This is not JSON from here on\. Check line 2, /],
      ['['.repeat(100_000), /^The JSON ends too early/],
      ['[]', /not supported\. Supported are/],
      ['{"info":{"schema":"https://example.com"}}', /not supported\. Supported are/],
      ['curl https://example.com', /Import Connection from cURL/],
      ['{"log":{"entries":[{},{}]}}', /HAR.*without anything for WebSockets.*\(2×\)/],
      ['$kind: collection\nname: x', /YAML.*Postman/],
    ];
    for (const [text, sentence] of cases) {
      const result = readImport(text);
      assert.ok(result.kind === 'refused' && sentence.test(result.problem), text);
    }
  });

  it('never makes reading fail, and never makes a file that our own reader refuses', () => {
    const outlines: readonly ((value: unknown) => unknown)[] = [
      value => value,
      value => ({ log: { entries: [value, { _webSocketMessages: value }] } }),
      value => ({ log: { entries: [{ request: value, _webSocketMessages: [value] }] } }),
      value => ({ _type: 'export', resources: [value] }),
      value => ({
        type: 'collection.insomnia.rest/5.0',
        collection: [value],
        environments: value,
      }),
      value => ({
        _type: 'export',
        resources: [{ ...websocket, headers: value, parameters: value }],
      }),
      value => ({ _type: 'export', resources: [{ _type: 'environment', data: value }] }),
      value => ({ ...postman, item: value, variable: value }),
      value => ({
        ...postman,
        item: [{ type: 'ws-raw-request', payload: value, children: value }],
      }),
    ];
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(outlines.length - 1), (value, which) => {
        const result = readImport(JSON.stringify(outlines[which]?.(value)));
        if (result.kind === 'imported') {
          savedOf(result);
        } else {
          assert.match(result.problem, /\.$/);
        }
      }),
    );
  });
});
