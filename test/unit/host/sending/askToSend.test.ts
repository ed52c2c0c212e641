import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { CancellationError } from '../../../../src/core/base/errors.ts';
import { editor } from '../../../support/host/fakeVscode.ts';
import { CommandId } from '../../../../src/shared/ids.ts';

const { askForValue, confirmProduction } =
  await import('../../../../src/host/sending/askToSend.ts');

const ask = () => confirmProduction('live', 'orders', { as: 'text', text: 'sell\n\u202e${n}' });
const choosing = (choice: string | undefined) => {
  editor.answer = () => choice;
  return ask();
};

beforeEach(() => {
  editor.shown.length = 0;
  editor.executed.length = 0;
});

describe('The question before production', () => {
  it('names connection, environment and message, and sends by no default', async () => {
    await assert.rejects(choosing(undefined), CancellationError);
    const [shown] = editor.shown;
    assert.equal(shown?.text, 'Send to "orders" with the environment "live"?');
    assert.match(shown.detail, /production[^]*\(text\): sell↵.+\$\{n\}$/);
    assert.ok(!shown.detail.includes('\u202e'));
    assert.ok(shown.isModal);
    assert.doesNotMatch(shown.choices[0] ?? '', /Send/);
    assert.deepEqual(editor.executed, []);
  });

  it('is answered once or for the window', async () => {
    assert.equal(await choosing('Send'), 'once');
    assert.equal(await choosing("Send and Don't Ask Again in This Window"), 'window');
  });

  it('leads to the environments, and sends nothing then', async () => {
    await assert.rejects(choosing('Switch Environment…'), CancellationError);
    assert.deepEqual(editor.executed, [CommandId.SwitchEnvironment]);
  });
});

describe('The question for a value of a message', () => {
  it('hides what sounds like a secret, as that of a handshake does', async () => {
    editor.answer = () => 'x';
    await askForValue('Password', 'user', '');
    await askForValue('API-Token', 'workspace', '');
    await askForValue('Room', 'user', 'lobby');
    assert.deepEqual(
      editor.shown.map(({ isHidden, value }) => [isHidden, value]),
      [
        [true, ''],
        [true, ''],
        [false, 'lobby'],
      ],
    );
  });

  it('says who asks, and shows the label of a workspace as text only', async () => {
    await askForValue('[Sign in](command:x) $(lock)\n\u202eto VS Code', 'workspace', '');
    const text = editor.shown[0]?.text ?? '';
    assert.match(text, /^A message of this workspace asks for: /);
    assert.doesNotMatch(text, /\]\(|\$\(|\n|\u202e/);
  });
});
