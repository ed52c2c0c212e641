import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { afterEach, beforeEach, it } from 'node:test';
import { editor } from '../../../support/host/fakeVscode.ts';

const { Uri } = await import('vscode');
const { fileNote, noteOf, preferredScope, shown } =
  await import('../../../../src/host/connectionForm/formFacts.ts');

const connections = (count: number) =>
  JSON.stringify({
    'websocketMonitor.connections': Array.from({ length: count }, (_, index) => ({
      name: `c${index}`,
      url: 'ws://a',
    })),
  });

beforeEach(() => {
  editor.files.clear();
  Object.assign(editor, { folders: ['/folder'], workspacePath: undefined, isTrusted: true });
});
afterEach(() => (editor.remoteName = undefined));

it('The form says who sees a connection that is saved there, and offers the place of the others', () => {
  assert.match(noteOf('user'), /every window/);
  assert.match(noteOf('workspace'), /this workspace only/);
  editor.files.set(editor.userFile, connections(3));
  assert.equal(preferredScope(), 'user');
  editor.files.set(editor.workspaceFile, connections(1));
  assert.equal(preferredScope(), 'workspace');
  editor.isTrusted = false;
  assert.equal(preferredScope(), 'user');
});

it('The form names the file that it writes, and the machine that has it', () => {
  const file = (path: string, name = 'settings.json') => ({
    uri: Uri.file(path),
    name,
    within: [],
  });
  const own = file(`${homedir()}/.config/User/settings.json`);
  assert.equal(fileNote('user', own), 'Written to ~/.config/User/settings.json.');
  assert.equal(fileNote('user', file('/srv/settings.json')), 'Written to /srv/settings.json.');
  assert.equal(
    fileNote('workspace', file('/w/a', '.vscode/settings.json')),
    'Written to .vscode/settings.json.',
  );
  assert.equal(fileNote('user', undefined), '');
  editor.remoteName = 'ssh-remote';
  assert.match(
    fileNote('user', file('/home/x/.vscode-server/data/Machine/settings.json')),
    /^Written to .*\/Machine\/settings\.json on the remote machine\. The user settings of your own machine do not show it\.$/,
  );
});

it('The form learns how many messages are inherited, and not what they say', () => {
  const check = { problems: {}, rows: {}, suggestedName: 'a' };
  const { inherited } = shown({ ...check, inherited: { onOpen: ['hush', { text: 'hush' }] } });
  assert.equal((inherited['onOpen'] as unknown[]).length, 2);
  assert.ok(!JSON.stringify(inherited).includes('hush'));
});
