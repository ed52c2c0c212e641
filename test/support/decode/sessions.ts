import type { AnyDecoder } from '../../../src/core/decode/decoder.ts';
import { readVectors } from './vectors.ts';

type Said = readonly ['in' | 'out', message: unknown];

/** What is known of each message of a session, as vectors write it; what is no text is sent as JSON. */
export function readSession(
  decoders: readonly AnyDecoder[],
  messages: readonly Said[],
  subprotocol = '',
): readonly Readonly<Record<string, unknown>>[] {
  const session = {
    name: 'a session',
    connection: { url: 'wss://example.com/ws', subprotocol },
    messages: messages.map(([dir, message], index) => ({
      dir,
      at: 10 * index,
      text: typeof message === 'string' ? message : JSON.stringify(message),
      expect: {},
    })),
  };
  return readVectors(session, decoders) as Readonly<Record<string, unknown>>[];
}

/** The summaries of a session, one a message. */
export function summariesOf(
  decoders: readonly AnyDecoder[],
  messages: readonly Said[],
  subprotocol?: string,
): readonly unknown[] {
  return readSession(decoders, messages, subprotocol).map(({ summary }) => summary);
}
