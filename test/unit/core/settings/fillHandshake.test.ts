import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { messageOf, UserError } from '../../../../src/core/base/errors.ts';
import { fillHandshake, type HandshakePorts } from '../../../../src/core/settings/fillHandshake.ts';
import type { TokenCommand } from '../../../../src/core/settings/login.ts';
import { readSettings } from '../../../../src/core/settings/profile.ts';
import { sourcesOf, type SettingLayer } from '../../../../src/core/settings/settingLayers.ts';
import { template, type Value } from '../../../../src/core/variables/value.ts';
import { variables } from '../../../support/host/variables.ts';
import { admitting, userSettings } from '../../../support/host/settings.ts';

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
  it('takes no program from a variable of the workspace, at any depth, but arguments', async () => {
    const named: Readonly<Record<string, Value>> = {
      tool: template('sh', 'workspace'),
      mine: template('${tool}', 'user'),
      own: template('get-token', 'user'),
    };
    const ports = admitting({ ...source, named: name => named[name], names: Object.keys(named) });
    const commands: (readonly string[])[] = [];
    const run = (...command: readonly string[]) =>
      fill(
        { auth: { type: 'command', command } },
        {
          ...ports,
          token: given => {
            commands.push(given.command);
            return Promise.resolve('a-token');
          },
        },
      );
    for (const program of ['${tool}', '/bin/${tool}', '${mine}']) {
      await assert.rejects(run(program), (error: Error) => {
        assert.ok(error instanceof UserError);
        assert.match(
          error.message,
          /must not be a variable of the workspace, and \$\{tool\} is one/,
        );
        return true;
      });
    }
    await run('${own}', '${tool}');
    assert.deepEqual(commands, [['get-token', 'sh']]);
  });

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
    const { profiles } = readSettings(sourcesOf(layers, true));
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

  it('offers subprotocols with what is filled in, which is secret', async () => {
    const subprotocols = ['v1.chat', 'bearer.${secret:token}', '${env:API_KEY}'];
    const { handshake, isRefreshable } = await fill({ subprotocols });
    assert.deepEqual(handshake.subprotocols, ['v1.chat', 'bearer.t0ken-value', 'env-key']);
    assert.deepEqual(handshake.secrets, ['t0ken-value', 'env-key', 'bearer.t0ken-value']);
    assert.equal(isRefreshable, true);
  });

  it('knows a token among the subprotocols as secret', async () => {
    const token = '3f786850e387550fdab836ed7e6dc881de23001b';
    const secretsOf = async (subprotocols: readonly string[]) =>
      (await fill({ subprotocols })).handshake.secrets;
    assert.deepEqual(await secretsOf(['token', token]), [token]);
    assert.deepEqual(await secretsOf(['access_token', 'hunter']), ['hunter']);
    assert.deepEqual(await secretsOf(['graphql-transport-ws', 'v12.stomp']), []);
  });

  it('is refused where a value is no subprotocol, or a setting that it needs will not do', async () => {
    assert.equal(
      await problem({ subprotocols: ['v1', '${secret:lines}'] }),
      'subprotocols: what ${secret:lines} stands for cannot be one. It has letters, digits and marks such as - . _ only.',
    );
    assert.match(await problem({ subprotocols: ['${secret:empty}'] }), /cannot be one/);
    const settings = { url: 'ws://a.test/', subprotocols: ['a b'] };
    const { profiles } = readSettings(
      userSettings(key => (settings as Readonly<Record<string, unknown>>)[key]),
    );
    const [profile] = profiles;
    assert.ok(profile);
    const never = () => Promise.reject(new Error('Nothing is to be looked up'));
    await assert.rejects(
      fillHandshake(profile, { ...admitting(source), readFile: never, token: never }),
      /^UserError: websocketMonitor\.subprotocols must be .* Nothing is dialled until it is corrected\.$/,
    );
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
