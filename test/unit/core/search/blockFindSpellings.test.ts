import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { findInBlock } from '../../../../src/core/capture/log/blockFind.ts';
import type { Condition } from '../../../../src/core/filter/condition.ts';
import { flagsOf } from '../../../../src/core/record/record.ts';
import { blockOf, judged, matched, searchingMatcher } from '../../../support/capture/foundRows.ts';

const numRuns = Number(process.env['FIND_RUNS'] ?? 3000);
const seed = process.env['FIND_SEED'];

/** What may be taken for each other, or is not to be, wherever it is looked for. */
const families = [
  ['k', 'K', 's', 'S', '\u212a', 'ſ', '\\u212a', '\\u017f'],
  ['é', 'É', 'e', '\u0301', '\\u00e9', '\\u00c9', '\\u0301', '\\u'],
  ['i', 'I', '\u0130', 'ı', '\\u0130', '\u0307'],
  ['NaN', 'Infinity', '-Infinity', '"NaN"', 'nan'],
  ['null', 'None', 'nu', 'N', 'undefined', 'true', 'True'],
  ['{"b":1}', '{ "b" : 1 }', '"b":1', '{', ':1', '1', '[1, 2]', '1,2', '1.50', '1.5'],
  ['😀', '\ud83d', '\ude00', '\\ud83d', '\ufffd', '中', '\\u4e2d'],
  [':', ';', '\u037e', '`', '\u1fef', '\\u037e'],
  ['/', '\\/', '\\', '\\\\', '"', '\\"', '\n', '\\n', '\\u000a', "'"],
  ['σ', 'ς', 'Σ', 'ß', 'SS', '\u1e9e', '\\u03c3'],
].map(all => fc.constantFrom(...all));

/** A text, and the same as a value of JSON or what is near to it, by its own letters or not. */
function payloadsOf(parts: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> {
  const text = fc.array(parts, { minLength: 1, maxLength: 3 }).map(all => all.join(''));
  return fc
    .oneof(
      text,
      text.map(value => `{"a":${value}}`),
      text.map(value => `{"a":"${value}"}`),
      text.map(value => `{'a':'${value}'}`),
      text.map(value => JSON.stringify({ a: value })),
      text.map(value => JSON.stringify({ [value]: { a: 1 } })),
    )
    .map(payload => new TextEncoder().encode(payload));
}

function conditionsOf(parts: fc.Arbitrary<string>): fc.Arbitrary<Condition> {
  const text = fc.array(parts, { minLength: 1, maxLength: 2 }).map(all => all.join(''));
  return fc.oneof(
    fc.record({ is: fc.constant('text'), text, exact: fc.boolean() }),
    fc.record({
      is: fc.constant('pattern'),
      source: text.map(value => value.replace(/[\\{}[\].]/g, '\\$&')),
      flags: fc.constantFrom('', 'i', 'u', 'iu'),
    }),
    fc.record({
      is: fc.constant('field'),
      path: fc.oneof(
        fc.constant(['a']),
        fc.constant([]),
        text.map(name => [name]),
      ),
      comparison: fc.constantFrom('=', '~', 'has'),
      value: text,
    }),
  );
}

it('finds a text in all of its spellings, and in no other', () => {
  const cases = fc.oneof(
    ...families.map(parts =>
      fc.record({
        payloads: fc.array(payloadsOf(parts), { minLength: 1, maxLength: 6 }),
        condition: conditionsOf(parts),
        isNegated: fc.boolean(),
      }),
    ),
  );
  fc.assert(
    fc.property(cases, ({ payloads, condition: asked, isNegated }) => {
      const rows = payloads.map(payload => ({ at: 0, flags: flagsOf('text', 'in'), payload }));
      const condition: Condition = isNegated ? { is: 'not', of: asked } : asked;
      const test = searchingMatcher({ condition });
      const found = findInBlock(
        test,
        { block: blockOf(0, rows), begin: 0, end: rows.length },
        false,
      );
      assert.deepEqual(judged(found, test).rows, matched(rows, test));
    }),
    { numRuns, ...(seed !== undefined && { seed: Number(seed) }) },
  );
});
