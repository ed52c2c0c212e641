import assert from 'node:assert/strict';
import { it } from 'node:test';
import { problemWith, settingsTable } from '../../../../src/core/settings/settingsTable.ts';

const problem = (value: unknown) => problemWith(settingsTable.auth, value);

it('auth takes the four ways to sign in, and none', () => {
  const fine = [
    {},
    { type: 'basic', username: '', password: '' },
    { type: 'bearer', token: '${secret:token}' },
    { type: 'apiKey', in: 'header', name: 'X-Key', value: 'x' },
    { type: 'apiKey', in: 'query', name: 'api key', value: 'x' },
    { type: 'command', command: ['prog'] },
    { type: 'command', command: ['prog', ''], timeout: 0.1, header: 'X-Key', scheme: '' },
  ];
  assert.deepEqual(
    fine.filter(value => problem(value) !== undefined),
    [],
  );
});

it('auth refuses everything else, without showing any of it', () => {
  const wrong = [
    'SECRET',
    null,
    [],
    { token: 'SECRET' },
    { type: 'digest', token: 'SECRET' },
    { type: 'basic', username: 'SECRET' },
    { type: 'bearer', token: 'SECRET', more: 1 },
    { type: 'apiKey', in: 'cookie', name: 'k', value: 'SECRET' },
    { type: 'apiKey', in: 'header', name: 'a b', value: 'SECRET' },
    { type: 'apiKey', in: 'query', name: '', value: 'SECRET' },
    { type: 'command', command: 'SECRET now' },
    { type: 'command', command: [] },
    { type: 'command', command: ['', 'SECRET'] },
    { type: 'command', command: [1] },
    { type: 'command', command: ['SECRET'], timeout: 0 },
    { type: 'command', command: ['SECRET'], timeout: 301 },
    { type: 'command', command: ['SECRET'], header: 'a:b' },
    { type: 'command', command: ['SECRET'], scheme: 'a b' },
    { type: 'command', command: new Array<string>(101).fill('SECRET') },
  ];
  const problems = wrong.map(problem);
  assert.deepEqual(
    wrong.filter((_, index) => problems[index] === undefined),
    [],
  );
  assert.ok(problems.every(text => text?.startsWith('must be {} or an object with the "type"')));
  assert.doesNotMatch(problems.join(), /SECRET/);
});
