import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Wanted } from '../../../../src/core/consent/disclosure.ts';
import { guardedSource } from '../../../../src/core/consent/guardedSource.ts';
import { neededBy } from '../../../../src/core/variables/needs.ts';
import { resolve } from '../../../../src/core/variables/resolve.ts';
import { template, type Origin } from '../../../../src/core/variables/value.ts';
import { variables } from '../../../support/host/variables.ts';

const to = 'wss://a.test';

function setUp(isForeign: boolean, allowed: readonly Wanted['what'][] = []) {
  const named = {
    token: template('literal', 'user'),
    theirs: template('${token}', 'workspace'),
    key: template('${secret:s}', 'user'),
  };
  const source = guardedSource(
    {
      ...variables({ env: { HOME: '/home/ann' }, secrets: { s: 'hush' } }),
      named: name => (Object.hasOwn(named, name) ? named[name as keyof typeof named] : undefined),
      names: Object.keys(named),
    },
    { to, origin: to, isForeign },
    {
      isAllowed: wanted =>
        wanted.to === to &&
        allowed.some(each => each.kind === wanted.what.kind && each.name === wanted.what.name),
      assertHost: () => Promise.resolve(),
    },
  );
  const fill = async (text: string, author: Origin) =>
    (await resolve(template(text, author), 'It', source)).text;
  return { source, fill };
}

describe('What was not allowed to go somewhere', () => {
  it('is kept back where a workspace names it, also a variable with a plain text', async () => {
    const { fill, source } = setUp(false);
    for (const text of ['${env:HOME}', '${secret:s}', '${token}', '${theirs}', '${key}']) {
      await assert.rejects(
        fill(text, 'workspace'),
        /was not allowed to go to wss:\/\/a\.test/,
        text,
      );
    }
    await assert.rejects(fill('${theirs}', 'user'), /^UserError: \$\{token\} was not allowed/);
    assert.equal(await fill('${token} ${key} ${env:HOME}', 'user'), 'literal hush /home/ann');
    assert.equal(neededBy(template('${token}', 'workspace'), source.named).length, 1, 'a look');
  });

  it('is kept back from a place of a workspace, but what the user writes in plain text', async () => {
    const { fill } = setUp(true);
    for (const text of ['${env:HOME}', '${secret:s}', '${key}']) {
      await assert.rejects(fill(text, 'user'), /was not allowed to go to/, text);
    }
    assert.equal(await fill('${token}', 'user'), 'literal');
  });

  it('goes where it was allowed', async () => {
    const { fill } = setUp(true, [{ kind: 'variable', name: 'token' }]);
    assert.equal(await fill('${theirs}', 'workspace'), 'literal');
    await assert.rejects(fill('${key}', 'workspace'), /\$\{key\} was not allowed/);
  });
});
