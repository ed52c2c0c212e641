import { UserError } from '../base/errors.ts';
import { JsonScanner, utf16Of } from '../json/jsonScanner.ts';

/** What is sent, as it is written down: with references, before they are filled in. */
export type MessageBody =
  | { readonly as: 'text'; readonly text: string }
  | { readonly as: 'json'; readonly text: string }
  | { readonly as: 'hex'; readonly text: string }
  | { readonly as: 'base64'; readonly text: string }
  /** A file's bytes; sent as text if `isText`. */
  | { readonly as: 'file'; readonly path: string; readonly isText: boolean }
  | { readonly as: 'ping'; readonly text: string }
  | { readonly as: 'close'; readonly code: number; readonly reason: string };

export type BodyKind = MessageBody['as'];

/** A problem of a body, and its offset in the text in UTF-16 units. */
export interface BodyProblem {
  readonly message: string;
  readonly at?: number;
}

/** Longest payload of a control frame in bytes (RFC 6455, section 5.5). */
export const maxControlPayload = 125;

/** Why a text is not pairs of hex digits; spaces, commas, colons and `0x` may separate them. */
export function hexProblem(text: string): BodyProblem | undefined {
  let digits = 0;
  for (const match of text.matchAll(/0x|[\s,:;_-]+|[0-9a-f]|[^]/giu)) {
    const [part] = match;
    if (/^[0-9a-f]$/i.test(part)) {
      digits++;
    } else if (!/^(?:0x|[\s,:;_-]+)$/i.test(part)) {
      return { message: `"${part}" is no hex digit.`, at: match.index };
    } else if (digits % 2 === 1 && /^0x/i.test(part)) {
      return { message: 'A hex digit is missing before this.', at: match.index };
    }
  }
  return digits % 2 === 0
    ? undefined
    : { message: 'A hex digit is missing: bytes are written as two each.', at: text.length };
}

/** @throws UserError naming the position, counted from 1 */
export function parseHex(text: string): Uint8Array {
  refuse(hexProblem(text));
  const digits = text.replaceAll(/0x|[^0-9a-f]/gi, '');
  return Uint8Array.from({ length: digits.length / 2 }, (_, index) =>
    Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16),
  );
}

/** Why a text is not base64 (RFC 4648, section 4) or base64url (section 5); white space may be in it. */
export function base64Problem(text: string): BodyProblem | undefined {
  const wrong = /[^A-Za-z0-9+/_=\s-]|=(?![=\s]*$)/u.exec(text);
  if (wrong) {
    return { message: `"${wrong[0]}" cannot stand here in base64.`, at: wrong.index };
  }
  const characters = text.replaceAll(/[\s=]/g, '').length;
  const padding = text.replaceAll(/[^=]/g, '').length;
  if (characters % 4 === 1) {
    return { message: 'A character is missing at the end of the base64.', at: text.length };
  }
  return padding > 0 && (characters + padding) % 4 !== 0
    ? { message: 'The number of "=" at the end does not fit.', at: text.length }
    : undefined;
}

/** @throws UserError naming the position, counted from 1 */
export function parseBase64(text: string): Uint8Array {
  refuse(base64Problem(text));
  const plain = text.replaceAll(/[\s=]/g, '').replaceAll('-', '+').replaceAll('_', '/');
  return Uint8Array.from(atob(plain), character => character.charCodeAt(0));
}

/** Why a text is not JSON, and at which offset. */
export function jsonProblem(text: string): BodyProblem | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    // Engines name the place for some mistakes only.
    const scanner = new JsonScanner(utf16Of(text));
    scanner.run(text.length);
    const { deviation } = scanner;
    if (deviation?.at === 0 && text.startsWith('\ufeff')) {
      return { message: 'A byte order mark stands before the JSON.', at: 0 };
    }
    // What a peer sends may be near to JSON; what one sends oneself is to be JSON by the letter.
    if (deviation) {
      return { message: 'This is not JSON from here on.', at: deviation.at };
    }
    if (!scanner.failed) {
      return { message: 'The JSON ends too early.', at: text.length };
    }
    return { message: 'This is not JSON from here on.', at: scanner.at };
  }
}

/** Why a close frame cannot be sent so (RFC 6455, section 7.4). */
export function closeProblem(code: number, reason: string): BodyProblem | undefined {
  if (!(code === 1000 || (code >= 3000 && code <= 4999)) || !Number.isInteger(code)) {
    return { message: 'A client may close with 1000, or with a code from 3000 to 4999.' };
  }
  return byteLengthOf(reason) > maxControlPayload - 2
    ? { message: `The reason is too long: ${maxControlPayload - 2} bytes at most.` }
    : undefined;
}

/** Why a text is too long for a ping. */
export function pingProblem(text: string): BodyProblem | undefined {
  return byteLengthOf(text) > maxControlPayload
    ? { message: `A ping holds ${maxControlPayload} bytes at most.` }
    : undefined;
}

const encoder = new TextEncoder();

function byteLengthOf(text: string): number {
  return encoder.encode(text).length;
}

/** A problem with its place, counted from 1. */
export function bodyProblemText({ message, at }: BodyProblem): string {
  return at === undefined ? message : `${message} See character ${at + 1}.`;
}

/** @throws UserError naming the place of a problem, if there is one */
export function refuse(problem: BodyProblem | undefined): void {
  if (problem) {
    throw new UserError(bodyProblemText(problem));
  }
}

/** The text of a body that may hold references. */
export function textOfBody(body: MessageBody): string {
  switch (body.as) {
    case 'file':
      return body.path;
    case 'close':
      return body.reason;
    case 'text':
    case 'json':
    case 'hex':
    case 'base64':
    case 'ping':
      return body.text;
  }
}
