/** In UTF-16 code units. */
const maxLength = 512;
/** More than `maxLength` units are never looked at. */
const lookedAt = 4 * maxLength;

/** A summary as one line of at most 512 characters; line breaks and tabs become one space. */
export function oneLine(text: string): string {
  const line = text.slice(0, lookedAt).replace(/[\r\n\t]+/g, ' ');
  const isWhole = line.length <= maxLength && text.length <= lookedAt;
  return isWhole ? line : `${line.slice(0, maxLength - 1)}…`;
}

/** `1 byte`, `2 bytes`. */
export function byteCount(count: number): string {
  return `${count} ${count === 1 ? 'byte' : 'bytes'}`;
}

/** `1 entry`, `2 entries`. */
export function counted(count: number, one: string, several: string): string {
  return `${count} ${count === 1 ? one : several}`;
}
