import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { editor } from '../../../support/host/fakeVscode.ts';
import { CancellationError, UserError } from '../../../../src/core/base/errors.ts';
import { readSettings } from '../../../../src/core/settings/profile.ts';
import type { ConfigureParts } from '../../../../src/host/connectionForm/configureCommands.ts';
import type { FormSubject } from '../../../../src/host/connectionForm/connectionForm.ts';
import { userSettings } from '../../../support/host/settings.ts';

const {
  copyAs,
  duplicateConnection,
  editConnection,
  moveConnection,
  openConnectionSettings,
  removeConnection,
} = await import('../../../../src/host/connectionForm/configureCommands.ts');

const profilesOf = (...connections: readonly object[]) =>
  readSettings(userSettings(key => (key === 'connections' ? connections : undefined))).profiles;

const a = { name: 'a', url: 'ws://a' };
const b = { name: 'b', url: 'ws://b', headers: { 'X-Key': '${secret:k}' } };

/** Connections of the settings and of the window only, and what the commands did with them. */
function setUp(configured: readonly object[] = [a, b], adHoc: readonly object[] = []) {
  const profiles = profilesOf(...configured);
  const own = profilesOf(...adHoc).map(profile => ({ name: profile.name, profile }));
  const forms: FormSubject[] = [];
  const done: (readonly unknown[])[] = [];
  const knownOf = (name: string) => {
    const index = profiles.findIndex(profile => profile.name === name);
    return index < 0
      ? undefined
      : { name, ownName: name, index, scope: 'user', entry: profiles[index]?.entry };
  };
  const parts = {
    connections: {
      all: own,
      find: (name: string) => own.find(each => each.name === name),
      get: (name: string) => {
        const found = own.find(each => each.name === name);
        if (!found) {
          throw new UserError(`No connection named "${name}"`);
        }
        return found;
      },
    },
    settings: { current: { profiles } },
    configured: {
      locate: ({ name }: { readonly name: string }) => knownOf(name),
      duplicate: ({ name }: { readonly name: string }) =>
        Promise.resolve({ name: `${name} (2)`, scope: 'user', index: 1, entry: {} }),
      remove: ({ name }: { readonly name: string }) => void done.push(['remove', name]),
      canMove: ({ index }: { readonly index: number }, by: number) =>
        index + by >= 0 && index + by < profiles.length,
      move: ({ name }: { readonly name: string }, to: number) => void done.push(['move', name, to]),
    },
    openSettings: (...place: readonly unknown[]) => void done.push(['open', ...place]),
    showForm: (subject: FormSubject) => {
      forms.push(subject);
      return Promise.resolve();
    },
  } as unknown as ConfigureParts;
  return { parts, forms, done };
}

beforeEach(() => {
  editor.shown.length = 0;
  editor.clipboard = '';
  editor.answer = () => undefined;
});

describe('Removing a connection', () => {
  it('is asked about, and not done where the user would rather not', async () => {
    const { parts, done } = setUp();
    await assert.rejects(removeConnection(parts, 'a'), CancellationError);
    assert.match(editor.shown[0]?.text ?? '', /Remove the connection "a"/);
    assert.match(editor.shown[0]?.detail ?? '', /user settings\. Captured messages are kept/);
    assert.deepEqual(done, []);
    editor.answer = () => 'Remove';
    await removeConnection(parts, 'a');
    assert.deepEqual(done, [['remove', 'a']]);
  });

  it('offers what is configured, and is refused for what is not', async () => {
    const { parts, done } = setUp([a, b], [{ name: 'adhoc', url: 'ws://x' }]);
    editor.answer = ({ as }) => (as === 'pick' ? 'b' : 'Remove');
    await removeConnection(parts);
    assert.deepEqual(editor.shown[0]?.choices, ['a', 'b']);
    assert.deepEqual(done, [['remove', 'b']]);
    await assert.rejects(removeConnection(parts, 'adhoc'), /"adhoc" is not in the settings/);
    await assert.rejects(removeConnection(setUp([]).parts), /No connection is configured/);
  });
});

describe('Moving a connection', () => {
  it('goes one place, and nowhere beyond the ends of the list', async () => {
    const { parts, done } = setUp();
    await moveConnection(parts, 1, 'a');
    await moveConnection(parts, -1, 'a');
    await moveConnection(parts, 1, 'b');
    assert.deepEqual(done, [['move', 'a', 1]]);
  });
});

describe('The settings of a connection', () => {
  it('are opened where they are, and only if they are anywhere', async () => {
    const { parts, done } = setUp([a, b], [{ name: 'adhoc', url: 'ws://x' }]);
    await openConnectionSettings(parts, 'b');
    assert.deepEqual(done, [['open', 'user', { name: 'b', entry: b }]]);
    await assert.rejects(openConnectionSettings(parts, 'adhoc'), /"adhoc" is not in the settings/);
  });
});

describe('The form of a connection', () => {
  it('is that of the settings, or puts there what only the window has', async () => {
    const { parts, forms } = setUp([a], [{ name: 'adhoc', url: 'ws://x' }]);
    await editConnection(parts, 'a');
    await editConnection(parts, 'adhoc');
    assert.equal(forms[0]?.known?.name, 'a');
    assert.deepEqual(forms[1]?.entry, { name: 'adhoc', url: 'ws://x' });
    assert.match(forms[1].notes?.[0] ?? '', /not in the settings yet/);
    await assert.rejects(editConnection(parts, 'nobody'), /No connection named "nobody"/);
  });

  it('shows the copy after duplicating', async () => {
    const { parts, forms } = setUp([a]);
    await duplicateConnection(parts);
    assert.equal(forms[0]?.known?.name, 'a (2)');
    assert.deepEqual(editor.shown, []);
  });
});

describe('Copying a connection as a command', () => {
  it('leaves secrets out, and says which variables stand for them', async () => {
    const { parts } = setUp();
    editor.answer = ({ as }) => (as === 'pick' ? 'websocat' : undefined);
    await copyAs(parts, 'b');
    assert.match(editor.clipboard, /^websocat .*ws:\/\/b/);
    assert.ok(!editor.clipboard.includes('${secret:'));
    assert.match(editor.shown.at(-1)?.text ?? '', /Set these shell variables first: \$\w+/);
  });

  it('touches the clipboard only when a tool was chosen', async () => {
    editor.clipboard = 'kept';
    await assert.rejects(copyAs(setUp().parts, 'a'), CancellationError);
    assert.equal(editor.clipboard, 'kept');
  });
});
