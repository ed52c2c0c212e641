import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FilterHistory } from '../../../../src/webview/filter/filterHistory.ts';

it('remembers what was in effect, but not the steps of typing it', () => {
  const history = new FilterHistory([]);
  for (const filter of ['$', '$.er', '$.error', '$.error ', '$.erro', '$.error']) {
    assert.equal(history.note(filter), false, filter);
  }
  assert.equal(history.note(''), true);
  assert.equal(history.note(''), false);
  history.note('in:');
  history.note('kind:text');
  history.note('');
  assert.deepEqual(history.entries, ['kind:text', 'in:', '$.error']);
  history.note('$.error');
  history.note('');
  assert.deepEqual(history.entries, ['$.error', 'kind:text', 'in:']);
});

it('is bounded, and begins with what was kept', () => {
  const history = new FilterHistory(Array.from({ length: 30 }, (_, index) => `old${index}`));
  assert.equal(history.entries.length, 20);
  history.note('new');
  history.note('');
  assert.deepEqual([history.entries.length, history.entries[0]], [20, 'new']);
});

it('goes back and forth, and ends with what was being written', () => {
  const history = new FilterHistory(['two', 'one']);
  assert.equal(history.browse('forth', 'draft'), undefined);
  assert.equal(history.browse('back', 'draft'), 'two');
  assert.equal(history.browse('back', 'two'), 'one');
  assert.equal(history.browse('back', 'one'), undefined);
  assert.equal(history.browse('forth', 'one'), 'two');
  assert.equal(history.browse('forth', 'two'), 'draft');
  assert.equal(history.browse('forth', 'draft'), undefined);
  assert.equal(history.browse('back', 'two'), 'one');
  history.endBrowsing();
  assert.equal(history.browse('forth', 'one'), undefined);
  assert.equal(new FilterHistory([]).browse('back', ''), undefined);
});
