import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { ScreenSearch } from '../../../../src/core/search/screenSearch.ts';
import { findInBlock } from '../../../../src/core/capture/log/blockFind.ts';
import { ViewMatcher } from '../../../../src/core/capture/viewMatcher.ts';
import type { Condition } from '../../../../src/core/filter/condition.ts';
import {
  flagsOf,
  flagsOfTap,
  RowFlag,
  rowKinds,
  tapActions,
} from '../../../../src/core/record/record.ts';
import {
  blockOf,
  decode,
  judged,
  matched,
  searchingMatcher,
  findBytesPlainly,
} from '../../../support/capture/foundRows.ts';

/** More are tried, and the same again, with these in the environment. */
const numRuns = Number(process.env['FIND_RUNS'] ?? 3000);
const seed = process.env['FIND_SEED'];

const encoder = new TextEncoder();
const bytesOf = (text: string) => encoder.encode(text);

const words = [
  'a B ab k s i é e\u0301 É 中 ſ \u212a \u0130 😀 \ufffd \ud83d \u037e \u1fef null None 1001 1.50 -',
  '% _ \\ * [ ] ? " \' / { } : , ; ` \u0000 \u0000a \n \ufeff',
  '\\u0041 \\u00e9 \\/ \\u0042 \\n \\d \\\\d',
].flatMap(line => line.split(' '));
const texts = fc.oneof(fc.constantFrom(' ', ...words), fc.string({ maxLength: 4 }));
const names = fc.oneof(fc.constantFrom('a', 'b', 'é', 'a"b', 'ab', '0'), texts);
const members = fc.oneof(
  texts,
  fc.integer({ min: -2, max: 2 }),
  fc.constantFrom(null, true, 1.5, 9_007_199_254_740_992, {}, [], { a: 'B' }, [1, 'ab']),
);
const objects = fc.dictionary(names, members, { maxKeys: 3, noNullPrototype: true });
const nearJson = [
  '{"\\u0061":"B"}',
  '{"severity":"error","text":"ab"}',
  "{'a': None, 'b': 'B'}",
  '{"a": None, "b": [True, undefined]}',
  '\ufeff{"a":1}',
  ' \t{"a":NaN}\n',
  '{"a":9007199254740993}',
  '{"a":"9007199254740993","b":1.50}',
  "{'a':1e400}",
  '{"a":-Infinity}',
  '{"a":"NaN"}',
  '{"a":0.1000000000000000055}',
  '{"a":{"b":"\u212a\u0130"}}',
  '42["a",{"b":1}]',
  '{"a":1}\n{"a":2}',
  '{"a":1',
  '["a","\\x41"]',
];
const payloads = fc.oneof(
  fc.array(texts, { maxLength: 6 }).map(parts => bytesOf(parts.join(''))),
  objects.map(value => bytesOf(JSON.stringify(value))),
  objects.map(value => bytesOf(JSON.stringify(value, undefined, 1))),
  objects.map(value => bytesOf(JSON.stringify(value).replaceAll('"', "'"))),
  fc.constantFrom(...nearJson).map(bytesOf),
  fc.uint8Array({ maxLength: 8 }),
  fc.constantFrom(0x61, 0x42, 0x22, 0x5c).map(byte => Uint8Array.of(byte, 0xe9, byte)),
  fc.constant(bytesOf('ab'.repeat(3000))),
);
const someFlags = fc
  .tuple(
    fc.constantFrom('text', 'text', ...rowKinds),
    fc.constantFrom(0, RowFlag.Out),
    // An opcode that nobody uses is among them.
    fc.constantFrom(0, RowFlag.Heartbeat, RowFlag.Compressed, RowFlag.Masked, 3),
    fc.constantFrom(0, RowFlag.Held, ...tapActions.map(flagsOfTap)),
  )
  .map(([kind, ...flags]) => flags.reduce((all, flag) => all | flag, flagsOf(kind, 'in')));
const mixedRows = fc.array(
  fc.record({ at: fc.integer({ min: 0, max: 5 }), flags: someFlags, payload: payloads }),
  { minLength: 1, maxLength: 16 },
);
const asText = (flags: number) => (flags & ~RowFlag.OpcodeMask) | flagsOf('text', 'in');
/** What is searched most. */
const textRows = mixedRows.map(rows => rows.map(row => ({ ...row, flags: asText(row.flags) })));
/** Whose payloads are decoded together. */
const asciiRows = fc
  .array(fc.string({ unit: 'binary-ascii', maxLength: 8 }), { minLength: 1, maxLength: 8 })
  .map(all => all.map(text => ({ at: 0, flags: asText(0), payload: bytesOf(text) })));
const anyRows = fc.oneof(mixedRows, textRows, asciiRows);

const patterns = [
  'a ^b [^a] ab+ (?:ab)+c? a(?:b|B) k\\.?s \\u0041b é a{0}b \\n (?=a)ab (a)\\1 a| x?ab$ ^$ \\bab\\b',
  '中.* "a":"B" (?<n>ab){2} 😀 a\\/b [k]s ſ i \\x41 { a{,2} \\0 Ba*b (?:) (?:(?:a)b) \ud83d',
].flatMap(line => line.split(' '));
const flagSets = fc.subarray(['i', 'm', 's', 'u']).map(all => all.join(''));
const isPattern = ({ source, flags }: { readonly source: string; readonly flags: string }) => {
  try {
    new RegExp(source, flags);
    return true;
  } catch {
    return false;
  }
};
const comparisons = fc.constantFrom('=', '!=', '<', '<=', '>', '>=');
const values = fc.oneof(
  texts,
  fc.integer({ min: -2, max: 2 }),
  fc.constantFrom(null, true, 0.1, 9_007_199_254_740_992, { exact: '9007199254740993' }),
  fc.constantFrom({ exact: '1e400' }, 'NaN', '-Infinity', '1.5', '1.50', 'nu', 'B'),
);
const ofPayload = fc.oneof(
  fc.record({ is: fc.constant('text'), text: texts, exact: fc.boolean() }),
  fc
    .record({
      is: fc.constant('pattern'),
      source: fc.constantFrom(...patterns),
      flags: flagSets,
    })
    .filter(isPattern),
  fc.record({
    is: fc.constant('field'),
    path: fc.oneof(
      fc.constantFrom(['a'], ['b'], ['a', 'b'], [{ any: true }], [0], []),
      names.map(name => [name]),
    ),
    comparison: fc.oneof(comparisons, fc.constantFrom('=', '~', 'has')),
    value: values,
  }),
);
const ofFacts = fc.oneof(
  fc.record({ is: fc.constant('direction'), direction: fc.constantFrom('in', 'out') }),
  fc.record({
    is: fc.constant('tap'),
    action: fc.constantFrom('injected', 'edited', 'dropped', 'held'),
  }),
  fc.record({ is: fc.constant('kind'), kinds: fc.subarray([...rowKinds]) }),
  fc.record({
    is: fc.constant('size'),
    comparison: comparisons,
    bytes: fc.constantFrom(0, 2, 6000, NaN),
  }),
  fc.record({
    is: fc.constant('time'),
    comparison: fc.constantFrom('<', '>='),
    at: fc.integer({ min: 0, max: 5 }),
  }),
  fc.constantFrom({ is: 'error' }, { is: 'heartbeat' }, { is: 'compressed' }),
  fc.constantFrom(
    { is: 'decoded', asks: { of: 'as', comparison: '=', texts: ['raw'] } },
    { is: 'decoded', asks: { of: 'event', comparison: '!=', texts: ['a'] } },
  ),
);
const { condition: anyCondition } = fc.letrec<{ condition: Condition }>(tie => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 4, arbitrary: ofPayload },
    { weight: 2, arbitrary: ofFacts },
    {
      weight: 2,
      arbitrary: fc.record({
        is: fc.constantFrom('all', 'any'),
        of: fc.array(tie('condition'), { maxLength: 3 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ is: fc.constant('not'), of: tie('condition') }) },
  ),
}));

it('finds in blocks what the matcher finds row by row', () => {
  const query = fc.record(
    { condition: anyCondition, hide: anyCondition },
    { requiredKeys: ['condition'] },
  );
  fc.assert(
    fc.property(anyRows, query, fc.nat({ max: 3 }), fc.nat(), (rows, asked, offset, from) => {
      const block = blockOf(0, rows, offset);
      const end = rows.length;
      const begin = from % end;
      const inCore: ViewMatcher = new ViewMatcher(asked, decode);
      inCore.search = new ScreenSearch(inCore, findBytesPlainly);
      for (const test of [new ViewMatcher(asked, decode), inCore, searchingMatcher(asked)]) {
        for (const isEach of [false, true]) {
          const found = findInBlock(test, { block, begin: 0, end }, isEach);
          assert.deepEqual(judged(found, test).rows, matched(rows, test));
        }
        const ofPart = findInBlock(test, { block, begin, end }, false);
        assert.deepEqual(judged(ofPart, test).rows, matched(rows.slice(begin), test, begin));
      }
    }),
    { numRuns, ...(seed !== undefined && { seed: Number(seed) }) },
  );
});
