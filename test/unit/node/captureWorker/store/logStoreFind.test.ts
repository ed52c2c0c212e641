import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import type { MatchedRows } from '../../../../../src/core/capture/matchedRows.ts';
import type { Condition } from '../../../../../src/core/filter/condition.ts';
import { flagsOf } from '../../../../../src/core/record/record.ts';
import { LogStore } from '../../../../../src/node/captureWorker/store/logStore.ts';
import { findSqlite } from '../../../../../src/node/captureWorker/store/sqlite.ts';
import {
  blockOf,
  judged,
  matched,
  searchingMatcher,
} from '../../../../support/capture/foundRows.ts';

const rowsPerBlock = 4000;

/** Rows that take several groups of blocks. */
const rows = Array.from({ length: 3 * rowsPerBlock }, (_, seq) => ({
  at: seq,
  flags: flagsOf('text', 'in'),
  payload: new TextEncoder().encode(seq % 7 > 0 ? `{"a":${seq}}` : `Needle ${seq}`),
}));

function openStore(t: TestContext): LogStore {
  const folder = mkdtempSync(join(tmpdir(), 'log-find-'));
  const sqlite = findSqlite();
  assert.ok(sqlite);
  const facts = { name: 'test', url: 'ws://test', startedAt: 0 };
  const store = LogStore.open(sqlite, join(folder, 'a.sqlite'), { facts, maxBytes: Infinity });
  t.after(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  for (let seq = 0; seq < rows.length; seq += rowsPerBlock) {
    store.append(blockOf(seq, rows.slice(seq, seq + rowsPerBlock)));
  }
  return store;
}

const conditions: readonly Condition[] = [
  { is: 'text', text: 'needle 7', exact: false },
  { is: 'text', text: 'Needle', exact: true },
  { is: 'field', path: ['a'], comparison: '>', value: 100 },
  { is: 'pattern', source: '[5]$', flags: '' },
];

it('finds in files what the matcher finds row by row', t => {
  const store = openStore(t);
  for (const condition of conditions) {
    const test = searchingMatcher({ condition });
    // The second time more is known of the rows.
    for (const isEach of [false, true]) {
      const found = judged(store.find(test, 0, rows.length, isEach), test).rows;
      assert.deepEqual(found, matched(rows, test));
    }
  }
});

it('goes on with a search while another one looks at other rows', t => {
  const store = openStore(t);
  // Of few rows, each payload is copied when it is asked for.
  const sparse = searchingMatcher({
    condition: { is: 'pattern', source: '1234|99\\}$', flags: '' },
  });
  const rare = searchingMatcher({ condition: { is: 'pattern', source: 'dle \\d*99$', flags: '' } });
  const all = conditions.map(condition => searchingMatcher({ condition }));
  for (const test of [sparse, rare, ...all]) {
    const found: MatchedRows[] = [];
    for (const each of store.find(test, 0, rows.length, true)) {
      found.push(each);
      if (found.length === 1) {
        assert.ok([...store.find(rare, rowsPerBlock, rows.length, false)].length > 0);
      }
    }
    assert.deepEqual(judged(found, test).rows, matched(rows, test));
  }
});
