import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { protobuf } from '../../../../../src/core/decode/protobuf/protobuf.ts';
import { protobufRaw } from '../../../../../src/core/decode/protobuf/protobufRaw.ts';
import type { Overrides } from '../../../../../src/core/decode/protobuf/raw/casts.ts';
import { protoSkeleton } from '../../../../../src/core/decode/protobuf/raw/protoSkeleton.ts';
import { bytesOf, readBytes, sessionOf } from '../../../../support/decode/readings.ts';
import { testHostile } from '../../../../support/decode/fuzz.ts';
import { testVectors, vectorFile } from '../../../../support/decode/vectors.ts';

testVectors(vectorFile('protobuf-raw'), () => [protobufRaw]);

const read = (hex: string) => {
  const { problem, value, severity } = readBytes(protobufRaw, hex);
  return problem ? { ...problem, severity } : value?.();
};

/** What a rule has as "fields". */
const readingAs = (fields: Overrides) => protobuf({}, { fields });

describe('Protobuf without a schema', () => {
  it('reads groups', () => {
    assert.equal(read('0b 08 01 13 10 02 14 0c 1a 01 61'), '{"1":{"1":1,"2":{"2":2}},"3":"a"}');
    const fields = readBytes(protobufRaw, '0b 08 01 0c').fields?.();
    assert.deepEqual(fields, [
      ['$', 0, 4, 'message', ''],
      ['$.1', 0, 3, 'group', ''],
      ['$.1.1', 1, 3, 'varint', '1'],
    ]);
  });

  it('says where the bytes stop being Protobuf', () => {
    const error = (at: number, is: string) => ({ at, is, severity: 'error' });
    assert.deepEqual(read('0b 08 01'), error(3, 'truncated'), 'a group without end');
    assert.deepEqual(read('0b 08 01 14'), error(3, 'bad-tag'), 'the end of another group');
    assert.deepEqual(read('08 01 0c'), error(2, 'bad-tag'), 'the end of no group');
    assert.deepEqual(read('08 01 0e'), error(2, 'bad-tag'), 'wire type 6');
    assert.deepEqual(read('08 01 0f'), error(2, 'bad-tag'), 'wire type 7');
    assert.deepEqual(read('08 ffffffffffffffffffff01'), error(1, 'bad-varint'));
    assert.deepEqual(read('08 ffff'), error(3, 'truncated'), 'a varint');
    assert.deepEqual(read('ff'), error(1, 'truncated'), 'a tag');
    assert.deepEqual(read('80808080 10 00'), error(0, 'bad-tag'), 'a number above 29 bits');
    assert.deepEqual(
      read('0a ffffffffffffffff7f 00'),
      error(11, 'truncated'),
      'a length of 63 bits',
    );
    assert.deepEqual(read('0d 000000'), error(4, 'truncated'), 'a fixed number');
  });

  it('goes 64 messages deep, where what is further within is text or bytes', () => {
    const nested = (levels: number) => {
      let bytes = Buffer.from([0x08, 0x80, 0x01]);
      for (let level = 0; level < levels; level++) {
        // A field of two bytes first, so that the whole is never printable.
        bytes = Buffer.concat([Buffer.from([0x08, 0x01, 0x12, ...varint(bytes.length)]), bytes]);
      }
      return readBytes(protobufRaw, bytes).value?.() ?? '';
    };
    assert.match(nested(64), /"2":\{"1":128\}\}/);
    assert.match(nested(65), /"2":\{"\$bytes":"CIAB"\}\}/);
  });

  it('refuses groups that are 65 deep', () => {
    const groups = (count: number) => bytesOf('0b'.repeat(count) + '0c'.repeat(count));
    assert.equal(readBytes(protobufRaw, groups(64)).problem, undefined);
    assert.deepEqual(readBytes(protobufRaw, groups(65)).problem, { at: 64, is: 'too-deep' });
  });

  it('takes no control characters for text', () => {
    assert.equal(read('0a 02 c29f'), '{"1":{"$bytes":"wp8="}}');
    assert.equal(read('0a 02 c3a9'), '{"1":"é"}');
    assert.equal(read('0a 01 7f'), '{"1":{"$bytes":"fw=="}}');
    assert.equal(read('0a 00'), '{"1":""}');
    assert.equal(read('0a 02 0d0a'), '{"1":"\\r\\n"}');
  });

  it('takes eight or four bytes for a float of usual size, or else for an integer', () => {
    assert.equal(read('0d 00000080'), '{"1":2147483648}');
    assert.equal(read('0d 00000000'), '{"1":0}');
    assert.equal(read('0d 0000c07f'), '{"1":2143289344}');
    assert.equal(read('0d cdcccc3d'), '{"1":0.1}');
  });

  it('shows what was read before the end of what is cut off', () => {
    const { summary, fields } = readBytes(protobufRaw, '08 07 12 6b 0a 04 41 43 4d 45 11 00 00');
    assert.equal(summary(), '{"1":7,"2":{"1":"ACME"}}');
    assert.deepEqual(fields?.().at(-1), ['$.2.1', 4, 10, 'len: text', '"ACME"']);
    assert.equal(readBytes(protobufRaw, '0a 09 41 42 c3').summary(), '{"1":"AB�"}');
  });

  it('reads fields as the user says', () => {
    const bytes = '0a 02 28 41 12 04 0a 02 03 04 18 03 25 0000803f 2a 02 08 01';
    assert.equal(
      readBytes(protobufRaw, bytes).value?.(),
      '{"1":"(A","2":{"1":{"$bytes":"AwQ="}},"3":3,"4":1.0,"5":{"1":1}}',
    );
    const overridden = readingAs({
      '1': 'message',
      '$.2[0].1': 'sint32',
      '3': 'sint64',
      '4': 'fixed32',
      '5': 'bytes',
    });
    assert.equal(
      readBytes(overridden, bytes).value?.(),
      '{"1":{"5":65},"2":{"1":[-2,2]},"3":-2,"4":1065353216,"5":{"$bytes":"CAE="}}',
    );
    const types = readBytes(overridden, bytes)
      .fields?.()
      .map(([path, , , type]) => `${path} ${type}`);
    assert.ok(types?.includes('$.2.1 len: packed sint32'));
  });

  it('goes by its rule where bytes cannot be what the user says', () => {
    const overridden = readingAs({ '1': 'message', '2': 'fixed64', '3': 'double' });
    assert.equal(
      readBytes(overridden, '0a 03 686921 12 02 6869 18 01').value?.(),
      '{"1":"hi!","2":"hi","3":1}',
    );
  });
});

describe('A .proto skeleton', () => {
  it('holds what was seen and what the user has said', () => {
    const messages = [
      '08 07 12 06 0a 04 41434d45 1d 0000c842 22 02 0102 2a 00',
      '08 ffffffffffffffffff01 12 05 10 01 1a 01 41 19 0000000000005940 22 02 0102 30 03 30 04',
    ].map(bytesOf);
    assert.equal(
      protoSkeleton(messages, { '4': 'uint32', '2.2': 'bool' }),
      `// What was seen on the wire, which has numbers only: the names are made up.
syntax = "proto3";

message Message {
  int64 field_1 = 1;
  Field2 field_2 = 2;
  float field_3 = 3; // seen as i32, i64
  repeated uint32 field_4 = 4;
  string field_5 = 5;
  repeated uint64 field_6 = 6;
  message Field2 {
    string field_1 = 1;
    bool field_2 = 2;
    string field_3 = 3;
  }
}
`,
    );
  });

  it('writes groups as only proto2 has them', () => {
    assert.equal(
      protoSkeleton([bytesOf('0b 08 01 0c 0b 0c')], {}),
      `// What was seen on the wire, which has numbers only: the names are made up.
syntax = "proto2";

message Message {
  repeated group Field1 = 1 {
    optional uint64 field_1 = 1;
  }
}
`,
    );
  });
});

testHostile(protobufRaw, [
  sessionOf(
    '0807126b0a0441434d451100000000005059401a0901818080808080801022090a0576656e756510042802322c0a0200ff10051a2436663936313966662d386238362d643031312d623432642d30306366346663393634666641ffffffffffffffff4a0b08d0b9a6c90610c0a9d33a',
    '0b 08 01 13 10 02 14 0c 1a 01 61',
  ),
]);

function varint(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
    bytes.push((rest % 0x80) | 0x80);
  }
  return [...bytes, rest];
}
