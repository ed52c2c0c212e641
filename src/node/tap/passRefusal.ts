import type { Socket } from 'node:net';
import type { HeaderLine } from '../../core/record/handshakeFacts.ts';
import { BodyEnd } from '../../core/tap/http/bodyEnd.ts';
import { maxAnswerBodyBytes } from '../http/answerBody.ts';

interface Refusal {
  /** As the client gets it. */
  readonly head: Buffer;
  readonly status: number;
  readonly headers: readonly HeaderLine[];
  /** What came of the body with the head. */
  readonly rest: Buffer;
}

/**
 * How the body of a refusal ended: where its framing says, with a FIN that may come too early, or in a way that the client can
 * know by a reset only.
 */
type RefusalEnd = 'whole' | 'ended' | 'broken';

/**
 * Passes on an answer other than 101 with its body, as fast as the client takes it, and drops the upstream.
 *
 * @param done is called once, with the beginning of the body
 * @returns breaks it off
 */
export function passRefusal(
  upstream: Socket,
  client: Socket,
  { head, status, headers, rest }: Refusal,
  done: (end: RefusalEnd, body: Buffer) => void,
): () => void {
  const bodyEnd = new BodyEnd(status, headers);
  const kept: Buffer[] = [];
  let keptLength = 0;
  let isDone = false;
  const finish = (end: RefusalEnd) => {
    if (!isDone) {
      isDone = true;
      upstream.destroy();
      done(end, Buffer.concat(kept).subarray(0, maxAnswerBodyBytes));
    }
  };
  const pass = (chunk: Buffer) => {
    const end = bodyEnd.read(chunk);
    const some = end === undefined ? chunk : chunk.subarray(0, end);
    if (keptLength < maxAnswerBodyBytes) {
      kept.push(some);
      keptLength += some.length;
    }
    if (!client.write(some)) {
      upstream.pause();
      client.once('drain', () => upstream.resume());
    }
    if (end !== undefined) {
      finish('whole');
    }
  };
  const breakOff = () => finish(bodyEnd.isOpen ? 'broken' : 'ended');
  client.write(head);
  if (bodyEnd.isEmpty) {
    finish('whole');
    return breakOff;
  }
  upstream.on('data', pass);
  upstream.on('end', () => finish('ended'));
  upstream.on('close', breakOff);
  if (rest.length > 0) {
    pass(rest);
  }
  upstream.resume();
  return breakOff;
}
