const bytesPerLine = 16;

const pairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * Offset, bytes and characters, sixteen bytes a line, without a newline at the end.
 *
 * @param offset the place of the first byte in the whole payload, a multiple of sixteen
 */
export function hexDump(bytes: Uint8Array, offset: number): string {
  const lines: string[] = [];
  for (let begin = 0; begin < bytes.length; begin += bytesPerLine) {
    let hex = '';
    let characters = '';
    for (let index = begin; index < begin + bytesPerLine; index++) {
      const byte = bytes[index];
      if (index % 8 === 0 && index > begin) {
        hex += ' ';
      }
      hex += byte === undefined ? '   ' : `${pairs[byte] ?? ''} `;
      if (byte !== undefined) {
        characters += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
      }
    }
    lines.push(`${(offset + begin).toString(16).padStart(8, '0')}  ${hex} ${characters}`);
  }
  return lines.join('\n');
}
