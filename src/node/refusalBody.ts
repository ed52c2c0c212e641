import type { Readable } from 'node:stream';

export const longestBody = 4096;
const longestWaitMs = 500;

/**
 * Reads the beginning of an answer's body, for half a second at most, and calls `done` once with
 * it. Afterwards the stream is nobody's: destroy it.
 *
 * @param limit in bytes
 * @returns ends the reading without calling `done`
 */
export function readBody(
  stream: Readable,
  done: (body: string) => void,
  limit = longestBody,
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
    // As a stream, so that a character that was cut in two is left out.
    const bytes = Buffer.concat(chunks).subarray(0, limit);
    done(new TextDecoder().decode(bytes, { stream: true }));
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
