import { readSync, writeSync } from 'node:fs';
import { endProcess } from './confine.ts';
import { bodyLengthOf, frameHeadLength, frameOf, messageIn } from './frames.ts';
import { answerFd, requestFd, type FromChild, type ToChild } from './protocol.ts';

// As they are before the decoder runs. What it does to the modules of Node does not concern them.
const read = readSync;
const write = writeSync;
const wait = Atomics.wait.bind(Atomics);
const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));

/** Messages that are not written yet. */
let waiting: Uint8Array[] = [];

/** The next request; waits for it, without any work. `undefined` once nobody asks any more. */
export function nextRequest(): ToChild | undefined {
  const head = readWhole(frameHeadLength);
  const body = head && readWhole(bodyLengthOf(head));
  return body && (messageIn(body) as ToChild);
}

/** Throws if it cannot be copied. */
export function tell(message: FromChild): void {
  tellFrame(frameOf(message));
}

export function tellFrame(frame: Uint8Array): void {
  waiting[waiting.length] = frame;
}

/**
 * Writes what was told. It must not be interrupted, or what is written is torn. Ends the process where nobody
 * reads it any more.
 */
export function flush(): void {
  const frames = waiting;
  waiting = [];
  try {
    writeAll(frames);
  } catch {
    endProcess();
  }
}

function writeAll(frames: readonly Uint8Array[]): void {
  for (const frame of frames) {
    let at = 0;
    while (at < frame.length) {
      at += attempt(() => write(answerFd, frame, at));
    }
  }
}

function readWhole(length: number): Uint8Array | undefined {
  const bytes = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    const count = attempt(() => read(requestFd, bytes, at, length - at, null));
    if (count === 0) {
      return undefined;
    }
    at += count;
  }
  return bytes;
}

/** A decoder that makes a stream of the pipe makes it one that does not wait. */
function attempt(transfer: () => number): number {
  for (;;) {
    try {
      return transfer();
    } catch (error) {
      const { code } = error as { readonly code?: unknown };
      if (code === 'EOF') {
        return 0;
      }
      if (code !== 'EAGAIN') {
        throw error;
      }
      wait(nobodyWakes, 0, 0, 5);
    }
  }
}
