/** Of a length (MQTT 5, section 1.5.5). */
const maxLengthBytes = 4;

export interface Publish {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** With a quality of service of 1; absent: 0. */
  readonly id?: number;
  readonly isVersion5: boolean;
}

/** @param first type and flags */
export function mqttPacket(first: number, body: readonly number[] = []): Uint8Array {
  return Uint8Array.from([first, ...lengthBytes(body.length), ...body]);
}

export function publishPacket({ topic, payload, id, isVersion5 }: Publish): Uint8Array {
  const name = Buffer.from(topic);
  return mqttPacket(id === undefined ? 0x30 : 0x32, [
    ...u16(name.length),
    ...name,
    ...(id === undefined ? [] : u16(id)),
    ...noProperties(isVersion5),
    ...payload,
  ]);
}

export function u16(value: number): readonly number[] {
  return [value >> 8, value & 0xff];
}

/** The length of the properties that packets of version 5 have. */
export function noProperties(isVersion5: boolean): readonly number[] {
  return isVersion5 ? [0] : [];
}

/**
 * Where the first packet of what has come so far is: the one behind its first byte and length, and the one behind its last byte,
 * which may still have to come; `undefined` if its length has.
 *
 * @throws RangeError if the length is none
 */
export function firstPacket(
  bytes: Uint8Array,
): { readonly begin: number; readonly end: number } | undefined {
  let length = 0;
  for (let index = 0; index < maxLengthBytes; index++) {
    const byte = bytes[1 + index];
    if (byte === undefined) {
      return undefined;
    }
    length += (byte & 0x7f) << (7 * index);
    if (byte < 0x80) {
      return { begin: 2 + index, end: 2 + index + length };
    }
  }
  throw new RangeError('The length of a packet has more than four bytes');
}

function lengthBytes(length: number): readonly number[] {
  const bytes: number[] = [];
  let rest = length;
  for (; rest >= 0x80; rest >>= 7) {
    bytes.push((rest & 0x7f) | 0x80);
  }
  return [...bytes, rest];
}
