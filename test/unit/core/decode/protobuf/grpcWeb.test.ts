import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Chain } from '../../../../../src/core/decode/chain.ts';
import { grpcWeb } from '../../../../../src/core/decode/protobuf/grpcWeb.ts';
import { protobufRaw } from '../../../../../src/core/decode/protobuf/protobufRaw.ts';
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

it('has a message in each frame, which may be empty', () => {
  assert.equal(readBytes(grpcWeb, '00 00000000').value?.(), '{}');
  assert.deepEqual(readBytes(grpcWeb, '').problem, { at: 0, is: 'empty' });
  assert.deepEqual(readBytes(grpcWeb, '00 00000002 00ff').problem, { at: 5, is: 'bad-tag' });
});

testHostile(grpcWeb, [sessionOf('00 00000002 0801 80 0000000f 677270632d7374617475733a300d0a')]);
