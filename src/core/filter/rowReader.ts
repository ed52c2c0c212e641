import { kindOf } from '../record/record.ts';
import { readJson } from '../json/readJson.ts';
import { searchText } from '../text/searchText.ts';
import type { DecodedRow } from './decodedRow.ts';

/** A row as conditions see it. `payload` is called only if the rest does not decide. */
export interface MatchedRow {
  /** See `RowFlag`. */
  readonly flags: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Bytes of the payload. */
  readonly size: number;
  readonly payload: () => Uint8Array;
  /** The payload decoded, where it is known already. */
  readonly text?: string | undefined;
  /** The id of its capture, where a condition may ask for it. */
  readonly capture?: number | undefined;
  /** Absent: nobody decodes. `undefined`: no decoder reads it. */
  readonly decoded?: (() => DecodedRow | undefined) | undefined;
}

/** UTF-8 as text: what is not UTF-8 becomes U+FFFD, a byte order mark stays. */
export type Decode = (bytes: Uint8Array) => string;

/** A text that is read as JSON when it is asked for. */
class LazyJson {
  readonly #text: string | undefined;
  #value: unknown;
  #isRead = false;
  #written: unknown;
  #isWrittenRead = false;

  /** @param text `undefined`: there is none */
  constructor(text: string | undefined) {
    this.#text = text;
  }

  /** `undefined` if it is no JSON. */
  read(isWritten: boolean): unknown {
    return isWritten ? this.#readWritten() : this.#readValue();
  }

  #readValue(): unknown {
    if (!this.#isRead) {
      this.#isRead = true;
      this.#value = this.#text === undefined ? undefined : readJson(this.#text)?.value;
    }
    return this.#value;
  }

  /** With all numbers as they were written, see `readJson`. */
  #readWritten(): unknown {
    if (!this.#isWrittenRead) {
      this.#isWrittenRead = true;
      this.#written =
        this.#text === undefined ? undefined : readJson(this.#text, { keepsNumbers: true })?.value;
    }
    return this.#written;
  }
}

/** Reads rows one after the other for conditions: each part once, and only when it is needed. */
export class RowReader {
  readonly #decode: Decode;
  #row: MatchedRow = { flags: 0, at: 0, size: 0, payload: () => new Uint8Array() };
  #bytes: Uint8Array | undefined;
  #whole: string | undefined;
  #text: string | undefined;
  #searchText: string | undefined;
  #json: LazyJson | undefined;
  #decoded: DecodedRow | undefined;
  #isDecoded = false;
  #decodedJson: LazyJson | undefined;
  #envelope: LazyJson | undefined;

  constructor(decode: Decode) {
    this.#decode = decode;
  }

  read(row: MatchedRow): void {
    this.#row = row;
    this.#bytes = undefined;
    this.#whole = undefined;
    this.#text = undefined;
    this.#searchText = undefined;
    this.#json = undefined;
    this.#decoded = undefined;
    this.#isDecoded = false;
    this.#decodedJson = undefined;
    this.#envelope = undefined;
  }

  get row(): MatchedRow {
    return this.#row;
  }

  get bytes(): Uint8Array {
    return (this.#bytes ??= this.#row.payload());
  }

  /** Whether `text` is the whole payload, decoded. */
  get isPlain(): boolean {
    const kind = kindOf(this.#row.flags);
    return kind !== 'state' && kind !== 'close';
  }

  /**
   * What conditions on text see: the payload as UTF-8, also that of a binary message; of a state
   * change its sentence; of a close frame code and reason, as in `1006 reason`.
   */
  get text(): string {
    return (this.#text ??= this.#readText());
  }

  /** The same normalised for searching, see `searchText`. */
  get searchText(): string {
    return (this.#searchText ??= searchText(this.text));
  }

  /** Whether it begins as an object or array of JSON does: its names stand in it as decoders would read them. */
  get beginsAsJson(): boolean {
    const first = this.#mayBeJson ? this.bytes[0] : undefined;
    return first === 0x7b || first === 0x5b;
  }

  /** `undefined` if the row is neither a text message nor a state change, or holds no JSON. */
  get json(): unknown {
    return this.#ownJson.read(false);
  }

  /** The same with all numbers as they were written, see `readJson`. */
  get writtenJson(): unknown {
    return this.#ownJson.read(true);
  }

  /** As decoders read it; `undefined` if none has. */
  get decoded(): DecodedRow | undefined {
    if (!this.#isDecoded) {
      this.#decoded = this.#row.decoded?.();
      this.#isDecoded = true;
    }
    return this.#decoded;
  }

  /**
   * Where paths into the decoded value begin: at the value, and in a message of several records at each of
   * them too.
   *
   * @param isWritten whether all numbers are to be as they were written
   */
  decodedStarts(isWritten: boolean): readonly unknown[] {
    const { decoded } = this;
    if (!decoded) {
      return [];
    }
    const value = (this.#decodedJson ??= new LazyJson(decoded.value())).read(isWritten);
    const records = decoded.records.length > 1 && Array.isArray(value) ? value : [];
    return value === undefined ? [] : [value, ...(records as readonly unknown[])];
  }

  /** What is around the decoded value; `undefined` if there is nothing. */
  envelope(isWritten: boolean): unknown {
    return (this.#envelope ??= new LazyJson(this.decoded?.envelope())).read(isWritten);
  }

  /** Whether it is a message without JSON values: neither JSON itself nor decoded to any. */
  get isOpaque(): boolean {
    const kind = kindOf(this.#row.flags);
    const isOther = kind === 'binary' || (kind === 'text' && this.json === undefined);
    return isOther && this.decodedStarts(false).length === 0;
  }

  /** RFC 6455, section 5.5.1; `undefined` if the frame has no code or is not a close frame. */
  get closeCode(): number | undefined {
    const [high, low] = kindOf(this.#row.flags) === 'close' ? this.bytes : [];
    return high === undefined || low === undefined ? undefined : high * 256 + low;
  }

  get #ownJson(): LazyJson {
    return (this.#json ??= new LazyJson(this.#mayBeJson ? this.#wholeText : undefined));
  }

  get #mayBeJson(): boolean {
    const kind = kindOf(this.#row.flags);
    return kind === 'text' || kind === 'state';
  }

  get #wholeText(): string {
    return (this.#whole ??= this.#row.text ?? this.#decode(this.bytes));
  }

  #readText(): string {
    switch (kindOf(this.#row.flags)) {
      case 'state':
        return sentenceIn(this.json) ?? this.#wholeText;
      case 'close': {
        const code = this.closeCode;
        return code === undefined
          ? ''
          : `${code} ${this.#decode(this.bytes.subarray(2))}`.trimEnd();
      }
      case 'text':
      case 'binary':
      case 'ping':
      case 'pong':
        return this.#wholeText;
    }
  }
}

function sentenceIn(json: unknown): string | undefined {
  const isState = typeof json === 'object' && json !== null && 'text' in json;
  return isState && typeof json.text === 'string' ? json.text : undefined;
}
