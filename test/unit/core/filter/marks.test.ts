import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { markerOf, marksOf } from '../../../../src/core/filter/marks.ts';
import { parseFilter } from '../../../../src/core/filter/parseFilter.ts';
import { safeTextLength } from '../../../../src/core/pattern/patternRisk.ts';

const clock = { now: 0, startOfDay: 0, timeZone: 'UTC' };

function conditionOf(filter: string) {
  const { condition } = parseFilter(filter, clock);
  assert.ok(condition, filter);
  return condition;
}

function marked(filter: string, text: string): readonly string[] {
  return marksOf(text, conditionOf(filter)).map(({ from, to }) => text.slice(from, to));
}

describe('marksOf', () => {
  it('marks words, exact texts and patterns', () => {
    assert.deepEqual(marked('foo "Bar" /\\d+/', 'Foo bar Bar 12 foo 3'), [
      'Foo',
      'Bar',
      '12',
      'foo',
      '3',
    ]);
    assert.deepEqual(marked('É "." 😀', 'é.x😀'), ['é.', '😀']);
  });

  it('joins marks that touch or overlap', () => {
    assert.deepEqual(marked('abc or bcd or e', 'xabcdex'), ['abcde']);
  });

  it('marks nothing that was not asked for', () => {
    assert.deepEqual(marked('-foo in: kind:text', 'foo in kind'), []);
    assert.equal(markerOf(conditionOf('-foo kind:text')), undefined);
    assert.deepEqual(marked('/x*/', 'abc'), []);
  });

  it('marks at most a hundred places', () => {
    assert.equal(marked('a or b', 'a.b.'.repeat(1000)).length, 100);
  });

  it('takes no time over a pattern that could take for ever', () => {
    // Without a bound, each character would double the time.
    const text = `${'a'.repeat(5000)}!`;
    for (const filter of ['/(a+)+$/', '/(a|aa)*$/', '/(.*)\\1$/', '/a.*a.*a.*b/']) {
      assert.deepEqual(marked(filter, text), []);
    }
  });

  it('gives places within the text, in order', () => {
    const words = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'é'), minLength: 1 }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(words, fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'É') }), (list, text) => {
        let last = -1;
        for (const { from, to } of marksOf(text, conditionOf(list.join(' or ')))) {
          assert.ok(last < from && from < to && to <= text.length);
          last = to;
        }
      }),
    );
  });
});

describe('safeTextLength', () => {
  it('refuses what can explode', () => {
    for (const source of [
      '(a+)+',
      '(?:a|b)*x',
      '((a*)b)+',
      '(a{2,}){3,}',
      '(a)\\1',
      '(?<x>a)\\k<x>',
      '(a?a?)+b',
      '((a|b){10}){10}',
      'a?'.repeat(40),
      'a+'.repeat(200),
    ]) {
      assert.equal(safeTextLength(source), 0, source);
    }
  });

  it('allows less text for each repeat', () => {
    const lengths = ['abc', '(a|b)', 'a{3}', '[+*]', '\\*'].map(safeTextLength);
    assert.ok(lengths.every(length => length > 1e6));
    const [one = 0, two = 0, three = 0] = ['a+', '\\d+\\.\\d+', 'a*b*c{2,}'].map(safeTextLength);
    assert.ok(one > 5000 && two > 500 && three > 100 && three < two);
    assert.equal(safeTextLength('(\\d+,){4}x'), safeTextLength('\\d+,\\d+,\\d+,\\d+,x'));
    assert.equal(safeTextLength('a+?b??'), safeTextLength('a+b?'));
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('()[]{}*+?|\\1a,^$')) }),
        source => {
          assert.ok(safeTextLength(source) >= 0);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
