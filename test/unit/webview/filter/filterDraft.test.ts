import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import '../../../support/page/englishTexts.ts';
import type { ListView } from '../../../../src/shared/monitorProtocol.ts';
import { FilterDraft } from '../../../../src/webview/filter/filterDraft.ts';
import { progressOf } from '../../../../src/webview/filter/filterStatus.ts';

describe('FilterDraft', () => {
  let applied: string[];
  let draft: FilterDraft;
  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    applied = [];
    draft = new FilterDraft({ onApply: text => applied.push(text), onChange: () => undefined });
  });
  afterEach(() => mock.timers.reset());

  it('is applied when typing stops', () => {
    draft.type('f');
    mock.timers.tick(149);
    draft.type('fo');
    mock.timers.tick(149);
    assert.deepEqual(applied, []);
    mock.timers.tick(1);
    assert.deepEqual(applied, ['fo']);
  });

  it('is applied at once on request, and only once', () => {
    draft.type('foo');
    draft.apply();
    mock.timers.tick(1000);
    draft.apply();
    assert.deepEqual(applied, ['foo']);
    draft.set('');
    assert.deepEqual(applied, ['foo', '']);
  });

  it('leaves the last valid filter applied while there are problems', () => {
    draft.set('foo');
    draft.type('foo kind:');
    assert.equal(draft.problems.length, 0);
    mock.timers.tick(150);
    assert.equal(draft.problems.length, 1);
    assert.deepEqual(applied, ['foo']);
    draft.type('foo kind:t');
    assert.equal(draft.problems[0]?.to, 10);
    draft.type('foo kind:text');
    assert.equal(draft.problems.length, 0);
    mock.timers.tick(150);
    assert.deepEqual(applied, ['foo', 'foo kind:text']);
  });

  it('follows the host, except while the user types', () => {
    draft.follow('from host');
    assert.equal(draft.text, 'from host');
    draft.type('mine');
    draft.follow('other');
    assert.equal(draft.text, 'mine');
    mock.timers.tick(150);
    draft.follow('mine');
    draft.follow('other');
    assert.equal(draft.text, 'other');
    assert.deepEqual(applied, ['mine']);
  });

  it('keeps its problems when the host repeats the applied filter', () => {
    draft.set('good');
    draft.type('kind:');
    mock.timers.tick(150);
    draft.follow('good');
    assert.equal(draft.text, 'kind:');
    assert.equal(draft.problems.length, 1);
  });
});

describe('progressOf', () => {
  const list: ListView = {
    first: 100,
    next: 334,
    scanned: 1000,
    total: 1000,
    hidden: 0,
    dropped: 0,
    generation: 1,
  };

  it('counts matches without the row about dropped rows', () => {
    assert.deepEqual(progressOf(list), { matches: 234, total: 1000 });
    assert.deepEqual(progressOf({ ...list, dropped: 5 }), { matches: 233, total: 1000 });
    assert.deepEqual(progressOf({ ...list, next: 100, dropped: 5 }), { matches: 0, total: 1000 });
  });

  it('returns the progress, but ignores the newest rows', () => {
    assert.equal(progressOf({ ...list, scanned: 345_678, total: 1_000_000 }).percent, 34);
    assert.equal(progressOf({ ...list, scanned: 995_000, total: 1_000_000 }).percent, undefined);
    assert.equal(progressOf({ ...list, scanned: 0, total: 5000 }).percent, undefined);
    assert.equal(progressOf({ ...list, scanned: 0, total: 0 }).percent, undefined);
  });
});
