import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { HeaderLine } from '../../core/record/handshakeFacts.ts';
import type { Refusal } from '../../core/connection/wire/transport.ts';
import { fromWire } from './headerText.ts';

export const maxAnswerBodyBytes = 4096;
const longestWaitMs = 500;

/**
 * Reads the beginning of an answer's body, for half a second at most, and calls `done` once with
 * its bytes. Afterwards the stream is nobody's: destroy it.
 *
 * @param limit in bytes
 * @returns ends the reading without calling `done`
 */
export function readBody(
  stream: Readable,
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
    clearTimeout(timer);
    stream.off('data', onData);
    stream.off('end', finish);
    stream.off('close', finish);
  };
  const finish = () => {
    stop();
    done(Buffer.concat(chunks).subarray(0, limit));
  };
  const timer = setTimeout(finish, longestWaitMs);
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

/** As nginx, Go, Apache httpd and Tomcat put it. */
const wantsTls =
  /\bHTTP request (?:was )?sent to (?:an )?HTTPS\b|HTTP request to an HTTPS server|plain HTTP to an SSL-enabled|combination of host and port requires TLS/i;

/** Whether the body of an answer that was not encrypted says that it should have been. */
export function saysTlsIsWanted(body: string): boolean {
  return wantsTls.test(body);
}

/** An answer's headers, as Node has merged them. */
export function headersOf({ headers }: IncomingMessage): Refusal['headers'] {
  const entries = Object.entries(headers).map(([name, value]) => {
    return [name, fromWire(Array.isArray(value) ? value.join(', ') : (value ?? ''))] as const;
  });
  return Object.fromEntries(entries);
}

/** The same for headers that Node has not read. */
export function joinLines(lines: readonly HeaderLine[]): Refusal['headers'] {
  const headers: Record<string, string> = {};
  for (const [name, value] of lines) {
    const key = name.toLowerCase();
    const before = headers[key];
    headers[key] = before === undefined ? value : `${before}, ${value}`;
  }
  return headers;
}
