import { isUtf8 } from 'node:buffer';

/**
 * A header's value as Node wants it, one character a byte, so that the peer receives UTF-8. HTTP
 * leaves the encoding open (RFC 9110, section 5.5); browsers and servers of today mean UTF-8.
 */
export function toWire(text: string): string {
  return /^[\0-\x7f]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** What Node has read one character a byte: as UTF-8 where it is valid, else as Latin-1. */
export function fromWire(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) {
    return text;
  }
  const bytes = Buffer.from(text, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : text;
}
