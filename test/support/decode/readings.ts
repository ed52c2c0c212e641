import type { AnyDecoder } from '../../../src/core/decode/decoder.ts';
import { Chain } from '../../../src/core/decode/chain.ts';
import type { Reading } from '../../../src/core/decode/reading.ts';
import type { VectorSession } from './vectors.ts';

/** What a decoder says of one binary message by itself. */
export function readBytes(
  decoder: AnyDecoder,
  bytes: Uint8Array | string,
  direction: 'in' | 'out' = 'in',
): Reading {
  const chain = new Chain([decoder]);
  const contexts = chain.begin({ url: 'wss://example.com/ws', subprotocol: '' });
  const content = typeof bytes === 'string' ? bytesOf(bytes) : bytes;
  const { reading } = chain.read({ seq: 0, direction, bytes: content, isText: false }, contexts);
  if (!reading) {
    throw new Error('The decoder reads no bytes.');
  }
  return reading;
}

/** @param hex digits, which may have spaces between them */
export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

/** A session of messages of the server that were written as digits, for tests of what happens to them when they are changed. */
export function sessionOf(...messages: readonly string[]): VectorSession {
  return {
    name: 'samples',
    messages: messages.map(hex => ({ dir: 'in', hex: hex.replaceAll(' ', ''), expect: {} })),
  };
}
