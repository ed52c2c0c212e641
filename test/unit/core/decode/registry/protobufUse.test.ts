import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Chain } from '../../../../../src/core/decode/chain.ts';
import type { DecodeStep } from '../../../../../src/core/decode/decodeRule.ts';
import { titleOfDecoder } from '../../../../../src/core/decode/registry/decoderNames.ts';
import { decodersOf } from '../../../../../src/core/decode/registry/decoders.ts';
import { readDecodeRules } from '../../../../../src/core/decode/registry/rules.ts';

/** What a rule with this step comes to: its steps, or what is wrong with it. */
function readStep(protobuf: unknown): unknown {
  const problems: string[] = [];
  const [rule] = readDecodeRules([{ use: { protobuf } }], problems);
  return rule ? rule.use[0] : problems;
}

function assertProblem(protobuf: unknown, pattern: RegExp): void {
  const read = readStep(protobuf);
  assert.ok(Array.isArray(read), JSON.stringify(read));
  assert.equal(read.length, 1);
  assert.match(String(read[0]), pattern);
}

const schema = 'proto/feed.proto';

describe('The step "protobuf" of a rule', () => {
  it('takes a schema and each way to know the type of a message', () => {
    const messages = [
      undefined,
      'feed.Envelope',
      { in: 'feed.A', out: 'feed.B' },
      { in: 'feed.A' },
      { at: [0], u8: { '1': 'A', '2': 'B' } },
      { at: [1, 4], u16be: { '258': 'A' } },
      { envelope: 'Any' },
      { envelope: 'feed.Packet', typeField: 'name', bodyField: 'payload' },
    ];
    for (const message of messages) {
      assert.deepEqual(readStep({ schema, message }), { protobuf: { schema: [schema], message } });
    }
  });

  it('takes prefixes, folders of imports, several files, and fields without a schema', () => {
    for (const prefix of ['varint', 'u32be', 'u16be', 'grpc-web', { skip: 4 }]) {
      assert.deepEqual(readStep({ prefix }), { protobuf: { prefix } });
    }
    assert.deepEqual(readStep({ schema: ['a.proto', 'b.proto'], includes: 'third_party' }), {
      protobuf: { schema: ['a.proto', 'b.proto'], includes: ['third_party'] },
    });
    const fields = { '2.4': 'bytes', '$.3[0].1': 'message', '5': 'sint32' };
    assert.deepEqual(readStep({ fields }), { protobuf: { fields } });
    assert.deepEqual(readStep({}), { protobuf: {} });
  });

  it('says what is wrong with it', () => {
    assertProblem('feed.proto', /"protobuf" of "decoders\[0\]" must be an object/);
    assertProblem({ file: 'x.proto' }, /the member "file", which is not known/);
    assertProblem({ schema: 'feed.json' }, /"schema" a file .* end in \.proto/);
    assertProblem({ schema: [] }, /"schema"/);
    assertProblem({ schema: ['a.proto', 'b.binpb'] }, /several files as "schema" only if/);
    assertProblem({ schema, includes: [1] }, /"includes" a list of folders/);
    assertProblem({ message: 'A' }, /has "message", for which it needs "schema"/);
    assertProblem({ includes: ['x'] }, /has "includes", for which it needs "schema"/);
    assertProblem({ prefix: 'u64' }, /"prefix" "varint"/);
    assertProblem({ prefix: { skip: -1 } }, /"prefix"/);
    assertProblem({ prefix: { skip: 1, and: 2 } }, /"prefix"/);
    for (const fields of [{ name: 'bytes' }, { '1': 'blob' }, { '1..2': 'bytes' }, []]) {
      assertProblem({ fields }, /"fields" paths of numbers/);
    }
  });

  it('says what is wrong with the types of messages', () => {
    const wrong = [
      '',
      'a b',
      7,
      [],
      {},
      { in: 7 },
      { both: 'A' },
      { at: 0, u8: { '1': 'A' } },
      { at: [0] },
      { at: [0], u8: {} },
      { at: [0], u8: { x: 'A' } },
      { at: [0], u64: { '1': 'A' } },
      { at: [-1], u8: { '1': 'A' } },
      { at: [0, 1, 2], u8: { '1': 'A' } },
      { envelope: 'Any', typeField: 'x' },
      { envelope: 'feed.Packet' },
      { envelope: 'feed.Packet', typeField: 'a', bodyField: 'b', more: 'c' },
    ];
    for (const message of wrong) {
      assertProblem({ schema, message }, /"message"/);
    }
  });
});

describe('The decoder of the step', () => {
  const read = (step: DecodeStep, hex: string) => {
    const chain = new Chain(decodersOf([step], new Map()));
    const bytes = Buffer.from(hex, 'hex');
    const message = { seq: 0, direction: 'in', isText: false, bytes } as const;
    const { reading } = chain.read(message, chain.begin({ url: '', subprotocol: '' }));
    return [chain.names.map(titleOfDecoder).join(), reading?.value?.()];
  };

  it('reads with the table, and without one by the numbers of the fields', () => {
    const table = { 'a.M': { '1': { name: 'text', type: 'string' } } };
    assert.deepEqual(read({ protobuf: { table, message: 'a.M' } }, '0a026869'), [
      'Protobuf',
      '{"text":"hi"}',
    ]);
    assert.deepEqual(read({ protobuf: {} }, '0a026869'), ['Protobuf without schema', '{"1":"hi"}']);
  });

  it('counts a prefix and what is said of fields also without a table', () => {
    const step = { protobuf: { prefix: { skip: 1 }, fields: { '1': 'bytes' } } };
    assert.deepEqual(read(step, 'ff0a026869'), [
      'Protobuf without schema',
      '{"1":{"$bytes":"aGk="}}',
    ]);
  });

  it('is made once for a step, however many sessions it reads', () => {
    const step = { protobuf: { table: {}, message: 'a.M' } };
    assert.equal(decodersOf([step], new Map())[0], decodersOf([step], new Map())[0]);
  });
});
