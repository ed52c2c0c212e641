import { bytesJson, float32Json, floatJson } from '../exportForm.ts';
import { byteCount } from '../summaryText.ts';
import { textIn } from './utf8Text.ts';
import { readValue, valueDecoder, type ValueReading } from './valueReading.ts';
import { ValueWalk } from './valueWalk.ts';

/** Reads a data item of CBOR (RFC 8949). */
export function readCbor(bytes: Uint8Array, begin = 0, end = bytes.length): ValueReading {
  return readValue(bytes, (sink, checked) => new CborWalk(bytes, begin, end, sink, checked));
}

export const cbor = valueDecoder('cbor', 'CBOR', readCbor);

/** Ends what has no length of its own (RFC 8949, section 3.2.1). */
const breakByte = 0xff;
/** The additional information of what has no length of its own. */
const indefinite = 31;

class CborWalk extends ValueWalk {
  protected override readOne(): void {
    if (!this.has(1)) {
      return;
    }
    const begin = this.at;
    const head = this.bytes[begin] ?? 0;
    const { top } = this;
    if (head === breakByte && top?.until === Infinity && !(top.isMap && top.count % 2 === 1)) {
      this.at++;
      this.close();
      return;
    }
    const major = head >> 5;
    if ((head & 31) === indefinite) {
      this.at++;
      this.#indefinite(begin, major);
      return;
    }
    const argument = this.#argument();
    if (argument !== undefined) {
      this.enter(begin, major === 3);
      this.#definite(begin, major, argument);
    }
  }

  /** Reads the head of an item. `undefined`: it is none, or not all there. */
  #argument(): number | bigint | undefined {
    const begin = this.at;
    const info = (this.bytes[begin] ?? 0) & 31;
    if (info < 24) {
      this.at++;
      return info;
    }
    if (info > 27) {
      this.fail(begin, 'reserved');
      return undefined;
    }
    const width = 2 ** (info - 24);
    if (!this.has(1 + width)) {
      return undefined;
    }
    this.at += 1 + width;
    const { view } = this;
    switch (width) {
      case 1:
        return view.getUint8(begin + 1);
      case 2:
        return view.getUint16(begin + 1);
      case 4:
        return view.getUint32(begin + 1);
      default: {
        const long = view.getBigUint64(begin + 1);
        return long > Number.MAX_SAFE_INTEGER ? long : Number(long);
      }
    }
  }

  #definite(begin: number, major: number, argument: number | bigint): void {
    // A count or length that is not exact is longer than any message.
    const count = Number(argument);
    switch (major) {
      case 0:
        this.sink?.leaf(begin, this.at, 'uint', String(argument));
        break;
      case 1:
        this.sink?.leaf(begin, this.at, 'int', String(-1n - BigInt(argument)));
        break;
      case 2:
        this.#bytes(begin, count);
        break;
      case 3:
        this.text(begin, 'text', count);
        break;
      case 4:
        this.open('array', begin, 'array', count);
        break;
      case 5:
        this.open('map', begin, 'map', 2 * count);
        break;
      case 6:
        this.open('wrap', begin, 'tag', 1, {
          before: `{"$tag":${argument},"$value":`,
          step: '.value',
          shown: `tag ${argument}`,
        });
        break;
      default:
        this.#simple(begin, (this.bytes[begin] ?? 0) & 31, count);
    }
  }

  #indefinite(begin: number, major: number): void {
    switch (major) {
      case 2:
      case 3:
        this.enter(begin, major === 3);
        this.#chunks(begin, major);
        break;
      case 4:
        this.enter(begin);
        this.open('array', begin, 'array', Infinity);
        break;
      case 5:
        this.enter(begin);
        this.open('map', begin, 'map', Infinity);
        break;
      case 7:
        this.fail(begin, 'unexpected');
        break;
      default:
        this.fail(begin, 'reserved');
    }
  }

  /** A text or bytes in pieces, each of which has a length and is of the same type (RFC 8949, section 3.2.3). */
  #chunks(begin: number, major: number): void {
    const chunks: (readonly [from: number, to: number])[] = [];
    let length = 0;
    while (this.has(1) && this.bytes[this.at] !== breakByte) {
      const head = this.bytes[this.at] ?? 0;
      if (head >> 5 !== major || (head & 31) === indefinite) {
        this.fail(this.at, 'unexpected');
        return;
      }
      const argument = this.#argument();
      if (argument === undefined || !this.has(Number(argument))) {
        return;
      }
      const from = this.at;
      this.at += Number(argument);
      if (this.sink) {
        chunks.push([from, this.at]);
        length += Number(argument);
      } else if (major === 3) {
        this.checkText(from, this.at);
      }
    }
    if (this.problem) {
      return;
    }
    this.at++;
    if (major === 3) {
      const texts = chunks.map(([from, to]) => textIn(this.bytes, from, to));
      this.sink?.string(begin, this.at, 'text', texts.join(''));
    } else if (this.sink) {
      const joined = new Uint8Array(length);
      let at = 0;
      for (const [from, to] of chunks) {
        joined.set(this.bytes.subarray(from, to), at);
        at += to - from;
      }
      this.sink.leaf(begin, this.at, 'bytes', bytesJson(joined), byteCount(length));
    }
  }

  #bytes(begin: number, length: number): void {
    if (this.has(length)) {
      const from = this.at;
      this.at += length;
      this.sink?.blob({
        begin,
        end: this.at,
        type: 'bytes',
        shown: byteCount(length),
        from,
        to: this.at,
        before: '{"$bytes":"',
        after: '"}',
      });
    }
  }

  #simple(begin: number, info: number, argument: number): void {
    if (info === 24 && argument < 32) {
      this.fail(begin, 'reserved');
      return;
    }
    const { at, sink, view } = this;
    switch (info) {
      case 20:
      case 21:
        sink?.leaf(begin, at, 'bool', String(info === 21));
        break;
      case 22:
        sink?.leaf(begin, at, 'null', 'null');
        break;
      case 23:
        sink?.leaf(begin, at, 'undefined', '{"$undefined":true}', 'undefined');
        break;
      case 25:
        sink?.leaf(begin, at, 'float16', floatJson(halfFloat(argument)));
        break;
      case 26:
        sink?.leaf(begin, at, 'float32', float32Json(view.getFloat32(begin + 1)));
        break;
      case 27:
        sink?.leaf(begin, at, 'float64', floatJson(view.getFloat64(begin + 1)));
        break;
      default:
        sink?.leaf(begin, at, 'simple', `{"$simple":${argument}}`, `simple(${argument})`);
    }
  }
}

/** A float of 16 bits (RFC 8949, appendix D). */
function halfFloat(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const size =
    exponent === 0
      ? fraction * 2 ** -24
      : exponent === 31
        ? fraction === 0
          ? Infinity
          : NaN
        : (1024 + fraction) * 2 ** (exponent - 25);
  return (bits & 0x8000) === 0 ? size : -size;
}
