/** So that the arguments of a call stay few; a multiple of three, so that the pieces join without padding. */
const pieceLength = 3 * 8192;

/** Bytes as base64 with padding (RFC 4648, section 4). */
export function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += pieceLength) {
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + pieceLength)));
  }
  return text;
}
