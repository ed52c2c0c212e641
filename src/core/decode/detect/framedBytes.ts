import type { Fit } from './shape.ts';

interface Varint {
  readonly value: number;
  readonly end: number;
}

/** Seven bits in each byte, the lowest first; `undefined` if it has no end. @param maxLength in bytes */
function varint(bytes: Uint8Array, begin: number, maxLength: number): Varint | undefined {
  let value = 0;
  for (let index = 0; index < maxLength; index++) {
    const byte = bytes[begin + index];
    if (byte === undefined) {
      return undefined;
    }
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) {
      return { value, end: begin + index + 1 };
    }
  }
  return undefined;
}

/** A message on the wire (protobuf.dev, "Encoding") that ends with its bytes; groups are too rare to count. */
export function looksLikeProtobuf(bytes: Uint8Array): Fit {
  let at = 0;
  while (at < bytes.length) {
    const tag = varint(bytes, at, 5);
    if (!tag || tag.value < 8 || tag.value >= 2 ** 32) {
      return 'no';
    }
    const end = fieldEnd(bytes, tag.end, tag.value % 8);
    if (end === undefined || end > bytes.length) {
      return 'no';
    }
    at = end;
  }
  return 'yes';
}

function fieldEnd(bytes: Uint8Array, at: number, wireType: number): number | undefined {
  switch (wireType) {
    case 0:
      return varint(bytes, at, 10)?.end;
    case 1:
      return at + 8;
    case 2: {
      const length = varint(bytes, at, 5);
      return length && length.end + length.value;
    }
    case 5:
      return at + 4;
    default:
      return undefined;
  }
}

/** The flags that each type of packet has to have (MQTT 3.1.1, section 2.2.2); a PUBLISH has its own. */
const mqttFlags = [0, 0, 0, -1, 0, 0, 2, 0, 2, 0, 2, 0, 0, 0, 0, 0];
const publish = 3;

/** Whole packets of MQTT, the last of which ends with the message. */
export function looksLikeMqtt(bytes: Uint8Array): Fit {
  let fit: Fit = 'neutral';
  for (let at = 0; at < bytes.length;) {
    const head = bytes[at] ?? 0;
    const type = head >> 4;
    const flags = head & 0x0f;
    const length = varint(bytes, at + 1, 4);
    const end = length ? length.end + length.value : Infinity;
    const wanted = mqttFlags[type];
    if (type === 0 || !length || end > bytes.length) {
      return 'no';
    }
    if (type === publish ? !isPublish(bytes, length.end, end, flags) : flags !== wanted) {
      return 'no';
    }
    fit = type === publish ? 'yes' : fit;
    at = end;
  }
  return fit;
}

const topicTexts = new TextDecoder('utf-8', { ignoreBOM: true });

function isPublish(bytes: Uint8Array, begin: number, end: number, flags: number): boolean {
  const length = 256 * (bytes[begin] ?? 0) + (bytes[begin + 1] ?? 0);
  const topicEnd = begin + 2 + length;
  if ((flags & 6) === 6 || topicEnd > end) {
    return false;
  }
  const topic = topicTexts.decode(bytes.subarray(begin + 2, topicEnd));
  return /^[^\0-\u001f\u007f\ufffd#+]+$/.test(topic);
}

/** A message of y-protocols (PROTOCOL.md): sync, awareness, or a question for awareness. */
export function looksLikeYjs(bytes: Uint8Array): Fit {
  const [type, step = 3] = bytes;
  if (type === 3 && bytes.length === 1) {
    return 'neutral';
  }
  const isSync = type === 0 && step <= 2;
  const body = isSync || type === 1 ? varint(bytes, isSync ? 2 : 1, 5) : undefined;
  return body && body.end + body.value === bytes.length ? 'yes' : 'no';
}
