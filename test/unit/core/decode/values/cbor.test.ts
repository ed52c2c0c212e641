import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Layer } from '../../../../../src/core/decode/layer.ts';
import { cbor, readCbor } from '../../../../../src/core/decode/values/cbor.ts';
import { cborSequence } from '../../../../../src/core/decode/values/cborSequence.ts';
import { testHostile } from '../../../../support/decode/fuzz.ts';
import { testVectors, vectorFile } from '../../../../support/decode/vectors.ts';

const vectors = vectorFile('cbor');
testVectors(vectors, session => [session.name.startsWith('two data items') ? cborSequence : cbor]);
testHostile(cbor, vectors.sessions);
testHostile(cborSequence, vectors.sessions);

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const valueOf = (hex: string) => readCbor(bytesOf(hex)).value();
const problemOf = (hex: string) => {
  const { problem } = readCbor(bytesOf(hex));
  return problem && `${problem.is} at ${problem.at}`;
};

describe('readCbor', () => {
  it('reads the examples of RFC 8949, appendix A', () => {
    const examples: Readonly<Record<string, string>> = {
      '00': '0',
      '1818': '24',
      '1903e8': '1000',
      '1a000f4240': '1000000',
      '1b000000e8d4a51000': '1000000000000',
      '1bffffffffffffffff': '18446744073709551615',
      'c249010000000000000000': '{"$tag":2,"$value":{"$bytes":"AQAAAAAAAAAA"}}',
      '3bffffffffffffffff': '-18446744073709551616',
      '20': '-1',
      '3903e7': '-1000',
      'f90000': '0.0',
      'f98000': '-0.0',
      'f93c00': '1.0',
      'fb3ff199999999999a': '1.1',
      'f97bff': '65504.0',
      'fa47c35000': '100000.0',
      'fa7f7fffff': '3.4028235e+38',
      'fb7e37e43c8800759c': '1e+300',
      'f90001': '5.960464477539063e-8',
      'f90400': '0.00006103515625',
      'f9c400': '-4.0',
      'f9fc00': '"-Infinity"',
      'f6': 'null',
      'f7': '{"$undefined":true}',
      'f0': '{"$simple":16}',
      'f8ff': '{"$simple":255}',
      'c074323031332d30332d32315432303a30343a30305a': '{"$tag":0,"$value":"2013-03-21T20:04:00Z"}',
      'd818456449455446': '{"$tag":24,"$value":{"$bytes":"ZElFVEY="}}',
      '40': '{"$bytes":""}',
      '62225c': '"\\"\\\\"',
      '64f0908591': '"\u{10151}"',
      '8301820203820405': '[1,[2,3],[4,5]]',
      'a0': '{}',
      'a201020304': '{"$map":[[1,2],[3,4]]}',
      'a26161016162820203': '{"a":1,"b":[2,3]}',
      '5f42010243030405ff': '{"$bytes":"AQIDBAU="}',
      '7f657374726561646d696e67ff': '"streaming"',
      '9fff': '[]',
      '83018202039f0405ff': '[1,[2,3],[4,5]]',
      'bf61610161629f0203ffff': '{"a":1,"b":[2,3]}',
      'bf6346756ef563416d7421ff': '{"Fun":true,"Amt":-2}',
    };
    for (const [hex, json] of Object.entries(examples)) {
      const reading = readCbor(bytesOf(hex));
      assert.equal(reading.value(), json, hex);
      assert.deepEqual([reading.end, reading.problem], [hex.length / 2, undefined], hex);
    }
  });

  it('says what is not well-formed (RFC 8949, appendix F)', () => {
    const examples: Readonly<Record<string, string>> = {
      '': 'truncated at 0',
      '18': 'truncated at 1',
      '5affffffff00': 'truncated at 6',
      '7fff00': 'none',
      '5f': 'truncated at 1',
      '818181818181818181': 'truncated at 9',
      'a2010203': 'truncated at 4',
      'bf00': 'truncated at 2',
      'c1': 'truncated at 1',
      '1c': 'reserved at 0',
      '1f': 'reserved at 0',
      '3f': 'reserved at 0',
      'df': 'reserved at 0',
      'f800': 'reserved at 0',
      'f81f': 'reserved at 0',
      '5f00ff': 'unexpected at 1',
      '5f6100ff': 'unexpected at 1',
      '5f5f4100ffff': 'unexpected at 1',
      '5f5cff': 'reserved at 1',
      'ff': 'unexpected at 0',
      '81ff': 'unexpected at 1',
      'bf00ff': 'unexpected at 2',
      'c1ff': 'unexpected at 1',
      'a1ff': 'unexpected at 1',
    };
    for (const [hex, problem] of Object.entries(examples)) {
      assert.equal(problemOf(hex) ?? 'none', problem, hex);
    }
  });

  it('names what is below keys of all kinds', () => {
    const reading = readCbor(bytesOf('bf7f6161ff0120c100c101f502f4ff'));
    assert.equal(
      reading.value(),
      '{"$map":[["a",1],[-1,{"$tag":1,"$value":0}],[{"$tag":1,"$value":1},true],[2,false]]}',
    );
    assert.deepEqual(
      reading.fields().map(([path, begin, end]) => [path, begin, end]),
      [
        ['$', 0, 15],
        ['$.a', 5, 6],
        ['$.-1', 7, 9],
        ['$.-1.value', 8, 9],
        ['$["{\\"$tag\\":1,\\"$value\\":1}"]', 11, 12],
        ['$.2', 13, 14],
      ],
    );
  });

  it('warns of text that is not UTF-8, in pieces also', () => {
    assert.equal(problemOf('62c3a9'), undefined);
    assert.equal(problemOf('62c328'), 'bad-utf8 at 1');
    // A character does not go on in the next piece (RFC 8949, section 3.2.3).
    assert.equal(problemOf('7f61c361a9ff'), 'bad-utf8 at 2');
    assert.equal(valueOf('7f61c361a9ff'), '"\ufffd\ufffd"');
  });

  it('reads to a limit of depth', () => {
    const nested = (head: string, depth: number) => problemOf(`${head.repeat(depth)}00`);
    assert.equal(nested('81', 128), undefined);
    assert.equal(nested('81', 129), 'too-deep at 128');
    assert.equal(nested('c1', 129), 'too-deep at 129');
    assert.equal(nested('9f', 100_000), 'too-deep at 128');
  });
});

describe('cborSequence', () => {
  const read = (hex: string) =>
    cborSequence.read(Layer.ofBytes(bytesOf(hex), 0), undefined, { seq: 0, direction: 'in' });

  it('reads no item', () => {
    assert.deepEqual(
      [read('').records, read('').problem, read('').summary()],
      [undefined, undefined, ''],
    );
  });

  it('hands each item on', () => {
    const { records = [] } = read('01f5');
    assert.deepEqual(
      records.map(({ range, next }) => [range, next?.begin, next?.value?.()]),
      [
        [[0, 1], 0, '1'],
        [[1, 2], 1, 'true'],
      ],
    );
  });

  it('shows the items before one that is cut off', () => {
    const { severity, records = [] } = read('0118');
    assert.equal(severity, 'error');
    assert.deepEqual(records[0]?.value?.(), '1');
    assert.deepEqual(records[1]?.problem, { at: 2, is: 'truncated' });
  });

  it('reads to a limit of items', () => {
    const { records, problem } = read('00'.repeat(10_001));
    assert.deepEqual([records?.length, problem], [10_000, { at: 10_000, is: 'too-long' }]);
  });
});
