import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UserError } from '../../../../src/core/base/errors.ts';
import { fillIn, type PlaceholderSource } from '../../../../src/core/settings/placeholders.ts';

const secrets: Readonly<Record<string, string>> = {
  'token': 's3cret',
  'my key': 'k',
  'sly': '${env:HOME}$&$1',
  'empty': '',
};
const source: PlaceholderSource = {
  secret: name => Promise.resolve(Object.hasOwn(secrets, name) ? secrets[name] : undefined),
  env: name => (name === 'HOME' ? 'folder-of-me' : undefined),
};

const filled = (text: string) => fillIn(text, 'The header X', source);

describe('Placeholders', () => {
  it('are filled in, several in one text', async () => {
    assert.deepEqual(
      await Promise.all(
        [
          '',
          'plain $text {here} ${',
          '${secret:token}',
          'Bearer ${secret:token}, ${env:HOME}/${secret:my key}!',
          'a${secret:empty}b',
        ].map(filled),
      ),
      ['', 'plain $text {here} ${', 's3cret', 'Bearer s3cret, folder-of-me/k!', 'ab'],
    );
  });

  it('are not looked for in what was filled in', async () => {
    assert.equal(await filled('<${secret:sly}>'), '<${env:HOME}$&$1>');
  });

  it('of kinds that are unknown stay as they are', async () => {
    const text = '${Secret:token} ${file:x} $secret:token ${secret:token';
    assert.equal(await filled(text), text);
  });

  it('without a value are an error that says which, where, and what to do', async () => {
    const messages = await Promise.all(
      ['${secret:gone}', 'a ${env:GONE}', '${secret:}', '${secret:toString}'].map(text =>
        filled(text).catch((error: unknown) => {
          assert.ok(error instanceof UserError);
          return error.message;
        }),
      ),
    );
    assert.deepEqual(messages, [
      'The header X needs the secret "gone", which is not stored. Run "Store Secret…".',
      'The header X needs the environment variable GONE, which is not set.',
      'The header X needs the secret "", which is not stored. Run "Store Secret…".',
      'The header X needs the secret "toString", which is not stored. Run "Store Secret…".',
    ]);
  });

  it('that cannot be read fail with the reason', async () => {
    const broken = { ...source, secret: () => Promise.reject(new Error('The keyring is locked')) };
    await assert.rejects(fillIn('${secret:token}', 'The header X', broken), /keyring is locked/);
  });
});
