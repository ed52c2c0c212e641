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
  /** Absent: nobody decodes. `undefined`: no decoder reads it. */
  readonly decoded?: (() => DecodedRow | undefined) | undefined;
}

/** UTF-8 as text: what is not UTF-8 becomes U+FFFD, a byte order mark stays. */
export type Decode = (bytes: Uint8Array) => string;

/** Reads rows one after the other for conditions: each part once, and only when it is needed. */
export class RowReader {
  readonly #decode: Decode;
  #row: MatchedRow = { flags: 0, at: 0, size: 0, payload: () => new Uint8Array() };
  #bytes: Uint8Array | undefined;
  #decoded: string | undefined;
  #text: string | undefined;
  #searchText: string | undefined;
  #json: unknown;
  #isParsed = false;
  #writtenJson: unknown;
  #isWrittenParsed = false;

  constructor(decode: Decode) {
    this.#decode = decode;
  }

  read(row: MatchedRow): void {
    this.#row = row;
    this.#bytes = undefined;
    this.#decoded = undefined;
    this.#text = undefined;
    this.#searchText = undefined;
    this.#json = undefined;
    this.#isParsed = false;
    this.#writtenJson = undefined;
    this.#isWrittenParsed = false;
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

  /** `undefined` if the row is neither a text message nor a state change, or holds no JSON. */
  get json(): unknown {
    if (!this.#isParsed) {
      this.#isParsed = true;
      this.#json = this.#mayBeJson ? readJson(this.#whole)?.value : undefined;
    }
    return this.#json;
  }

  /** The same with all numbers as they were written, see `readJson`. */
  get writtenJson(): unknown {
    if (!this.#isWrittenParsed) {
      this.#isWrittenParsed = true;
      this.#writtenJson = this.#mayBeJson
        ? readJson(this.#whole, { keepsNumbers: true })?.value
        : undefined;
    }
    return this.#writtenJson;
  }

  /** Whether it is a message without JSON values: a binary one, or text that is not JSON. */
  get isOpaque(): boolean {
    const kind = kindOf(this.#row.flags);
    return kind === 'binary' || (kind === 'text' && this.json === undefined);
  }

  /** RFC 6455, section 5.5.1; `undefined` if the frame has no code or is not a close frame. */
  get closeCode(): number | undefined {
    const [high, low] = kindOf(this.#row.flags) === 'close' ? this.bytes : [];
    return high === undefined || low === undefined ? undefined : high * 256 + low;
  }

  get #mayBeJson(): boolean {
    const kind = kindOf(this.#row.flags);
    return kind === 'text' || kind === 'state';
  }

  get #whole(): string {
    return (this.#decoded ??= this.#row.text ?? this.#decode(this.bytes));
  }

  #readText(): string {
    switch (kindOf(this.#row.flags)) {
      case 'state':
        return sentenceIn(this.json) ?? this.#whole;
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
        return this.#whole;
    }
  }
}

function sentenceIn(json: unknown): string | undefined {
  const isState = typeof json === 'object' && json !== null && 'text' in json;
  return isState && typeof json.text === 'string' ? json.text : undefined;
}
