import type { StoredRecord } from '../record/block.ts';
import { directionOf, isHeartbeat, kindOf, tapWords } from '../record/record.ts';
import type { ExportedConnection } from './exportJob.ts';
import { isoTime } from '../base/date.ts';
import { payloadText, around, nameSpeller, type RowWriter, type WriterParts } from './rowWriter.ts';

const columns = 'seq,at,time,connection,direction,kind,heartbeat,size,encoding,data,tap';

/** Without it, Excel reads UTF-8 as the system's old encoding. */
const byteOrderMark = '\ufeff';

/** Where a spreadsheet would begin to calculate, its wide forms and blanks before it included. */
const formula = /^(?:\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])/;
const plainNumber = /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/**
 * CSV as RFC 4180 has it, with a header. A spreadsheet takes a field that begins with `=`, `+`, `-`
 * or `@` for a formula, and peers send what they like: such a field gets an apostrophe in front, and
 * `guarded` in the column `encoding`, so that a program can remove it. Numbers stay as they
 * are. Base64 may begin with `+` and gets its apostrophe without notice, since it is never part
 * of it. A state change is its JSON. `tap` is what a tap did with the message, see `tapWords`; empty
 * if it did nothing.
 */
export class CsvWriter implements RowWriter {
  readonly #parts: WriterParts;
  readonly #hasMark: boolean;
  readonly #nameOf: (connection: ExportedConnection) => string;
  #rowCount = 0;

  /** @param hasMark begins with a byte order mark, for Excel; programs may take it for text */
  constructor(parts: WriterParts, hasMark = false) {
    this.#parts = parts;
    this.#hasMark = hasMark;
    this.#nameOf = nameSpeller(parts, name => `"${isFormula(name) ? "'" : ''}${inner(name)}"`);
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  begin(): string {
    return `${this.#hasMark ? byteOrderMark : ''}${columns}\r\n`;
  }

  *row(connection: ExportedConnection, record: StoredRecord): Generator<string> {
    const { redactor, base64 } = this.#parts;
    const { seq, at, flags } = record;
    this.#rowCount++;
    const head =
      `${seq},${isoTime(at)},${at},${this.#nameOf(connection)},${directionOf(flags)},` +
      `${kindOf(flags)},${String(isHeartbeat(flags))},${record.payload.length}`;
    const payload = yield* payloadText(record, redactor, base64);
    const guard = isFormula(payload.first) ? "'" : '';
    const encoding = guard && payload.encoding === 'text' ? 'guarded' : payload.encoding;
    yield* around(`${head},${encoding},"${guard}`, payload, inner, `",${tapWords(flags)}\r\n`);
  }

  end(): string {
    return '';
  }
}

function isFormula(text: string): boolean {
  return formula.test(text) && !plainNumber.test(text);
}

function inner(text: string): string {
  return text.replaceAll('"', '""');
}
