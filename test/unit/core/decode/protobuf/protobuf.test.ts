import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import protobufjs from 'protobufjs';
import { Chain } from '../../../../../src/core/decode/chain.ts';
import type { Mapping } from '../../../../../src/core/decode/mapping/mapping.ts';
import { mappingDecoder } from '../../../../../src/core/decode/mapping/mappingDecoder.ts';
import type { MessageChoice } from '../../../../../src/core/decode/protobuf/messageChoice.ts';
import {
  protobuf,
  type ProtobufOptions,
} from '../../../../../src/core/decode/protobuf/protobuf.ts';
import { suggestTypes } from '../../../../../src/core/decode/protobuf/typed/suggestTypes.ts';
import type { FieldTable } from '../../../../../src/core/decode/protobuf/wire/fieldTable.ts';
import { parseProtoFiles } from '../../../../../src/node/protobuf/protoFiles.ts';
import { bytesOf, readBytes, sessionOf } from '../../../../support/decode/readings.ts';
import { testHostile } from '../../../../support/decode/fuzz.ts';
import { testVectors, vectorFile } from '../../../../support/decode/vectors.ts';

const vectors = vectorFile('protobuf');

// The vectors tell no events and types.
testVectors(vectors, ({ schema, message }) => {
  const files = new Map(Object.entries(vectors.schema ?? {}));
  const { table } = parseProtoFiles({ roots: [String(schema)], files });
  return [protobuf(table, { message: String(message), hasFacts: false })];
});

const source = `syntax = "proto3";
package shop;
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
message Frame { string name = 1; bytes payload = 2; google.protobuf.Any any = 3; }
message Order { string id = 1; int32 count = 2; optional string note = 3; }
message Cancel { string id = 1; }
message Event { Order plain = 1; oneof body { Order order = 2; Cancel cancel = 3; } Nested nested = 4; }
message Nested { oneof inner { string a = 1; string b = 2; } }
message Many { repeated Nested nested = 1; map<string, Order> orders = 2; map<int64, bool> flags = 3; map<bool, Kind> kinds = 4; repeated Kind list = 5; repeated double prices = 6; }
enum Kind { option allow_alias = true; NONE = 0; SOME = 1; ANY = 1; }
message Known {
  google.protobuf.Timestamp at = 1; google.protobuf.Duration took = 2; google.protobuf.Struct data = 3;
  google.protobuf.Int64Value big = 4; google.protobuf.StringValue text = 5; google.protobuf.FieldMask mask = 6;
  repeated google.protobuf.Timestamp times = 7; google.protobuf.Value value = 8;
}
message Numbers {
  int32 a = 1; uint32 b = 2; sint32 c = 3; int64 d = 4; uint64 e = 5; sint64 f = 6; fixed32 g = 7; sfixed32 h = 8;
  fixed64 i = 9; sfixed64 j = 10; float k = 11; double l = 12; bool m = 13;
}
`;
const { table, problems } = parseProtoFiles({
  roots: ['shop.proto'],
  files: new Map([['shop.proto', source]]),
});
const { root } = protobufjs.parse(source, new protobufjs.Root(), { keepCase: true });
for (const name of ['any', 'duration', 'field_mask', 'struct', 'timestamp', 'wrappers']) {
  root.addJSON(protobufjs.common.get(`google/protobuf/${name}.proto`)?.nested ?? {});
}

function encoded(type: string, value: object): Uint8Array {
  const found = root.lookupType(type);
  return found.encode(found.fromObject(value)).finish();
}

function valueOf(message: MessageChoice, bytes: Uint8Array | string): unknown {
  const text = readBytes(protobuf(table, { message }), bytes).value?.();
  return text === undefined ? undefined : JSON.parse(text);
}

const readAs = (options: ProtobufOptions, bytes: Uint8Array | string, direction?: 'in' | 'out') =>
  readBytes(protobuf(table, options), bytes, direction);

const order = encoded('shop.Order', { id: 'o1', count: 2 });
const cancel = encoded('shop.Cancel', { id: 'o1' });

describe('Protobuf with a schema', () => {
  it('is tested with a schema without problems', () => assert.deepEqual(problems, []));

  it('writes numbers as ProtoJSON does', () => {
    const value = {
      a: -1,
      b: 4294967295,
      c: -2147483648,
      d: '-9223372036854775808',
      e: '18446744073709551615',
      f: '-9223372036854775808',
      g: 4294967295,
      h: -1,
      i: '18446744073709551615',
      j: '-1',
      k: 0.1,
      l: 1e300,
      m: true,
    };
    assert.deepEqual(valueOf('shop.Numbers', encoded('shop.Numbers', value)), value);
    assert.deepEqual(valueOf('shop.Numbers', '28 ffffffff 0f 30 ffffffff 1f'), {
      e: '4294967295',
      f: '-4294967296',
    });
    const special = readAs({ message: 'shop.Numbers' }, '5d 0000c07f 61 000000000000f0ff');
    assert.equal(special.value?.(), '{"k":"NaN","l":"-Infinity"}');
  });

  it('writes well-known types in their own forms', () => {
    const bytes = encoded('shop.Known', {
      at: { seconds: '-1', nanos: 500_000_000 },
      took: { seconds: '-1', nanos: -5000 },
      data: {
        fields: {
          a: { numberValue: 1 },
          b: { listValue: { values: [{ nullValue: 0 }, { boolValue: true }] } },
          c: { structValue: {} },
        },
      },
      big: { value: '9007199254740993' },
      text: {},
      mask: { paths: ['a.b', 'c'] },
      times: [{}, { seconds: 1 }],
      value: { stringValue: 'x' },
    });
    assert.deepEqual(valueOf('shop.Known', bytes), {
      at: '1969-12-31T23:59:59.500Z',
      took: '-1.000005s',
      data: { a: 1, b: [null, true], c: {} },
      big: '9007199254740993',
      text: '',
      mask: 'a.b,c',
      times: ['1970-01-01T00:00:00Z', '1970-01-01T00:00:01Z'],
      value: 'x',
    });
  });

  it('writes a time that has no such form as the message that it is', () => {
    assert.deepEqual(valueOf('shop.Known', '0a 0c 08 ffffffffffffffff7f 10 01'), {
      at: { seconds: '9223372036854775807', nanos: 1 },
    });
    assert.deepEqual(valueOf('shop.Known', '0a 04 08 01 18 05'), { at: { seconds: '1', 3: 5 } });
  });

  it('reads maps and lists', () => {
    const bytes = encoded('shop.Many', {
      orders: { x: { id: 'o' }, __proto__x: {} },
      flags: { '-5': true },
      kinds: { true: 1 },
      list: [0, 1, 7],
      prices: [1, 2.5],
    });
    assert.equal(
      readAs({ message: 'shop.Many' }, bytes).value?.(),
      '{"orders":{"x":{"id":"o"},"__proto__x":{}},"flags":{"-5":true},"kinds":{"true":"SOME"},"list":["NONE","SOME",7],"prices":[1.0,2.5]}',
    );
    // Without key or value they have their defaults.
    assert.equal(
      readAs({ message: 'shop.Many' }, '12 00 1a 00 22 02 10 01').value?.(),
      '{"orders":{"":{}},"flags":{"0":false},"kinds":{"false":"SOME"}}',
    );
  });

  it('says where everything is', () => {
    const bytes = encoded('shop.Many', { orders: { x: { id: 'o' } }, prices: [1, 2.5] });
    assert.deepEqual(readAs({ message: 'shop.Many' }, bytes).fields?.(), [
      ['$', 0, 28, 'shop.Many', ''],
      ['$.orders.x', 0, 10, 'shop.Order', ''],
      ['$.orders.x.id', 7, 10, 'string', '"o"'],
      ['$.prices[0]', 12, 20, 'double', '1.0'],
      ['$.prices[1]', 20, 28, 'double', '2.5'],
    ]);
  });

  it('takes the last of a field that is there twice', () => {
    assert.deepEqual(valueOf('shop.Order', '0a 01 61 0a 01 62'), { id: 'b' });
  });

  it('says where a message is not of its type', () => {
    const mismatch = readAs({ message: 'shop.Order' }, '0a 01 61 12 02 6869');
    assert.equal(mismatch.value?.(), '{"id":"a","count":"hi"}');
    assert.deepEqual([mismatch.severity, mismatch.problem], ['warning', { at: 3, is: 'mismatch' }]);
    const noText = readAs({ message: 'shop.Order' }, '0a 02 61 ff');
    assert.equal(noText.value?.(), '{"id":"a�"}');
    assert.deepEqual([noText.severity, noText.problem], ['warning', { at: 3, is: 'bad-utf8' }]);
    const cut = readAs({ message: 'shop.Event' }, '12 09 0a 02 6f31 10');
    assert.deepEqual([cut.severity, cut.problem], ['error', { at: 7, is: 'truncated' }]);
    assert.equal(cut.summary(), '{"order":{"id":"o1"}}');
    assert.equal(cut.name, 'order');
    assert.equal(cut.value, undefined);
  });

  it('says that a message is probably of another type if much of it is strange', () => {
    const numbers = encoded('shop.Numbers', { a: 1, b: 2, g: 7, h: 8, i: 9 });
    const read = readAs({ message: 'shop.Cancel' }, numbers.subarray(2));
    assert.deepEqual([read.severity, read.problem], ['warning', { at: 0, is: 'mismatch' }]);
    const newer = readAs({ message: 'shop.Cancel' }, '0a 01 61 1a 04 6c6f6e67');
    assert.equal(newer.severity, undefined, 'one new field');
  });

  it('goes 64 messages deep', () => {
    const deep: FieldTable = { Deep: { '1': { name: 'deep', type: 'message', message: 'Deep' } } };
    const read = (levels: number) => {
      let bytes = Buffer.alloc(0);
      for (let level = 0; level < levels; level++) {
        const { length } = bytes;
        const size = length < 128 ? [length] : [(length & 127) | 128, length >> 7];
        bytes = Buffer.concat([Buffer.from([0x0a, ...size]), bytes]);
      }
      return readBytes(protobuf(deep, { message: 'Deep' }), bytes).problem?.is;
    };
    assert.equal(read(64), undefined);
    assert.equal(read(65), 'too-deep');
  });
});

describe('The type of a message', () => {
  it('depends on the direction', () => {
    const message = { in: 'shop.Order', out: 'shop.Cancel' };
    assert.equal(readAs({ message }, order, 'in').value?.(), '{"id":"o1","count":2}');
    assert.equal(readAs({ message }, cancel, 'out').value?.(), '{"id":"o1"}');
    assert.equal(
      readAs({ message: { in: 'shop.Order' } }, cancel, 'out').value?.(),
      '{"1":"o1"}',
      'without a type it is read without a schema',
    );
  });

  it('is told by a number before it', () => {
    const message: MessageChoice = { at: [0], u8: { '1': 'shop.Order', '2': 'shop.Cancel' } };
    const read = readAs({ message }, Buffer.concat([Buffer.from([2]), cancel]));
    assert.deepEqual(
      [read.type, read.fullType, read.name, read.value?.()],
      ['Cancel', 'shop.Cancel', 'Cancel', '{"id":"o1"}'],
    );
    assert.deepEqual(read.fields?.()[1], ['$.id', 1, 5, 'string', '"o1"']);
    const wide: MessageChoice = { at: [1, 4], u16be: { '258': 'shop.Cancel' } };
    const after = Buffer.concat([Buffer.from([9, 1, 2, 9]), cancel]);
    assert.equal(readAs({ message: wide }, after).value?.(), '{"id":"o1"}');
    assert.equal(readAs({ message }, '07 0a 00').type, undefined);
    assert.equal(readAs({ message }, '').problem, undefined);
  });

  it('is told by an envelope', () => {
    const any = encoded('google.protobuf.Any', { type_url: 'x.com/shop.Cancel', value: cancel });
    const read = readAs({ message: { envelope: 'Any' } }, any);
    assert.deepEqual(
      [read.type, read.fullType, read.name, read.value?.()],
      ['Cancel', 'shop.Cancel', 'Cancel', '{"@type":"x.com/shop.Cancel","id":"o1"}'],
    );
    const message = { envelope: 'shop.Frame', typeField: 'name', bodyField: 'payload' };
    const frame = readAs({ message }, encoded('shop.Frame', { name: 'Order', payload: order }));
    assert.deepEqual(
      [frame.type, frame.name, frame.value?.()],
      ['Order', 'Order', '{"name":"Order","payload":{"id":"o1","count":2}}'],
    );
    const unknown = readAs({ message }, encoded('shop.Frame', { name: 'Else', payload: order }));
    assert.deepEqual(
      [unknown.type, unknown.name, unknown.value?.()],
      ['Frame', undefined, '{"name":"Else","payload":"CgJvMRAC"}'],
    );
  });

  it('is that which the rule names, or that of the member of a oneof', () => {
    const typeOf = (type: string, value: object) => {
      const read = readAs({ message: type }, encoded(type, value));
      return [read.type, read.fullType];
    };
    assert.deepEqual(typeOf('shop.Order', { note: 'x' }), ['Order', 'shop.Order']);
    assert.deepEqual(typeOf('shop.Event', { order: {} }), ['Order', 'shop.Order']);
    assert.deepEqual(typeOf('shop.Event', { nested: { b: '' } }), ['Event', 'shop.Event']);
    const message = { in: 'shop.Order', out: 'shop.Cancel' };
    assert.equal(readAs({ message }, cancel, 'out').type, 'Cancel');
    const bare = readBytes(protobuf({ Bare: {} }, { message: 'Bare' }), cancel);
    assert.deepEqual([bare.type, bare.fullType], ['Bare', undefined]);
  });

  it('gives way to what a mapping behind says', () => {
    const read = (map: Mapping) => {
      const chain = new Chain([
        protobuf(table, { message: 'shop.Event' }),
        mappingDecoder('map', 'Mapping', map),
      ]);
      const bytes = encoded('shop.Event', { order: { id: 'o1', count: 2 } });
      const message = { seq: 0, direction: 'in', isText: false, bytes } as const;
      const { reading } = chain.read(message, chain.begin({ url: '', subprotocol: '' }));
      return [reading?.type, reading?.fullType, reading?.name, reading?.id, reading?.summary()];
    };
    assert.deepEqual(read({ event: '$.order.count', id: '$.order.id', body: '$.order.id' }), [
      'Order',
      'shop.Order',
      '2',
      'o1',
      '2 "o1"',
    ]);
    assert.deepEqual(read({ type: 'placed', label: 'it is $.order.id' }), [
      'placed',
      undefined,
      'order',
      undefined,
      'it is o1',
    ]);
  });

  it('is known within Any, and the form of well-known types is there in "value"', () => {
    const duration = encoded('google.protobuf.Duration', { seconds: 5 });
    const any = { type_url: '/google.protobuf.Duration', value: duration };
    assert.deepEqual(valueOf('shop.Frame', encoded('shop.Frame', { any })), {
      any: { '@type': '/google.protobuf.Duration', 'value': '5s' },
    });
    const inner = encoded('google.protobuf.Any', any);
    const outer = { type_url: '/google.protobuf.Any', value: inner };
    assert.deepEqual(valueOf('shop.Frame', encoded('shop.Frame', { any: outer })), {
      any: {
        '@type': '/google.protobuf.Any',
        'value': { '@type': '/google.protobuf.Duration', 'value': '5s' },
      },
    });
  });

  it('does not take names from the wire for members of objects', () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const any = encoded('google.protobuf.Any', { type_url: `/${name}`, value: order });
      assert.equal(readAs({ message: { envelope: 'Any' } }, any).type, 'Any');
    }
  });
});

describe('The event of a message', () => {
  const eventOf = (type: string, value: object) =>
    readAs({ message: type }, encoded(type, value)).name;

  it('is the set member of the outermost oneof', () => {
    assert.equal(eventOf('shop.Event', { plain: { note: 'x' }, order: {} }), 'order');
    assert.equal(eventOf('shop.Event', { nested: { b: '' }, cancel: {} }), 'cancel');
    assert.equal(eventOf('shop.Event', { nested: { b: '' } }), 'b');
    assert.equal(
      readAs({ message: 'shop.Event' }, '12 00 1a 00').name,
      'cancel',
      'the last on the wire counts',
    );
  });

  it('is none where there are several, or where "optional" makes a oneof', () => {
    assert.equal(eventOf('shop.Many', { nested: [{ a: 'x' }] }), undefined);
    assert.equal(eventOf('shop.Order', { note: 'x' }), undefined);
    assert.equal(eventOf('shop.Known', { value: { stringValue: 'x' } }), undefined);
  });
});

describe('Protobuf behind a prefix', () => {
  const message = 'shop.Cancel';
  const records = (prefix: ProtobufOptions['prefix'], hex: string) => {
    const read = readAs({ message, prefix: prefix ?? 'varint' }, hex);
    return [read, ...(read.records ?? [])].map(({ summary, problem, range }) =>
      [summary(), problem?.is, range].filter(each => each !== undefined),
    );
  };

  it('has its length before it, and may be one of several', () => {
    const two = [['{"id":"a"} | {"id":"b"}'], ['{"id":"a"}', [0, 4]], ['{"id":"b"}', [4, 8]]];
    assert.deepEqual(records('varint', '03 0a0161 03 0a0162'), two);
    assert.deepEqual(records('u16be', '0003 0a0161 0003 0a0162')[0], ['{"id":"a"} | {"id":"b"}']);
    assert.deepEqual(records('u32be', '00000003 0a0161'), [['{"id":"a"}', [0, 7]]]);
    assert.deepEqual(records({ skip: 2 }, 'ffff 0a0161'), [['{"id":"a"}', [0, 5]]]);
  });

  it('may be cut off', () => {
    assert.deepEqual(records('varint', '03 0a0161 04 0a02'), [
      ['{"id":"a"} | {"id":""}'],
      ['{"id":"a"}', [0, 4]],
      ['{"id":""}', 'truncated', [4, 7]],
    ]);
    assert.deepEqual(records('u32be', '0000'), [['2 bytes', 'truncated', [0, 2]]]);
    assert.deepEqual(records('varint', ''), [['', 'empty']]);
    assert.deepEqual(records({ skip: 4 }, '00'), [['1 byte', 'truncated', [0, 1]]]);
    assert.deepEqual(records('varint', 'ffffffffffffffffffffff'), [
      ['11 bytes', 'bad-varint', [0, 11]],
    ]);
  });

  it('is framed by gRPC', () => {
    const read = readAs(
      { message, prefix: 'grpc-web' },
      '0000000003 0a0161 8000000010 677270632d7374617475733a20300d0a',
    );
    assert.equal(read.summary(), '{"id":"a"} | grpc-status: 0 ');
    assert.equal(read.records?.[1]?.envelope?.(), '{"trailers":{"grpc-status":"0"}}');
  });
});

describe('Suggested types', () => {
  it('are those that read a message with the fewest unknown bytes', () => {
    const found = suggestTypes(table, order).map(({ message }) => message);
    assert.equal(found[0], 'shop.Order');
    assert.equal(found.length, 3);
    assert.ok(!found.includes('shop.Numbers'));
    assert.deepEqual(suggestTypes(table, bytesOf('ff')), []);
  });
});

const sampleOf = (type: string, value: object) => Buffer.from(encoded(type, value)).toString('hex');

testHostile(protobuf(table, { message: 'shop.Many' }), [
  sessionOf(
    sampleOf('shop.Many', { orders: { x: { id: 'o' } }, prices: [1, 2.5], list: [1, 2] }),
    sampleOf('shop.Known', { at: { seconds: 1 }, data: { fields: { a: {} } } }),
  ),
]);
testHostile(protobuf(table, { message: 'shop.Known', prefix: 'varint' }), [
  sessionOf('0c 0a 02 08 01 1a 06 0a 04 0a 00 12 00'),
]);
testHostile(protobuf(table, { message: { envelope: 'Any' } }), [
  sessionOf(
    sampleOf('google.protobuf.Any', {
      type_url: '/shop.Known',
      value: encoded('shop.Known', {
        took: { seconds: 5 },
        value: { listValue: { values: [{}] } },
      }),
    }),
  ),
]);
