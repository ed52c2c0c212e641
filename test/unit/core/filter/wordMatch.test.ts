import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { flagsOf } from '../../../../src/core/record/record.ts';
import { marksOf } from '../../../../src/core/filter/marks.ts';
import { matcherOf } from '../../../../src/core/filter/matcher.ts';
import { foldAll, searchParts, searchText } from '../../../../src/core/text/searchText.ts';
import { otherSpellings } from '../../../../src/core/filter/wordMatch.ts';
import { assertLinear } from '../../../support/growth.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const decode = (bytes: Uint8Array) => decoder.decode(bytes);

function finds(word: string, text: string, exact = false): boolean {
  const payload = encoder.encode(text);
  const matches = matcherOf({ is: 'text', text: word, exact }, { decode });
  return matches({ flags: flagsOf('text', 'in'), at: 0, size: 0, payload: () => payload });
}

/** The same without any short cut. */
function reference(word: string, text: string): boolean {
  const isAscii = (part: string) => part.replace(/\p{ASCII}/gu, '') === '';
  const hasCase = (part: string) => part.toLowerCase() !== part || part.toUpperCase() !== part;
  const variants = [word, word.normalize('NFC'), searchText(word)];
  const isFolded = variants.some(part => Array.from(part).some(c => !isAscii(c) && hasCase(c)));
  const fold = (part: string) =>
    isFolded ? foldAll(part) : part.replace(/[A-Z]/g, letter => letter.toLowerCase());
  return (
    fold(text).includes(fold(word)) ||
    variants.some(part => fold(searchText(text)).includes(fold(part)))
  );
}

const pieces = fc.constantFrom(
  'a',
  'A',
  'k',
  'K',
  '\u212a',
  ';',
  '\u037e',
  '`',
  '\u1fef',
  '/',
  '\\/',
  '\\',
  '\\\\',
  '\\d',
  '\\\\d',
  '"',
  '\\"',
  'é',
  'É',
  'e',
  'e\u0301',
  '\u0301',
  '\\u00e9',
  '\\u0065',
  '\\u0041',
  '\\u004b',
  '\\u212A',
  '東',
  '\\u6771',
  '京',
  '\\u4eac',
  '\uf9d1',
  '六',
  'σ',
  'ς',
  'Σ',
  'ß',
  'İ',
  'i',
  'ı',
  '\\n',
  '\n',
  '\u1112',
  '\u1161',
  '\u11ab',
  '한',
  '😀',
  '\\ud83d\\ude00',
  '\ufffd',
  '\\ud83d',
  '\\u',
  '1',
  ' ',
);
const texts = fc.array(pieces, { maxLength: 8 }).map(all => all.join(''));
const words = fc.array(pieces, { minLength: 1, maxLength: 3 }).map(all => all.join(''));

describe('wordTest', () => {
  it('finds what the reader sees, however it was written', () => {
    const found: readonly (readonly [word: string, text: string])[] = [
      ['東京', '{"city":"\\u6771\\u4eac"}'],
      ['\\u6771', '{"city":"\\u6771\\u4eac"}'],
      ['\\u6771', '{"city":"東京"}'],
      ['café', 'cafe\u0301'],
      ['cafe\u0301', 'a CAFÉ'],
      ['cafe', 'cafe\u0301'],
      ['CAFÉ', '{"a":"caf\\u00e9"}'],
      ['caf\\u00e9', 'Café'],
      ['https://x.y/z', '{"url":"https:\\/\\/x.y\\/z"}'],
      ['price', '{"pri\\u0063e":1}'],
      ['ΟΔΟΣ', 'οδοσα'],
      ['οδος', 'ΟΔΟΣΑ'],
      ['한', '\u1112\u1161\u11ab'],
      ['😀', '\\ud83d\\ude00'],
      ['kelvin', '\u212aelvin'],
      ['C:\\Users', '{"path":"C:\\\\Users"}'],
      ['OFFICE\\Zoe', '{"user":"office\\\\zoe"}'],
      ['\\d+', '{"pattern":"\\\\d+"}'],
    ];
    for (const [word, text] of found) {
      assert.ok(finds(word, text), `${word} in ${text}`);
      assert.ok(
        marksOf(text, { is: 'text', text: word, exact: false }).length > 0,
        `${word} marked`,
      );
    }
    for (const [word, text] of [
      ['東京', '\\\\u6771\\\\u4eac'],
      ['cafe', 'café'],
      ['a/b', 'ab'],
    ] as const) {
      assert.ok(!finds(word, text), `${word} not in ${text}`);
    }
    assert.ok(!finds('東京', '\\u6771\\u4eac', true));
    assert.ok(!finds('café', 'cafe\u0301', true));
  });

  it('takes no more work for each of the accents that a stranger puts upon one another', () => {
    const accents = (count: number) => `\\u0061e${'\u0315\u0300'.repeat(count)} x`;
    assertLinear(accents, text => assert.ok(!finds('zoë', text) && !finds('pong', text)), 20_000);
    assertLinear(accents, text => marksOf(text, { is: 'text', text: 'é', exact: false }), 20_000);
    assert.ok(finds('è', accents(10)));
    const marks = 'e\u0301'.repeat(100);
    assert.equal(searchText(marks), 'é'.repeat(100));
  });

  it('agrees with a search that takes no short cuts', () => {
    fc.assert(
      fc.property(words, texts, texts, (word, before, after) => {
        for (const text of [before, `${before}${word}${after}`]) {
          assert.equal(finds(word, text), reference(word, text), JSON.stringify({ word, text }));
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('knows each character that is another way to write one of ASCII', () => {
    for (let code = 0x80; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code);
      const seen = character.normalize('NFC');
      const [ascii] = /[\0-\x7f]/.exec(seen) ?? [];
      if (ascii !== undefined && seen !== character) {
        assert.ok(otherSpellings(ascii)?.includes(character), character);
      }
    }
  });

  it('marks the place of what is seen', () => {
    const marks = (text: string, word: string) =>
      marksOf(text, { is: 'text', text: word, exact: false }).map(({ from, to }) =>
        text.slice(from, to),
      );
    assert.deepEqual(marks('{"a":"\\u6771\\u4eac","b":"東京"}', '東京'), [
      '\\u6771\\u4eac',
      '東京',
    ]);
    assert.deepEqual(marks('x cafe\u0301s', 'café'), ['cafe\u0301']);
    assert.deepEqual(marks('a\\/b a/b', 'a/b'), ['a\\/b', 'a/b']);
    assert.deepEqual(marks('so ſo', 'so'), ['so']);
    fc.assert(
      fc.property(texts, text => {
        // Letters beyond the first plane have their case only where their halves are one.
        fc.pre(!text.includes('\\ud83d'));
        const parts = searchParts(text, foldAll);
        assert.equal(parts.map(part => part.text).join(''), foldAll(searchText(text)));
        assert.equal(parts.map(part => text.slice(part.from, part.to)).join(''), text);
      }),
    );
  });
});
