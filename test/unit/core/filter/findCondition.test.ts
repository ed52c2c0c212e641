import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findCondition } from '../../../../src/core/filter/condition.ts';

describe('findCondition', () => {
  const query = { text: 'a.b', isPattern: false, isCaseSensitive: false };

  it('looks for a text or a regular expression, in either case or in one', () => {
    assert.deepEqual(findCondition(query), { is: 'text', text: 'a.b', exact: false });
    assert.deepEqual(findCondition({ ...query, isCaseSensitive: true }), {
      is: 'text',
      text: 'a.b',
      exact: true,
    });
    assert.deepEqual(findCondition({ ...query, isPattern: true }), {
      is: 'pattern',
      source: 'a.b',
      flags: 'i',
    });
    assert.deepEqual(findCondition({ text: 'a', isPattern: true, isCaseSensitive: true }), {
      is: 'pattern',
      source: 'a',
      flags: '',
    });
  });

  it('refuses what is no regular expression', () => {
    assert.throws(() => findCondition({ ...query, text: 'a(', isPattern: true }), SyntaxError);
    assert.doesNotThrow(() => findCondition({ ...query, text: 'a(' }));
  });
});
