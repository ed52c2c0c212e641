import assert from 'node:assert/strict';
import { it } from 'node:test';
import { requiredLiteral } from '../../../../src/core/search/requiredLiteral.ts';

it('takes the longest text that each match holds', () => {
  const expected: Readonly<Record<string, string | undefined>> = {
    'needle': 'needle',
    '"symbol":"N\\w+"': '"symbol":"N',
    '^abc$': 'abc',
    'a\\.b': 'a.b',
    'ab+c': 'ab',
    'abc*d': 'ab',
    'x(?:abc)+yz': 'xabc',
    'x(?<name>abc)y': 'xabcy',
    '(?:ab|cd)e': 'e',
    'a?': undefined,
    'abc|def': undefined,
    '[a-z]+': undefined,
    '\\d+\\bms': 'ms',
    'a{0,3}bc': 'bc',
    '中文': '中文',
    '\ud83d': undefined,
    // These are not understood.
    '(?=abc)abc': undefined,
    '(abc)\\1': undefined,
  };
  for (const [source, literal] of Object.entries(expected)) {
    assert.equal(requiredLiteral(source, ''), literal, source);
  }
});

it('leaves out letters that are the same as others in another case', () => {
  assert.equal(requiredLiteral('axkeyé', 'i'), 'axkey');
  assert.equal(requiredLiteral('axkeyz', 'iu'), 'eyz');
  assert.equal(requiredLiteral('axkeyé', 'u'), 'axkeyé');
});
