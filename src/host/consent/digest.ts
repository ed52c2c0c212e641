import { createHash } from 'node:crypto';

/** Tells one text from another, SHA-256 in hex. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
