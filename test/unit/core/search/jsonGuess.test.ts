import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { JsonGuess, jsonGuess } from '../../../../src/core/search/jsonGuess.ts';
import { readJson } from '../../../../src/core/json/readJson.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Between bytes that would make it JSON, or no JSON. */
function guessOf(text: string | Uint8Array, before = '"', after = '}'): JsonGuess {
  const bytes = typeof text === 'string' ? encoder.encode(text) : text;
  const around = [...encoder.encode(before), ...bytes, ...encoder.encode(after)];
  const begin = before.length;
  return jsonGuess(Uint8Array.from(around), begin, begin + bytes.length);
}

const pieces = [
  ...Array.from('{}[]:,"\\/-+.0123eE \t\n\'ux'),
  'true',
  'false',
  'null',
  'NaN',
  '"a"',
  '"a":',
  '\\u00e9',
  '\\n',
  'é',
  '\ufeff',
  '\u0001',
  '1234567890123456',
];
const texts = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map(parts => parts.join('')),
  fc.json(),
  fc.json().map(text => text.slice(1)),
  fc.tuple(fc.json(), fc.nat(), fc.constantFrom(...pieces)).map(([text, at, piece]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + piece + text.slice(place + 1);
  }),
);
const bytes = fc.oneof(
  texts.map(text => encoder.encode(text)),
  fc.uint8Array({ maxLength: 4 }),
);

it('says what the reader says, or nothing', () => {
  fc.assert(
    fc.property(bytes, payload => {
      const isRead = readJson(decoder.decode(payload)) !== undefined;
      const guess = guessOf(payload);
      assert.notEqual(guess, isRead ? JsonGuess.No : JsonGuess.Yes);
    }),
    { numRuns: 5000 },
  );
});

it('knows JSON by the letter', () => {
  fc.assert(
    fc.property(fc.json(), text => {
      assert.equal(guessOf(text), JsonGuess.Yes);
      assert.equal(guessOf(` ${JSON.stringify(JSON.parse(text), undefined, 1)}\n`), JsonGuess.Yes);
    }),
  );
  for (const text of ['-0.5e+10', '"\\u00Ff\\""', '[]', '{}', '[[],{}]', '{"a":[1,2]}', 'null']) {
    assert.equal(guessOf(text), JsonGuess.Yes, text);
  }
});

it('says nothing of what is near to JSON or nested deeply, and no to other texts', () => {
  for (const text of [
    "{'a':1}",
    '[NaN]',
    '\ufeff{}',
    '{"a":1',
    `${'['.repeat(40)}${']'.repeat(40)}`,
  ]) {
    assert.equal(guessOf(text), JsonGuess.Open, text);
  }
  for (const text of ['', ' ', 'plain', '42["a"]', '5x', '01', '1.', '\u0000', '}']) {
    assert.equal(guessOf(text, '5', '{'), JsonGuess.No, text);
  }
});
