import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseProtoFiles } from '../../../../src/node/protobuf/protoFiles.ts';

const parse = (files: Readonly<Record<string, string>>, includes: readonly string[] = []) =>
  parseProtoFiles({
    roots: [Object.keys(files)[0] ?? ''],
    files: new Map(Object.entries(files)),
    includes,
  });
const placesOf = (files: Readonly<Record<string, string>>) =>
  parse(files).problems.map(
    ({ path, line, column, message }) => `${path}:${line}:${column}: ${message}`,
  );

describe('The table of .proto files', () => {
  it('has every field with what its bytes mean', () => {
    const source = `syntax = "proto3"; package a.b;
      message M {
        string text = 1; repeated int64 list = 2; map<string, Inner> map = 3; E kind = 4;
        oneof body { Inner one = 5; bool two = 6; } optional uint32 maybe = 7;
        message Inner { bytes data_in = 1; }
      }
      enum E { ZERO = 0; ONE = 1; }
      service S { rpc Call(M) returns (M); }`;
    assert.deepEqual(parse({ 'x.proto': source }), {
      problems: [],
      missing: [],
      table: {
        'a.b.M': {
          '1': { name: 'text', type: 'string' },
          '2': { name: 'list', type: 'int64', repeated: true },
          '3': { name: 'map', type: 'message', message: 'a.b.M.Inner', map: true, key: 'string' },
          '4': { name: 'kind', type: 'enum', values: { '0': 'ZERO', '1': 'ONE' } },
          '5': { name: 'one', type: 'message', message: 'a.b.M.Inner', oneof: 'body' },
          '6': { name: 'two', type: 'bool', oneof: 'body' },
          '7': { name: 'maybe', type: 'uint32' },
        },
        'a.b.M.Inner': { '1': { name: 'data_in', type: 'bytes' } },
      },
    });
  });

  it('has groups, extensions, and messages that editions delimit', () => {
    const proto2 = `syntax = "proto2"; package p;
      message M { optional group Part = 1 { optional int32 n = 1; } extensions 100 to 200; }
      extend M { optional string more = 100; }`;
    const { table } = parse({ 'x.proto': proto2 });
    assert.deepEqual(table['p.M'], {
      '1': { name: 'part', type: 'group', message: 'p.M.Part' },
      '100': { name: '[p.more]', type: 'string' },
    });
    const edition = `edition = "2023"; message M { M inner = 1 [features.message_encoding = DELIMITED]; }`;
    assert.equal(parse({ 'x.proto': edition }).table['M']?.['1']?.type, 'group');
  });

  it('finds imports beside the file, then in the folders to include, then the bundled ones', () => {
    const files = {
      'proto/x.proto': `syntax = "proto3"; import "y.proto"; import "lib/z.proto"; import "google/protobuf/any.proto";
        import "google/protobuf/descriptor.proto";
        message X { Y y = 1; Z z = 2; google.protobuf.Any any = 3; google.protobuf.FileDescriptorSet set = 4; }`,
      'proto/y.proto': 'syntax = "proto3"; import "x.proto"; message Y { X x = 1; }',
      'third/lib/z.proto': 'syntax = "proto3"; message Z {}',
    };
    const { table, problems, missing } = parse(files, ['third']);
    assert.deepEqual([problems, missing], [[], []]);
    assert.equal(table['Y']?.['1']?.message, 'X');
    assert.ok(table['google.protobuf.Any']);
  });

  it('leaves options of others alone', () => {
    const source = `syntax = "proto3"; import "google/protobuf/descriptor.proto";
      extend google.protobuf.FieldOptions { string note = 50000; }
      extend nowhere.Type { string lost = 1; }
      message M { string s = 1 [(note) = "x", (validate.rules).string = { min_len: 1 }]; }`;
    assert.deepEqual(placesOf({ 'x.proto': source }), []);
  });
});

describe('Problems of .proto files', () => {
  it('say where they are', () => {
    assert.deepEqual(placesOf({ 'x.proto': 'syntax = "proto3";\nmessage M {\n  string = 1;\n}' }), [
      "x.proto:3:10: illegal name '='",
    ]);
    assert.deepEqual(
      placesOf({ 'x.proto': 'syntax = "proto3";\n\nimport "gone.proto";\nmessage M {}' }),
      ['x.proto:3:9: The import gone.proto was not found.'],
    );
    assert.deepEqual(
      placesOf({
        'x.proto': 'syntax = "proto3";\nmessage M {\n  string ok = 1;\n  a.Gone gone = 2;\n}',
      }),
      ['x.proto:4:3: There is no type a.Gone.'],
    );
    assert.deepEqual(
      placesOf({ 'x.proto': 'message M {\n  optional int32 a = 1;\n  optional int32 a = 2;\n}' }),
      ["x.proto:3:18: duplicate name 'a' in Type M"],
    );
  });

  it('say it in short, also of numbers that come twice, and at the end', () => {
    const rest = 'message N {\n  string n = 1;\n}';
    const numbers = `syntax = "proto3";\n${rest}\nmessage M {\n  string a = 1;\n  string b = 1;\n}`;
    assert.deepEqual(placesOf({ 'x.proto': numbers }), ['x.proto:7:14: duplicate id 1 in Type M']);
    const alias = 'syntax = "proto3";\nenum E { A = 0; B = 0; }';
    assert.deepEqual(placesOf({ 'x.proto': alias }), ['x.proto:2:21: duplicate id 0 in Enum E']);
    const missing = 'syntax = "proto3";\nmessage M {\n  string a = 1\n  string b = 2;\n}';
    assert.deepEqual(placesOf({ 'x.proto': missing }), [
      "x.proto:4:3: illegal token 'string', ';' expected",
    ]);
    assert.deepEqual(placesOf({ 'x.proto': 'syntax = "proto3";\nmessage M {\n' }), [
      'x.proto:3:1: illegal end of input',
    ]);
  });

  it('are not those of services, whose messages may be nowhere', () => {
    const source = `syntax = "proto3"; package p; service S { rpc A (gone.Request) returns (M); }
      message M { Sub sub = 1; message Sub { int32 n = 1; } }`;
    const { table, problems } = parse({ 'x.proto': source });
    assert.deepEqual(problems, []);
    assert.deepEqual(table['p.M']?.['1'], { name: 'sub', type: 'message', message: 'p.M.Sub' });
  });

  it('leave the rest of the schema readable', () => {
    const { table, missing } = parse({
      'a/x.proto':
        'syntax = "proto3"; import "gone.proto"; message M { Gone g = 1; string s = 2; }',
    });
    assert.deepEqual(table['M'], { '2': { name: 's', type: 'string' } });
    assert.deepEqual(missing, [['a/gone.proto']]);
  });

  it('are there if a file itself is missing', () => {
    const { problems, missing } = parseProtoFiles({ roots: ['x.proto'], files: new Map() });
    assert.deepEqual(missing, [['x.proto']]);
    assert.equal(problems[0]?.path, 'x.proto');
  });

  it('are told of files that are nested without end', () => {
    const deep = `syntax = "proto3"; ${'message M {'.repeat(10_000)}${'}'.repeat(10_000)}`;
    assert.equal(placesOf({ 'x.proto': deep }).length, 1);
  });
});
