import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { HeaderLine } from '../../core/record/handshakeFacts.ts';

/**
 * A header's value as Node expects it, one character per byte, so that the peer receives UTF-8. HTTP
 * leaves the encoding open (RFC 9110, section 5.5); today's browsers and servers use UTF-8.
 */
export function toWire(text: string): string {
  return /^[\0-\x7f]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** Decodes what Node has read one character per byte: as UTF-8 if that is valid, else as Latin-1. */
export function fromWire(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) {
    return text;
  }
  const bytes = Buffer.from(text, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : text;
}

/** Values by lower-case name; those of a repeated header are joined with commas. */
export type JoinedHeaders = Readonly<Record<string, string>>;

/** An answer's headers, joined by Node. */
export function answerHeaders({ headers }: IncomingMessage): JoinedHeaders {
  const entries = Object.entries(headers).map(([name, value]) => {
    return [name, fromWire(Array.isArray(value) ? value.join(', ') : (value ?? ''))] as const;
  });
  return Object.fromEntries(entries);
}

/** The same for headers that Node did not parse. */
export function joinHeaders(lines: readonly HeaderLine[]): JoinedHeaders {
  const headers: Record<string, string> = {};
  for (const [name, value] of lines) {
    const key = name.toLowerCase();
    const before = headers[key];
    headers[key] = before === undefined ? value : `${before}, ${value}`;
  }
  return headers;
}
