import { UserError } from '../base/errors.ts';
import { byteLengthOf, type MessageData, type OutgoingMessage } from './outgoingMessage.ts';
import { Formats } from '../base/format.ts';
import { compactJson } from '../json/compactJson.ts';
import type { Needs } from '../variables/needs.ts';
import { resolve, type Resolved, type VariableSource } from '../variables/resolve.ts';
import { template, type Origin } from '../variables/value.ts';
import {
  base64Problem,
  closeProblem,
  jsonProblem,
  parseBase64,
  parseHex,
  pingProblem,
  refuse,
  type MessageBody,
} from './messageBody.ts';

/** Of one message; more would only be refused by the socket's own limit. */
export const maxMessageBytes = 64 * 1024 * 1024;

export interface FillingPorts {
  readonly source: VariableSource;
  /** Who wrote the body. */
  readonly origin: Origin;
  /** Rejects with a sentence if the file cannot be read. */
  readonly readFile: (path: string) => Promise<Uint8Array>;
}

/** A body with all its references filled in. */
export interface FilledBody {
  readonly message: OutgoingMessage;
  /** The secrets that are in it, each once. */
  readonly secrets: readonly string[];
  /** What went into it, or into the name of its file. */
  readonly used: Needs;
  /** Bytes of the payload. */
  readonly byteLength: number;
  /** Its text with secrets masked; absent if it is a file. */
  readonly preview?: string;
}

const where = 'The message';
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const formats = new Formats('en');

/**
 * Fills in the references of a body and encodes it.
 *
 * @throws UserError if a value is missing, or the result cannot be sent; CancellationError
 */
export async function fillBody(body: MessageBody, ports: FillingPorts): Promise<FilledBody> {
  const filled = await fill(body, ports);
  if (filled.byteLength > maxMessageBytes) {
    const [found, most] = [formats.bytes(filled.byteLength), formats.bytes(maxMessageBytes)];
    throw new UserError(`The message has ${found}, and at most ${most} are sent at once.`);
  }
  return filled;
}

async function fill(
  body: MessageBody,
  { source, origin, readFile }: FillingPorts,
): Promise<FilledBody> {
  const written = (text: string) => template(text, origin);
  switch (body.as) {
    case 'text':
    case 'hex':
    case 'base64':
      return message(body.as, await resolve(written(body.text), where, source));
    case 'json': {
      const resolved = await resolve(written(body.text), where, source, { form: 'json' });
      refuse(jsonProblem(resolved.text));
      const [text, masked] = [compactJson(resolved.text), compactJson(resolved.masked)];
      return message(body.as, { ...resolved, text, masked });
    }
    case 'file': {
      const name = 'The name of the file';
      const path = await resolve(written(body.path), name, source, { peer: 'refused' });
      const bytes = await readFile(path.text);
      const data = body.isText ? textOf(bytes, path.masked) : bytes;
      const { used } = path;
      return { message: { kind: 'message', data }, secrets: [], used, byteLength: bytes.length };
    }
    case 'ping':
      return ping(await resolve(written(body.text), 'The ping', source));
    case 'close':
      return close(body.code, await resolve(written(body.reason), 'The reason', source));
  }
}

function message(as: 'text' | 'json' | 'hex' | 'base64', resolved: Resolved): FilledBody {
  const { text, masked, secrets, used } = resolved;
  const data = dataOf(as, text);
  const isBinary = typeof data !== 'string';
  // Of bytes there is no mask but the text that they were written as.
  const shown = secrets.length === 0 ? {} : { shown: isBinary ? encoder.encode(masked) : masked };
  const outgoing: OutgoingMessage = { kind: 'message', data, ...shown };
  return { message: outgoing, secrets, used, byteLength: byteLengthOf(data), preview: masked };
}

/** @throws UserError if it cannot be read in its form */
export function dataOf(as: 'text' | 'json' | 'hex' | 'base64', text: string): MessageData {
  switch (as) {
    case 'hex':
      return parseHex(text);
    case 'base64':
      return parseBase64(text);
    case 'json':
    case 'text':
      return text;
  }
}

function ping({ text, masked, secrets, used }: Resolved): FilledBody {
  refuse(pingProblem(text));
  const data = encoder.encode(text);
  const shown = secrets.length === 0 ? {} : { shown: encoder.encode(masked) };
  const outgoing: OutgoingMessage = { kind: 'ping', data, ...shown };
  return { message: outgoing, secrets, used, byteLength: data.length, preview: masked };
}

function close(code: number, { text, masked, secrets, used }: Resolved): FilledBody {
  refuse(closeProblem(code, text));
  const shown = secrets.length === 0 ? {} : { shown: masked };
  const outgoing: OutgoingMessage = { kind: 'close', code, reason: text, ...shown };
  return { message: outgoing, secrets, used, byteLength: 2 + byteLengthOf(text), preview: masked };
}

function textOf(bytes: Uint8Array, path: string): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new UserError(`The file "${path}" is not UTF-8 text. Send it as binary.`);
  }
}

/**
 * The message of a body that needs no look-up; `undefined` for all others, and for an invalid one,
 * whose problem `fillBody` reports.
 */
export function fillPlainBody(body: MessageBody): OutgoingMessage | undefined {
  if ((body.as !== 'text' && body.as !== 'json' && body.as !== 'base64') || hasMarks(body.text)) {
    return undefined;
  }
  if (body.as !== 'base64') {
    return { kind: 'message', data: body.as === 'json' ? compactJson(body.text) : body.text };
  }
  return base64Problem(body.text) ? undefined : { kind: 'message', data: parseBase64(body.text) };
}

function hasMarks(text: string): boolean {
  return text.includes('${');
}
