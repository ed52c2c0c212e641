import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { packings } from '../../../../../src/core/decode/detect/packings.ts';
import { decoderTable } from '../../../../../src/core/decode/registry/decoders.ts';
import {
  decodeSelection,
  selectionReaders,
} from '../../../../../src/core/decode/registry/selection.ts';
import { nativeInflate } from '../../../../../src/node/captureWorker/decoding/nativeInflate.ts';

const decoders = { table: decoderTable(nativeInflate), packings: packings(nativeInflate) };
const json = '{"a":1,"b":[true,"x"]}';
const selectionOf = (content: string | Uint8Array) => ({
  direction: 'in' as const,
  bytes: typeof content === 'string' ? Buffer.from(content) : content,
});
const readersOf = (content: string | Uint8Array) =>
  selectionReaders(selectionOf(content), decoders);
const read = (content: string | Uint8Array, ...use: readonly string[]) => {
  const decoded = decodeSelection(selectionOf(content), use, decoders);
  return decoded && { ...decoded, as: decoded.layers.map(({ name }) => name).join() };
};

describe('A selection', () => {
  it('is offered first to what reads it to its end', () => {
    const first = (content: string | Uint8Array) => readersOf(content)[0];
    assert.equal(first(json), 'json');
    assert.equal(first('{"jsonrpc":"2.0","method":"a","id":1}'), 'jsonrpc');
    assert.equal(first(gzipSync(json)), 'gzip');
    assert.equal(first(deflateSync(json)), 'zlib');
    assert.equal(first(deflateRawSync(json)), 'deflate');
    assert.equal(first(brotliCompressSync(json)), 'brotli');
    assert.equal(first(gzipSync(json).toString('base64')), 'base64');
    assert.equal(first(Buffer.from('82a16101a16202', 'hex')), 'msgpack');
    assert.equal(first(Buffer.from('a1616101', 'hex')), 'cbor');
    assert.equal(first(Buffer.from('0a036162631005', 'hex')), 'protobuf-raw');
  });

  it('is offered to nobody who only finds a beginning, or anything at all', () => {
    assert.deepEqual(readersOf(gzipSync(json).subarray(0, 30)), []);
    assert.deepEqual(readersOf(Buffer.from('ff0102c1fe', 'hex')), []);
    assert.deepEqual(readersOf(''), []);
    assert.ok(!readersOf('hello world').includes('base64'));
  });

  it('is read on by itself for as long as it is certain what it is', () => {
    const packed = gzipSync(json);
    assert.equal(read(packed.toString('base64'), 'base64')?.as, 'base64,gzip,json');
    assert.equal(read(gzipSync(packed), 'gzip')?.as, 'gzip,gzip,json');
    assert.equal(read(packed.toString('base64url'), 'base64')?.records[0]?.value, json);
    assert.equal(read(json, 'json')?.as, 'json');
  });

  it('leaves what nobody certainly reads, to be selected again', () => {
    const words = read(gzipSync('hello, world'), 'gzip');
    assert.equal(words?.as, 'gzip');
    assert.deepEqual(words.rest, {
      isText: true,
      bytes: new Uint8Array(Buffer.from('hello, world')),
      byteLength: 12,
    });
    const value = Buffer.from('82a16101a16202', 'hex');
    const bytes = read(value.toString('base64'), 'base64');
    assert.deepEqual([bytes?.rest?.isText, bytes?.rest?.byteLength], [false, 7]);
    assert.equal(read(bytes?.rest?.bytes ?? '', 'msgpack')?.records[0]?.value, '{"a":1,"b":2}');
  });

  it('says where a decoder could not go on, with what it read before', () => {
    const cut = read(gzipSync(json).subarray(0, 30), 'gzip');
    assert.deepEqual(cut?.records[0]?.problem, { at: 30, is: 'truncated' });
    assert.ok(json.startsWith(Buffer.from(cut.rest?.bytes ?? []).toString()));
    assert.deepEqual(read('{"a":', 'json')?.records[0]?.problem, { at: 5, is: 'bad-json' });
    assert.equal(read('[1]', 'no such decoder'), undefined);
  });

  it('has fields that count in the bytes that they were read from', () => {
    const decoded = read(gzipSync(Buffer.from('82a16101a16202', 'hex')), 'gzip', 'msgpack');
    assert.equal(decoded?.fieldsLayer, 1);
    assert.deepEqual(
      decoded.records[0]?.fields?.map(([path, begin, end]) => [path, begin, end]),
      [
        ['$', 0, 7],
        ['$.a', 3, 4],
        ['$.b', 6, 7],
      ],
    );
  });

  it('of any bytes is read by any decoder without an exception', () => {
    const names = [...decoders.table.keys()];
    const bytes = fc.uint8Array({ maxLength: 64 });
    fc.assert(
      fc.property(bytes, fc.constantFrom(...names), (content, name) => {
        readersOf(content);
        const decoded = read(content, name);
        assert.ok(decoded === undefined || decoded.records.length > 0);
      }),
      { numRuns: 200 },
    );
  });
});
