import type { StoredRecord } from '../record/block.ts';
import { directionOf, isHeartbeat, kindOf, tapWords } from '../record/record.ts';
import type { ExportedMessage } from '../decode/pass/exportedMessage.ts';
import { decodedCells, decodedValue } from './decodedText.ts';
import type { ExportedConnection } from './exportJob.ts';
import { isoTime } from '../base/date.ts';
import { payloadText, around, nameSpeller, type RowWriter, type WriterParts } from './rowWriter.ts';

const columns = 'seq,at,time,connection,direction,kind,heartbeat,size,encoding,data,tap';
const decodedColumns = ',as,type,event,topic,id,severity,request,ms,value';
const decodedColumnCount = decodedColumns.split(',').length - 1;

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
 * if it did nothing. What decoders say has columns of its own if they are asked, see `decodedCells` and
 * `decodedValue`; there a text that begins like a formula gets its apostrophe without notice.
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
    this.#nameOf = nameSpeller(parts, quoted);
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  begin(): string {
    return `${this.#hasMark ? byteOrderMark : ''}${columns}${this.#parts.decode ? decodedColumns : ''}\r\n`;
  }

  *row(connection: ExportedConnection, record: StoredRecord): Generator<string> {
    const { redactor, base64, decode } = this.#parts;
    const { seq, at, flags } = record;
    this.#rowCount++;
    const head =
      `${seq},${isoTime(at)},${at},${this.#nameOf(connection)},${directionOf(flags)},` +
      `${kindOf(flags)},${String(isHeartbeat(flags))},${record.payload.length}`;
    const payload = yield* payloadText(record, redactor, base64);
    const guard = isFormula(payload.first) ? "'" : '';
    const encoding = guard && payload.encoding === 'text' ? 'guarded' : payload.encoding;
    const tail = `",${tapWords(flags)}${decode ? '' : '\r\n'}`;
    yield* around(`${head},${encoding},"${guard}`, payload, inner, tail);
    if (decode) {
      yield* this.#decoded(decode(connection.capture, record));
    }
  }

  end(): string {
    return '';
  }

  *#decoded(message: ExportedMessage | undefined): Generator<string> {
    if (!message) {
      yield `${','.repeat(decodedColumnCount)}\r\n`;
      return;
    }
    const { redactor } = this.#parts;
    const { texts, numbers } = decodedCells(message, redactor);
    let isFirst = true;
    yield `,${texts.map(quoted).join(',')},${numbers.join(',')},"`;
    for (const piece of decodedValue(message, redactor)) {
      yield `${isFirst && isFormula(piece) ? "'" : ''}${inner(piece)}`;
      isFirst &&= piece === '';
    }
    yield '"\r\n';
  }
}

function quoted(text: string): string {
  return `"${isFormula(text) ? "'" : ''}${inner(text)}"`;
}

function isFormula(text: string): boolean {
  return formula.test(text) && !plainNumber.test(text);
}

function inner(text: string): string {
  return text.replaceAll('"', '""');
}
