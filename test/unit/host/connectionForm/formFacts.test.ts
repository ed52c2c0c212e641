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
  assert.match(noteOf('workspace'), /: the connection of the user is not shown/);
  editor.files.set(editor.userFile, connections(3));
  assert.match(noteOf('workspace'), /: the 3 connections of the user are not shown/);
  assert.equal(noteOf('user'), '');
  editor.files.set(editor.workspaceFile, connections(2));
  assert.match(noteOf('user'), /has a list of its own/);
  assert.equal(noteOf('workspace'), '');
});
