import assert from 'node:assert/strict';
import { findBytesPlainly } from '../../../support/capture/foundRows.ts';
import { it } from 'node:test';
import fc from 'fast-check';
import {
  ExactSearch,
  FoldedSearch,
  type LiteralSearch,
} from '../../../../src/core/search/literalSearch.ts';

const few = fc.uint8Array({ max: 3, maxLength: 40 });
/** Letters in both cases, and what is near to them once a bit is set. */
const letters = [
  0x41, 0x61, 0x42, 0x62, 0x5a, 0x7a, 0x40, 0x60, 0x5b, 0x7b, 0x00, 0x20, 0xc1, 0xe1,
];
const lettersOf = (constraints: { minLength?: number; maxLength: number }) =>
  fc.array(fc.constantFrom(...letters), constraints).map(all => Uint8Array.from(all));

function placesIn(search: LiteralSearch, bytes: Uint8Array): readonly number[] {
  const places: number[] = [];
  search.begin(bytes);
  for (let at = search.next(0); at >= 0; at = search.next(at + 1)) {
    places.push(at);
  }
  return places;
}

function expectedIn(
  bytes: Uint8Array,
  needle: Uint8Array,
  fold: (byte: number) => number,
): readonly number[] {
  const last = bytes.length - needle.length;
  return [...bytes.keys()].filter(
    at => at <= last && needle.every((byte, index) => fold(bytes[at + index] ?? 0) === fold(byte)),
  );
}

const foldAscii = (byte: number) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte);

it('finds all places, whichever byte of the text is the rarest', () => {
  const needles = fc.uint8Array({ max: 3, minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(few, few, needles, (before, bytes, needle) => {
      const search = new ExactSearch(needle, findBytesPlainly);
      for (const haystack of [before, bytes]) {
        assert.deepEqual(
          placesIn(search, haystack),
          expectedIn(haystack, needle, byte => byte),
        );
      }
    }),
    { numRuns: 1000 },
  );
});

it('finds letters in both cases, wherever the bytes begin in memory', () => {
  const haystacks = lettersOf({ maxLength: 40 });
  const needles = lettersOf({ minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(haystacks, needles, fc.nat({ max: 4 }), (bytes, needle, offset) => {
      const search = new FoldedSearch(needle);
      for (const haystack of [bytes, bytes.subarray(offset)]) {
        assert.deepEqual(placesIn(search, haystack), expectedIn(haystack, needle, foldAscii));
      }
    }),
    { numRuns: 3000 },
  );
});
