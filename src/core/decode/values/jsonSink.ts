import { base64Of } from '../../base/base64.ts';
import { textIn } from './utf8Text.ts';
import type { Blob, Shape, ValueSink, Wrap } from './valueSink.ts';

const opening: Readonly<Record<Exclude<Shape, 'wrap'>, string>> = {
  array: '[',
  map: '{',
  pairs: '{"$map":[',
};
const closing: Readonly<Record<Shape, string>> = { array: ']', map: '}', pairs: ']}', wrap: '}' };

interface OpenContainer {
  readonly shape: Shape;
  /** Of a map keys and values. */
  count: number;
}

/** Writes values as JSON, in the form that `exportForm.ts` describes. */
export class JsonSink implements ValueSink {
  readonly #bytes: Uint8Array;
  readonly #maxLength: number;
  readonly #open: OpenContainer[] = [];
  #text = '';

  /** @param maxLength in characters: what is behind them may be missing */
  constructor(bytes: Uint8Array, maxLength = Infinity) {
    this.#bytes = bytes;
    this.#maxLength = maxLength;
  }

  get json(): string {
    return this.#text;
  }

  get isFull(): boolean {
    return this.#text.length >= this.#maxLength;
  }

  /** Whether the containers that were opened are closed. */
  get isWhole(): boolean {
    return this.#open.length === 0;
  }

  leaf(_begin: number, _end: number, _type: string, json: string): void {
    this.#put(json);
  }

  text(_begin: number, _end: number, _type: string, from: number, to: number): void {
    this.#put(JSON.stringify(textIn(this.#bytes, from, Math.min(to, from + this.#maxLength))));
  }

  string(_begin: number, _end: number, _type: string, text: string): void {
    this.#put(JSON.stringify(text));
  }

  blob({ from, to, before, after }: Blob): void {
    const content = this.#bytes.subarray(from, Math.min(to, from + this.#maxLength));
    this.#put(before + base64Of(content) + after);
  }

  open(shape: Shape, _begin: number, _type: string, wrap?: Wrap): void {
    this.#separate();
    this.#text += shape === 'wrap' ? (wrap?.before ?? '') : opening[shape];
    this.#open.push({ shape, count: 0 });
  }

  close(): void {
    const closed = this.#open.pop();
    this.#text += closed ? closing[closed.shape] : '';
    this.#count();
  }

  #put(json: string): void {
    this.#separate();
    this.#text += json;
    this.#count();
  }

  #separate(): void {
    const container = this.#open.at(-1);
    if (!container || container.shape === 'wrap') {
      return;
    }
    const { shape, count } = container;
    const isValue = shape !== 'array' && count % 2 === 1;
    const comma = count > 0 ? ',' : '';
    this.#text +=
      shape === 'pairs' ? (isValue ? ',' : `${comma}[`) : shape === 'map' && isValue ? ':' : comma;
  }

  #count(): void {
    const container = this.#open.at(-1);
    if (container) {
      container.count++;
      this.#text += container.shape === 'pairs' && container.count % 2 === 0 ? ']' : '';
    }
  }
}
