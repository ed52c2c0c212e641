import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import {
  assertNever,
  handleUnexpectedErrors,
  messageOf,
  onUnexpectedError,
  UserError,
} from '../../../../src/core/base/errors.ts';

describe('What an error says', () => {
  it('is its message, or what was thrown in its place', () => {
    assert.deepEqual(
      [new UserError('Sign in.'), 'text', 42, undefined, null, Symbol('s')].map(messageOf),
      ['Sign in.', 'text', '42', 'undefined', 'null', 'Symbol(s)'],
    );
  });

  it('is what its parts say where it says nothing itself, as for several refused addresses', () => {
    const parts = [
      new Error('connect ECONNREFUSED ::1:9'),
      new Error('connect ECONNREFUSED 127.1'),
    ];
    assert.deepEqual(
      [
        messageOf(new AggregateError(parts)),
        messageOf(new AggregateError(parts, 'All failed')),
        messageOf(new AggregateError([new AggregateError(parts), 'x'])),
      ],
      [
        'connect ECONNREFUSED ::1:9; connect ECONNREFUSED 127.1',
        'All failed',
        'connect ECONNREFUSED ::1:9; connect ECONNREFUSED 127.1; x',
      ],
    );
  });

  it('names the value that should not exist', () => {
    assert.throws(() => assertNever({ kind: 'new' } as never), /Unexpected value \{"kind":"new"\}/);
  });

  it('is told apart by what the user can put right', () => {
    const cause = new Error('why');
    const error = new UserError('Sign in.', { cause });
    assert.deepEqual([error.name, error.cause, error instanceof Error], ['UserError', cause, true]);
  });
});

describe('An unexpected error', () => {
  it('goes to the handler that was set last, and to the one before once that is disposed', () => {
    const reported: string[] = [];
    const first = handleUnexpectedErrors(error => reported.push(`first ${messageOf(error)}`));
    const second = handleUnexpectedErrors(error => reported.push(`second ${messageOf(error)}`));
    onUnexpectedError(new Error('a'));
    second.dispose();
    onUnexpectedError(new Error('b'));
    first.dispose();
    assert.deepEqual(reported, ['second a', 'first b']);
  });

  it('without a handler is reported by the process', () => {
    const path = resolve('src/core/base/errors.ts');
    const script = `import(${JSON.stringify(path)}).then(m => m.onUnexpectedError(new Error('a bug')))`;
    const { status, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    assert.notEqual(status, 0);
    assert.match(stderr, /a bug/);
  });
});
