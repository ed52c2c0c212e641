import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { completionsOf } from '../../../../../src/core/filter/hints/completions.ts';
import { jsonPathsOf } from '../../../../../src/core/json/jsonPath.ts';
import { parseFilter } from '../../../../../src/core/filter/parseFilter.ts';

const paths = () => ['$.data', '$.data.price', '$.id'];

/** @param text with `^` for the caret */
function at(text: string) {
  const caret = text.lastIndexOf('^');
  return completionsOf(text.replace('^', ''), caret, { paths });
}

function labels(text: string): readonly string[] {
  return at(text).items.map(({ label }) => label);
}

/** The text after the first completion was taken. */
function taken(text: string): string | undefined {
  const { from, to, items } = at(text);
  const plain = text.replace('^', '');
  return items[0] && plain.slice(0, from) + items[0].insert + plain.slice(to);
}

describe('completionsOf', () => {
  it('offers everything where a term can begin', () => {
    for (const text of ['^', 'foo ^', '(^', '-^', 'foo or ^']) {
      assert.equal(at(text).items.length, 17, text);
      assert.equal(at(text).isBegun, false);
    }
  });

  it('goes on from what was typed', () => {
    assert.deepEqual(labels('i^'), ['in:', 'id:', 'is:']);
    assert.deepEqual(labels('-(KI^'), ['kind:']);
    assert.deepEqual(labels('kind:b^'), ['binary']);
    assert.deepEqual(labels('kind:text|p^'), ['ping', 'pong']);
    assert.deepEqual(labels('call:done|^'), ['pending', 'done', 'failed', 'orphan']);
    assert.deepEqual(labels('as:r^'), ['raw']);
    assert.deepEqual(labels('latency:>^'), ['>100ms', '>1s']);
    assert.deepEqual(labels('@^'), ['@.']);
    const states = [
      'in',
      'out',
      'heartbeat',
      'compressed',
      'injected',
      'edited',
      'dropped',
      'held',
      'undecodable',
      'error',
    ];
    assert.deepEqual(labels('is:^'), states);
    assert.deepEqual(labels('after:-^'), ['-1m', '-5m', '-1h']);
    assert.deepEqual(labels('$.da^'), ['$.data', '$.data.price']);
    assert.deepEqual(labels('$.data^'), ['$.data.price']);
  });

  it('offers nothing in texts, patterns, values of its own and words', () => {
    for (const text of [
      '"ki^',
      '"ki"^',
      '/ki^',
      'foo^',
      'http:i^',
      '$.data:i^',
      'in:^',
      'event:i^',
      '@.i^',
      'kind:text^',
    ]) {
      assert.deepEqual(labels(text), [], text);
    }
  });

  it('takes the place of the rest of the word', () => {
    assert.equal(taken('a k^in b'), 'a kind: b');
    assert.equal(taken('i^n: x'), 'in:  x');
    assert.equal(taken('kind:te^xt|ping'), 'kind:text|ping');
    assert.equal(taken('$.i^x:5'), '$.id:5');
  });

  it('never throws, and what it offers can be put in', () => {
    const soup = fc.string({ unit: fc.constantFrom(...Array.from('"/()-$.: |kindsizeafter\\')) });
    fc.assert(
      fc.property(soup, fc.nat(30), (text, place) => {
        const caret = Math.min(place, text.length);
        const { from, to } = completionsOf(text, caret, { paths });
        assert.ok(0 <= from && from <= caret && caret <= to && to <= text.length);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('jsonPathsOf', () => {
  it('finds the paths of texts that may be cut', () => {
    assert.deepEqual(
      jsonPathsOf([
        '{"a":1,"b":{"c":[{"d":"x"},null],"x y":3},"e":{"f',
        '[1,{"q":[2,"z"]}]',
        'no',
        '"s"',
        '{"a":"{\\"n\\":1}"}',
        '}]{"',
      ]),
      ['$.a', '$.b', '$.b.c', '$.b.c[*].d', '$.b["x y"]', '$.e', '$[*].q'],
    );
  });

  it('has bounds', () => {
    const wide = `{${Array.from({ length: 1000 }, (_, index) => `"k${index}":1`).join()}}`;
    assert.equal(jsonPathsOf([wide]).length, 200);
    assert.ok(jsonPathsOf(['{"a":'.repeat(1000)]).length <= 8);
  });

  it('writes paths that filters can read', () => {
    const clock = { now: 0, startOfDay: 0 };
    fc.assert(
      fc.property(fc.object({ maxDepth: 3 }), object => {
        for (const path of jsonPathsOf([JSON.stringify(object)])) {
          assert.deepEqual(parseFilter(path, clock).problems, [], path);
        }
      }),
    );
  });
});
