import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { editor, type Shown } from '../../../support/host/fakeVscode.ts';
import { CancellationError, UserError } from '../../../../src/core/base/errors.ts';
import type { FormSubject } from '../../../../src/host/connectionForm/connectionForm.ts';

const { importCurl } = await import('../../../../src/host/import/importCurl.ts');

function setUp() {
  const forms: FormSubject[] = [];
  const parts = {
    showForm: (subject: FormSubject) => {
      forms.push(subject);
      return Promise.resolve();
    },
  };
  return { parts, forms };
}

beforeEach(() => {
  editor.shown.length = 0;
  editor.clipboard = '';
  editor.answer = () => undefined;
});

describe('Importing a cURL command', () => {
  it('fills in the form from the clipboard, or from what is typed', async () => {
    const { parts, forms } = setUp();
    const curl = (host: string) => `curl 'wss://${host}/' -H 'X-A: 1' --insecure`;
    editor.clipboard = curl('copied');
    await importCurl(parts.showForm);
    assert.deepEqual(forms[0]?.entry, {
      url: 'wss://copied/',
      headers: { 'X-A': '1' },
      tls: { rejectUnauthorized: false },
    });
    assert.deepEqual(editor.shown, []);
    editor.clipboard = 'something else';
    editor.answer = ({ as }) => (as === 'input' ? curl('typed') : undefined);
    await importCurl(parts.showForm);
    assert.equal(forms[1]?.entry?.['url'], 'wss://typed/');
    const [asked] = editor.shown as readonly Shown[];
    assert.equal(asked?.text, 'Import Connection from cURL');
    await assert.rejects(importCurl(parts.showForm, 'wget http://x'), UserError);
    editor.answer = () => undefined;
    await assert.rejects(importCurl(parts.showForm), CancellationError);
    assert.equal(forms.length, 2);
  });

  it('names what of it is a secret, and what was left out', async () => {
    const { parts, forms } = setUp();
    editor.clipboard = 'curl wss://x.test/ -b sid=1 --unix-socket /x';
    await importCurl(parts.showForm);
    const [source, secrets, left] = forms[0]?.notes ?? [];
    assert.match(source ?? '', /^From a cURL command\..*Store its cookies and tokens as secrets/);
    assert.match(secrets ?? '', /in clear text: the header Cookie\./);
    assert.match(left ?? '', /--unix-socket.*port\.$/);
    assert.deepEqual(editor.shown, []);
  });
});
