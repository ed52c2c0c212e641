import type { Socket } from 'node:net';
import type { Disposable } from '../../core/base/lifecycle.ts';
import type { FrameFacts } from '../../core/record/frameFacts.ts';
import { type ClosingFrame, FrameHeaders } from '../../core/connection/wire/frameHeaders.ts';

/** Reads the frames' headers on a socket that `ws` reads. */
export interface FrameTap extends Disposable {
  /** To be called once for each message, in order: how it came, where there is something to tell. */
  next(): FrameFacts | undefined;
  /** The peer's close frame, where it came and all messages before it were told of. */
  readonly closing: ClosingFrame | undefined;
}

/**
 * @param onInput told of each chunk before `ws` reads it
 *
 * Must be called while `ws` reports that it is open: its own listener is there then, and no byte has
 * been delivered yet, not even those that came with the handshake's answer. The tap hears each chunk
 * before `ws` does, and only listens: to put a listener in front does not make a stream flow.
 */
export function tapFrames(socket: Socket, onInput: () => void): FrameTap {
  const headers = new FrameHeaders();
  const listen = (chunk: Uint8Array) => {
    onInput();
    headers.read(chunk, performance.now());
  };
  socket.prependListener('data', listen);
  return {
    next: () => headers.next(),
    get closing() {
      return headers.closing;
    },
    dispose: () => void socket.removeListener('data', listen),
  };
}
