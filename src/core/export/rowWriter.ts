import type { ExportedMessage } from '../decode/pass/exportedMessage.ts';
import type { StoredRecord } from '../record/block.ts';
import type { ExportedConnection } from './exportJob.ts';
import type { SecretRedactor } from '../secrets/redact.ts';
import { isTextual } from '../record/record.ts';

/** What each format is written with. */
export interface WriterParts {
  readonly redactor: SecretRedactor;
  readonly base64: Base64;
  /**
   * What decoders say of a row, `undefined` if none reads it; its payload may not be read any more afterwards.
   * Absent: rows are written as they came.
   */
  readonly decode?: (capture: number, record: StoredRecord) => ExportedMessage | undefined;
}

/**
 * Writes rows as text. A row comes in pieces, of which no one is long; a piece may be empty. The
 * payload of a row is read until its last piece is taken.
 */
export interface RowWriter {
  /** Rows that are in the file so far. */
  readonly rowCount: number;
  begin(): string;
  row(connection: ExportedConnection, record: StoredRecord): Iterable<string>;
  end(): string;
}

/**
 * Spells each connection's name once, without secrets.
 *
 * @param spell how the format writes a text
 */
export function nameSpeller(
  { redactor }: WriterParts,
  spell: (name: string) => string,
): (connection: ExportedConnection) => string {
  const spelled = new Map<number, string>();
  return ({ capture, name }) => {
    const known = spelled.get(capture) ?? spell(redactor.text(name));
    spelled.set(capture, known);
    return known;
  };
}

/** Longer lines are handed on in pieces. */
const maxPieceLength = 256 * 1024;

/** A payload between `head` and `tail`, in as few pieces as are not long. */
export function* around(
  head: string,
  payload: PayloadText,
  escape: (piece: string) => string,
  tail: string,
): Generator<string> {
  let text = head + escape(payload.first);
  for (const piece of payload.rest) {
    if (text.length >= maxPieceLength) {
      yield text;
      text = '';
    }
    text += escape(piece);
  }
  yield text + tail;
}

/** The part between the quotes of a JSON string. */
export function jsonInner(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Bytes of a payload that become one piece: a multiple of three, so that base64 can be joined. */
const pieceByteLength = 192 * 1024;

/** Base64 of all bytes (RFC 4648 section 4), with padding. A port, because core cannot encode it. */
type Base64 = (bytes: Uint8Array) => string;

/** A payload as text, in pieces that are made on demand and never split a code point. */
interface PayloadText {
  readonly encoding: 'text' | 'base64';
  readonly first: string;
  readonly rest: Iterable<string>;
}

// A byte order mark is a part of the message.
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A payload as it is exported: without secrets, as text if it is one. A text that is no UTF-8,
 * which has no other form, becomes base64 like binary does, so that nothing is lost. What is yielded
 * is empty: it is a chance to pause while a long payload is looked at.
 */
export function* payloadText(
  { flags, payload }: StoredRecord,
  redactor: SecretRedactor,
  base64: Base64,
): Generator<string, PayloadText> {
  if (isTextual(flags)) {
    if (payload.length <= pieceByteLength) {
      const text = decoded(payload);
      if (text !== undefined) {
        return { encoding: 'text', first: redactor.text(text), rest: [] };
      }
    } else if (yield* isUtf8(payload)) {
      return { encoding: 'text', ...split(redactor.pieces(textPieces(payload))) };
    }
  }
  const bytes = yield* redactor.bytes(payload);
  return { encoding: 'base64', ...split(base64Pieces(bytes, base64)) };
}

/** All of a payload as text; only for those that are known to be short. */
export function decoded(payload: Uint8Array): string | undefined {
  try {
    return strict.decode(payload);
  } catch {
    return undefined;
  }
}

function* isUtf8(payload: Uint8Array): Generator<string, boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    for (let at = 0; at < payload.length; at += pieceByteLength) {
      decoder.decode(payload.subarray(at, at + pieceByteLength), { stream: true });
      yield '';
    }
    decoder.decode();
    return true;
  } catch {
    return false;
  }
}

function* textPieces(payload: Uint8Array): Generator<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  for (let at = 0; at < payload.length; at += pieceByteLength) {
    yield decoder.decode(payload.subarray(at, at + pieceByteLength), { stream: true });
  }
}

function* base64Pieces(payload: Uint8Array, base64: Base64): Generator<string> {
  for (let at = 0; at < payload.length; at += pieceByteLength) {
    yield base64(payload.subarray(at, at + pieceByteLength));
  }
}

function split(pieces: Generator<string>): { first: string; rest: Iterable<string> } {
  const first = pieces.next();
  return { first: first.done ? '' : first.value, rest: pieces };
}
