import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  isBlankRow,
  openingEntryOf,
  openingRowOf,
  type OpeningRow,
} from '../../../../../src/core/settings/draft/openingRow.ts';
import { openingProblems } from '../../../../../src/core/settings/draft/rowChecks.ts';
import { problemWith, settingOf } from '../../../../../src/core/settings/settingsTable.ts';

const row = (part: Partial<OpeningRow>): OpeningRow => ({
  kind: 'text',
  content: '',
  when: 'every',
  delay: '',
  match: '',
  timeout: '',
  others: [],
  ...part,
});
const rowOf = (entry: unknown): OpeningRow => {
  const found = openingRowOf(entry);
  assert.ok(found);
  return found;
};

describe('A message of onOpen in the form', () => {
  it('comes back as it was written, whatever it is', () => {
    for (const entry of [
      'start',
      { text: 'start' },
      { text: 'start', when: 'every', delay: 0 },
      { json: { b: 1, a: [1, null] }, when: 'first' },
      { json: null },
      { base64: 'AAEC', delay: 0.5 },
      { sequence: 'Orders/login', when: 'reconnect' },
      {
        when: 'reconnect',
        waitFor: { timeout: 5, match: '$.ok:true', note: 1 },
        text: 'x',
        color: 2,
      },
    ]) {
      assert.deepEqual(openingEntryOf(rowOf(entry), entry), entry);
      assert.equal(JSON.stringify(openingEntryOf(rowOf(entry), entry)), JSON.stringify(entry));
    }
    assert.deepEqual(rowOf({ text: 'a', color: 2, waitFor: { match: 'b', note: 1 } }).others, [
      'color',
      'waitFor.note',
    ]);
  });

  it('is not shown where the form has no fields for it', () => {
    for (const entry of [
      5,
      null,
      ['a'],
      {},
      { text: 'a', json: 1 },
      { text: 5 },
      { text: 'a', when: 'never' },
      { text: 'a', delay: {} },
      { text: 'a', waitFor: 'b' },
    ]) {
      assert.equal(openingRowOf(entry), undefined, JSON.stringify(entry));
    }
  });

  it('is written in the shortest way that the setting takes', () => {
    for (const [part, expected] of [
      [{ content: 'hi' }, 'hi'],
      [
        { content: 'hi', when: 'first' },
        { text: 'hi', when: 'first' },
      ],
      [{ kind: 'json', content: '{ "a": [1.50, 2e3] }' }, { json: { a: [1.5, 2000] } }],
      [{ kind: 'base64', content: ' AA== ' }, { base64: 'AA==' }],
      [{ kind: 'sequence', content: 'A/b', match: 'x' }, { sequence: 'A/b' }],
      [
        { content: 'hi', delay: '0,5', match: ' $.ok:true ', timeout: '3' },
        { text: 'hi', delay: 0.5, waitFor: { match: '$.ok:true', timeout: 3 } },
      ],
    ] as const) {
      const entry = openingEntryOf(row(part));
      assert.deepEqual(entry, expected);
      assert.equal(problemWith(settingOf('onOpen'), [entry]), undefined);
      assert.deepEqual(openingProblems([entry]), []);
    }
  });

  it('changes its kind, and keeps the rest', () => {
    const entry = { text: '{"a":1}', when: 'first', color: 2 };
    assert.deepEqual(openingEntryOf({ ...rowOf(entry), kind: 'json' }, entry), {
      json: { a: 1 },
      when: 'first',
      color: 2,
    });
  });

  it('is refused part by part, and what was typed is still there', () => {
    const broken = openingEntryOf(row({ kind: 'json', content: '{"a":' }));
    assert.equal(rowOf(broken).content, '{"a":');
    assert.equal(rowOf(broken).kind, 'json');
    const exact = openingEntryOf(row({ kind: 'json', content: '[12345678901234567890]' }));
    assert.equal(rowOf(exact).content, '[12345678901234567890]');
    const problems = openingProblems([
      'fine',
      broken,
      exact,
      openingEntryOf(row({ kind: 'base64', content: 'A' })),
      openingEntryOf(row({ content: 'a', delay: 'soon', match: 'call:failed', timeout: '-1' })),
      openingEntryOf(row({ kind: 'sequence', delay: '90000' })),
      { color: 2 },
    ]);
    assert.deepEqual(
      problems.map(({ row, part, sentence }) => `${row} ${part} ${sentence.slice(0, 21)}`),
      [
        '1 content This is not valid JSO',
        '2 content Settings cannot hold ',
        '3 content This is not base64: g',
        '4 delay Type a number of seco',
        '4 match This is not a filter:',
        '4 timeout Type a number of seco',
        '5 content Choose a saved messag',
        '5 delay Type a number of seco',
      ],
    );
    for (const entry of [broken, exact]) {
      assert.ok(problemWith(settingOf('onOpen'), [entry]), 'no setting takes what is not finished');
    }
  });

  it('is blank until something is entered', () => {
    assert.ok(isBlankRow(row({ kind: 'json', content: ' ' })));
    assert.ok(!isBlankRow(row({ delay: '1' })));
    assert.ok(!isBlankRow(row({ when: 'first' })));
  });
});
