import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { UserError } from '../../../src/core/base/errors.ts';
import type { SettingsScope } from '../../../src/core/settings/settingLayers.ts';
import type { Found } from '../../../src/host/library/libraryStore.ts';
import { editor } from '../../support/fakeVscode.ts';

const { CancellationError } = await import('vscode');
const { CommandConsent } = await import('../../../src/host/commandConsent.ts');
const { SendPermission } = await import('../../../src/host/library/sendPermission.ts');

type State = ConstructorParameters<typeof SendPermission>[0];

const found = (origin: Found['origin']): Found => ({
  origin,
  item: { kind: 'message', name: 'Buy', path: 'Orders/Buy' } as Found['item'],
});

const program = ['get-token', '--for\u202eme'];

/** The workspace's state, which outlives a window. */
function memento(): State {
  const values = new Map<string, unknown>();
  return {
    keys: () => [...values.keys()],
    get: <T>(key: string, fallback?: T) => (values.get(key) as T | undefined) ?? fallback,
    update: (key, value) => Promise.resolve(void values.set(key, value)),
  };
}

let state: State;
const answerWith = (choice: string | undefined) => (editor.answer = () => choice);

beforeEach(() => {
  state = memento();
  editor.isTrusted = true;
  editor.shown.length = 0;
  answerWith(undefined);
});

describe('A message of the workspace', () => {
  const permit = (origin: Found['origin'] = 'workspace') =>
    new SendPermission(state).require(found(origin), 'echo');

  it('is not sent in Restricted Mode, and nothing is asked, also where it was allowed', async () => {
    answerWith('Allow in This Workspace');
    await permit();
    editor.isTrusted = false;
    await assert.rejects(permit(), UserError);
    assert.equal(editor.shown.length, 1);
  });

  it('is sent after one question, which names it and where it goes', async () => {
    answerWith('Allow in This Workspace');
    await permit();
    await permit();
    assert.equal(editor.shown.length, 1);
    assert.match(editor.shown[0]?.text ?? '', /"Orders\/Buy" to "echo"/);
  });

  it('is not sent where the user says no, and asked about the next time', async () => {
    for (let times = 1; times <= 2; times++) {
      await assert.rejects(permit(), CancellationError);
      assert.equal(editor.shown.length, times);
    }
  });

  it('needs no question where it is the user’s own', async () => {
    editor.isTrusted = false;
    await permit('user');
    assert.deepEqual(editor.shown, []);
  });
});

describe('A program that signs in', () => {
  const consent = (
    command: readonly string[] = program,
    mayAsk = true,
    scope: SettingsScope = 'workspace',
  ) => new CommandConsent(state).require(command, scope, mayAsk);

  it('does not run in Restricted Mode, whoever named it and whatever was allowed', async () => {
    answerWith('Run It');
    await consent();
    editor.isTrusted = false;
    await assert.rejects(consent(), /Restricted Mode/);
    await assert.rejects(consent(['of', 'the', 'user']), /Restricted Mode/);
    assert.equal(editor.shown.length, 1);
  });

  it('runs after one question, which shows it all and nothing but text', async () => {
    answerWith('Run It');
    await consent();
    await consent(program, false);
    assert.equal(editor.shown.length, 1);
    assert.match(editor.shown[0]?.detail ?? '', /"get-token" "--for\S+me"/);
    assert.doesNotMatch(editor.shown[0]?.detail ?? '', /\u202e/);
  });

  it('does not run where the user says no, or is not there to be asked', async () => {
    await assert.rejects(consent(), /not allowed to run/);
    answerWith('Run It');
    await assert.rejects(consent(program, false), /not allowed to run/);
    assert.equal(editor.shown.length, 1);
  });

  it('is asked about anew where the workspace changes it', async () => {
    answerWith('Run It');
    await consent();
    const changed = [...program, '--more'];
    answerWith(undefined);
    await assert.rejects(consent(changed), /not allowed to run/);
    assert.equal(editor.shown.length, 2);
  });

  it('needs no question where only the user names it', async () => {
    await consent(program, true, 'user');
    assert.deepEqual(editor.shown, []);
  });
});
