import { bytesJson } from '../../exportForm.ts';
import { maxLayerLength } from '../../limits.ts';
import { textIn } from '../../values/utf8Text.ts';
import { placeholdersIn } from './placeholders.ts';

/** The body of a message that is an attachment. */
export interface Attachment {
  readonly bytes: Uint8Array;
  /** Where it begins in the message; absent if it was base64. */
  readonly begin?: number;
  /** The byte of the message that is not as it has to be. */
  readonly problemAt?: number;
}

/**
 * What is in a message that is an attachment: bytes, or base64 where a client cannot send bytes. Up to revision 3 of Engine.IO
 * its type is before it.
 */
export function attachmentOf(bytes: Uint8Array, isText: boolean, isEngine3: boolean): Attachment {
  if (!isText) {
    const begin = isEngine3 ? 1 : 0;
    const isTyped = !isEngine3 || bytes[0] === 4;
    return { bytes: bytes.subarray(begin), begin, ...(!isTyped && { problemAt: 0 }) };
  }
  const begin = isEngine3 ? 2 : 1;
  const end = base64End(bytes, begin);
  const isTyped = !isEngine3 || bytes[1] === 0x34;
  const problemAt = isTyped ? (end < bytes.length ? end : undefined) : 1;
  return {
    bytes: bytesOfBase64(bytes, begin, end),
    ...(problemAt !== undefined && { problemAt }),
  };
}

/** Where what is no base64 (RFC 4648, section 4) begins. */
function base64End(bytes: Uint8Array, begin: number): number {
  let end = Math.min(begin, bytes.length);
  while (end < bytes.length && /[A-Za-z\d+/]/.test(String.fromCharCode(bytes[end] ?? 0))) {
    end++;
  }
  for (let padding = 0; padding < 2 && bytes[end] === 0x3d; padding++) {
    end++;
  }
  return end;
}

function bytesOfBase64(bytes: Uint8Array, begin: number, end: number): Uint8Array {
  const digits = textIn(bytes, begin, Math.max(begin, end)).replace(/=+$/, '');
  // One digit more than whole bytes says nothing.
  const whole = digits.length % 4 === 1 ? digits.slice(0, -1) : digits;
  const binary = atob(whole);
  const decoded = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) {
    decoded[at] = binary.charCodeAt(at);
  }
  return decoded;
}

/**
 * JSON with attachments in the place of `{"_placeholder":true,"num":n}`. What names none of them stays, and all do once the
 * text would become too long.
 *
 * @param bytes of JSON
 * @param isForSummary only the beginning of each is needed
 */
export function withAttachments(
  bytes: Uint8Array,
  attachments: readonly Uint8Array[],
  isForSummary: boolean,
): string {
  const pieces: string[] = [];
  let from = 0;
  let left = maxLayerLength;
  for (const { begin, end, num } of placeholdersIn(bytes, attachments.length)) {
    const attachment = attachments[num] ?? new Uint8Array();
    const shown = isForSummary ? attachment.subarray(0, summaryBytes) : attachment;
    left -= 2 * shown.length;
    if (left < 0) {
      break;
    }
    pieces.push(textIn(bytes, from, begin), bytesJson(shown));
    from = end;
  }
  pieces.push(textIn(bytes, from, bytes.length));
  return pieces.join('');
}

/** As base64 they fill a summary. */
const summaryBytes = 3 * 256;
