import { maskNamedSecrets } from '../../../secrets/namedSecrets.ts';
import { oneLine } from '../../summaryText.ts';
import { textIn } from '../../values/utf8Text.ts';

/** Bytes; enough for a summary, whatever the characters are, and if each was written as an escape of six bytes. */
export const headLength = 3200;
/** In UTF-16 code units. */
const maxLabelLength = 512;

/** For a summary: the beginning of a text, without the character that its end cuts. */
export function headText(bytes: Uint8Array, begin = 0, end = bytes.length): string {
  if (end - begin < headLength) {
    return textIn(bytes, begin, end);
  }
  // What is cut stays in a decoder, so it needs one of its own.
  const cutting = new TextDecoder('utf-8', { ignoreBOM: true });
  return cutting.decode(bytes.subarray(begin, begin + headLength), { stream: true });
}

/**
 * The summary of a text that cannot be read: it as it came, for it may sign somebody in, with masks for secrets that
 * have a name.
 */
export function unreadLine(bytes: Uint8Array, begin?: number, end?: number): string {
  return oneLine(maskNamedSecrets(headText(bytes, begin, end)));
}

/** A name or an id, which are kept for each call: cut if it is very long. */
export function labelOf(bytes: Uint8Array, begin: number, end: number): string {
  return cutLabel(headText(bytes, begin, end));
}

export function cutLabel(text: string): string {
  return text.length <= maxLabelLength ? text : `${text.slice(0, maxLabelLength - 1)}…`;
}
