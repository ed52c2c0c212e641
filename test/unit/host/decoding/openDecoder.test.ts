import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { Source } from '../../../../src/host/captures/sources.ts';
import { editor, uriOf } from '../../../support/host/fakeVscode.ts';

const { openDecoder } = await import('../../../../src/host/decoding/openDecoder.ts');

const file = '/real/acme.mjs';
const parts = {
  choices: {
    rulesFor: () => [
      { use: ['gzip', { map: {} }] },
      { use: [{ script: { name: 'other', problem: 'It was not found.' } }] },
      { use: [{ script: { name: 'acme', title: 'acme.mjs', file, version: 1 } }] },
    ],
  },
  scripts: {
    uriOf: (path: string) => (path === file ? uriOf('/folder/acme.mjs') : undefined),
  },
};
const source = {} as Source;

describe('Open Decoder', () => {
  beforeEach(() => {
    editor.opened.length = 0;
  });

  it('opens the file that a rule names, as the user knows it', async () => {
    await openDecoder(parts, source, 'acme');
    assert.deepEqual(editor.opened, ['/folder/acme.mjs']);
  });

  it('opens nothing that no rule names, whatever the name looks like', async () => {
    for (const name of ['other', 'gzip', file, '../acme']) {
      await assert.rejects(openDecoder(parts, source, name), /No rule for these messages/);
    }
    assert.deepEqual(editor.opened, []);
  });
});
