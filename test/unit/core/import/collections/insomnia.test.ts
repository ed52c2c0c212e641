import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Imported } from '../../../../../src/core/import/draft/importResult.ts';
import { readImport } from '../../../../../src/core/import/readImport.ts';
import { runnablesOf } from '../../../../../src/core/library/library.ts';
import { readLibrary } from '../../../../../src/core/library/readLibrary.ts';
import { checkDraft, draftOf } from '../../../../../src/core/settings/draft/connectionDraft.ts';

function imported(text: string, secretNames: readonly string[] = []): Imported {
  const result = readImport(text, secretNames);
  assert.ok(result.kind === 'imported', JSON.stringify(result));
  for (const connection of result.connections) {
    const { problems } = checkDraft(draftOf({ ...connection }), () => undefined, []);
    assert.deepEqual(problems, {}, `${connection.name} can be saved as it is`);
  }
  return result;
}

const format4 = (...resources: readonly object[]) =>
  imported(JSON.stringify({ _type: 'export', __export_format: 4, resources }));
const workspace = { _id: 'wrk', _type: 'workspace', name: 'W', parentId: null };
const request = {
  _id: 'ws',
  _type: 'websocket_request',
  parentId: 'wrk',
  name: 'R',
  url: 'ws://x',
};

/** Reads one request of format 4. */
const requestWith = (fields: object, ...others: readonly object[]) =>
  format4(workspace, { ...request, ...fields }, ...others);
const connectionWith = (fields: object, ...others: readonly object[]) =>
  requestWith(fields, ...others).connections[0];

describe('Variables of Insomnia', () => {
  it('of a folder are an environment, with those that hold around it', () => {
    const { environments, connections, undefinedNames } = format4(
      workspace,
      { _id: 'env', _type: 'environment', parentId: 'wrk', name: 'Base', data: { a: 'b' } },
      { _id: 'dev', _type: 'environment', parentId: 'env', name: 'Dev', data: { a: 'c', d: 1 } },
      {
        _id: 'fld',
        _type: 'request_group',
        parentId: 'wrk',
        name: 'Group',
        environment: { WS: 'wss://example.com', VERSION: '/v1' },
      },
      { ...request, parentId: 'fld', url: '{{ WS }}{{ VERSION }}/websocket' },
    );
    assert.deepEqual(environments, [
      { name: 'Base', variables: { a: 'b' } },
      { name: 'Dev', variables: { a: 'c', d: '1' } },
      { name: 'Group', variables: { a: 'b', WS: 'wss://example.com', VERSION: '/v1' } },
    ]);
    assert.equal(connections[0]?.url, '${WS}${VERSION}/websocket');
    assert.deepEqual(undefinedNames, []);
  });

  it('that are nested have the names by which they are referred to', () => {
    const data = { api: { host: 'h', ports: [80, { tls: true }] }, empty: {}, none: null };
    const { environments, connections, notes } = requestWith(
      { url: "ws://{{ _.api.host }}:{{ api['ports'][0] }}/{{ _['none'] }}" },
      { _id: 'env', _type: 'environment', parentId: 'wrk', name: 'E', data },
    );
    assert.deepEqual(environments[0]?.variables, {
      'api.host': 'h',
      'api.ports.0': '80',
      'api.ports.1.tls': 'true',
      'none': '',
    });
    assert.equal(connections[0]?.url, 'ws://${api.host}:${api.ports.0}/${none}');
    assert.match(notes.join('\n'), /"empty" was left out: it is empty/);
  });

  it('that are numbers keep all their digits', () => {
    const text = `{ "_type": "export", "resources": [{ "_type": "environment", "data":
      { "id": 12345678901234567890, "f": 1.10, "e": 1e400 } }] }`;
    assert.deepEqual(imported(text).environments[0]?.variables, {
      id: '12345678901234567890',
      f: '1.10',
      e: '1e400',
    });
  });

  it('never are references of ours', () => {
    const { environments, connections, undefinedNames, notes } = requestWith(
      {
        headers: [{ name: 'X-A', value: '${env:HOME} ${secret:prod} ${{ who }} {{ env }}{{a b}}' }],
      },
      {
        _id: 'env',
        _type: 'environment',
        parentId: 'wrk',
        name: 'E',
        data: { who: '${prompt:x}', env: 'a', workspaceFolder: 'b' },
      },
    );
    assert.deepEqual(connections[0]?.headers, {
      'X-A': '$${env:HOME} $${secret:prod} $${{ who }} ${import-env}{{a b}}',
    });
    assert.deepEqual(environments[0]?.variables, {
      'who': '$${prompt:x}',
      'import-env': 'a',
      'import-workspaceFolder': 'b',
    });
    assert.deepEqual(undefinedNames, []);
    assert.match(notes.join('\n'), /"env" was renamed to "import-env"/);
  });
});

describe('A request of Insomnia', () => {
  it('keeps parameters of query and path, encoded, and subprotocols', () => {
    const connection = connectionWith({
      url: 'wss://x.test/:room/:other?a=1#end',
      parameters: [
        { name: 'q r', value: '{{ b }}&c' },
        { name: 'off', value: '1', disabled: true },
      ],
      pathParameters: [{ name: 'room', value: 'r 1' }],
      headers: [
        { name: 'Sec-WebSocket-Protocol', value: 'v1, v2,v1' },
        { name: 'X-Off', value: '1', disabled: true },
        { name: 'Bad Name', value: '1' },
        { name: 'X-Lines', value: 'a\nb' },
      ],
    });
    assert.deepEqual(connection, {
      name: 'R',
      url: 'wss://x.test/r%201/:other?a=1&q%20r=${b}%26c',
      headers: {},
      subprotocols: ['v1', 'v2'],
    });
  });

  it('says of each thing what was left out', () => {
    const { groups } = requestWith({
      url: 'wss://x.test/#end',
      description: 'words',
      preRequestScript: 'x()',
      parameters: [{ name: 'off', value: '1', disabled: true }],
      headers: [
        { name: 'X-Off', value: '1', disabled: true },
        { name: 'Bad Name', value: '1' },
        { name: 'X-Lines', value: 'a\nb' },
        { name: 'Sec-WebSocket-Protocol', value: 'a b' },
      ],
      authentication: { type: 'basic', username: 'a', password: 'b', disabled: true },
    });
    const told = groups.map(({ reason, items }) => `${reason}: ${items.join()}`).join('\n');
    for (const what of [
      '#',
      'off',
      'X-Off',
      'Bad Name',
      'X-Lines',
      '"a b"',
      'script',
      'description',
    ]) {
      assert.match(told, new RegExp(`${what}.*: R$`, 'm'));
    }
    assert.match(told, /authentication of "R" was left out: it is disabled/);
  });

  it('keeps its login, or that of its folder, without its secret', () => {
    const auth = (authentication: object) => connectionWith({ authentication })?.auth;
    assert.deepEqual(auth({ type: 'basic', username: 'ann', password: 'pw' }), {
      type: 'basic',
      username: 'ann',
      password: '${secret:import-password}',
    });
    assert.deepEqual(auth({ type: 'bearer', token: '{{ token }}' }), {
      type: 'bearer',
      token: '${token}',
    });
    assert.deepEqual(auth({ type: 'apikey', key: 'X-Key', value: 'k', addTo: 'queryParams' }), {
      type: 'apiKey',
      in: 'query',
      name: 'X-Key',
      value: '${secret:import-X-Key}',
    });
    const inherited = format4(
      workspace,
      {
        _id: 'fld',
        _type: 'request_group',
        parentId: 'wrk',
        name: 'F',
        authentication: { type: 'bearer', token: '{{ t }}' },
        headers: [
          { name: 'X-A', value: 'folder' },
          { name: 'X-B', value: 'folder' },
        ],
      },
      { ...request, parentId: 'fld', headers: [{ name: 'x-a', value: 'own' }] },
      { ...request, _id: 'b', parentId: 'fld', authentication: { type: 'none' } },
    );
    assert.deepEqual(inherited.connections[0]?.auth, { type: 'bearer', token: '${t}' });
    assert.deepEqual(inherited.connections[0].headers, { 'X-B': 'folder', 'x-a': 'own' });
    assert.equal(inherited.connections[1]?.auth, undefined);
  });

  it('without a scheme, or with that of HTTP, gets that of WebSockets', () => {
    const urls = (url: string, data: object = {}) => {
      const environment = { _id: 'e', _type: 'environment', parentId: 'wrk', data };
      return connectionWith({ url }, environment)?.url;
    };
    assert.equal(urls('localhost:8080/live'), 'ws://localhost:8080/live');
    assert.equal(urls('//x.test/live'), 'ws://x.test/live');
    assert.equal(urls('https://x.test/'), 'wss://x.test/');
    assert.equal(urls('{{ host }}/live', { host: 'localhost:80' }), 'ws://${host}/live');
    assert.equal(urls('{{ host }}/live', { host: 'wss://x.test' }), '${host}/live');
    assert.equal(urls('{{ host }}/live'), '${host}/live');
    assert.equal(urls('{{ scheme }}://x/live', { scheme: 'wss' }), '${scheme}://x/live');
    const { connections, notes } = requestWith({ url: 'ftp://x.test/' }, { ...request, _id: 'b' });
    assert.equal(connections.length, 1);
    assert.match(notes.join('\n'), /A connection was left out: .*no WebSocket URL/);
  });

  it('that is lost with its folder is named', () => {
    const { groups } = requestWith(
      {},
      { _id: 'a', _type: 'request_group', parentId: 'b', name: 'Circle' },
      { _id: 'b', _type: 'request_group', parentId: 'a', name: 'Other' },
    );
    const [group] = groups.filter(({ reason }) => reason.includes('in no folder'));
    assert.deepEqual(group?.items, ['Circle', 'Other']);
  });
});

const format5 = `type: collection.insomnia.rest/5.0
schema_version: "5.1"
name: Chat
meta:
  id: wrk_1
  description: ""
collection:
  - name: Rooms
    meta: { id: fld_1, sortKey: -2 }
    environment:
      WS: wss://chat.test
    children:
      - url: "{{ _.WS }}/rooms"
        name: Second
        meta: { id: ws-req_2, sortKey: 2 }
      - url: "{{ _.WS }}/rooms"
        name: First
        meta: { id: ws-req_1, sortKey: 1 }
        headers:
          - { name: X-A, value: 0x10, disabled: false }
          - { name: X-B, value: "b", disabled: true }
        parameters:
          - { name: big, value: 12345678901234567890 }
        payloads:
          - { name: Hello, value: '{"a":1}', mode: application/json }
  - { name: Rest, url: "http://x", method: GET, meta: { id: req_1 } }
  - { name: Rpc, url: "x", meta: { id: greq_1 } }
environments:
  name: Base
  data: { n: 12345678901234567890, api: { host: chat.test } }
  subEnvironments:
    - { name: Dev, data: { n: 2 } }
cookieJar: { name: Jar, cookies: [{ key: a, value: b }] }
`;

describe('A file of Insomnia 5', () => {
  it('in YAML is read as data, in its order', () => {
    const result = imported(format5);
    assert.deepEqual(
      result.connections.map(({ name, url, headers }) => [name, url, headers]),
      [
        ['First', '${WS}/rooms?big=12345678901234567890', { 'X-A': '0x10' }],
        ['Second', '${WS}/rooms', {}],
      ],
    );
    assert.deepEqual(result.environments, [
      { name: 'Base', variables: { 'n': '12345678901234567890', 'api.host': 'chat.test' } },
      { name: 'Dev', variables: { 'n': '2', 'api.host': 'chat.test' } },
      {
        name: 'Rooms',
        variables: {
          'n': '12345678901234567890',
          'api.host': 'chat.test',
          'WS': 'wss://chat.test',
        },
      },
    ]);
    const { library } = readLibrary({ version: 1, items: result.items }, 'user');
    assert.deepEqual(
      runnablesOf(library.items).map(({ path }) => path),
      ['Chat/Rooms/First/Hello'],
    );
    assert.match(result.notes.join('\n'), /not for a WebSocket \(2×\)[^]*cookies of the jar/);
  });

  it('in JSON is read likewise, and so are other kinds of file', () => {
    const collection = [
      { name: 'A', url: 'ws://x', meta: { id: 'ws-req_1' } },
      { name: 'B', url: 'wss://y', method: 'GET', meta: { id: 'req_1' }, body: { text: 'hi' } },
    ];
    const result = imported(
      JSON.stringify({ type: 'spec.insomnia.rest/5.0', collection, spec: {} }),
    );
    assert.deepEqual([result.connections.length, result.messageCount], [2, 1]);
    assert.match(result.notes.join('\n'), /"spec" was left out/);
    const environments = 'environments: { name: E, data: { a: b } }\n';
    assert.deepEqual(
      imported(`type: environment.insomnia.rest/5.0\n${environments}`).environments,
      [{ name: 'E', variables: { a: 'b' } }],
    );
    for (const type of ["'collection.insomnia.rest/5.0'", '"collection.insomnia.rest/5.1" # x']) {
      assert.equal(imported(`# c\n---\nname: N\n${environments}type: ${type}\n`).items.length, 0);
    }
  });

  it('of several documents is refused, since one alone would be read', () => {
    const text = 'type: collection.insomnia.rest/5.0\ncollection: []\n---\ncollection: []\n';
    const result = readImport(text);
    assert.ok(result.kind === 'refused');
    assert.match(
      result.problem,
      /several YAML documents \(---\): split it into one file per document/,
    );
  });

  it('that is hostile does no harm', () => {
    const head = 'type: collection.insomnia.rest/5.0\n';
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
      .concat(
        Array.from('bcdefghij', (name, at) => {
          const before = 'abcdefghij'.charAt(at);
          return `${name}: &${name} [${`*${before}, `.repeat(10)}]`;
        }),
      )
      .join('\n');
    const cases: readonly (readonly [string, RegExp])[] = [
      [`${head}${bomb}`, /too many aliases/],
      [`${head}a: ${'['.repeat(100_000)}`, /not valid|nested too deeply/],
      [`${head}a: [1`, /not valid YAML: check line \d/],
      [`${head}${'a: b\n'.repeat(600_000)}`, /longer than 2 MiB/],
      [`${head}collection: !!js/function 'x'`, /without anything for WebSockets/],
      [`${head}__proto__: { collection: [] }`, /without anything for WebSockets/],
      ['type: mock.insomnia.rest/5.0\nroutes: []', /without anything for WebSockets/],
    ];
    for (const [text, sentence] of cases) {
      const result = readImport(text);
      assert.ok(result.kind === 'refused' && sentence.test(result.problem), JSON.stringify(result));
    }
  });
});
