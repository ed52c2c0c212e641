import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { ArchivedCapture } from '../../../../src/core/capture/captureArchive.ts';
import { Formats } from '../../../../src/core/base/format.ts';
import { editor } from '../../../support/host/fakeVscode.ts';
import { collectingLog, silentLog } from '../../../support/capture/captures.ts';

const { keepingLimits } = await import('../../../../src/host/settings/keepingLimits.ts');
const { offerAbandonedCaptures } = await import('../../../../src/host/captures/captureNotices.ts');
const { notifyRemoved: tellRemoved } =
  await import('../../../../src/host/captures/captureNotices.ts');

const formats = new Formats('en');
const day = 86_400_000;
const megabyte = 1024 * 1024;

beforeEach(() => {
  editor.files.clear();
  editor.shown.length = 0;
  editor.executed.length = 0;
  editor.answer = () => undefined;
});

describe('The limits of the captures of ended windows', () => {
  const write = (path: string, days: unknown, megabytes: unknown) =>
    editor.files.set(
      path,
      JSON.stringify({
        'websocketMonitor.history.keepDays': days,
        'websocketMonitor.history.keepMegabytes': megabytes,
        'websocketMonitor.history.maxMegabytes': 1,
        'websocketMonitor.history.maxMessages': 100,
      }),
    );

  it('are those of the user, whatever a workspace says, trusted or not', () => {
    for (const isTrusted of [false, true]) {
      editor.isTrusted = isTrusted;
      editor.files.clear();
      write(editor.workspaceFile, 1, 1);
      assert.deepEqual(keepingLimits(), { maxAgeMs: 30 * day, maxByteLength: 4096 * megabyte });
      write(editor.userFile, 7, 100);
      assert.deepEqual(keepingLimits(), { maxAgeMs: 7 * day, maxByteLength: 100 * megabyte });
    }
  });

  it('delete nothing where they will not do', () => {
    for (const value of ['forever', 0, -5, 0.5, 1e300, {}, [1], true]) {
      write(editor.userFile, value, value);
      assert.deepEqual(keepingLimits(), { maxAgeMs: Infinity, maxByteLength: Infinity });
    }
  });
});

describe('Captures of windows that crashed', () => {
  const capture = (key: string, changed: Partial<ArchivedCapture> = {}): ArchivedCapture => ({
    key,
    window: 'w',
    name: key,
    url: 'ws://h/',
    startedAt: 0,
    rowCount: 1000,
    fileByteLength: 1,
    isAbandoned: true,
    ...changed,
  });
  const offer = (captures: readonly ArchivedCapture[], log = silentLog) =>
    offerAbandonedCaptures({
      archive: {
        hasAbandoned: () => Promise.resolve(true),
        takeAbandoned: () => Promise.resolve(captures),
      },
      formats,
      log,
    });

  it('is offered to be opened where it is one capture', async () => {
    editor.answer = ({ choices }) => choices[0];
    await offer([capture('prices')]);
    assert.deepEqual(
      editor.shown.map(({ text, choices }) => [text, choices]),
      [['A window crashed while it monitored prices. Its 1,000 rows were kept.', ['Open Capture']]],
    );
    assert.deepEqual(editor.executed, ['websocketMonitor.openCapture']);
  });

  it('is named as a whole where there are more, in a sentence that stays short', async () => {
    editor.answer = ({ choices }) => choices[0];
    await offer(['a', 'b\u202e\n', 'c', 'd', 'a', 'e', 'f', 'g'].map(key => capture(key)));
    const [shown] = editor.shown;
    assert.match(
      shown?.text ?? '',
      /^A window crashed while it monitored a, b\S*, c and 4 more\. All 8 captures were kept, with 8,000 rows\.$/,
    );
    assert.deepEqual(
      [shown?.choices, editor.executed],
      [['Show Captures'], ['websocketMonitor.captures.focus']],
    );
  });

  it('is named also where it cannot be read', async () => {
    const damaged = capture('x', { problem: 'The file is damaged.', rowCount: 0 });
    await offer([damaged]);
    await offer([capture('a'), damaged]);
    assert.deepEqual(
      editor.shown.map(({ text }) => text),
      [
        'A window crashed. It left captures that cannot be read: 1.',
        'A window crashed while it monitored a. Its 1,000 rows were kept. Other captures cannot be read: 1.',
      ],
    );
  });

  it('is no news where another window has taken it, and an error is logged', async () => {
    await offer([]);
    const { log, lines } = collectingLog();
    await offerAbandonedCaptures({
      archive: {
        hasAbandoned: () => Promise.resolve(true),
        takeAbandoned: () => Promise.reject(new Error('no')),
      },
      formats,
      log,
    });
    assert.deepEqual([editor.shown, lines.length], [[], 1]);
  });
});

describe('What the limits delete', () => {
  const removed = (reason: 'age' | 'size') => ({ key: 'k', rowCount: 1, reason });

  it('is said in the view, and what goes for its size in one notification', () => {
    const view: { message?: string } = {};
    const tell = tellRemoved(view, formats, silentLog);
    tell([removed('age')]);
    assert.equal(
      view.message,
      'Captures deleted because they were older than websocketMonitor.history.keepDays allows: 1.',
    );
    assert.deepEqual(editor.shown, []);
    tell([removed('size'), removed('size')]);
    tell([removed('size')]);
    assert.match(
      view.message,
      /keepDays allows: 1\. .* larger than .*keepMegabytes allows: 3\. The log/,
    );
    assert.deepEqual(
      editor.shown.map(({ as, isModal, choices }) => [as, isModal, choices]),
      [['information', false, ['Open Setting']]],
    );
  });
});
