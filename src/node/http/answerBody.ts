import type { Readable, Transform } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';
import type { Clock } from '../../core/base/clock.ts';
import type { JoinedHeaders } from './headerText.ts';

/** The maximum number of bytes of an answer's body that are read, and kept after decompression. */
export const maxAnswerBodyBytes = 4096;
const maxWaitMs = 500;

/**
 * Reads the beginning of an answer's body for half a second at most, then calls `done` once. After
 * that the caller must destroy the stream.
 *
 * @param limit in bytes
 * @returns stops reading without calling `done`
 */
export function readBody(
  stream: Readable,
  clock: Clock,
  done: (body: Buffer) => void,
  limit = maxAnswerBodyBytes,
): () => void {
  const chunks: Buffer[] = [];
  let length = 0;
  const onData = (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= limit) {
      finish();
    }
  };
  const stop = () => {
    timer.dispose();
    stream.off('data', onData);
    stream.off('end', finish);
    stream.off('close', finish);
  };
  const finish = () => {
    stop();
    done(Buffer.concat(chunks).subarray(0, limit));
  };
  const timer = clock.schedule(maxWaitMs, finish);
  if (limit === 0 || stream.readableEnded || stream.destroyed) {
    queueMicrotask(finish);
  } else {
    stream.on('error', () => undefined);
    stream.on('data', onData);
    stream.on('end', finish);
    stream.on('close', finish);
    stream.resume();
  }
  return stop;
}

const flush = { finishFlush: constants.Z_SYNC_FLUSH } as const;

/** By the names of `Content-Encoding` (RFC 9110, section 8.4.1). Each accepts a body that was cut off. */
const decompressors: Readonly<Record<string, (body: Buffer) => Transform>> = {
  'gzip': () => createGunzip(flush),
  'x-gzip': () => createGunzip(flush),
  // The name means the format of zlib, but some servers send bare deflate.
  'deflate': body =>
    ((body[0] ?? 0) & 0x0f) === 8 ? createInflate(flush) : createInflateRaw(flush),
  'br': () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH }),
  'zstd': () => createZstdDecompress({ finishFlush: constants.ZSTD_e_flush }),
};

/** A body with more nested codings is not decoded. */
const maxCodings = 3;

/**
 * Calls `done` with the text of a body, or as much of it as can be read: the beginning of a body that
 * is cut off or damaged, and the body itself if it is not compressed after all.
 */
export function readBodyText(
  body: Buffer,
  headers: JoinedHeaders,
  done: (text: string) => void,
): void {
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(headers['content-type'] ?? '')?.[1];
  const codings = (headers['content-encoding'] ?? '')
    .split(',')
    .map(coding => coding.trim().toLowerCase())
    .filter(coding => coding !== '' && coding !== 'identity');
  const isKnown = codings.every(coding => Object.hasOwn(decompressors, coding));
  const undo = isKnown && codings.length <= maxCodings ? codings : [];
  undone(undo, body, plain => done(decode(plain, charset)));
}

/** Undoes the codings; the last was applied last. */
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

/** Decodes as a stream, so that a character that is cut in two at the end is left out. */
function decode(bytes: Buffer, charset = 'utf-8'): string {
  try {
    return new TextDecoder(charset).decode(bytes, { stream: true });
  } catch {
    return new TextDecoder().decode(bytes, { stream: true }); // No such charset.
  }
}

/** The error texts of nginx, Go, Apache httpd and Tomcat. */
const wantsTls =
  /\bHTTP request (?:was )?sent to (?:an )?HTTPS\b|HTTP request to an HTTPS server|plain HTTP to an SSL-enabled|combination of host and port requires TLS/i;

/** Whether the body of an unencrypted answer states that the port expects TLS. */
export function saysTlsIsWanted(body: string): boolean {
  return wantsTls.test(body);
}
