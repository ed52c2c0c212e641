import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ruleProblems } from '../../../../../src/core/settings/draft/rowChecks.ts';
import {
  ruleEntryOf,
  ruleRowOf,
  type RuleRow,
} from '../../../../../src/core/settings/draft/ruleRow.ts';
import { problemWith, settingOf } from '../../../../../src/core/settings/settingsTable.ts';

const row = (part: Partial<RuleRow>): RuleRow => ({
  cause: 'close',
  value: '4000',
  action: 'retry',
  delay: '',
  others: [],
  ...part,
});

describe('A rule of reconnect.rules in the form', () => {
  it('comes back as it was written', () => {
    for (const entry of [
      { close: 4000, action: 'stop' },
      { close: '4000', action: 'stop' },
      { action: 'retry', delay: 5, status: '500-599' },
      { error: 'ECONNREFUSED', action: 'retry', note: 'x' },
    ]) {
      const shown = ruleRowOf(entry);
      assert.ok(shown);
      assert.equal(JSON.stringify(ruleEntryOf(shown, entry)), JSON.stringify(entry));
    }
    for (const entry of [
      5,
      {},
      { close: 1, status: 2, action: 'stop' },
      { close: 1, action: 'x' },
    ]) {
      assert.equal(ruleRowOf(entry), undefined);
    }
  });

  it('is written as the setting takes it', () => {
    for (const [part, expected] of [
      [{}, { close: 4000, action: 'retry' }],
      [
        { value: ' 4000-4099 ', delay: '0,5' },
        { close: '4000-4099', action: 'retry', delay: 0.5 },
      ],
      [
        { cause: 'error', value: '*', action: 'stop', delay: '5' },
        { error: '*', action: 'stop' },
      ],
    ] as const) {
      const entry = ruleEntryOf(row(part));
      assert.deepEqual(entry, expected);
      assert.equal(problemWith(settingOf('reconnect.rules'), [entry]), undefined);
    }
    const before = { close: 4000, action: 'retry', delay: 5, note: 1 };
    assert.deepEqual(ruleEntryOf(row({ cause: 'status', value: '503', action: 'stop' }), before), {
      status: 503,
      action: 'stop',
      note: 1,
    });
  });

  it('is refused with what to type instead', () => {
    for (const [part, expected] of [
      [{ value: '' }, /close code from 1000 to 4999 such as 1011/],
      [{ value: '503' }, /close code/],
      [{ value: '1e3' }, /close code/],
      [{ cause: 'status', value: '4000' }, /HTTP status from 100 to 599/],
      [{ cause: 'status', value: '599-500' }, /other way round: 500-599/],
      [{ cause: 'error', value: ' ' }, /ECONNREFUSED/],
      [{ delay: '-1' }, /seconds, 0 or more/],
    ] as const) {
      const [problem, ...rest] = ruleProblems([
        { close: 1006, action: 'stop' },
        ruleEntryOf(row(part)),
      ]);
      assert.deepEqual(rest, []);
      assert.equal(problem?.row, 1);
      assert.match(problem.sentence, expected);
    }
    assert.deepEqual(ruleProblems([ruleEntryOf(row({ value: '*' })), 7]), []);
    assert.deepEqual(ruleProblems(undefined), []);
  });
});
