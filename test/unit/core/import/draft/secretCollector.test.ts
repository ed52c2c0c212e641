import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readCurl } from '../../../../../src/core/import/curl/curl.ts';
import { entryOfRequest, secretPlaces } from '../../../../../src/core/import/curl/curlRequest.ts';
import type { Imported } from '../../../../../src/core/import/draft/importResult.ts';
import { readImport } from '../../../../../src/core/import/readImport.ts';
import { secretUses } from '../../../../../src/core/variables/secretUses.ts';

function imported(value: unknown, secretNames: readonly string[] = []): Imported {
  const result = readImport(JSON.stringify(value), secretNames);
  assert.ok(result.kind === 'imported', JSON.stringify(result));
  return result;
}

const environment = (values: readonly object[]) => ({
  name: 'E',
  _postman_variable_scope: 'environment',
  values,
});

/** The names of all secrets that what was imported refers to. */
function usedBy({ items, environments, connections }: Imported): readonly string[] {
  return [...secretUses([{ where: '', value: { items, environments, connections } }]).keys()];
}

describe('Secrets of an imported file', () => {
  it('are written nowhere, and references stand for them', () => {
    const result = imported({
      log: {
        entries: [
          {
            request: {
              url: 'wss://ann:pw%21@x.test/feed?token=t%20k&room=1',
              headers: [
                { name: 'Cookie', value: 'sid=1234' },
                { name: 'Authorization', value: 'Bearer abcd' },
                { name: 'Origin', value: 'https://x.test' },
              ],
            },
            _webSocketMessages: [],
          },
        ],
      },
    });
    assert.deepEqual(
      result.connections.map(({ url, headers }) => [url, headers]),
      [
        [
          'wss://ann:${secret:import-password}@x.test/feed?token=${secret:import-token}&room=1',
          {
            Cookie: '${secret:import-Cookie}',
            Authorization: 'Bearer ${secret:import-Authorization}',
            Origin: 'https://x.test',
          },
        ],
      ],
    );
    assert.deepEqual(result.credentials.map(({ name, value }) => [name, value]).toSorted(), [
      ['import-Authorization', 'abcd'],
      ['import-Cookie', 'sid=1234'],
      ['import-password', 'pw!'],
      ['import-token', 't k'],
    ]);
    const { credentials, ...rest } = result;
    for (const { value } of credentials) {
      assert.ok(!JSON.stringify(rest).includes(value), value);
    }
  });

  it('are also the tokens among subprotocols', () => {
    const headers = [
      { name: 'Sec-WebSocket-Protocol', value: 'v1.chat, bearer.s3cr3t, {{ tok }}' },
    ];
    const resources = [
      { _id: 'ws', _type: 'websocket_request', name: 'R', url: 'ws://x', headers },
    ];
    const { connections, credentials } = imported({ _type: 'export', resources });
    assert.deepEqual(connections[0]?.subprotocols, [
      'v1.chat',
      '${secret:import-subprotocol}',
      '${tok}',
    ]);
    assert.deepEqual(credentials, [
      { name: 'import-subprotocol', value: 'bearer.s3cr3t', where: 'R, subprotocol' },
    ]);
    const command = readCurl("curl ws://x -H 'Sec-WebSocket-Protocol: token, hunter'");
    assert.ok(command.kind === 'curl');
    assert.deepEqual(secretPlaces(command), ['a token among subprotocols']);
  });

  it('have names that no secret has, whatever the file says', () => {
    const values = ['token', 'import-token', 'a b/../token'].map(key => {
      return { key: key.replaceAll(/[^\w-]/g, '_'), value: 'v', type: 'secret' };
    });
    const taken = ['token', 'import-token', 'import-token-2', 'import-import-token'];
    const result = imported(environment(values), taken);
    const used = usedBy(result);
    assert.equal(used.length, 3);
    assert.deepEqual(
      used.filter(name => taken.includes(name) || !name.startsWith('import-')),
      [],
    );
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 5 }), fc.array(fc.string()), (keys, names) => {
        const all = [...names, ...keys, ...keys.map(key => `import-${key}`)];
        const file = environment(
          keys.map(key => ({ key: `t${key}`, value: `\${secret:${key}}{{secret:${key}}}` })),
        );
        const read = readImport(JSON.stringify(file), all);
        if (read.kind === 'imported') {
          assert.deepEqual(
            usedBy(read).filter(name => all.includes(name)),
            [],
          );
        }
      }),
    );
  });

  it('that are one value are one secret, and a mere reference is none', () => {
    const { environments, credentials } = imported(
      environment([
        { key: 'apiToken', value: '{{vault}}' },
        { key: 'token', value: '' },
        { key: 'password', value: 'a{{b}}' },
        { key: 'jwt', value: 'x', type: 'secret' },
        { key: 'plain', value: 'y', type: 'secret' },
      ]),
    );
    assert.deepEqual(environments[0]?.variables, {
      apiToken: '${vault}',
      token: '',
      password: 'a${b}',
      jwt: '${secret:import-jwt}',
      plain: '${secret:import-plain}',
    });
    assert.deepEqual(
      credentials.map(({ name }) => name),
      ['import-jwt', 'import-plain'],
    );
  });

  it('of a cURL command are named, and what is none is not', () => {
    const places = (text: string) => {
      const read = readCurl(`curl ${text}`);
      assert.ok(read.kind === 'curl');
      return secretPlaces(read);
    };
    assert.deepEqual(places("'wss://a:b@x.test/?key=k1&room=1' -H 'Authorization: z' -b sid=2"), [
      'the header Authorization',
      'the header Cookie',
      'key of the URL',
      'the password of the URL',
    ]);
    assert.deepEqual(places("'wss://a@x.test/?key=&room=1' -H 'X-A: 1' -H 'Cookie;'"), []);
  });
});

describe('A cURL command as an entry of the settings', () => {
  it('has its TLS in one object', () => {
    const read = readCurl(
      'curl wss://x.test/ -k --cacert /c -L -H "A: b" -H "Sec-WebSocket-Protocol: v1"',
    );
    assert.ok(read.kind === 'curl');
    assert.deepEqual(entryOfRequest(read), {
      url: 'wss://x.test/',
      subprotocols: ['v1'],
      headers: { A: 'b' },
      tls: { rejectUnauthorized: false, ca: '/c' },
      followRedirects: true,
    });
  });
});
