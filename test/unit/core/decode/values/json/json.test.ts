import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Layer } from '../../../../../../src/core/decode/layer.ts';
import { json } from '../../../../../../src/core/decode/values/json/json.ts';
import { testHostile } from '../../../../../support/decode/fuzz.ts';

const message = { seq: 0, direction: 'in' } as const;
const read = (text: string) => json.read(Layer.ofText(text, 0), undefined, message);
const readBytes = (bytes: readonly number[]) =>
  json.read(Layer.ofBytes(Uint8Array.from(bytes), 0), undefined, message);

testHostile(json, [
  {
    name: 'texts',
    messages: [
      '{"a":[1,2.50,"x\\u00e9",null,true]}',
      '\ufeff{"a":NaN,\'b\':None}',
      '{"a":1}\n{"b":2}\n',
      '"text"',
    ].map(text => ({ dir: 'in', text, expect: {} })),
  },
]);

describe('json', () => {
  it('gives the text itself', () => {
    for (const text of ['{"a": 1.50, "a": 1e400, "__proto__": null}', ' [1]\n', '"x"', '-12']) {
      const { problem, severity, records, value } = read(text);
      assert.deepEqual([problem, severity, records], [undefined, undefined, undefined]);
      assert.equal(value?.(), text);
    }
    assert.equal(read('{\n  "a": 1\n}').summary(), '{   "a": 1 }');
  });

  it('gives JSON for what is near to it', () => {
    const texts: Readonly<Record<string, string>> = {
      '\ufeff{"a":1}': '{"a":1}',
      '[NaN, Infinity, -Infinity, -1]': '["NaN","Infinity","-Infinity",-1]',
      "{'a': None, 'it\\'s': True, 'b': [undefined, False]}":
        '{"a":null,"it\'s":true,"b":[null,false]}',
      '["\\x41\\u0041", 1.50]': '["AA",1.50]',
      '{"a":NaN,"a":12345678901234567890}': '{"a":"NaN","a":12345678901234567890}',
    };
    for (const [text, strict] of Object.entries(texts)) {
      assert.equal(read(text).problem, undefined, text);
      assert.equal(read(text).value?.(), strict);
    }
    assert.equal(read('\ufeff{"a":1}').summary(), '{"a":1}');
  });

  it('says where a text stops being JSON', () => {
    const places: Readonly<Record<string, number>> = {
      '{"id":': 6,
      '{"type":"next"': 14,
      '["é" x]': 6,
      'hello': 0,
      'NaN': 0,
      'None': 0,
      '\ufeff"x"': 0,
      '5 5': 2,
      '{"a":1} x': 8,
      '{"a":1}\n{"b"}': 12,
      '{"a":1}\n5': 8,
      '{"a":tru}': 8,
      "{'a': fal": 6,
      '[1.]': 3,
      ' ': 1,
    };
    for (const [text, at] of Object.entries(places)) {
      const { problem, severity, value, summary } = read(text);
      assert.deepEqual(problem, { at, is: 'bad-json' }, text);
      assert.deepEqual([severity, value], ['error', undefined]);
      assert.equal(summary(), text.replace('\ufeff', '').replace('\n', ' '));
    }
    assert.deepEqual(read('').problem, { at: 0, is: 'empty' });
  });

  it('takes several texts for as many records', () => {
    const { records = [], summary } = read('{"a":1}\n{"b":NaN}{}\r\n[2]\n');
    assert.equal(summary(), '{"a":1} | {"b":NaN} | {} | [2]');
    assert.deepEqual(
      records.map(({ range, value, next }) => [range, value?.(), next?.begin, next?.text]),
      [
        [[0, 7], '{"a":1}', 0, '{"a":1}'],
        [[8, 17], '{"b":"NaN"}', 8, '{"b":NaN}'],
        [[17, 19], '{}', 17, '{}'],
        [[21, 24], '[2]', 21, '[2]'],
      ],
    );
    const many = read('{}'.repeat(10_001));
    assert.deepEqual(
      [many.records?.length, many.problem],
      [10_000, { at: 20_000, is: 'too-long' }],
    );
  });

  it('reads bytes, and warns if they are not UTF-8', () => {
    const { problem, severity, value } = readBytes([0x22, 0x61, 0xff, 0x22]);
    assert.deepEqual([problem, severity], [{ at: 2, is: 'bad-utf8' }, 'warning']);
    assert.equal(value?.(), '"a\ufffd"');
    assert.equal(readBytes([0xff, 0, 1]).summary(), '3 bytes');
  });
});
