import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { editor } from '../../../support/host/fakeVscode.ts';
import type { FormSubject } from '../../../../src/host/connectionForm/connectionForm.ts';

const { addConnections } = await import('../../../../src/host/connectionForm/addConnections.ts');

const one = { name: 'a', url: 'ws://a?token=1', headers: {} };
const other = {
  name: 'b',
  url: 'ws://b',
  headers: { 'X-A': '1' },
  subprotocols: ['v1'],
  auth: { type: 'bearer', token: '${secret:import-token}' },
};

function setUp(isSaved: boolean) {
  const forms: FormSubject[] = [];
  const close: (() => void)[] = [];
  const parts = {
    names: () => ['a'],
    fillIn: (subject: FormSubject) => {
      forms.push(subject);
      return new Promise<boolean>(resolve => close.push(() => resolve(isSaved)));
    },
  };
  return { parts, forms, close };
}

beforeEach(() => {
  editor.shown.length = 0;
  editor.answer = () => undefined;
});

describe('Adding imported connections', () => {
  it('shows the form of one at once, by a name that is free', async () => {
    const { parts, forms, close } = setUp(true);
    const done = addConnections(parts, [one]);
    close[0]?.();
    await done;
    assert.deepEqual(forms[0]?.entry, { name: 'a (2)', url: 'ws://a?token=1' });
    assert.deepEqual(editor.shown, []);
  });
});

describe('Adding imported connections one after the other', () => {
  const turns = async () => {
    for (let turn = 0; turn < 10; turn++) {
      await Promise.resolve();
    }
  };

  it('goes on by itself after one was saved, and asks after one was not', async () => {
    for (const isSaved of [true, false]) {
      editor.shown.length = 0;
      const { parts, forms, close } = setUp(isSaved);
      editor.answer = ({ as }) => (as === 'pick' ? 'a, b' : undefined);
      const done = addConnections(parts, [one, other]);
      await turns();
      assert.equal(forms.length, 1);
      close[0]?.();
      await turns();
      assert.equal(forms.length, isSaved ? 2 : 1);
      close[1]?.();
      await done;
      assert.equal(editor.shown.length, isSaved ? 1 : 2);
      assert.match(editor.shown[1]?.text ?? 'One more', /One more/);
      assert.deepEqual(forms[1]?.entry, isSaved ? other : undefined);
    }
  });
});
