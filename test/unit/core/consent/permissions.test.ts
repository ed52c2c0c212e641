import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UserError } from '../../../../src/core/base/errors.ts';
import type { Wanted } from '../../../../src/core/consent/disclosure.ts';
import { guardedSource } from '../../../../src/core/consent/guardedSource.ts';
import {
  allowing,
  missingIn,
  readPermissions,
  recordOf,
  revoking,
} from '../../../../src/core/consent/permissions.ts';
import { resolve } from '../../../../src/core/variables/resolve.ts';
import { template } from '../../../../src/core/variables/value.ts';
import { variables } from '../../../support/host/variables.ts';

const workspace = 'file:///work';
const secret = (name: string, to = 'wss://a.test'): Wanted => ({
  to,
  what: { kind: 'secret', name },
});
const message = (digest: string): Wanted => ({
  to: 'wss://a.test',
  what: { kind: 'message', name: 'Buy', digest },
});

describe('Permissions', () => {
  it('are for what was asked, and nothing that differs in anything', () => {
    const allowed = allowing([], [secret('a'), message('1')], 5);
    assert.deepEqual(missingIn(allowed, [secret('a'), message('1')]), []);
    const others: readonly Wanted[] = [
      secret('b'),
      secret('a', 'wss://a.test:8443'),
      secret('a', 'ws://a.test'),
      { to: 'wss://a.test', what: { kind: 'env', name: 'a' } },
      message('2'),
    ];
    assert.deepEqual(missingIn(allowed, [...others, ...others]), others);
  });

  it('add up for a place; of a message the last contents count', () => {
    const first = allowing([], [secret('a'), message('1')], 5);
    const all = allowing(first, [secret('b'), message('2'), secret('a', 'ws://b.test')], 9);
    assert.deepEqual(missingIn(all, [secret('a'), secret('b'), message('2')]), []);
    assert.deepEqual(missingIn(all, [message('1')]), [message('1')]);
    assert.deepEqual(
      all.map(({ to, at, gives }) => [to, at, gives.length]),
      [
        ['wss://a.test', 9, 3],
        ['ws://b.test', 9, 1],
      ],
    );
  });

  it('are taken back one by one', () => {
    const all = allowing([], [secret('a'), secret('b'), secret('a', 'ws://b.test')], 5);
    const fewer = revoking(all, [secret('a'), secret('a', 'ws://b.test')]);
    assert.deepEqual(fewer, [{ to: 'wss://a.test', gives: [secret('b').what], at: 5 }]);
    assert.deepEqual(revoking(fewer, [secret('b')]), []);
  });

  it('come back as they were kept, for this workspace and by this version only', () => {
    const all = allowing([], [secret('a'), message('1')], 5);
    const kept: unknown = JSON.parse(JSON.stringify(recordOf(all, workspace)));
    assert.deepEqual(readPermissions(kept, workspace), all);
    assert.deepEqual(readPermissions(kept, 'file:///other'), []);
    for (const other of [
      undefined,
      true,
      all,
      { ...(kept as object), version: 0 },
      { ...(kept as object), version: 2 },
      { ...(kept as object), permissions: [{ to: 'wss://a.test', gives: ['secret a'], at: 5 }] },
    ]) {
      assert.deepEqual(readPermissions(other, workspace), []);
    }
  });
});

describe('A guarded source', () => {
  const fill = (text: string, by: 'user' | 'workspace', isForeign: boolean, allowed = '') => {
    const source = variables({ secrets: { s: 'hush', bound: 'tied' }, env: { E: 'v' } });
    const guarded = guardedSource(
      source,
      { to: 'wss://a.test', origin: 'wss://a.test', isForeign },
      {
        isAllowed: ({ to, what: { kind, name } }) => `${kind} ${name} ${to}` === allowed,
        assertHost: name =>
          name === 'bound' ? Promise.reject(new UserError('Bound elsewhere')) : Promise.resolve(),
      },
    );
    return resolve(template(text, by), 'The text', guarded).then(
      ({ text: filled }) => filled,
      (error: unknown) => (error instanceof UserError ? 'refused' : String(error)),
    );
  };

  it('yields to a user’s text at a user’s place what it likes', async () => {
    assert.equal(await fill('${secret:s} ${env:E}', 'user', false), 'hush v');
  });

  it('keeps back what was not allowed where a workspace has a say', async () => {
    for (const text of ['${secret:s}', '${env:E}']) {
      assert.equal(await fill(text, 'workspace', false), 'refused');
      assert.equal(await fill(text, 'user', true), 'refused');
    }
    assert.equal(await fill('${secret:s}', 'workspace', true, 'secret s wss://a.test'), 'hush');
    assert.equal(await fill('${secret:s}', 'workspace', true, 'secret s wss://b.test'), 'refused');
    assert.equal(await fill('${env:E}', 'workspace', true, 'env E wss://a.test'), 'v');
  });

  it('keeps a secret that is bound to other hosts back from everybody', async () => {
    assert.equal(await fill('${secret:bound}', 'user', false), 'refused');
    assert.equal(
      await fill('${secret:bound}', 'user', true, 'secret bound wss://a.test'),
      'refused',
    );
  });
});
