import type { Socket } from 'node:net';
import type { Disposable } from '../../core/base/lifecycle.ts';
import type { FrameFacts } from '../../core/record/frameFacts.ts';
import { type ClosingFrame, FrameHeaders } from '../../core/connection/wire/frameHeaders.ts';

/** Reads the headers of frames on a socket that `ws` reads. */
interface FrameTap extends Disposable {
  /** Must be called once for each message, in order; `undefined` if its frames are not remarkable. */
  next(): FrameFacts | undefined;
  /** The peer's close frame, if it was received and all messages before it were reported. */
  readonly closing: ClosingFrame | undefined;
}

/**
 * Must be called while `ws` emits 'open': `ws` has added its listener then, and no byte has been
 * delivered yet, not even those that came with the handshake's answer. The tap receives each chunk
 * before `ws` does. It does not make the stream flow, since `prependListener` does not.
 *
 * @param onInput called for each chunk before `ws` reads it
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
