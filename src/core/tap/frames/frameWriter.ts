import { maskPayload } from './maskPayload.ts';

/** Fills the array with random bytes that nobody can foresee (RFC 6455, section 5.3). */
export type FillRandom = (bytes: Uint8Array) => void;

const Opcode = { Continuation: 0, Text: 1, Binary: 2, Close: 8 } as const;
export type FrameKind = keyof typeof Opcode;

const maskByteLength = 4;
/** RFC 6455, section 5.5: a code of two bytes and a reason. */
const maxReasonByteLength = 123;

const encoder = new TextEncoder();

/**
 * A frame (RFC 6455, section 5.2). The payload is copied.
 *
 * @param fillRandom makes the key of a masked frame, as a client must send it; absent: unmasked
 */
export function writeFrame(
  kind: FrameKind,
  payload: Uint8Array,
  fillRandom: FillRandom | undefined,
  isLast = true,
): Uint8Array {
  const { length } = payload;
  const lengthBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const keyAt = 2 + lengthBytes;
  const begin = keyAt + (fillRandom ? maskByteLength : 0);
  // In whole words, for the mask.
  const memory = new ArrayBuffer((begin + length + 3) & ~3);
  const frame = new Uint8Array(memory, 0, begin + length);
  const view = new DataView(memory);
  frame[0] = (isLast ? 0x80 : 0) | Opcode[kind];
  frame[1] = (fillRandom ? 0x80 : 0) | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (lengthBytes === 2) {
    view.setUint16(2, length);
  } else if (lengthBytes === 8) {
    view.setBigUint64(2, BigInt(length));
  }
  frame.set(payload, begin);
  if (fillRandom) {
    fillRandom(frame.subarray(keyAt, begin));
    maskPayload(frame, new Uint32Array(memory), begin, frame.length, frame, keyAt, 0);
  }
  return frame;
}

/** The payload of a close frame; the reason is cut to what fits, between two characters. */
export function closePayload(code: number, reason: string): Uint8Array {
  const payload = new Uint8Array(2 + maxReasonByteLength);
  new DataView(payload.buffer).setUint16(0, code);
  const { written } = encoder.encodeInto(reason, payload.subarray(2));
  return payload.subarray(0, 2 + written);
}
