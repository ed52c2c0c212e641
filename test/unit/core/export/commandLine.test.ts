import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import {
  commandLine,
  commandTools,
  type CommandTarget,
} from '../../../../src/core/export/commandLine.ts';

const target = (change: Partial<CommandTarget> = {}): CommandTarget => ({
  url: 'wss://example.com/feed',
  headers: {},
  subprotocols: [],
  auth: {},
  isChecked: true,
  ...change,
});

/** What a shell makes of a command: the words after its program. */
function wordsOf(command: string, env: Record<string, string> = {}): readonly string[] {
  const [, rest = ''] = /^\S+ ([^]*)$/.exec(command) ?? [];
  const printed = execFileSync('bash', ['-c', `printf '%s\\0' ${rest}`], {
    encoding: 'utf8',
    env,
  });
  return printed.split('\0').slice(0, -1);
}

describe('A connection as a command', () => {
  it('holds no character that a terminal acts on, and says the same', () => {
    const value = "it's \u001b[201~\u0015touch evil!\n\u202e\u009b";
    const hostile = target({ url: `wss://example.com/${value}`, headers: { 'X-A': value } });
    for (const tool of commandTools) {
      const { command } = commandLine(hostile, tool);
      assert.doesNotMatch(command, /[\p{Cc}\p{Default_Ignorable_Code_Point}]/u);
      const [, rest = ''] = /^\S+ ([^]*)$/.exec(command) ?? [];
      const printed = execFileSync('bash', ['-c', `printf '%s\\0' ${rest}`], { encoding: 'utf8' });
      assert.ok(printed.split('\0').some(word => word.endsWith(`X-A: ${value}`)));
    }
  });

  it('says all that the tool can be told', () => {
    const full = target({
      headers: { 'X-A': "it's", 'X-Empty': '' },
      subprotocols: ['a', '-b'],
      isChecked: false,
    });
    assert.deepEqual(wordsOf(commandLine(full, 'wscat').command), [
      '-c',
      'wss://example.com/feed',
      '-H',
      "X-A: it's",
      '-H',
      'X-Empty: ',
      '--subprotocol=a',
      '--subprotocol=-b',
      '--no-check',
    ]);
    assert.deepEqual(wordsOf(commandLine(full, 'websocat').command), [
      "--header=X-A: it's",
      '--header=X-Empty: ',
      '--protocol=a,-b',
      '--insecure',
      'wss://example.com/feed',
    ]);
    const curl = wordsOf(commandLine(full, 'curl').command);
    assert.ok(curl.includes('Sec-WebSocket-Protocol: a, -b') && curl.includes('X-Empty;'));
    assert.deepEqual(curl.slice(-2), ['-k', 'https://example.com/feed']);
  });

  it('has shell variables for secrets, and never a value', () => {
    const { command, variables } = commandLine(
      target({
        url: 'wss://example.com/${env:REGION}/x?k=${secret:api key}',
        headers: { 'X-B': '"${secret:b-token}$HOME`id`"' },
        auth: { type: 'bearer', token: '${secret:9lives}' },
      }),
      'wscat',
    );
    assert.deepEqual(variables, ['REGION', 'API_KEY', 'B_TOKEN', '_9LIVES']);
    const env = { REGION: 'eu', API_KEY: "k'1", B_TOKEN: '$x', _9LIVES: 'nine lives' };
    assert.deepEqual(wordsOf(command, env), [
      '-c',
      "wss://example.com/eu/x?k=k'1",
      '-H',
      'X-B: "$x$HOME`id`"',
      '-H',
      'Authorization: Bearer nine lives',
    ]);
  });

  it('leaves credentials that the settings spell out to variables', () => {
    const url = 'ws://a/?room=5&token=hush&X-Sig=hush#f';
    const spelledOut: readonly Partial<CommandTarget>[] = [
      { url },
      { headers: { 'Authorization': 'Bearer hush', 'X-Api-Key': 'hush', 'Cookie': 'id=hush' } },
      { auth: { type: 'bearer', token: 'hush' } },
      { auth: { type: 'basic', username: 'me', password: 'hush' } },
      { auth: { type: 'apiKey', in: 'header', name: 'X-Key', value: 'hush' } },
      { auth: { type: 'apiKey', in: 'query', name: 'api key', value: 'hush' } },
      { subprotocols: ['access_token', 'hush'] },
    ];
    const variables = spelledOut.map(change => {
      const [first, ...others] = commandTools.map(tool => commandLine(target(change), tool));
      for (const { command } of [first, ...others].filter(each => each !== undefined)) {
        assert.ok(!command.includes('hush'), command);
      }
      return first?.variables;
    });
    assert.deepEqual(variables, [
      ['TOKEN', 'X_SIG'],
      ['AUTHORIZATION', 'X_API_KEY', 'COOKIE'],
      ['TOKEN'],
      ['PASSWORD'],
      ['X_KEY'],
      ['API_KEY'],
      ['SUBPROTOCOL'],
    ]);
    const { command } = commandLine(target({ headers: { Authorization: 'Bearer hush' } }), 'wscat');
    assert.ok(wordsOf(command, { AUTHORIZATION: 'x' }).includes('Authorization: Bearer x'));
    const query = wordsOf(commandLine(target({ url }), 'wscat').command, {
      TOKEN: 't',
      X_SIG: 's',
    });
    assert.ok(query.includes('ws://a/?room=5&token=t&X-Sig=s#f'), query.join(' '));
  });

  it('leaves the password of a URL to a variable', () => {
    for (const tool of commandTools) {
      const { command, variables } = commandLine(target({ url: 'ws://me:hush@a/@b' }), tool);
      assert.ok(!command.includes('hush') && !command.includes('me:hush@'), command);
      assert.deepEqual(variables, ['PASSWORD']);
      assert.ok(command.includes(`me:'"$PASSWORD"`), command);
    }
  });

  it('signs in as the connection does', () => {
    const words = (auth: CommandTarget['auth'], url = 'wss://a/') =>
      wordsOf(commandLine(target({ auth, url }), 'curl').command, {
        TOKEN: 't',
        PASSWORD: 'p:q',
        X_K: 'v',
        K: 'a%20b',
      });
    assert.ok(
      words({ type: 'basic', username: 'u', password: 'p:q' }).join(' ').includes('-u u:p:q'),
    );
    assert.ok(words({ type: 'apiKey', in: 'header', name: 'X-K', value: 'v' }).includes('X-K: v'));
    assert.equal(
      words({ type: 'apiKey', in: 'query', name: 'k&', value: 'a b' }, 'wss://a/?x').at(-1),
      'https://a/?x&k%26=a%20b',
    );
    assert.ok(words({ type: 'command', command: ['get'] }).includes('Authorization: Bearer t'));
    const bare = words({ type: 'command', command: ['get'], header: 'X-T', scheme: '' });
    assert.ok(bare.includes('X-T: t'));
  });

  it('holds nothing that a shell would run', () => {
    const hostile = `'; touch x; $(touch y) \`touch z\` $HOME \n#`;
    for (const tool of commandTools) {
      const made = commandLine(target({ headers: { 'X-H': hostile } }), tool);
      assert.ok(
        wordsOf(made.command).some(word => word.endsWith(`X-H: ${hostile}`)),
        tool,
      );
    }
    const named = target({ headers: { 'X-N': '${secret:$(id);`id`}' } });
    assert.ok(commandLine(named, 'wscat').command.endsWith(`'X-N: '"$ID_ID"`));
  });
});
