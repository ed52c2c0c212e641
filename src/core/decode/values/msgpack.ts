import { float32Json, floatJson } from '../exportForm.ts';
import { byteCount } from '../summaryText.ts';
import { readValue, valueDecoder, type ValueReading } from './valueReading.ts';
import { ValueWalk } from './valueWalk.ts';

/** Reads a value of MessagePack (github.com/msgpack/msgpack/blob/master/spec.md). */
export function readMsgpack(bytes: Uint8Array, begin = 0, end = bytes.length): ValueReading {
  return readValue(bytes, (sink, checked) => new MsgpackWalk(bytes, begin, end, sink, checked));
}

export const msgpack = valueDecoder('msgpack', 'MessagePack', readMsgpack);

class MsgpackWalk extends ValueWalk {
  protected override readOne(): void {
    if (!this.has(1)) {
      return;
    }
    const begin = this.at;
    const head = this.bytes[this.at++] ?? 0;
    if (head < 0x80) {
      this.enter(begin);
      this.sink?.leaf(begin, this.at, 'int', String(head));
    } else if (head < 0x90) {
      this.#container(begin, 'map', 2 * (head & 0x0f));
    } else if (head < 0xa0) {
      this.#container(begin, 'array', head & 0x0f);
    } else if (head < 0xc0) {
      this.#string(begin, head & 0x1f);
    } else if (head >= 0xe0) {
      this.enter(begin);
      this.sink?.leaf(begin, this.at, 'int', String(head - 256));
    } else {
      this.#other(begin, head);
    }
  }

  #other(begin: number, head: number): void {
    switch (head) {
      case 0xc0:
        this.enter(begin);
        this.sink?.leaf(begin, this.at, 'nil', 'null');
        break;
      case 0xc1:
        this.fail(begin, 'reserved');
        break;
      case 0xc2:
      case 0xc3:
        this.enter(begin);
        this.sink?.leaf(begin, this.at, 'bool', String(head === 0xc3));
        break;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        this.#bytes(begin, this.#length(head - 0xc4));
        break;
      case 0xc7:
      case 0xc8:
      case 0xc9:
        this.#extension(begin, this.#length(head - 0xc7));
        break;
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        this.#extension(begin, 2 ** (head - 0xd4));
        break;
      case 0xd9:
      case 0xda:
      case 0xdb:
        this.#string(begin, this.#length(head - 0xd9));
        break;
      case 0xdc:
      case 0xdd:
        this.#container(begin, 'array', this.#length(head - 0xdb));
        break;
      case 0xde:
      case 0xdf:
        this.#container(begin, 'map', 2 * this.#length(head - 0xdd));
        break;
      default:
        this.#number(begin, head);
    }
  }

  #number(begin: number, head: number): void {
    const from = this.at;
    const width = head < 0xcc ? 4 * (head - 0xc9) : 2 ** (head & 3);
    if (!this.has(width)) {
      return;
    }
    this.at += width;
    this.enter(begin);
    this.sink?.leaf(begin, this.at, numberType(head), numberJson(this.view, head, from));
  }

  /** A length of 1, 2 or 4 bytes; if it is not all there, that is the problem, which whoever asked looks at. */
  #length(power: number): number {
    const width = 2 ** power;
    if (!this.has(width)) {
      return 0;
    }
    const { at, view } = this;
    this.at += width;
    return width === 1 ? view.getUint8(at) : width === 2 ? view.getUint16(at) : view.getUint32(at);
  }

  #string(begin: number, length: number): void {
    if (this.problem) {
      return;
    }
    this.enter(begin, true);
    this.text(begin, 'str', length);
  }

  #container(begin: number, shape: 'array' | 'map', until: number): void {
    if (this.problem) {
      return;
    }
    this.enter(begin);
    this.open(shape, begin, shape, until);
  }

  #bytes(begin: number, length: number): void {
    if (!this.problem && this.has(length)) {
      this.#blob(begin, length, 'bin', byteCount(length), '{"$bytes":"');
    }
  }

  #extension(begin: number, length: number): void {
    if (this.problem || !this.has(length + 1)) {
      return;
    }
    const kind = this.view.getInt8(this.at++);
    const time = this.sink && kind === -1 ? this.#time(length) : undefined;
    if (time === undefined) {
      const shown = `ext ${kind}, ${byteCount(length)}`;
      this.#blob(begin, length, 'ext', shown, `{"$ext":${kind},"$bytes":"`);
    } else {
      this.at += length;
      this.enter(begin);
      this.sink?.leaf(begin, this.at, 'timestamp', `{"$time":"${time}"}`, time);
    }
  }

  #blob(begin: number, length: number, type: string, shown: string, before: string): void {
    const from = this.at;
    this.at += length;
    this.enter(begin);
    const { at: to } = this;
    this.sink?.blob({ begin, end: to, type, shown, from, to, before, after: '"}' });
  }

  /** The content of a timestamp; `undefined` if it is none that a calendar of four digits knows. */
  #time(length: number): string | undefined {
    const { at, view } = this;
    switch (length) {
      case 4:
        return isoTime(BigInt(view.getUint32(at)), 0);
      case 8: {
        const both = view.getBigUint64(at);
        return isoTime(both & 0x3_ffff_ffffn, Number(both >> 34n));
      }
      case 12:
        return isoTime(view.getBigInt64(at + 4), view.getUint32(at));
      default:
        return undefined;
    }
  }
}

function numberType(head: number): string {
  return head === 0xca ? 'float32' : head === 0xcb ? 'float64' : head < 0xd0 ? 'uint' : 'int';
}

function numberJson(view: DataView, head: number, at: number): string {
  switch (head) {
    case 0xca:
      return float32Json(view.getFloat32(at));
    case 0xcb:
      return floatJson(view.getFloat64(at));
    case 0xcc:
      return String(view.getUint8(at));
    case 0xcd:
      return String(view.getUint16(at));
    case 0xce:
      return String(view.getUint32(at));
    case 0xcf:
      return String(view.getBigUint64(at));
    case 0xd0:
      return String(view.getInt8(at));
    case 0xd1:
      return String(view.getInt16(at));
    case 0xd2:
      return String(view.getInt32(at));
    default:
      return String(view.getBigInt64(at));
  }
}

/** The first second of year 1, and the last one of year 9999. */
const firstSecond = -62_135_596_800n;
const lastSecond = 253_402_300_799n;

function isoTime(seconds: bigint, nanoseconds: number): string | undefined {
  if (nanoseconds > 999_999_999 || seconds < firstSecond || seconds > lastSecond) {
    return undefined;
  }
  const whole = new Date(1000 * Number(seconds)).toISOString().slice(0, 19);
  const fraction = nanoseconds > 0 ? `.${String(nanoseconds).padStart(9, '0')}` : '';
  return `${whole}${fraction.replace(/0+$/, '')}Z`;
}
