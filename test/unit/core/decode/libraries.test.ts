import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decode, ExtData } from '@msgpack/msgpack';
import protobufjs from 'protobufjs';
import { protobuf } from '../../../../src/core/decode/protobuf/protobuf.ts';
import { msgpack } from '../../../../src/core/decode/values/msgpack.ts';
import { parseProtoFiles } from '../../../../src/node/protobuf/protoFiles.ts';
import { readBytes } from '../../../support/decode/readings.ts';
import { bytesOfVector, vectorFile } from '../../../support/decode/vectors.ts';

/** What a message says as text; `undefined`: it is not valid. */
type Read = (bytes: Uint8Array) => string | undefined;

interface Message {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly ours: Read;
  readonly theirs: Read;
}

/** The messages of which a library says something else. docs/decoders.md tells why. */
interface Difference {
  readonly ours: string | undefined;
  readonly theirs: string | undefined;
}

/** Tests that both say the same, but for the messages of those names, of which each says what is here. */
function compare(
  messages: readonly Message[],
  differences: Readonly<Record<string, Difference>>,
): void {
  for (const { name, bytes, ours, theirs } of messages) {
    const difference = Object.hasOwn(differences, name) ? differences[name] : undefined;
    it(`${difference ? 'differs in' : 'agrees on'} ${name}`, () => {
      const said = { ours: ours(bytes), theirs: attempt(theirs, bytes) };
      assert.deepEqual(said, difference ?? { ours: said.theirs, theirs: said.theirs });
    });
  }
  it('names no message twice, and no difference of a message that is not there', () => {
    const names = messages.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    assert.deepEqual(
      Object.keys(differences).filter(name => !names.includes(name)),
      [],
    );
  });
}

/** Libraries throw where a message is not valid. */
function attempt(read: Read, bytes: Uint8Array): string | undefined {
  try {
    return read(bytes);
  } catch {
    return undefined;
  }
}

/** A value of @msgpack/msgpack in the form of `exportForm.ts`. */
function written(value: unknown): string {
  if (typeof value === 'bigint') {
    return String(value);
  }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return JSON.stringify(String(value));
  }
  if (Object.is(value, -0)) {
    return '-0.0';
  }
  if (value instanceof Uint8Array) {
    return JSON.stringify({ $bytes: Buffer.from(value).toString('base64') });
  }
  if (value instanceof Date) {
    return JSON.stringify({ $time: value.toISOString() });
  }
  if (value instanceof ExtData) {
    return `{"$ext":${value.type},${written(value.data).slice(1)}`;
  }
  if (Array.isArray(value)) {
    return `[${value.map(written).join(',')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(
      ([name, member]) => `${JSON.stringify(name)}:${written(member)}`,
    );
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value);
}

describe('@msgpack/msgpack', () => {
  const ours: Read = bytes => {
    const { value, problem } = readBytes(msgpack, bytes);
    return problem === undefined || problem.is === 'bad-utf8' ? value?.() : undefined;
  };
  const theirs: Read = bytes => written(decode(bytes, { useBigInt64: true }));
  const odd = {
    'a float that is whole': 'cb3ff0000000000000',
    'the key __proto__': '81a95f5f70726f746f5f5f01',
    'text that is not UTF-8': 'a261ff',
    'a timestamp of 12 bytes before 1970': 'c70cff00000001ffffffffffffffff',
  };
  const messages = [
    ...vectorFile('msgpack').sessions.flatMap(({ name, messages: [vector] }) =>
      vector ? [{ name, bytes: bytesOfVector(vector) }] : [],
    ),
    ...Object.entries(odd).map(([name, hex]) => ({ name, bytes: Buffer.from(hex, 'hex') })),
  ];
  compare(
    messages.map(message => ({ ...message, ours, theirs })),
    {
      'keys that are integers, and one that comes twice': {
        ours: '{"$map":[[1,"one"],[2,"two"],["a",1],["a",2]]}',
        theirs: '{"1":"one","2":"two","a":2}',
      },
      'float32, NaN, infinity, minus zero': {
        ours: '[0.1,"NaN","-Infinity",-0.0]',
        theirs: '[0.10000000149011612,"NaN","-Infinity",-0.0]',
      },
      'a float that is whole': { ours: '1.0', theirs: '1' },
      'the key __proto__': { ours: '{"__proto__":1}', theirs: undefined },
      'text that is not UTF-8': { ours: '"a\ufffd"', theirs: '"a\u00ff"' },
      'a timestamp of 12 bytes before 1970': {
        ours: '{"$time":"1969-12-31T23:59:59.000000001Z"}',
        theirs: '{"$time":"1969-12-31T23:59:59.001Z"}',
      },
    },
  );
});

describe('protobufjs', () => {
  const vectors = vectorFile('protobuf');
  const files = vectors.schema ?? {};
  const messages = vectors.sessions.flatMap(({ name, schema, message, messages: [vector] }) => {
    const source = String(schema);
    const { table } = parseProtoFiles({ roots: [source], files: new Map(Object.entries(files)) });
    const root = new protobufjs.Root();
    protobufjs.parse(files[source] ?? '', root, { keepCase: true });
    root.addJSON(protobufjs.common.get('google/protobuf/timestamp.proto')?.nested ?? {});
    const type = root.lookupType(String(message));
    const decoder = protobuf(table, { message: String(message), hasFacts: false });
    const ours: Read = bytes => {
      const { value, problem } = readBytes(decoder, bytes);
      return problem?.is === 'truncated' ? undefined : value?.();
    };
    const theirs: Read = bytes =>
      JSON.stringify(
        type.toObject(type.decode(bytes), { longs: String, enums: String, bytes: String }),
      );
    return vector ? [{ name, bytes: bytesOfVector(vector), ours, theirs }] : [];
  });
  const tick = (at: string) =>
    `{"seq":7,"tick":{"symbol":"ACME","price":101.25,"sizes":["1","9007199254740993"],"tags":{"venue":4},` +
    `"side":"SELL","source":{"raw":"AP8=","delta":-3,"id":"6f9619ff-8b86-d011-b42d-00cf4fc964ff"},` +
    `"order":"18446744073709551615","at":${at}}}`;
  compare(messages, {
    'an envelope with a tick': {
      ours: tick('"2025-11-28T13:00:00.123Z"'),
      theirs: tick('{"seconds":"1764334800","nanos":123000000}'),
    },
    'a field that the schema does not know': {
      ours: '{"symbol":"A","100":"new"}',
      theirs: '{"symbol":"A"}',
    },
    'price came as a varint: the wire type does not match': { ours: '{"price":5}', theirs: '{}' },
  });
});
