/** A packet of MQTT: its first byte, and what follows on its length. */
export function packet(first: number, ...parts: readonly (number | Uint8Array)[]): Uint8Array {
  const body = Buffer.concat(
    parts.map(part => (typeof part === 'number' ? Uint8Array.of(part) : part)),
  );
  const length: number[] = [];
  for (let rest = body.length; rest > 0 || length.length === 0; rest >>= 7) {
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
  }
  return Buffer.concat([Uint8Array.of(first, ...length), body]);
}

/** A text or bytes behind their length. */
export function prefixed(content: string | Uint8Array): Uint8Array {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return Buffer.concat([Uint8Array.of(bytes.length >> 8, bytes.length & 0xff), bytes]);
}

export function u16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

/** Properties of version 5 behind their length. */
export function properties(...parts: readonly (number | Uint8Array)[]): Uint8Array {
  return packet(0, ...parts).subarray(1);
}

/** A CONNECT without anything that is optional. */
export function connect(version: number, clientId = 'c'): Uint8Array {
  const none = version === 5 ? [properties()] : [];
  return packet(0x10, prefixed('MQTT'), version, 2, u16(60), ...none, prefixed(clientId));
}
