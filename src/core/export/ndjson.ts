import type { StoredRecord } from '../capture/captureStore.ts';
import { directionOf, isHeartbeat, kindOf } from '../record/record.ts';
import type { ExportedConnection } from './exportJob.ts';
import { isoTime } from '../base/date.ts';
import {
  decoded,
  payloadText,
  around,
  jsonInner,
  nameSpeller,
  type RowWriter,
  type WriterParts,
} from './rowWriter.ts';

/**
 * One JSON object a line (ndjson, also called JSON Lines), always with the same members: `seq`, `at`
 * as ISO 8601, `time` in milliseconds since 1970, `connection`, `direction`, `kind`, `heartbeat`,
 * `size` in bytes; then `data` as text, or in base64 if `enc` says so. A state change has its
 * facts in `state` in place of `data`.
 */
export class NdjsonWriter implements RowWriter {
  readonly #parts: WriterParts;
  readonly #nameOf: (connection: ExportedConnection) => string;
  #rowCount = 0;

  constructor(parts: WriterParts) {
    this.#parts = parts;
    this.#nameOf = nameSpeller(parts, name => JSON.stringify(name));
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  begin(): string {
    return '';
  }

  *row(connection: ExportedConnection, record: StoredRecord): Generator<string> {
    const { redactor, base64 } = this.#parts;
    const head = this.#head(connection, record);
    this.#rowCount++;
    const facts = kindOf(record.flags) === 'state' ? factsIn(record.payload) : undefined;
    if (facts !== undefined) {
      yield `${head},"state":${JSON.stringify(redactor.value(facts))}}\n`;
      return;
    }
    const payload = yield* payloadText(record, redactor, base64);
    const tail = payload.encoding === 'base64' ? '","enc":"base64"}\n' : '"}\n';
    yield* around(`${head},"data":"`, payload, jsonInner, tail);
  }

  end(): string {
    return '';
  }

  #head(connection: ExportedConnection, { seq, at, flags, payload }: StoredRecord): string {
    const name = this.#nameOf(connection);
    return (
      `{"seq":${seq},"at":"${isoTime(at)}","time":${at},"connection":${name}` +
      `,"direction":"${directionOf(flags)}","kind":"${kindOf(flags)}"` +
      `,"heartbeat":${String(isHeartbeat(flags))},"size":${payload.length}`
    );
  }
}

/** The facts of a state change, if they are valid JSON. */
function factsIn(payload: Uint8Array): object | undefined {
  const text = decoded(payload);
  if (text === undefined) {
    return undefined;
  }
  try {
    const facts: unknown = JSON.parse(text);
    return typeof facts === 'object' && facts !== null ? facts : undefined;
  } catch {
    return undefined;
  }
}
