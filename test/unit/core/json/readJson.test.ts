import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  compareNumbers,
  ExactNumber,
  exactNumber,
  jsonText,
  numberIn,
} from '../../../../src/core/json/exactNumber.ts';
import { readJson } from '../../../../src/core/json/readJson.ts';

const digits = fc.stringMatching(/^\d{1,25}$/);
const decimals = fc
  .record({
    minus: fc.constantFrom('', '-'),
    whole: fc.oneof(digits, fc.constantFrom('0', '9007199254740992', '9007199254740993')),
    fraction: fc.option(digits, { nil: undefined }),
    power: fc.option(fc.integer({ min: -400, max: 400 }), { nil: undefined }),
  })
  .map(({ minus, whole, fraction, power }) => {
    const number = `${minus}${whole.replace(/^0+(?=\d)/, '')}`;
    return `${number}${fraction === undefined ? '' : `.${fraction}`}${power === undefined ? '' : `e${power}`}`;
  });

/** The value times ten to the power of 500, which is whole. */
function scaled(text: string): bigint {
  const [, minus, whole = '', fraction = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e(-?\d+))?$/.exec(text) ?? [];
  const zeros = 500 + Number(power) - fraction.length;
  return BigInt(`${minus}${whole}${fraction}`) * 10n ** BigInt(zeros);
}

describe('compareNumbers', () => {
  it('compares what was written, however long', () => {
    fc.assert(
      fc.property(decimals, decimals, (one, other) => {
        const [a, b] = [scaled(one), scaled(other)];
        const order = compareNumbers(exactNumber(one), exactNumber(other)) ?? NaN;
        assert.equal(Math.sign(order), a < b ? -1 : a > b ? 1 : 0, `${one} and ${other}`);
      }),
      { numRuns: 3000 },
    );
  });

  it('holds what is no number of JSON for neither less nor more', () => {
    const long = new ExactNumber('9007199254740993');
    assert.equal(compareNumbers(NaN, long), undefined);
    assert.equal(compareNumbers(long, NaN), undefined);
    assert.ok((compareNumbers(Infinity, new ExactNumber('1e999')) ?? 0) > 0);
    assert.ok((compareNumbers(new ExactNumber('-1e999'), -Infinity) ?? 0) > 0);
    assert.equal(numberIn('007'), undefined);
    assert.equal(numberIn(`1${'0'.repeat(400)}`), undefined);
  });
});

describe('readJson', () => {
  it('reads all JSON as JSON.parse does, and keeps what that rounds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('', ' ', '\t'), (value, space) => {
        const text = JSON.stringify(value, undefined, space);
        const read = readJson(text, { keepsNumbers: true });
        assert.equal(read?.isStrict, true);
        assert.equal(jsonText(read.value), JSON.stringify(JSON.parse(text)));
      }),
    );
    const text = '{"id":9007199254740993,"prices":[0.10,1e400,-0.30000000000000004441,12]}';
    assert.equal(jsonText(readJson(text)?.value), text.replace('0.10', '0.1'));
    assert.equal(jsonText(readJson(text, { keepsNumbers: true })?.value), text);
  });

  it('refuses what JSON.parse refuses, but for what is near to JSON', () => {
    for (const text of ['', '{', '[1 2]', '{a:1}', '[,]', '["a]', '[01]', '[1]x', '{"a":1}\x1e']) {
      assert.equal(readJson(text), undefined, text);
    }
    for (const text of [
      '42["chat"]',
      '{"a":1}\n{"a":2}',
      "['\\q']",
      '["\\u12"]',
      '[nope]',
      '[1,]',
      '{"a":1,}',
      '["a\tb"]',
      '["\0"]',
    ]) {
      assert.equal(readJson(text), undefined, text);
    }
  });

  it('reads what Python and others write for JSON, and says that it is none', () => {
    const near: Readonly<Record<string, unknown>> = {
      '\ufeff{"a":1}': { a: 1 },
      '{"a":NaN,"b":-Infinity,"c":Infinity}': { a: NaN, b: -Infinity, c: Infinity },
      "{'a': None, 'b': [True, False], 'it''s": undefined,
      "{'a': None, 'b': [True, False], 'c': 'it\\'s \\xe9'}": {
        a: null,
        b: [true, false],
        c: "it's é",
      },
      '[undefined]': [null],
    };
    for (const [text, value] of Object.entries(near)) {
      const read = readJson(text);
      assert.deepEqual(read?.value, value, text);
      assert.equal(read?.isStrict ?? false, false, text);
    }
    const own = readJson('\ufeff{"__proto__":{"a":1}}')?.value as object;
    assert.deepEqual(Object.keys(own), ['__proto__']);
    assert.equal(Object.getPrototypeOf(own), Object.prototype);
  });

  it('takes any depth', () => {
    const deep = `${'['.repeat(200_000)}NaN${']'.repeat(200_000)}`;
    assert.equal(readJson(deep)?.isStrict, false);
    assert.equal(jsonText(readJson(deep)?.value), deep);
  });
});
