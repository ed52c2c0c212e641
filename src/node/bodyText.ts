import type { Transform } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
} from 'node:zlib';
import { longestBody } from './refusal.ts';

const flush = { finishFlush: constants.Z_SYNC_FLUSH } as const;

/** By the name that a `Content-Encoding` has (RFC 9110, section 8.4.1). Each takes what was cut off. */
const decompressors: Readonly<Record<string, (body: Buffer) => Transform>> = {
  'gzip': () => createGunzip(flush),
  'x-gzip': () => createGunzip(flush),
  // Meant is zlib's form, but some send the bare one.
  'deflate': body =>
    ((body[0] ?? 0) & 0x0f) === 8 ? createInflate(flush) : createInflateRaw(flush),
  'br': () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH }),
};

/**
 * Calls `done` with the text of a body, as much of it as can be read: what is cut off or damaged tells
 * its beginning still, and what is not compressed after all tells itself.
 *
 * @param headers by lower-case name
 */
export function readBodyText(
  body: Buffer,
  headers: Readonly<Record<string, string>>,
  done: (text: string) => void,
): void {
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(headers['content-type'] ?? '')?.[1];
  const encoding = (headers['content-encoding'] ?? '').trim().toLowerCase();
  const create = Object.hasOwn(decompressors, encoding) ? decompressors[encoding] : undefined;
  if (!create || body.length === 0) {
    done(decode(body, charset));
    return;
  }
  decompress(create(body), body, plain => done(decode(plain.length > 0 ? plain : body, charset)));
}

function decompress(stream: Transform, body: Buffer, done: (plain: Buffer) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  let isOver = false;
  const finish = () => {
    if (!isOver) {
      isOver = true;
      stream.destroy();
      done(Buffer.concat(chunks).subarray(0, longestBody));
    }
  };
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= longestBody) {
      finish();
    }
  });
  stream.on('end', finish);
  stream.on('error', finish);
  stream.end(body);
}

/** As a stream, so that a character that was cut in two is left out. */
function decode(bytes: Buffer, charset = 'utf-8'): string {
  try {
    return new TextDecoder(charset).decode(bytes, { stream: true });
  } catch {
    return new TextDecoder().decode(bytes, { stream: true }); // No such charset.
  }
}
