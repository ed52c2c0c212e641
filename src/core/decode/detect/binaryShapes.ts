import { readCbor } from '../values/cbor.ts';
import { readMsgpack } from '../values/msgpack.ts';
import type { ValueReading } from '../values/valueReading.ts';
import { looksLikeMqtt, looksLikeProtobuf, looksLikeYjs } from './framedBytes.ts';
import type { SeenText } from './seenText.ts';
import type { Fit, Shape } from './shape.ts';

/** Of messages of this length and more nothing is said: perhaps they are only the beginning of what came. */
const maxLength = 64 * 1024;
/** A shorter value may be much else. */
const leastLength = 8;
const maxItems = 100;

/** How binary messages look, wherever a capture begins. */
export const binaryShapes: readonly Shape[] = [
  { as: ['msgpack'], of: 'bytes', test: short(value(readMsgpack)) },
  { as: ['protobuf-raw'], of: 'bytes', isOnlyHint: true, test: short(looksLikeProtobuf) },
  { as: ['mqtt'], of: 'bytes', test: short(looksLikeMqtt) },
  { as: ['cbor'], of: 'bytes', test: short(value(readCbor)) },
  { as: ['cbor-sequence'], of: 'bytes', test: short(sequence) },
  { as: ['bson'], of: 'bytes', test: short(bson) },
  { as: ['yjs'], of: 'bytes', test: short(looksLikeYjs) },
];

function short(test: (bytes: Uint8Array) => Fit): (message: SeenText) => Fit {
  return ({ bytes }) => (bytes.length === 0 || bytes.length >= maxLength ? 'neutral' : test(bytes));
}

type ReadValue = (bytes: Uint8Array, begin: number) => ValueReading;

/** A value that ends with the message. */
function value(readAt: ReadValue): (bytes: Uint8Array) => Fit {
  return bytes => {
    const read = readAt(bytes, 0);
    const { end, severity } = read;
    if (severity !== undefined || end !== bytes.length) {
      return 'no';
    }
    return hasTextKeys(read.summary()) ? sureIf(bytes.length >= leastLength) : 'neutral';
  };
}

/** Several items of CBOR (RFC 8742); one is an ordinary message of it. */
function sequence(bytes: Uint8Array): Fit {
  let items = 0;
  for (let at = 0; at < bytes.length && items < maxItems; items++) {
    const read = readCbor(bytes, at);
    if (read.severity !== undefined || !hasTextKeys(read.summary())) {
      return 'no';
    }
    at = read.end;
  }
  return items === 1 ? 'neutral' : sureIf(bytes.length >= leastLength);
}

/** A document (bsonspec.org): its length, the type of its first element, a zero at its end. */
function bson(bytes: Uint8Array): Fit {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 5 || view.getInt32(0, true) !== bytes.length || bytes.at(-1) !== 0) {
    return 'no';
  }
  const type = bytes[4] ?? 0;
  return type === 0 ? 'neutral' : sureIf(type <= 0x13 && bytes.length >= leastLength);
}

function sureIf(isSure: boolean): Fit {
  return isSure ? 'yes' : 'weak';
}

/** @param json in the form of `exportForm.ts`, where what JSON does not know has names that begin with a dollar sign */
function hasTextKeys(json: string): boolean {
  return /^[[{]/.test(json) && /\{"[^$]/.test(json);
}
