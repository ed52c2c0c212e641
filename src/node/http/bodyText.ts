import type { Transform } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';
import { maxAnswerBodyBytes } from './answerBody.ts';

const flush = { finishFlush: constants.Z_SYNC_FLUSH } as const;

/** By the name that a `Content-Encoding` has (RFC 9110, section 8.4.1). Each takes what was cut off. */
const decompressors: Readonly<Record<string, (body: Buffer) => Transform>> = {
  'gzip': () => createGunzip(flush),
  'x-gzip': () => createGunzip(flush),
  // Meant is zlib's form, but some send the bare one.
  'deflate': body =>
    ((body[0] ?? 0) & 0x0f) === 8 ? createInflate(flush) : createInflateRaw(flush),
  'br': () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH }),
  'zstd': () => createZstdDecompress({ finishFlush: constants.ZSTD_e_flush }),
};

/** More codings one upon another are no answer that anybody means to be read. */
const mostCodings = 3;

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
  const codings = (headers['content-encoding'] ?? '')
    .split(',')
    .map(coding => coding.trim().toLowerCase())
    .filter(coding => coding !== '' && coding !== 'identity');
  const isKnown = codings.every(coding => Object.hasOwn(decompressors, coding));
  const undo = isKnown && codings.length <= mostCodings ? codings : [];
  undone(undo, body, plain => done(decode(plain, charset)));
}

/** Undoes the codings, of which the last was applied last. */
function undone(codings: readonly string[], body: Buffer, done: (plain: Buffer) => void): void {
  const create = decompressors[codings.at(-1) ?? ''];
  if (!create || body.length === 0) {
    done(body);
    return;
  }
  decompress(create(body), body, plain => {
    if (plain.length > 0) {
      undone(codings.slice(0, -1), plain, done);
    } else {
      done(body);
    }
  });
}

function decompress(stream: Transform, body: Buffer, done: (plain: Buffer) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  let isOver = false;
  const finish = () => {
    if (!isOver) {
      isOver = true;
      stream.destroy();
      done(Buffer.concat(chunks).subarray(0, maxAnswerBodyBytes));
    }
  };
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= maxAnswerBodyBytes) {
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
