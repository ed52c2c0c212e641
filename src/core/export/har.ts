import type { StoredRecord } from '../capture/captureStore.ts';
import { directionOf, kindOf, RowFlag } from '../record/record.ts';
import type { StateRow } from '../connection/report.ts';
import type { ExportedConnection } from './exportJob.ts';
import { harEntry, harEntryWithout, type Opening } from './harEntry.ts';
import { decoded, payloadText } from './payloadText.ts';
import { around, jsonInner, type RowWriter, type WriterParts } from './rowWriter.ts';

export interface HarParts extends WriterParts {
  /** The last opening handshake of a capture at or before the row `seq`. */
  readonly openingAt: (capture: number, seq: number) => Opening | undefined;
}

/** The version of what is written here, not of the extension. */
const creator = { name: 'WebSocket Monitor', version: '1' };

/**
 * HAR 1.2 with `_webSocketMessages`, as Chrome's DevTools and mitmproxy write it: an entry for each
 * opening handshake, with the messages and control frames that came of it, times in seconds since
 * 1970, binary payloads in base64. HAR has no place for other state changes; they are left out. Rows
 * must come connection by connection.
 */
export class HarWriter implements RowWriter {
  readonly #parts: HarParts;
  /** What the entry that is being written is of; absent before the first one. */
  #entry: { readonly capture: number; readonly opening: number | undefined } | undefined;
  #isFirstMessage = true;
  #rowCount = 0;

  constructor(parts: HarParts) {
    this.#parts = parts;
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  begin(): string {
    return `{"log":{"version":"1.2","creator":${JSON.stringify(creator)},"pages":[],"entries":[`;
  }

  *row(connection: ExportedConnection, record: StoredRecord): Generator<string> {
    const { seq, flags } = record;
    const opening = this.#parts.openingAt(connection.capture, seq);
    const isState = kindOf(flags) === 'state';
    if (isState && opening?.seq !== seq) {
      return;
    }
    this.#rowCount++;
    const isSame =
      this.#entry?.capture === connection.capture && this.#entry.opening === opening?.seq;
    if (!isSame) {
      yield this.#beginEntry(connection, record.at, opening);
    }
    if (!isState) {
      yield* this.#message(record);
    }
  }

  end(): string {
    return `${this.#endEntry()}]}}\n`;
  }

  #beginEntry(connection: ExportedConnection, at: number, opening: Opening | undefined): string {
    const { redactor } = this.#parts;
    const entry = opening
      ? harEntry(opening, redactor)
      : harEntryWithout(redactor.text(connection.url), at);
    const before = this.#entry ? `${this.#endEntry()},\n` : '\n';
    this.#entry = { capture: connection.capture, opening: opening?.seq };
    this.#isFirstMessage = true;
    const facts = JSON.stringify({ ...entry, _connection: redactor.text(connection.name) });
    return `${before}${facts.slice(0, -1)},"_webSocketMessages":[`;
  }

  #endEntry(): string {
    return this.#entry ? ']}' : '';
  }

  *#message(record: StoredRecord): Generator<string> {
    const { redactor, base64 } = this.#parts;
    const { at, flags } = record;
    const opcode = flags & RowFlag.OpcodeMask;
    const payload = yield* payloadText(record, redactor, base64);
    const isOdd = opcode === 1 && payload.encoding === 'base64';
    const head =
      `${this.#isFirstMessage ? '\n' : ',\n'}{"type":"${directionOf(flags) === 'out' ? 'send' : 'receive'}"` +
      `,"time":${at / 1000},"opcode":${opcode},${isOdd ? '"_encoding":"base64",' : ''}"data":"`;
    this.#isFirstMessage = false;
    yield* around(head, payload, jsonInner, '"}');
  }
}

/** The opening handshake that a row tells of, if it does. */
export function openingIn({ seq, at, flags, payload }: StoredRecord): Opening | undefined {
  const text = kindOf(flags) === 'state' ? decoded(payload) : undefined;
  if (text?.includes('"handshake"') !== true) {
    return undefined;
  }
  try {
    const row = JSON.parse(text) as StateRow;
    return isWhole(row) ? { seq, at, row } : undefined;
  } catch {
    return undefined;
  }
}

/** A file of an earlier window may have been written by anybody. */
function isWhole(row: StateRow | null): row is Opening['row'] {
  const { url, request, timings, response } = row?.handshake ?? {};
  return (
    typeof row?.text === 'string' &&
    typeof url === 'string' &&
    areHeaders(request) &&
    Array.isArray(timings) &&
    timings.every((timing: { readonly ms?: unknown } | null) => isNumber(timing?.ms)) &&
    (response === undefined || (areHeaders(response.headers) && isNumber(response.status)))
  );
}

function areHeaders(value: unknown): boolean {
  const isText = (part: unknown) => typeof part === 'string';
  return (
    Array.isArray(value) &&
    value.every(line => Array.isArray(line) && line.length === 2 && line.every(isText))
  );
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number';
}
