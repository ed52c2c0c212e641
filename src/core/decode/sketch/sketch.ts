/** A message for which a decoder is to be written. */
export interface SampleMessage {
  readonly direction: 'in' | 'out';
  readonly isText: boolean;
  readonly bytes: Uint8Array;
}

/** What an integer at a place of a message is read by. */
export type LengthMethod = 'getUint8' | 'getUint16' | 'getUint32';

/** What a new decoder does: a beginning that reads the messages at hand. */
export type Sketch =
  /** Texts that are JSON objects: a member names the event. */
  | { readonly kind: 'json'; readonly event: string; readonly id?: string }
  /** Texts of parts with a separator between, of which the first names the event. */
  | { readonly kind: 'parts'; readonly separator: string }
  /** Bytes: a header whose first byte is a number of the type, and a body. */
  | {
      readonly kind: 'bytes';
      readonly headerLength: number;
      /** Where in the header the length of the body is. */
      readonly length?: {
        readonly at: number;
        readonly method: LengthMethod;
        readonly isLittle: boolean;
      };
      /** The decoder that reads the body; absent: nobody knows. */
      readonly body?: 'json' | 'text';
    };

const eventMembers = [
  'event',
  'type',
  'method',
  'op',
  'action',
  'cmd',
  'command',
  'kind',
  'name',
  'e',
  't',
];
const idMembers = ['id', 'requestId', 'request_id', 'seq', 'ref', 'nonce'];
const separators = ['|', '\t', ';', ',', ':', ' '];
const maxHeaderLength = 16;
const lengthMethods = [
  ['getUint32', 4],
  ['getUint16', 2],
  ['getUint8', 1],
] as const;

/** A sketch that reads the first message, and messages like it. */
export function sketchOf({ isText, bytes }: SampleMessage): Sketch {
  return isText ? textSketch(new TextDecoder().decode(bytes)) : bytesSketch(bytes);
}

/** What a decoder by a sketch says as `event`; `undefined`: it passes the message by. */
export function eventOf(sketch: Sketch, { isText, bytes }: SampleMessage): string | undefined {
  if (isText !== (sketch.kind !== 'bytes')) {
    return undefined;
  }
  if (sketch.kind === 'bytes') {
    return bytes.length < sketch.headerLength ? undefined : `type ${bytes[0] ?? 0}`;
  }
  const text = new TextDecoder().decode(bytes);
  if (sketch.kind === 'parts') {
    return text.split(sketch.separator)[0];
  }
  const value = objectIn(text);
  const event: unknown = value?.[sketch.event] ?? 'message';
  return value && String(event);
}

function textSketch(text: string): Sketch {
  const value = objectIn(text);
  if (value) {
    const isName = (each: string) => ['string', 'number'].includes(typeof value[each]);
    const id = idMembers.find(isName);
    return {
      kind: 'json',
      event: eventMembers.find(isName) ?? 'type',
      ...(id !== undefined && { id }),
    };
  }
  return { kind: 'parts', separator: separators.find(each => text.includes(each)) ?? ' ' };
}

function bytesSketch(bytes: Uint8Array): Sketch {
  for (let at = 1; at <= Math.min(maxHeaderLength, bytes.length - 1); at++) {
    const body = bodyIn(bytes.subarray(at));
    const length = lengthBefore(bytes, at);
    if (body !== undefined || length) {
      return { kind: 'bytes', headerLength: at, ...(length && { length }), ...(body && { body }) };
    }
  }
  return { kind: 'bytes', headerLength: 1 };
}

/** Texts of a few characters are found in any bytes. */
const minTextLength = 4;

function bodyIn(bytes: Uint8Array): 'json' | 'text' | undefined {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
  if (objectIn(text)) {
    return 'json';
  }
  return text.length >= minTextLength && !/[\0-\x08\x0e-\x1f\x7f]/.test(text) ? 'text' : undefined;
}

/** The number right before a place, if it is the length of what follows. */
function lengthBefore(bytes: Uint8Array, end: number) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rest = bytes.length - end;
  for (const [method, width] of lengthMethods) {
    // The first byte is the type.
    const at = end - width;
    for (const isLittle of [false, true]) {
      if (at >= 1 && view[method](at, isLittle) === rest) {
        return { at, method, isLittle };
      }
    }
  }
  return undefined;
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
