import type { StoredRecord } from '../record/block.ts';
import { directionOf, isHeartbeat, kindOf, tapWords } from '../record/record.ts';
import type { SecretRedactor } from '../secrets/redact.ts';
import type { ExportedConnection } from './exportJob.ts';
import { isoTime } from '../base/date.ts';
import { decodedMember } from './decodedText.ts';
import {
  decoded,
  payloadText,
  around,
  isJson,
  jsonInner,
  nameSpeller,
  type RowWriter,
  type WriterParts,
} from './rowWriter.ts';

/**
 * One JSON object a line (ndjson, also called JSON Lines), always with the same members: `seq`, `at`
 * as ISO 8601, `time` in milliseconds since 1970, `connection`, `direction`, `kind`, `heartbeat`,
 * `size` in bytes; `tap` only if a tap did something with the message, see `tapWords`; then `data` as text, or in base64 if `enc` says so. A state change has its
 * facts in `state` in place of `data`; if that is asked for, a text that is JSON has its value in `json`,
 * with every digit as it came, and what decoders say is in `decoded`, see `decodedMember`. `core/import/capture/ndjsonRow.ts` reads it.
 */
export class NdjsonWriter implements RowWriter {
  readonly #parts: WriterParts;
  readonly #isParsed: boolean;
  readonly #nameOf: (connection: ExportedConnection) => string;
  #rowCount = 0;

  /** @param isParsed texts that are JSON are written as values */
  constructor(parts: WriterParts, isParsed = false) {
    this.#parts = parts;
    this.#isParsed = isParsed;
    this.#nameOf = nameSpeller(parts, name => JSON.stringify(name));
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  begin(): string {
    return '';
  }

  *row(connection: ExportedConnection, record: StoredRecord): Generator<string> {
    const { redactor, base64, decode } = this.#parts;
    const head = this.#head(connection, record);
    this.#rowCount++;
    const facts = kindOf(record.flags) === 'state' ? factsIn(record.payload, redactor) : undefined;
    if (facts !== undefined) {
      yield `${head},"state":${facts}}\n`;
      return;
    }
    const json = this.#isParsed ? jsonIn(record, redactor) : undefined;
    const end = decode ? '' : '}\n';
    if (json !== undefined) {
      yield `${head},"json":${json}${end}`;
    } else {
      const payload = yield* payloadText(record, redactor, base64);
      const tail = payload.encoding === 'base64' ? '","enc":"base64"' : '"';
      yield* around(`${head},"data":"`, payload, jsonInner, tail + end);
    }
    if (decode) {
      yield* decodedMember('decoded', decode(connection.capture, record), redactor);
      yield '}\n';
    }
  }

  end(): string {
    return '';
  }

  #head(connection: ExportedConnection, { seq, at, flags, payload }: StoredRecord): string {
    const name = this.#nameOf(connection);
    const tap = tapWords(flags);
    return (
      `{"seq":${seq},"at":"${isoTime(at)}","time":${at},"connection":${name}` +
      `,"direction":"${directionOf(flags)}","kind":"${kindOf(flags)}"` +
      `,"heartbeat":${String(isHeartbeat(flags))}${tap ? `,"tap":"${tap}"` : ''},"size":${payload.length}`
    );
  }
}

/** A longer text stays a text: it would have to be in memory three times. */
const maxParsedByteLength = 1024 * 1024;

/**
 * A text that is JSON, on one line: it has ends of lines between its values only. Masks in the place of
 * secrets may make it none.
 */
function jsonIn({ flags, payload }: StoredRecord, redactor: SecretRedactor): string | undefined {
  const isShort = payload.length <= maxParsedByteLength;
  const text = kindOf(flags) === 'text' && isShort ? decoded(payload) : undefined;
  const json = text === undefined ? '' : redactor.text(text);
  return isJson(json) ? json.replace(/[\r\n]/g, ' ') : undefined;
}

/** The facts of a state change as JSON, if they are that, and not nested too deeply to be written. */
function factsIn(payload: Uint8Array, redactor: SecretRedactor): string | undefined {
  const text = decoded(payload);
  if (text === undefined) {
    return undefined;
  }
  try {
    const facts: unknown = JSON.parse(text);
    return typeof facts === 'object' && facts !== null
      ? JSON.stringify(redactor.value(facts))
      : undefined;
  } catch {
    return undefined;
  }
}
