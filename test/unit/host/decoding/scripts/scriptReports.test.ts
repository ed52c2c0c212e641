import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Emitter } from '../../../../../src/core/base/event.ts';
import type { ScriptReport } from '../../../../../src/core/decode/script/script.ts';
import { silentLog } from '../../../../support/capture/captures.ts';
import { editor, uriOf } from '../../../../support/host/fakeVscode.ts';
import { until } from '../../../../support/until.ts';

const { ScriptReports } = await import('../../../../../src/host/decoding/scripts/scriptReports.ts');

const file = '/real/decoders/acme.mjs';
const known = '/folder/.vscode/decoders/acme.mjs';

describe('What decoders in files report', () => {
  let reported: Emitter<ScriptReport>;
  let changed: Emitter<undefined>;
  let isKnown: boolean;
  let reports: InstanceType<typeof ScriptReports>;

  beforeEach(() => {
    editor.marks.clear();
    editor.shown.length = 0;
    editor.logged.length = 0;
    editor.opened.length = 0;
    reported = new Emitter();
    changed = new Emitter();
    isKnown = true;
    reports = new ScriptReports({
      onDidReport: reported.event,
      scripts: {
        uriOf: path => (isKnown && path === file ? uriOf(known) : undefined),
        onDidChange: changed.event,
      },
      redact: text => text.replaceAll('s3cret', '•••'),
      log: silentLog,
    });
  });

  afterEach(() => {
    reports.dispose();
    editor.answer = () => undefined;
  });

  const fail = (error: object) =>
    reported.fire({ is: 'error', file, error: { message: 'TypeError: no', ...error } });

  it('is an error at its place in the file that the user knows, until the file runs again', () => {
    fail({ file, line: 3, column: 5, message: 'Error: token s3cret' });
    assert.deepEqual([...editor.marks], [[known, ['3:5 Error: token •••']]]);
    fail({ file: '/real/decoders/lib/tables.mjs', line: 7, column: 1 });
    const lib = '/folder/.vscode/decoders/lib/tables.mjs';
    assert.deepEqual([...editor.marks], [[lib, ['7:1 TypeError: no']]]);
    reported.fire({ is: 'loaded', file });
    assert.deepEqual([...editor.marks], []);
  });

  it('marks no file outside of the folder of the decoder', () => {
    fail({ file: '/etc/passwd', line: 1, column: 1 });
    fail({ file: '/real/decoders/../../etc/passwd', line: 1, column: 1 });
    assert.deepEqual([...editor.marks.keys()], [known]);
  });

  it('is forgotten when no rule names the file, or it is deleted', () => {
    fail({ file, line: 3, column: 5 });
    isKnown = false;
    changed.fire(undefined);
    assert.deepEqual([...editor.marks], []);
    fail({ file, line: 3, column: 5 });
    assert.deepEqual([...editor.marks], []);
  });

  it('is in an output channel of its own, without secrets', () => {
    reported.fire({ is: 'log', file, level: 'warn', text: 'token s3cret' });
    fail({ stack: 'TypeError: no\n    at decode (/real/decoders/acme.mjs:3:5)' });
    const channel = 'WebSocket Monitor: Decoders';
    assert.deepEqual(editor.logged, [
      `${channel}: warn [acme.mjs] token •••`,
      `${channel}: error [acme.mjs] TypeError: no\n      at decode (/real/decoders/acme.mjs:3:5)`,
    ]);
  });

  it('says that a decoder is stopped, and opens it', async () => {
    editor.answer = ({ choices }) => choices[0];
    reported.fire({ is: 'stopped', file, reason: 'It took too long.' });
    await until('the file is opened', () => editor.opened.length > 0);
    assert.deepEqual(editor.opened, [known]);
    const [shown] = editor.shown;
    assert.deepEqual(
      [shown?.text, shown?.choices],
      ['The decoder acme.mjs was stopped: It took too long.', ['Open Decoder']],
    );
  });
});
