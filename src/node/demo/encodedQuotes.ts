import { gzipSync } from 'node:zlib';
import { every, type Serve } from './serve.ts';
import { protobufQuote } from './protobufQuote.ts';
import { quotes, type Quote } from './quotes.ts';

const intervalMs = 200;

/** Quotes as messages of Protobuf, one in each. */
export const protobuf: Serve = sendEach(protobufQuote);

/** Quotes as JSON that is compressed. */
export const gzip: Serve = sendEach(quote => gzipSync(JSON.stringify(quote)));

function sendEach(encode: (quote: Quote) => Uint8Array): Serve {
  return socket => {
    const next = quotes();
    return every(intervalMs, () => socket.send(encode(next())));
  };
}
