import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'node:test';
import { build } from 'esbuild';
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor.js';
import { parseProtoFiles } from '../../../../src/node/protobuf/protoFiles.ts';
import { readProtobufSchema } from '../../../../src/node/protobuf/protobufSchema.ts';

const source = `syntax = "proto3"; package a.b;
  message M {
    string text = 1; repeated int64 list = 2; map<string, Inner> map = 3; E kind = 4;
    oneof body { Inner one = 5; bool two = 6; } optional uint32 maybe = 7; map<int32, E> kinds = 8;
    message Inner { bytes data_in = 1; sfixed64 n = 2; float f = 3; }
  }
  enum E { ZERO = 0; ONE = 1; }`;

function descriptorsOf(text: string): Uint8Array {
  const { root } = protobuf.parse(text, new protobuf.Root(), { keepCase: true });
  root.resolveAll();
  const withDescriptors = root as protobuf.Root & {
    toDescriptor(edition: string): protobuf.Message;
  };
  const message = withDescriptors.toDescriptor('proto3');
  return message.$type.encode(message).finish();
}

function encodedSet(file: object): Uint8Array {
  const set = descriptor.FileDescriptorSet;
  return set.encode(set.fromObject({ file: [file] })).finish();
}

describe('A set of descriptors', () => {
  it('gives the same table as the files that it was made of', async () => {
    const read = await readProtobufSchema({ path: 'x.binpb', descriptors: descriptorsOf(source) });
    const files = new Map([['x.proto', source]]);
    assert.deepEqual(read, parseProtoFiles({ roots: ['x.proto'], files }));
  });

  it('is read as protoc writes it, with full names of types', async () => {
    const { table } = await readProtobufSchema({
      path: 'x.binpb',
      descriptors: encodedSet({
        package: 'a',
        messageType: [
          {
            name: 'M',
            field: [
              { name: 'g', number: 1, label: 1, type: 10, typeName: '.a.M.G' },
              { name: 'o', number: 2, label: 1, type: 9, oneofIndex: 0, proto3Optional: true },
              { name: 'c', number: 3, label: 1, type: 9, oneofIndex: 1 },
            ],
            nestedType: [{ name: 'G' }],
            oneofDecl: [{ name: '_o' }, { name: 'choice' }],
          },
        ],
        extension: [{ name: 'more', number: 100, label: 3, type: 4, extendee: '.a.M' }],
      }),
    });
    assert.deepEqual(table, {
      'a.M': {
        '1': { name: 'g', type: 'group', message: 'a.M.G' },
        '2': { name: 'o', type: 'string' },
        '3': { name: 'c', type: 'string', oneof: 'choice' },
        '100': { name: '[a.more]', type: 'uint64', repeated: true },
      },
      'a.M.G': {},
    });
  });

  it('says where a file is none', async () => {
    const read = async (descriptors: Uint8Array) =>
      (await readProtobufSchema({ path: 'x.binpb', descriptors })).problems[0]?.message;
    assert.equal(
      await read(descriptorsOf(source).subarray(0, 50)),
      'This is no set of descriptors: truncated at byte 50',
    );
    assert.equal(
      await read(Buffer.from('0801', 'hex')),
      'This is no set of descriptors: mismatch at byte 0',
    );
  });
});

describe('The parser of .proto files', () => {
  it('is reached by the way that loads it late', async () => {
    const files = new Map([['x.proto', source]]);
    const { table } = await readProtobufSchema({ roots: ['x.proto'], files });
    assert.ok(table['a.b.M']);
  });

  it('is in a file of its own, with the library', async () => {
    const { metafile } = await build({
      absWorkingDir: fileURLToPath(new URL('../../../..', import.meta.url)),
      entryPoints: ['src/node/protobuf/protobufSchema.ts'],
      bundle: true,
      splitting: true,
      write: false,
      metafile: true,
      outdir: 'dist',
      platform: 'node',
      format: 'esm',
      logLevel: 'silent',
    });
    const filesWith = Object.entries(metafile.outputs)
      .filter(([, { inputs }]) => Object.keys(inputs).some(name => name.includes('/protobufjs/')))
      .map(([file]) => file);
    assert.equal(filesWith.length, 1);
    assert.ok(!filesWith.includes('dist/protobufSchema.js'));
  });
});
