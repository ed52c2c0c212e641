/** Where the white space of JSON ends (RFC 8259, section 2). */
export function skipSpaces(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) {
      break;
    }
    at++;
  }
  return at;
}
