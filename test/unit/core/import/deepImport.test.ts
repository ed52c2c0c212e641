import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readImport } from '../../../../src/core/import/readImport.ts';

const pair = { key: 'a', name: 'a', value: 'b' };
const basic = { type: 'basic', username: 'u', password: 'p', basic: [pair] };

/** A file of each kind, with something in each of its places. */
const files: Readonly<Record<string, object>> = {
  'a HAR': {
    log: {
      entries: [
        {
          request: { url: 'ws://x', headers: [pair], cookies: [pair] },
          _webSocketMessages: [{ type: 'send', opcode: 1, data: 'x' }],
        },
      ],
    },
  },
  'a collection': {
    info: { name: 'C', schema: 'https://schema.getpostman.com/', description: 'd' },
    auth: basic,
    event: [],
    variable: [pair],
    item: [
      {
        name: 'one',
        request: {
          url: { raw: 'ws://x', host: ['x'], query: [pair], variable: [pair] },
          header: [pair],
          body: { mode: 'raw', raw: 'x' },
          auth: basic,
        },
        response: [],
      },
      {
        type: 'ws-raw-request',
        title: 'two',
        payload: { url: 'ws://y', headers: [pair], queryParams: [pair] },
        children: [{ type: 'ws-raw-message', payload: { type: 'json', content: '{}' } }],
      },
    ],
  },
  'an environment': { _postman_variable_scope: 'environment', name: 'E', values: [pair] },
  'Insomnia 4': {
    _type: 'export',
    resources: [
      { _id: 'w', _type: 'workspace', name: 'W', parentId: null },
      { _id: 'e', _type: 'environment', parentId: 'w', name: 'E', data: { a: 1 } },
      {
        _id: 'r',
        _type: 'websocket_request',
        parentId: 'w',
        name: 'R',
        url: 'ws://x',
        headers: [pair],
        parameters: [pair],
        authentication: basic,
        metaSortKey: 1,
      },
      { _id: 'm', _type: 'websocket_payload', parentId: 'r', value: 'v', mode: 'text' },
    ],
  },
  'Insomnia 5': {
    type: 'collection.insomnia.rest/5.0',
    name: 'N',
    collection: [
      {
        name: 'R',
        url: 'ws://x',
        meta: { id: 'ws-req_1', sortKey: 1 },
        headers: [pair],
        authentication: basic,
        payloads: [{ name: 'm', value: 'v', mode: 'text' }],
      },
      { name: 'F', children: [], environment: { a: 1 } },
    ],
    environments: { name: 'B', data: { a: 1 }, subEnvironments: [{ name: 'S', data: { a: 1 } }] },
    cookieJar: { cookies: [] },
  },
};

/** The file with `inserted` in each of its places, one after another. */
function* variants(value: unknown, inserted: unknown): Generator {
  if (typeof value !== 'object' || value === null) {
    return;
  }
  for (const [key, member] of Object.entries(value)) {
    const copy = (other: unknown) =>
      Array.isArray(value)
        ? value.map((each: unknown, at) => (String(at) === key ? other : each))
        : { ...value, [key]: other };
    yield copy(inserted);
    for (const changed of variants(member, inserted)) {
      yield copy(changed);
    }
  }
}

const levels = 50_000;
const mark = '@deep@';

describe('What is nested ever so deeply, wherever it is in a file to import', () => {
  const deep = {
    lists: '['.repeat(levels) + ']'.repeat(levels),
    objects: '{"a":'.repeat(levels) + '1' + '}'.repeat(levels),
  };
  for (const [kind, file] of Object.entries(files)) {
    it(`is told or read past: ${kind}`, () => {
      for (const variant of variants(file, mark)) {
        const text = JSON.stringify(variant);
        for (const value of Object.values(deep)) {
          const result = readImport(text.replace(`"${mark}"`, value));
          assert.ok(result.kind === 'imported' || /[.!]$/.test(result.problem), text);
        }
      }
    });
  }

  it('is told of environments that build on each other', () => {
    const resources = Array.from({ length: 5000 }, (_, at) => ({
      _id: `e${at}`,
      _type: 'environment',
      parentId: at === 0 ? 'w' : `e${at - 1}`,
      name: 'E',
      data: { [`v${at}`]: at },
    }));
    const result = readImport(JSON.stringify({ _type: 'export', resources }));
    assert.ok(result.kind === 'imported');
    assert.equal(result.environments.length, 16);
    assert.match(result.notes.join(), /nested too deeply \(4984×\)/);
  });

  it('is told of a variable', () => {
    const values = [pair, { key: 'deep', value: mark }];
    const text = JSON.stringify({ _postman_variable_scope: 'environment', name: 'E', values });
    const result = readImport(text.replace(`"${mark}"`, deep.lists));
    assert.ok(result.kind === 'imported');
    assert.deepEqual(result.groups, [
      { reason: 'A variable was left out: it is nested too deeply', count: 1, items: ['deep'] },
    ]);
  });
});
