import { readMsgpack } from '../../values/msgpack.ts';
import { labelOf } from '../json/headText.ts';

/** Arguments beyond these are in no summary. */
const maxShown = 64;

/** What is before the elements of a container. */
interface Head {
  readonly length: number;
  readonly count: number;
}

/** The bytes before a string by the first one. */
const stringHeads: ReadonlyMap<number, number> = new Map([
  [0xd9, 2],
  [0xda, 3],
  [0xdb, 5],
]);

/** A value within bytes of MessagePack that were checked. Whatever is text is made when it is asked for. */
export class MsgpackSpan {
  readonly begin: number;
  /** Behind its last byte. */
  readonly end: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, begin: number, end: number) {
    this.#bytes = bytes;
    this.begin = begin;
    this.end = end;
  }

  get isArray(): boolean {
    return this.#containerHead(0x90, 0xdc) !== undefined;
  }

  get isNil(): boolean {
    return this.#head === 0xc0;
  }

  get isInteger(): boolean {
    return this.#head < 0x80 || this.#head >= 0xe0 || (this.#head >= 0xcc && this.#head <= 0xd3);
  }

  /** Some encoders write `undefined` as one. */
  get isExtension(): boolean {
    return (this.#head >= 0xc7 && this.#head <= 0xc9) || (this.#head >= 0xd4 && this.#head <= 0xd8);
  }

  /** What a string says, cut if it is very long; `undefined` for all else. */
  get string(): string | undefined {
    const head = this.#head;
    const headLength = head >= 0xa0 && head < 0xc0 ? 1 : stringHeads.get(head);
    return headLength === undefined
      ? undefined
      : labelOf(this.#bytes, this.begin + headLength, this.end);
  }

  /** A string or integer as a fact; `undefined` for all else. */
  get label(): string | undefined {
    return this.isInteger ? this.text : this.string;
  }

  /** An integer of at most 32 bits; `undefined` for all else. */
  get integer(): number | undefined {
    return this.isInteger && this.end - this.begin <= 5 ? Number(this.text) : undefined;
  }

  /** As JSON, in the form that `exportForm.ts` describes. */
  get text(): string {
    return readMsgpack(this.#bytes, this.begin, this.end).value();
  }

  /** The beginning for a summary. */
  get shown(): string {
    return readMsgpack(this.#bytes, this.begin, this.end).summary();
  }

  /** For a summary: what a string says, another value as `shown`. */
  get message(): string {
    return this.string ?? this.shown;
  }

  /** For a summary: the elements of an array from `from` on, as arguments are written. */
  shownElements(from = 0): string {
    return this.elements(maxShown)
      .slice(from)
      .map(each => each.shown)
      .join(', ');
  }

  /** The first elements of an array; none for all else. */
  elements(atMost: number): readonly MsgpackSpan[] {
    const head = this.#containerHead(0x90, 0xdc);
    return head ? this.#spans(head.length, Math.min(head.count, atMost)) : [];
  }

  /** The first values of a map by their names; none for all else. */
  members(atMost: number): ReadonlyMap<string, MsgpackSpan> {
    const head = this.#containerHead(0x80, 0xde);
    const spans = head ? this.#spans(head.length, 2 * Math.min(head.count, atMost)) : [];
    const members = new Map<string, MsgpackSpan>();
    for (let index = 0; index < spans.length; index += 2) {
      const [name, value] = [spans[index]?.string, spans[index + 1]];
      if (name !== undefined && value) {
        members.set(name, value);
      }
    }
    return members;
  }

  #spans(offset: number, count: number): readonly MsgpackSpan[] {
    const spans: MsgpackSpan[] = [];
    for (let at = this.begin + offset; spans.length < count && at < this.end;) {
      const { end } = readMsgpack(this.#bytes, at, this.end);
      spans.push(new MsgpackSpan(this.#bytes, at, end));
      at = end;
    }
    return spans;
  }

  get #head(): number {
    return this.#bytes[this.begin] ?? 0xc1;
  }

  /**
   * @param short the first head that holds a count in its last four bits
   * @param long the head before a count of 16 bits; the next one is before one of 32
   */
  #containerHead(short: number, long: number): Head | undefined {
    const head = this.#head;
    if ((head & 0xf0) === short) {
      return { length: 1, count: head & 0x0f };
    }
    const width = head === long ? 2 : head === long + 1 ? 4 : 0;
    let count = 0;
    for (let at = this.begin + 1; at <= this.begin + width; at++) {
      count = 256 * count + (this.#bytes[at] ?? 0);
    }
    return width > 0 ? { length: 1 + width, count } : undefined;
  }
}
