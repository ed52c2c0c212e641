/** What is not UTF-8 becomes U+FFFD; a byte order mark stays. */
export function decodeUtf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}
