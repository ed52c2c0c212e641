import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readStateRow } from '../../../../../src/webview/list/rows/stateRow.ts';

describe('a state row as the page reads it', () => {
  it('has what a file claims, also if that is nested deeper than can be written', () => {
    const deep = '['.repeat(20_000) + ']'.repeat(20_000);
    const { text, state, facts } = readStateRow(`{"state":"x","text":"y","a":${deep},"b":[1]}`);
    assert.deepEqual({ text, state }, { text: 'y', state: 'x' });
    assert.deepEqual(facts, [
      ['a', '…'],
      ['b', '[1]'],
    ]);
  });
});
