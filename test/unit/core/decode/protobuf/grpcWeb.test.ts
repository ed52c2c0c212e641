import assert from 'node:assert/strict';
import { it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { compressionDecoders } from '../../../../../src/core/decode/codecs/compression.ts';
import { Chain } from '../../../../../src/core/decode/chain.ts';
import { grpcWeb } from '../../../../../src/core/decode/protobuf/grpcWeb.ts';
import { protobufRaw } from '../../../../../src/core/decode/protobuf/protobufRaw.ts';
import { nativeInflate } from '../../../../../src/node/captureWorker/decoding/nativeInflate.ts';
import { bytesOf, readBytes, sessionOf } from '../../../../support/decode/readings.ts';
import { testHostile } from '../../../../support/decode/fuzz.ts';
import { testVectors, vectorFile } from '../../../../support/decode/vectors.ts';

testVectors(vectorFile('grpc-web'), () => [grpcWeb]);

it('hands what is compressed on to the next decoder', () => {
  const chain = new Chain([grpcWeb, protobufRaw]);
  const message = {
    seq: 0,
    direction: 'in',
    isText: false,
    bytes: bytesOf('01 00000002 0801'),
  } as const;
  const { reading } = chain.read(message, chain.begin({ url: '', subprotocol: '' }));
  assert.deepEqual([reading?.summary(), reading?.value?.()], ['compressed {"1":1}', '{"1":1}']);
});

it('says of trailers that they are compressed, and hands them on like a message', () => {
  const packed = gzipSync('grpc-status:0\r\n');
  const prefix = Buffer.from([0x81, 0, 0, 0, packed.length]);
  const bytes = Buffer.concat([prefix, packed]);
  const alone = readBytes(grpcWeb, bytes);
  assert.deepEqual(
    [alone.type, alone.summary(), alone.value],
    ['trailers', `${packed.length} bytes, compressed`, undefined],
  );
  const chain = new Chain([grpcWeb, ...compressionDecoders(nativeInflate).slice(0, 1)]);
  const message = { seq: 0, direction: 'in', isText: false, bytes } as const;
  const { layers } = chain.read(message, chain.begin({ url: '', subprotocol: '' }));
  assert.equal(layers.at(-1)?.decoder, 'gzip');
  assert.equal(layers.at(-1)?.reading.problem, undefined);
});

it('has a message in each frame, which may be empty', () => {
  assert.equal(readBytes(grpcWeb, '00 00000000').value?.(), '{}');
  assert.deepEqual(readBytes(grpcWeb, '').problem, { at: 0, is: 'empty' });
  assert.deepEqual(readBytes(grpcWeb, '00 00000002 00ff').problem, { at: 5, is: 'bad-tag' });
});

testHostile(grpcWeb, [sessionOf('00 00000002 0801 80 0000000f 677270632d7374617475733a300d0a')]);
