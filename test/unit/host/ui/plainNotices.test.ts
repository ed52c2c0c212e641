import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { CancellationError } from '../../../../src/core/base/errors.ts';
import { editor } from '../../../support/host/fakeVscode.ts';
import { silentLog } from '../../../support/capture/captures.ts';
import { hostileTexts } from '../../../support/hostileTexts.ts';

const { inform, showError, showWarning } = await import('../../../../src/host/ui/notify.ts');
const { askName, askText, confirm, confirmOrClose, pickOne, pickSeveral, unlessCancelled } =
  await import('../../../../src/host/ui/prompts.ts');
const { unwaited } = await import('../../../../src/host/ui/unwaited.ts');
const { SettingsService } = await import('../../../../src/host/settings/settings.ts');

const link = /\]\(|\$\(/;
const hostile = Object.values(hostileTexts);
const settled = () => new Promise(resolve => setImmediate(resolve));

beforeEach(() => {
  editor.files.clear();
  editor.shown.length = 0;
  editor.isTrusted = true;
  editor.answer = () => undefined;
});

/** All that the editor was handed. */
const shownTexts = () =>
  editor.shown.flatMap(({ text, detail, choices }) => [text, detail, ...choices]);

describe('What the user is told and asked', () => {
  it('holds no link and no icon of a stranger, in whatever part of it the text stands', async () => {
    for (const text of hostile) {
      await showError(text, text);
      await showWarning(['{0}{1}: {0}', text, `(command:x)${text}`], `${text}!`);
      await unlessCancelled(confirm([`[{0}]{1}`, text, text], [text, ['{0}(x)', text]], text));
      await confirmOrClose(text, [text], text, `${text}?`);
      await unlessCancelled(askText({ title: text, prompt: ['{0}', text], placeHolder: text }));
      const choice = { label: text, description: text, detail: text };
      await unlessCancelled(pickOne([choice], { placeHolder: text }));
      await unlessCancelled(pickSeveral([{ label: text }], { title: text }));
      inform('information', text);
    }
    assert.ok(editor.shown.length > hostile.length * 7);
    for (const shown of shownTexts()) {
      assert.doesNotMatch(shown, link);
      assert.doesNotMatch(shown, /(?!\n)\p{Cc}/u);
    }
  });

  it('takes what was chosen for what was offered, however it was shown', async () => {
    const text = '[a](command:b)';
    editor.answer = ({ choices }) => choices[0];
    assert.equal(await showError('Sentence', text, 'Other'), text);
    assert.equal(await confirm('Question', [], text, 'Other'), text);
    assert.equal(await confirmOrClose('Question', [], 'Close', text), text);
    assert.equal((await pickOne([{ label: text, id: 7 }], {})).id, 7);
    editor.answer = () => undefined;
    assert.equal(await confirmOrClose('Question', [], 'Close', text), 'Close');
  });

  it('shows no key of a button that a stranger names', async () => {
    await unlessCancelled(confirm('Question', [], 'Allow && &&Deny &&&'));
    assert.deepEqual(editor.shown[0]?.choices, ['Allow & & & &Deny & & &']);
  });

  it('keeps the lines of a dialog apart from what a stranger writes', async () => {
    await unlessCancelled(
      confirm('Question', [['Host: {0}', 'a\nScheme: wss'], '', 'Last'], 'Yes'),
    );
    assert.equal(editor.shown[0]?.detail, 'Host: a↵Scheme: wss\n\nLast');
  });
});

describe('A question', () => {
  it('throws one kind of error if the user cancels it', async () => {
    for (const question of [
      () => confirm('Question', [], 'Yes'),
      () => askText({}),
      () => askName({}),
      () => pickOne([{ label: 'a' }], {}),
      () => pickSeveral([{ label: 'a' }], {}),
    ]) {
      await assert.rejects(question(), CancellationError);
      assert.equal(await unlessCancelled<unknown>(question()), undefined);
    }
  });

  it('for several is cancelled too if none is chosen', async () => {
    editor.answer = () => 'none of them';
    await assert.rejects(pickSeveral([{ label: 'a' }], {}), CancellationError);
  });

  it('for a name returns it without space around it', async () => {
    editor.answer = () => '  prices ';
    assert.equal(await askName({ title: 'Name' }), 'prices');
  });
});

describe('A task that nobody waits for', () => {
  it('has its failure shown, as text', async () => {
    unwaited('A task', silentLog, Promise.reject(new Error('[a](command:b)')));
    await settled();
    assert.deepEqual(
      editor.shown.map(({ as, text }) => [as, text]),
      [['error', '[a] (command:b)']],
    );
  });
});

describe('A setting with a value that will not do', () => {
  const value = '[Fix this](command:workbench.action.showCommands)';
  const write = (path: string) =>
    editor.files.set(path, JSON.stringify({ 'websocketMonitor.statusBar.showRate': value }));
  const warned = async () => {
    new SettingsService(silentLog).dispose();
    await settled();
    return editor.shown.map(({ text }) => text);
  };

  it('is named with the value, as text', async () => {
    write(editor.userFile);
    const [text = ''] = await warned();
    assert.match(text, /statusBar\.showRate .*\[Fix this\] \(command:/);
  });

  it('is not repeated where a workspace in Restricted Mode gave it', async () => {
    editor.isTrusted = false;
    write(editor.workspaceFile);
    assert.doesNotMatch((await warned()).join(''), /Fix this|command:/);
  });
});
