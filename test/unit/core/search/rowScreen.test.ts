import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseFilter } from '../../../../src/core/filter/parseFilter.ts';
import { flagsOf } from '../../../../src/core/record/record.ts';
import { rowScreen } from '../../../../src/core/search/rowScreen.ts';
import { Known, SearchedRows } from '../../../../src/core/search/searchedRows.ts';
import { blockOf, decode, findBytesPlainly } from '../../../support/capture/foundRows.ts';

const payload = new TextEncoder().encode('{"a":1}');
const block = blockOf(
  0,
  (['in', 'out'] as const).map(direction => ({
    at: 0,
    flags: flagsOf('text', direction),
    payload,
  })),
);

/** What is known at once of a received and of a sent message. */
function knownOf(filter: string): readonly number[] {
  const { condition, problems } = parseFilter(filter, { now: 0, startOfDay: 0 });
  assert.ok(condition, JSON.stringify(problems));
  const known = new Uint8Array(2);
  rowScreen(condition, findBytesPlainly)(new SearchedRows(block, 0, 2, decode), known);
  return [...known];
}

it('Rows stay open where a decoder is asked, unless the rest decides', () => {
  const { No, Open, Yes } = Known;
  const terms = ['event:a', 'topic:a', 'type:a', 'id:1', 'as:raw', 'call:done', 'call:#1'];
  for (const term of [...terms, 'latency:>1', 'is:undecodable', '@.a']) {
    assert.deepEqual(knownOf(term), [Open, Open], term);
    assert.deepEqual(knownOf(`-${term}`), [Open, Open], term);
    assert.deepEqual(knownOf(`in: ${term}`), [Open, No], term);
    assert.deepEqual(knownOf(`in: or ${term}`), [Yes, Open], term);
  }
});
