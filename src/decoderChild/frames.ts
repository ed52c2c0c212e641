import { deserialize, serialize } from 'node:v8';

// As they are before a decoder runs.
const write = serialize;
const read = deserialize;

/** Before each message: how long it is, in little endian. */
export const frameHeadLength = 4;

/** A message as it goes through a pipe. Throws where it holds what cannot be copied, such as a function. */
export function frameOf(message: unknown): Uint8Array {
  const body = write(message);
  const frame = new Uint8Array(frameHeadLength + body.length);
  new DataView(frame.buffer).setUint32(0, body.length, true);
  frame.set(body, frameHeadLength);
  return frame;
}

/** How long the message behind a head is. */
export function bodyLengthOf(head: Uint8Array): number {
  return new DataView(head.buffer, head.byteOffset).getUint32(0, true);
}

/** @param body a copy of its own, which views in the message may share. Throws if it is none. */
export function messageIn(body: Uint8Array): unknown {
  return read(body);
}
