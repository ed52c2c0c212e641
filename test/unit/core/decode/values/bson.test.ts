import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bson, readBson } from '../../../../../src/core/decode/values/bson.ts';
import { testHostile } from '../../../../support/decode/fuzz.ts';
import { testVectors, vectorFile } from '../../../../support/decode/vectors.ts';

const vectors = vectorFile('bson');
testVectors(vectors, () => [bson]);

/** From the corpus of the specification (github.com/mongodb/specifications, bson-corpus), where they are canonical. */
const corpus: Readonly<Record<string, string>> = {
  '0800000006610000': '{"a":{"$undefined":true}}',
  '0500000000': '{}',
  '140000000461000c0000001030000a0000000000': '{"a":[{"$numberInt":"10"}]}',
  '1d000000057800100000000473ffd26444b34c6990e8e7d1dfc035d400':
    '{"x":{"$binary":{"base64":"c//SZESzTGmQ6OfR38A11A==","subType":"04"}}}',
  '13000000057800060000000202000000ffff00': '{"x":{"$binary":{"base64":"//8=","subType":"02"}}}',
  '090000000862000100': '{"b":true}',
  '190000000d61000d0000006162616261626162616261620000': '{"a":{"$code":"abababababab"}}',
  '160000000f61000e0000000100000000050000000000': '{"a":{"$code":"","$scope":{}}}',
  '210000000f6100190000000500000061626364000c000000107800010000000000':
    '{"a":{"$code":"abcd","$scope":{"x":{"$numberInt":"1"}}}}',
  '10000000096100c5d8d6cc3b01000000': '{"a":{"$date":{"$numberLong":"1356351330501"}}}',
  '10000000096100000000000000000000': '{"a":{"$date":{"$numberLong":"0"}}}',
  '1a0000000c610002000000620056e1fc72e0c917e9c471416100':
    '{"a":{"$dbPointer":{"$ref":"b","$id":{"$oid":"56e1fc72e0c917e9c4714161"}}}}',
  '10000000016400000000000000f03f00': '{"d":{"$numberDouble":"1.0"}}',
  '10000000016400000000000000008000': '{"d":{"$numberDouble":"-0.0"}}',
  '10000000016400000000000000f87f00': '{"d":{"$numberDouble":"NaN"}}',
  '10000000016400000000000000f0ff00': '{"d":{"$numberDouble":"-Infinity"}}',
  '0c0000001069000000008000': '{"i":{"$numberInt":"-2147483648"}}',
  '10000000126100000000000000008000': '{"a":{"$numberLong":"-9223372036854775808"}}',
  '080000007f610000': '{"a":{"$maxKey":1}}',
  '08000000ff610000': '{"a":{"$minKey":1}}',
  '080000000a610000': '{"a":null}',
  '1400000007610056e1fc72e0c917e9c471416100': '{"a":{"$oid":"56e1fc72e0c917e9c4714161"}}',
  '0f0000000b610061626300696d0000': '{"a":{"$regularExpression":{"pattern":"abc","options":"im"}}}',
  '0e00000002610002000000620000': '{"a":"b"}',
  '190000000261000d0000006162006261620062616261620000': '{"a":"ab\\u0000bab\\u0000babab"}',
  '0e0000000e610002000000620000': '{"a":{"$symbol":"b"}}',
  '100000001161002a00000015cd5b0700': '{"a":{"$timestamp":{"t":123456789,"i":42}}}',
};

const documents = Object.entries(corpus);
testHostile(bson, [
  ...vectors.sessions,
  {
    name: 'all types',
    messages: documents.map(([hex]) => ({ dir: 'in', hex, expect: {} })),
  },
]);

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const problemOf = (hex: string) => {
  const { problem, severity } = readBson(bytesOf(hex));
  return problem && `${severity}: ${problem.is} at ${problem.at}`;
};

describe('readBson', () => {
  it('reads every type', () => {
    for (const [hex, json] of documents) {
      const reading = readBson(bytesOf(hex));
      assert.deepEqual([reading.end, reading.problem], [hex.length / 2, undefined], hex);
      assert.equal(reading.value(), json, hex);
    }
  });

  it('tells where values are', () => {
    const fieldsOf = (hex: string) => readBson(bytesOf(hex)).fields().slice(1);
    assert.deepEqual(
      fieldsOf('210000000f6100190000000500000061626364000c000000107800010000000000'),
      [
        ['$.a', 4, 32, 'code', '"abcd"'],
        ['$.a.$scope', 20, 32, 'document', '1 member'],
        ['$.a.$scope.x', 24, 31, 'int32', '1'],
      ],
    );
    assert.deepEqual(fieldsOf('0f0000000b610061626300696d0000'), [
      ['$.a', 4, 14, 'regex', '/abc/im'],
    ]);
    assert.deepEqual(fieldsOf('10000000096100ffffffffffffff7f00'), [
      ['$.a', 4, 15, 'date', '9223372036854775807'],
    ]);
  });

  it('says what is wrong', () => {
    const examples: Readonly<Record<string, string>> = {
      // A document that does not end in zero, one that ends too late for its parent, and one within an element.
      '0500000001': 'error: unexpected at 4',
      '0d00000003610005000000ff00': 'error: unexpected at 11',
      '0e000000036100080000000a610000': 'error: truncated at 13',
      '0e00000003610006000000ff00000000': 'error: truncated at 12',
      '0c000000107800010000': 'error: truncated at 10',
      '0700000010ff00': 'error: truncated at 7',
      '080000008061000000': 'error: reserved at 4',
      '090000000862000200': 'error: unexpected at 7',
      '0c0000000261000000000000': 'error: bad-length at 7',
      '0e00000002610002000000ff0000': 'warning: bad-utf8 at 11',
      '0e00000002610002000000627800': 'warning: unexpected at 12',
      '0d000000056100ffffffff0000': 'error: bad-length at 7',
      '13000000057800060000000203000000ffff00': 'warning: bad-length at 12',
      '160000000f61000d0000000100000000050000000000': 'error: bad-length at 7',
      '160000000f6100100000000100000000050000000000': 'error: truncated at 22',
      '160000000f61000f0000000100000000050000000000': 'error: bad-length at 7',
    };
    for (const [hex, problem] of Object.entries(examples)) {
      assert.equal(problemOf(hex), problem, hex);
    }
  });

  it('reads to a limit of depth', () => {
    const nested = (depth: number) => {
      let bytes = Buffer.from('0500000000', 'hex');
      for (let level = 1; level < depth; level++) {
        const size = Buffer.alloc(4);
        size.writeInt32LE(bytes.length + 8);
        bytes = Buffer.concat([size, Buffer.from('036100', 'hex'), bytes, Buffer.alloc(1)]);
      }
      return readBson(bytes).problem;
    };
    assert.equal(nested(128), undefined);
    assert.deepEqual(nested(129), { at: 128 * 7, is: 'too-deep' });
  });
});
