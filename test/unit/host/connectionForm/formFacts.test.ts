import assert from 'node:assert/strict';
import { beforeEach, it } from 'node:test';
import { editor } from '../../../support/host/fakeVscode.ts';

const { noteOf } = await import('../../../../src/host/connectionForm/formFacts.ts');

const connections = (count: number) =>
  JSON.stringify({
    'websocketMonitor.connections': Array.from({ length: count }, (_, index) => ({
      name: `c${index}`,
      url: 'ws://a',
    })),
  });

beforeEach(() => editor.files.clear());

it('The form counts the connections that a list of the workspace would hide', () => {
  assert.equal(noteOf('workspace'), '');
  editor.files.set(editor.userFile, connections(1));
  assert.match(
    noteOf('workspace'),
    /list of connections\. The connection in the user settings will not/,
  );
  editor.files.set(editor.userFile, connections(3));
  assert.match(
    noteOf('workspace'),
    /list of connections\. The 3 connections in the user settings will not/,
  );
  assert.equal(noteOf('user'), '');
  editor.files.set(editor.workspaceFile, connections(2));
  assert.match(noteOf('user'), /has its own list/);
  assert.equal(noteOf('workspace'), '');
});
