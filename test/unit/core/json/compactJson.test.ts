import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compactJson } from '../../../../src/core/json/compactJson.ts';
import { assertLinear } from '../../../support/growth.ts';

describe('JSON without white space', () => {
  it('keeps all digits, members of the same name, and white space in strings', () => {
    const text = '{\r\n\t"a" : 12345678901234567890.10, "a": "x  \\" y\\\\" , "b\\u00e4": [ ] }';
    assert.equal(
      compactJson(text),
      '{"a":12345678901234567890.10,"a":"x  \\" y\\\\","b\\u00e4":[]}',
    );
  });

  it('is what JSON.stringify makes of a value, however that was spaced', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(0, 2, '\t'), (json, space) => {
        const value: unknown = JSON.parse(json);
        assert.equal(compactJson(JSON.stringify(value, undefined, space)), JSON.stringify(value));
      }),
    );
  });

  it('keeps what is no JSON, but for white space outside of quotes', () => {
    assert.equal(compactJson('{ "key": ••• , "open'), '{"key":•••,"open');
    assert.equal(compactJson(''), '');
  });

  it('takes time in proportion to its length', () => {
    assertLinear(
      length => `{"a": "${'\\"'.repeat(length)}", "b": [${'1, '.repeat(length)}2]}`,
      text => compactJson(text),
      100_000,
    );
  });
});
