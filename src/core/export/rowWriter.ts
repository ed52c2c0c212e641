import type { StoredRecord } from '../capture/captureStore.ts';
import type { ExportedConnection } from './exportJob.ts';
import type { Base64, PayloadText } from './payloadText.ts';
import type { ExportRedactor } from '../secrets/redact.ts';

/** What each format is written with. */
export interface WriterParts {
  readonly redactor: ExportRedactor;
  readonly base64: Base64;
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
const longestPiece = 256 * 1024;

/** A payload between `head` and `tail`, in as few pieces as are not long. */
export function* around(
  head: string,
  payload: PayloadText,
  escape: (piece: string) => string,
  tail: string,
): Generator<string> {
  let text = head + escape(payload.first);
  for (const piece of payload.rest) {
    if (text.length >= longestPiece) {
      yield text;
      text = '';
    }
    text += escape(piece);
  }
  yield text + tail;
}

/** What stands between the quotes of a JSON string. */
export function jsonInner(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
