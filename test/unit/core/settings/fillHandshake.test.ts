import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { messageOf, UserError } from '../../../../src/core/base/errors.ts';
import { fillHandshake, type HandshakePorts } from '../../../../src/core/settings/fillHandshake.ts';
import type { TokenCommand } from '../../../../src/core/settings/login.ts';
import { readSettings } from '../../../../src/core/settings/profile.ts';
import { settingsIn, type SettingLayer } from '../../../../src/core/settings/settingLayers.ts';
import { variables } from '../../../support/variables.ts';
import { admitting, userSettings } from '../../../support/settings.ts';

const source = variables({
  env: { ROOM: 'lobby', API_KEY: 'env-key' },
  secrets: { token: 't0ken-value', password: 'pä:ss', lines: 'a\nb', empty: '' },
});

async function fill(settings: object, ports: Partial<HandshakePorts> = {}) {
  const given = { url: 'wss://example.com/feed', ...settings } as Readonly<Record<string, unknown>>;
  const { profiles, problems } = readSettings(userSettings(key => given[key]));
  assert.deepEqual(problems, []);
  const [profile] = profiles;
  assert.ok(profile);
  return fillHandshake(profile, {
    ...admitting(source),
    readFile: (key, path) => Promise.resolve(Buffer.from(`${key} ${path}`)),
    token: () => Promise.resolve('from-a-command'),
    ...ports,
  });
}

const problem = async (settings: object) => {
  try {
    await fill(settings);
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    return messageOf(error);
  }
  return 'no problem';
};

describe('A handshake of a profile', () => {
  it('says of each part who wrote it', async () => {
    const layers: readonly SettingLayer[] = [
      {
        scope: 'workspace',
        values: { url: 'wss://${env:HOST}/', headers: { 'X-Room': '${prompt:Room}' } },
      },
      {
        scope: 'user',
        values: {
          auth: { type: 'bearer', token: '${prompt:Token}' },
          tls: { passphrase: '${secret:token}' },
        },
      },
    ];
    const { profiles } = readSettings({ window: settingsIn(layers, true), folders: [] });
    const [profile] = profiles;
    assert.ok(profile);
    const asked: string[] = [];
    const { used } = await fillHandshake(profile, {
      ...admitting({
        ...source,
        env: () => 'h.example',
        prompt: (label, origin) =>
          Promise.resolve(asked.push(`${label} of ${origin}`)).then(String),
      }),
      readFile: () => Promise.reject(new Error('No file is named')),
      token: () => Promise.reject(new Error('No program is named')),
    });
    assert.deepEqual(asked, ['Room of workspace', 'Token of user']);
    assert.deepEqual(
      used.map(({ kind, argument, origin }) => `${kind} ${argument} ${origin}`),
      ['env HOST workspace', 'prompt Room workspace', 'prompt Token user', 'secret token user'],
    );
  });

  it('has its variables filled in, and says which of it is secret', async () => {
    const { handshake, shown, isRefreshable } = await fill({
      'url': 'wss://example.com/${env:ROOM}?key=${env:API_KEY}',
      'headers': {
        'X-Room': '${env:ROOM}',
        'X-Odd': 'id ${secret:token}',
        'Authorization': 'Bearer literal',
      },
      'proxy': 'http://me:${secret:password}@proxy.example:1',
      'tls.passphrase': '${secret:token}-long',
      'tls.ca': '${workspaceFolder}/ca.pem',
    });
    assert.equal(handshake.endpoint.url, 'wss://example.com/lobby?key=env-key');
    assert.equal(shown.display, 'wss://example.com/lobby?…');
    assert.deepEqual(handshake.headers, {
      'X-Room': 'lobby',
      'X-Odd': 'id t0ken-value',
      'Authorization': 'Bearer literal',
    });
    assert.equal(handshake.proxy, 'http://me:pä:ss@proxy.example:1');
    assert.equal(handshake.tls.passphrase, 't0ken-value-long');
    assert.equal(String(handshake.tls.ca), 'tls.ca folder/of/it/ca.pem');
    assert.deepEqual(
      [...(handshake.secrets ?? [])].sort(),
      ['env-key', 'literal', 'pä:ss', 't0ken-value', 't0ken-value-long'].sort(),
    );
    assert.equal(isRefreshable, true);
    assert.equal((await fill({})).isRefreshable, false);
  });

  it('signs in as auth says', async () => {
    const signed = async (auth: object) => {
      const { handshake, isRefreshable } = await fill({ auth });
      return [
        handshake.headers,
        handshake.endpoint.url.slice('wss://example.com'.length),
        isRefreshable,
      ];
    };
    const basic = Buffer.from('me:pä:ss').toString('base64');
    assert.deepEqual(
      await Promise.all(
        [
          {},
          { type: 'basic', username: 'me', password: '${secret:password}' },
          { type: 'basic', username: 'me', password: '' },
          { type: 'bearer', token: '${secret:token}' },
          { type: 'bearer', token: 'literal' },
          { type: 'apiKey', in: 'header', name: 'X-Key', value: '${env:API_KEY}' },
          { type: 'apiKey', in: 'query', name: 'a key', value: 'b&c' },
          { type: 'command', command: ['get-token'] },
          { type: 'command', command: ['get-token'], header: 'X-Token', scheme: '' },
        ].map(signed),
      ),
      [
        [{}, '/feed', false],
        [{ Authorization: `Basic ${basic}` }, '/feed', true],
        [{ Authorization: 'Basic bWU6' }, '/feed', false],
        [{ Authorization: 'Bearer t0ken-value' }, '/feed', true],
        [{ Authorization: 'Bearer literal' }, '/feed', false],
        [{ 'X-Key': 'env-key' }, '/feed', true],
        [{}, '/feed?a%20key=b%26c', false],
        [{ Authorization: 'Bearer from-a-command' }, '/feed', true],
        [{ 'X-Token': 'from-a-command' }, '/feed', true],
      ],
    );
  });

  it('knows what auth made as secret, literal values too', async () => {
    const secretsOf = async (auth: object) => (await fill({ auth })).handshake.secrets;
    assert.deepEqual(await secretsOf({ type: 'basic', username: 'me', password: 'hunter22' }), [
      'hunter22',
      Buffer.from('me:hunter22').toString('base64'),
    ]);
    assert.deepEqual(await secretsOf({ type: 'bearer', token: 'literal' }), ['literal']);
    const key = { type: 'apiKey', in: 'query', name: 'k', value: 'literal' };
    assert.deepEqual(await secretsOf(key), ['literal']);
    assert.deepEqual(await secretsOf({ type: 'command', command: ['x'] }), ['from-a-command']);
  });

  it('adds a key to a query that is there, and shows none', async () => {
    const auth = { type: 'apiKey', in: 'query', name: 'k', value: 'v' };
    const both = async (url: string) => {
      const { handshake, shown } = await fill({ url, auth });
      return [handshake.endpoint.url, handshake.endpoint.display, shown.display];
    };
    assert.deepEqual(await both('ws://h/a?b=c'), ['ws://h/a?b=c&k=v', 'ws://h/a?…', 'ws://h/a?…']);
    assert.deepEqual(await both('ws://h'), ['ws://h/?k=v', 'ws://h/?…', 'ws://h/?…']);
  });

  it('gives a command its arguments filled in, and what must not be shown of them', async () => {
    const asked: TokenCommand[] = [];
    const command = ['login', '--key=${secret:token}', '${env:ROOM}'];
    await fill(
      { auth: { type: 'command', command, timeout: 2.5 } },
      { token: asking => Promise.resolve(`run ${asked.push(asking)}`) },
    );
    assert.deepEqual(asked, [
      {
        command: ['login', '--key=t0ken-value', 'lobby'],
        written: command,
        timeoutMs: 2500,
        secrets: ['t0ken-value'],
      },
    ]);
  });

  it('is refused where the login will not do, without its value', async () => {
    const authorized = { headers: { authorization: 'x' } };
    const bearer = { type: 'bearer', token: 'x' };
    assert.deepEqual(
      await Promise.all(
        [
          { auth: { type: 'basic', username: 'a:b', password: 'c' } },
          { auth: { type: 'bearer', token: '${secret:lines}' } },
          { auth: { type: 'bearer', token: '${secret:empty}' } },
          { auth: { type: 'apiKey', in: 'query', name: 'k', value: '${secret:gone}' } },
          { auth: bearer, ...authorized },
          { auth: bearer, url: 'ws://me:you@h/' },
          { auth: { type: 'apiKey', in: 'header', name: 'X-Key', value: 'x' }, ...authorized },
        ].map(problem),
      ),
      [
        'auth.username holds a colon, which Basic authentication does not allow.',
        'auth.token has more than one line.',
        'auth.token is empty.',
        'auth.value needs the secret "gone", which is not stored. Run "Store Secret…".',
        'The header authorization is set by headers and by auth: remove one of the two.',
        'The URL has a login before the @, and auth has one: remove one of them.',
        'no problem',
      ],
    );
  });
});
