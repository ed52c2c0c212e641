import { floatJson } from '../exportForm.ts';
import { byteCount } from '../summaryText.ts';
import { decimal128Text } from './decimal128.ts';
import { textIn } from './utf8Text.ts';
import { readValue, valueDecoder, type ValueReading } from './valueReading.ts';
import { ValueWalk } from './valueWalk.ts';

/** Reads a document of BSON (bsonspec.org, version 1.1); its JSON is canonical Extended JSON, version 2. */
export function readBson(bytes: Uint8Array, begin = 0, end = bytes.length): ValueReading {
  return readValue(bytes, (sink, checked) => new BsonWalk(bytes, begin, end, sink, checked));
}

export const bson = valueDecoder('bson', 'BSON', readBson);

interface OpenDocument {
  /** Where the byte is that ends it. */
  readonly last: number;
  readonly isArray: boolean;
}

/** The length, and the byte that ends it. */
const minDocument = 5;
/** The length, that of an empty text, its end, and an empty document. */
const minScoped = 14;

class BsonWalk extends ValueWalk {
  readonly #documents: OpenDocument[] = [];
  /** Of the document that comes next; `undefined`: an element comes next. */
  #nextType: 'document' | 'array' | undefined = 'document';

  protected override readOne(): void {
    const document = this.#documents.at(-1);
    if (this.#nextType || !document) {
      this.#document(this.#nextType === 'array');
    } else if (this.at > document.last) {
      this.fail(document.last, 'truncated');
    } else if (this.at === document.last) {
      this.at++;
      this.#documents.pop();
      this.close();
    } else {
      this.#element(document.isArray);
    }
  }

  #document(isArray: boolean): void {
    const begin = this.at;
    this.#nextType = undefined;
    if (!this.has(4)) {
      return;
    }
    const size = this.view.getInt32(begin, true);
    if (size < minDocument) {
      this.fail(begin, 'bad-length');
      return;
    }
    const last = begin + size - 1;
    if (!this.has(size)) {
      return;
    }
    if (this.bytes[last] !== 0) {
      this.fail(last, 'unexpected');
      return;
    }
    this.enter(begin);
    this.at += 4;
    this.open(isArray ? 'array' : 'map', begin, isArray ? 'array' : 'document', Infinity);
    this.#documents.push({ last, isArray });
  }

  #element(isInArray: boolean): void {
    const begin = this.at;
    const type = this.bytes[this.at++] ?? 0;
    const name = this.#cString();
    if (!name) {
      return;
    }
    if (!isInArray) {
      this.enter(begin, true);
      this.sink?.text(begin, this.at, 'name', ...name);
    }
    if (type === 0x03 || type === 0x04) {
      this.#nextType = type === 0x04 ? 'array' : 'document';
      return;
    }
    if (type === 0x0f) {
      this.#scopedCode(begin);
      return;
    }
    this.enter(begin);
    this.#value(begin, type);
  }

  #value(begin: number, type: number): void {
    switch (type) {
      case 0x01:
      case 0x07:
      case 0x08:
      case 0x09:
      case 0x10:
      case 0x11:
      case 0x12:
      case 0x13:
        this.#fixed(begin, type);
        break;
      case 0x02:
        this.#string(([from, to]) => this.sink?.text(begin, this.at, 'string', from, to));
        break;
      case 0x05:
        this.#binary(begin);
        break;
      case 0x06:
        this.sink?.leaf(begin, this.at, 'undefined', '{"$undefined":true}', 'undefined');
        break;
      case 0x0a:
        this.sink?.leaf(begin, this.at, 'null', 'null');
        break;
      case 0x0b:
        this.#expression(begin);
        break;
      case 0x0c:
        this.#pointer(begin);
        break;
      case 0x0d:
        this.#quoted(begin, 'code', '$code');
        break;
      case 0x0e:
        this.#quoted(begin, 'symbol', '$symbol');
        break;
      case 0x7f:
        this.sink?.leaf(begin, this.at, 'maxKey', '{"$maxKey":1}', 'maxKey');
        break;
      case 0xff:
        this.sink?.leaf(begin, this.at, 'minKey', '{"$minKey":1}', 'minKey');
        break;
      default:
        this.fail(begin, 'reserved');
    }
  }

  /** Values that are always of the same length. */
  #fixed(begin: number, type: number): void {
    const from = this.at;
    const width =
      type === 0x13 ? 16 : type === 0x07 ? 12 : type === 0x08 ? 1 : type === 0x10 ? 4 : 8;
    if (!this.has(width)) {
      return;
    }
    this.at += width;
    if (type === 0x08 && (this.bytes[from] ?? 0) > 1) {
      this.fail(from, 'unexpected');
    } else if (this.sink) {
      this.sink.leaf(begin, this.at, ...fixedValue(this.bytes, this.view, from, type));
    }
  }

  /** A text up to a NUL; the name of an element lies within its document. */
  #cString(): readonly [from: number, to: number] | undefined {
    const from = this.at;
    const end = (this.#documents.at(-1)?.last ?? 0) + 1;
    let to = from;
    while (to < end && this.bytes[to] !== 0) {
      to++;
    }
    if (to >= end) {
      this.fail(end, 'truncated');
      return undefined;
    }
    this.at = to + 1;
    this.checkText(from, to);
    return [from, to];
  }

  /** A text with its length; calls `read` with its place if it is there. */
  #string(read: (place: readonly [from: number, to: number]) => void): void {
    if (!this.has(4)) {
      return;
    }
    const length = this.view.getInt32(this.at, true);
    if (length < 1) {
      this.fail(this.at, 'bad-length');
      return;
    }
    this.at += 4;
    if (!this.has(length)) {
      return;
    }
    const from = this.at;
    const to = from + length - 1;
    this.at = to + 1;
    if (this.bytes[to] !== 0) {
      this.warning ??= { at: to, is: 'unexpected' };
    }
    this.checkText(from, to);
    read([from, to]);
  }

  #quoted(begin: number, type: string, name: string): void {
    this.#string(([from, to]) => {
      if (this.sink) {
        const text = JSON.stringify(textIn(this.bytes, from, to));
        this.sink.leaf(begin, this.at, type, `{"${name}":${text}}`, text);
      }
    });
  }

  #binary(begin: number): void {
    if (!this.has(5)) {
      return;
    }
    const length = this.view.getInt32(this.at, true);
    const subType = this.bytes[this.at + 4] ?? 0;
    if (length < 0) {
      this.fail(this.at, 'bad-length');
      return;
    }
    this.at += 5;
    if (!this.has(length)) {
      return;
    }
    let from = this.at;
    this.at += length;
    if (subType === 0x02) {
      // Its content has a length of its own.
      if (length >= 4 && this.view.getInt32(from, true) === length - 4) {
        from += 4;
      } else {
        this.warning ??= { at: from, is: 'bad-length' };
      }
    }
    const { at: to } = this;
    this.sink?.blob({
      begin,
      end: to,
      type: 'binary',
      shown: byteCount(to - from),
      from,
      to,
      before: '{"$binary":{"base64":"',
      after: `","subType":"${subType.toString(16).padStart(2, '0')}"}}`,
    });
  }

  #expression(begin: number): void {
    const pattern = this.#cString();
    const options = pattern && this.#cString();
    if (options && this.sink) {
      const [first, second] = [pattern, options].map(place => textIn(this.bytes, ...place));
      const parts = `{"pattern":${JSON.stringify(first)},"options":${JSON.stringify(second)}}`;
      const shown = `/${first}/${second}`;
      this.sink.leaf(begin, this.at, 'regex', `{"$regularExpression":${parts}}`, shown);
    }
  }

  #pointer(begin: number): void {
    this.#string(([from, to]) => {
      const idAt = this.at;
      if (!this.has(12)) {
        return;
      }
      this.at += 12;
      if (this.sink) {
        const space = textIn(this.bytes, from, to);
        const id = hexOf(this.bytes.subarray(idAt, this.at));
        const json = `{"$dbPointer":{"$ref":${JSON.stringify(space)},"$id":{"$oid":"${id}"}}}`;
        this.sink.leaf(begin, this.at, 'dbPointer', json, `${space} ${id}`);
      }
    });
  }

  /** Code and a document, which holds the values of its names. */
  #scopedCode(begin: number): void {
    const sizeAt = this.at;
    if (!this.has(4)) {
      return;
    }
    const size = this.view.getInt32(sizeAt, true);
    if (size < minScoped) {
      this.fail(sizeAt, 'bad-length');
      return;
    }
    if (!this.has(size)) {
      return;
    }
    this.at += 4;
    this.enter(begin);
    this.#string(([from, to]) => {
      const rest = sizeAt + size - this.at;
      if (rest < minDocument || this.view.getInt32(this.at, true) !== rest) {
        this.fail(sizeAt, 'bad-length');
        return;
      }
      const code = this.sink ? JSON.stringify(textIn(this.bytes, from, to)) : '';
      this.open('wrap', begin, 'code', 1, {
        before: `{"$code":${code},"$scope":`,
        step: '.$scope',
        shown: code,
      });
      this.#nextType = 'document';
    });
  }
}

function fixedValue(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  type: number,
): [type: string, json: string, shown: string] {
  switch (type) {
    case 0x01: {
      const json = floatJson(view.getFloat64(at, true));
      return ['double', `{"$numberDouble":"${json.replaceAll('"', '')}"}`, json];
    }
    case 0x07: {
      const hex = hexOf(bytes.subarray(at, at + 12));
      return ['objectId', `{"$oid":"${hex}"}`, hex];
    }
    case 0x08: {
      const json = String(bytes[at] === 1);
      return ['bool', json, json];
    }
    case 0x09: {
      const time = view.getBigInt64(at, true);
      return ['date', `{"$date":{"$numberLong":"${time}"}}`, dateText(time)];
    }
    case 0x10: {
      const number = view.getInt32(at, true);
      return ['int32', `{"$numberInt":"${number}"}`, String(number)];
    }
    case 0x11: {
      const parts = `{"t":${view.getUint32(at + 4, true)},"i":${view.getUint32(at, true)}}`;
      const json = `{"$timestamp":${parts}}`;
      return ['timestamp', json, json];
    }
    case 0x12: {
      const number = view.getBigInt64(at, true);
      return ['int64', `{"$numberLong":"${number}"}`, String(number)];
    }
    default: {
      const text = decimal128Text(view.getBigUint64(at, true), view.getBigUint64(at + 8, true));
      return ['decimal128', `{"$numberDecimal":"${text}"}`, text];
    }
  }
}

/** The last millisecond that a `Date` can hold (ECMA-262, section 21.4.1.1). */
const maxTime = 8_640_000_000_000_000n;

function dateText(time: bigint): string {
  return time >= -maxTime && time <= maxTime ? new Date(Number(time)).toISOString() : String(time);
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}
