import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { editor } from '../../../support/host/fakeVscode.ts';
import { readSettings } from '../../../../src/core/settings/profile.ts';
import { settingKeys, settingOf } from '../../../../src/core/settings/settingsTable.ts';

const { settingIn, settingSources } =
  await import('../../../../src/host/settings/settingValues.ts');

const user = '/data/User/settings.json';
const folder = '/folder/.vscode/settings.json';
const mine = {
  'websocketMonitor.url': 'ws://single/',
  'websocketMonitor.connections': [{ name: 'mine', url: 'ws://mine/' }],
  'websocketMonitor.headers': { 'X-Mine': '1' },
};
const section = (settings: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [`websocketMonitor.${key}`, value]),
  );
const read = () => readSettings(settingSources());

beforeEach(() => {
  editor.files.clear();
  editor.parse = JSON.parse;
  Object.assign(editor, {
    userFile: user,
    workspaceFile: folder,
    folders: ['/folder'],
    workspacePath: undefined,
    isTrusted: false,
  });
  editor.files.set(user, JSON.stringify(mine));
});

describe('Settings in Restricted Mode', () => {
  it('are the user’s alone, however a workspace spells what it sets', () => {
    const undisturbed = read();
    assert.equal(undisturbed.profiles.length, 2);
    const keys = ['url', 'connections', ...settingKeys];
    for (const key of keys) {
      for (const written of [key, `${key}.x`, `${key}.type`, `${key}.token`]) {
        editor.files.set(folder, JSON.stringify(section({ [written]: '${env:HOME}' })));
        assert.deepEqual(read(), undisturbed, written);
      }
    }
    const disguised = {
      'headers.X-Stolen': '${env:HOME}',
      'auth.type': 'bearer',
      'auth.token': 'x',
    };
    editor.files.set(folder, JSON.stringify(section({ ...disguised, 'connections.x': 1 })));
    assert.deepEqual(read(), undisturbed);
    for (const setting of ['url', 'connections'] as const) {
      assert.equal(settingIn('workspace', setting), undefined);
    }
  });

  it('are the workspace’s where they only decide on looks', () => {
    editor.files.set(folder, JSON.stringify(section({ 'output.maxCharacters': 9 })));
    assert.equal(read().values['output.maxCharacters'], 9);
    editor.files.set(folder, JSON.stringify(section({ 'output.maxCharacters': '[x](command:y)' })));
    assert.deepEqual(
      [read().values['output.maxCharacters'], read().problems],
      [settingOf('output.maxCharacters').fallback, []],
    );
  });

  it('are the user’s alone in a workspace of several folders, too, until it is trusted', () => {
    const workspaceFile = '/home/ann/all.code-workspace';
    Object.assign(editor, {
      workspacePath: workspaceFile,
      folders: ['/home/ann/api', '/home/ann/web'],
    });
    const listed = section({ connections: [{ name: 'theirs', url: 'ws://t/' }] });
    editor.files.set('/home/ann/api/.vscode/settings.json', JSON.stringify(listed));
    editor.files.set(workspaceFile, JSON.stringify({ settings: listed }));
    assert.deepEqual(
      read().profiles.map(({ name }) => name),
      ['single', 'mine'],
    );
    editor.isTrusted = true;
    assert.deepEqual(
      read().profiles.map(({ name, folder: of }) => [name, of]),
      [
        ['theirs', undefined],
        ['theirs (api)', 'api'],
        ['single', undefined],
        ['mine', undefined],
      ],
    );
  });
});
