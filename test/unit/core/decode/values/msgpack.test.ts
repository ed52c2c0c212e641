import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decode, encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { Layer } from '../../../../../src/core/decode/layer.ts';
import { msgpack, readMsgpack } from '../../../../../src/core/decode/values/msgpack.ts';
import { testHostile } from '../../../../support/decode/fuzz.ts';
import { testVectors, vectorFile } from '../../../../support/decode/vectors.ts';

const vectors = vectorFile('msgpack');
testVectors(vectors, () => [msgpack]);
testHostile(msgpack, vectors.sessions);

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const valueOf = (hex: string) => readMsgpack(bytesOf(hex)).value();

describe('readMsgpack', () => {
  it('reads what @msgpack/msgpack writes', () => {
    // The library refuses a name.
    const value = fc.jsonValue().filter(each => !JSON.stringify(each).includes('"__proto__":'));
    fc.assert(
      fc.property(value, each => {
        const bytes = encode(each);
        const reading = readMsgpack(bytes);
        assert.equal(reading.problem, undefined);
        assert.equal(reading.end, bytes.length);
        assert.deepEqual(JSON.parse(reading.value()), decode(bytes));
      }),
    );
  });

  it('reads a part of the bytes, and counts offsets in all of them', () => {
    const reading = readMsgpack(bytesOf('ff92a16101ff'), 1, 5);
    assert.equal(reading.value(), '["a",1]');
    assert.equal(reading.end, 5);
    assert.deepEqual(reading.fields(), [
      ['$', 1, 5, 'array', '2 items'],
      ['$[0]', 2, 4, 'str', '"a"'],
      ['$[1]', 4, 5, 'int', '1'],
    ]);
    assert.deepEqual(readMsgpack(bytesOf('ff92a16101ff'), 1, 4).problem, {
      at: 4,
      is: 'truncated',
    });
  });

  it('keeps every name', () => {
    assert.equal(
      valueOf('82a95f5f70726f746f5f5f01a95f5f70726f746f5f5f02'),
      '{"__proto__":1,"__proto__":2}',
    );
  });

  it('names what is below keys of all kinds', () => {
    const reading = readMsgpack(bytesOf('84920102a161c40101a162c002a163cb3ff800000000000003'));
    assert.equal(
      reading.value(),
      '{"$map":[[[1,2],"a"],[{"$bytes":"AQ=="},"b"],[null,2],["c",1.5]]}',
    );
    assert.deepEqual(
      reading.fields().map(([path]) => path),
      ['$', '$["[1,2]"]', '$["{\\"$bytes\\":\\"AQ==\\"}"]', '$.null', '$.c'],
    );
  });

  it('writes the times that a calendar knows', () => {
    const times: Readonly<Record<string, string>> = {
      d6ffffffffff: '{"$time":"2106-02-07T06:28:15Z"}',
      c70cff00000001fffffffffffffff0: '{"$time":"1969-12-31T23:59:44.000000001Z"}',
      c70cff3b9aca000000000000000000: '{"$ext":-1,"$bytes":"O5rKAAAAAAAAAAAA"}',
      c70cff000000007fffffffffffffff: '{"$ext":-1,"$bytes":"AAAAAH//////////"}',
      c705ff0000000000: '{"$ext":-1,"$bytes":"AAAAAAA="}',
    };
    for (const [hex, json] of Object.entries(times)) {
      assert.equal(valueOf(hex), json);
    }
  });

  it('warns of text that is not UTF-8', () => {
    const reading = readMsgpack(bytesOf('92a161a3ff6162'));
    assert.deepEqual(reading.problem, { at: 4, is: 'bad-utf8' });
    assert.equal(reading.severity, 'warning');
    assert.equal(reading.value(), '["a","\ufffdab"]');
    // The next value goes on as the character would.
    assert.deepEqual(readMsgpack(bytesOf('92a1c3a9ffffffffffffffffff')).problem, {
      at: 2,
      is: 'bad-utf8',
    });
  });

  it('reads to a limit of depth', () => {
    const nested = (depth: number) => Uint8Array.from([...Array<number>(depth).fill(0x91), 1]);
    assert.equal(readMsgpack(nested(128)).problem, undefined);
    assert.deepEqual(readMsgpack(nested(129)).problem, { at: 128, is: 'too-deep' });
    assert.deepEqual(readMsgpack(nested(1_000_000)).problem, { at: 128, is: 'too-deep' });
  });

  it('reads to a limit of values', () => {
    const bytes = new Uint8Array(1_000_006);
    bytes.set([0xdd, 0, 0x0f, 0x42, 0x41]);
    assert.deepEqual(readMsgpack(bytes).problem, { at: 1_000_004, is: 'too-long' });
  });

  it('tells a limited number of fields, whose containers end where they end', () => {
    const bytes = new Uint8Array(5 + 20_001);
    bytes.set([0x92, 0xdc, 0x4e, 0x20]);
    const fields = readMsgpack(bytes).fields();
    assert.equal(fields.length, 10_000);
    assert.deepEqual(fields.slice(0, 2), [
      ['$', 0, 20_005, 'array', '2 items'],
      ['$[0]', 1, 20_004, 'array', '20000 items'],
    ]);
  });

  it('keeps the paths below long names short together', () => {
    const name = new Uint8Array(60_000);
    const bytes = Uint8Array.from([0x81, 0xda, 0xea, 0x60, ...name, 0xdc, 0x4e, 0x20, ...name]);
    const length = readMsgpack(bytes)
      .fields()
      .reduce((sum, [path]) => sum + path.length, 0);
    assert.ok(length < 5_000_000, String(length));
  });

  it('shows what was read before a problem', () => {
    const reading = readMsgpack(bytesOf('86a165a57472616465a173'));
    assert.equal(reading.summary(), '{"e":"trade","s"…');
    assert.deepEqual(reading.fields(), [
      ['$', 0, 11, 'map', '1 entry'],
      ['$.e', 3, 9, 'str', '"trade"'],
    ]);
  });

  it('shows how many bytes there are where nothing could be read', () => {
    const summaries = ['c1', 'cf0000', ''].map(hex => readMsgpack(bytesOf(hex)).summary());
    assert.deepEqual(summaries, ['1 byte', '3 bytes', '0 bytes']);
  });

  it('makes no more of a long value than a summary shows', () => {
    const bytes = new Uint8Array(10_000_005).fill(0x61);
    bytes.set([0xdb, 0, 0x98, 0x96, 0x80]);
    assert.equal(readMsgpack(bytes).summary(), `"${'a'.repeat(510)}…`);
  });
});

describe('msgpack', () => {
  it('says what follows a value', () => {
    const { problem, severity, value } = msgpack.read(Layer.ofBytes(bytesOf('0102')), undefined, {
      seq: 0,
      direction: 'in',
    });
    assert.deepEqual([problem, severity, value], [{ at: 1, is: 'trailing' }, 'error', undefined]);
  });
});
