import { maxFields } from '../limits.ts';
import { memberStep } from '../pathStep.ts';
import type { Field } from '../reading.ts';
import { counted } from '../summaryText.ts';
import { JsonSink } from './jsonSink.ts';
import { textIn } from './utf8Text.ts';
import type { Blob, Shape, ValueSink, Wrap } from './valueSink.ts';

/** Of all paths together, in characters: long names may be in paths very often. */
const maxPathLength = 4 * 1024 * 1024;

interface OpenContainer {
  readonly shape: Shape;
  /** Empty if it is not kept. */
  readonly path: string;
  readonly begin: number;
  readonly type: string;
  /** Where its own field is among all; -1: not kept. */
  readonly index: number;
  /** Of a `wrap`. */
  readonly wrap: Wrap | undefined;
  /** Of a map the entries. */
  count: number;
  /** Of a map whose next value is not there yet. */
  key: string | undefined;
}

/** Collects where the values are: paths, ranges and texts. */
export class FieldSink implements ValueSink {
  readonly isFull = false;
  readonly #bytes: Uint8Array;
  readonly #fields: Field[] = [];
  readonly #open: OpenContainer[] = [];
  #pathLength = 0;
  /** A key that is a container. */
  #key: JsonSink | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** @param end of a value that was not read to its end: where that is */
  fields(end: number): readonly Field[] {
    while (this.#open.length > 0) {
      this.#end(end);
    }
    return this.#fields;
  }

  leaf(begin: number, end: number, type: string, json: string, shown = json): void {
    if (this.#key) {
      this.#key.leaf(begin, end, type, json);
    } else if (!this.#takesKey(() => json)) {
      this.#put(begin, end, type, () => shown);
    }
  }

  text(begin: number, end: number, type: string, from: number, to: number): void {
    const read = () => textIn(this.#bytes, from, to);
    if (this.#key) {
      this.#key.text(begin, end, type, from, to);
    } else if (!this.#takesKey(read)) {
      this.#put(begin, end, type, () => JSON.stringify(read()));
    }
  }

  string(begin: number, end: number, type: string, text: string): void {
    if (this.#key) {
      this.#key.string(begin, end, type, text);
    } else if (!this.#takesKey(() => text)) {
      this.#put(begin, end, type, () => JSON.stringify(text));
    }
  }

  blob(blob: Blob): void {
    const { begin, end, type, shown } = blob;
    const json = () => {
      const sink = new JsonSink(this.#bytes);
      sink.blob(blob);
      return sink.json;
    };
    if (this.#key) {
      this.#key.blob(blob);
    } else if (!this.#takesKey(json)) {
      this.#put(begin, end, type, () => shown);
    }
  }

  open(shape: Shape, begin: number, type: string, wrap?: Wrap): void {
    const container = this.#open.at(-1);
    if (!this.#key && container && isMap(container.shape) && container.key === undefined) {
      this.#key = new JsonSink(this.#bytes);
    }
    if (this.#key) {
      this.#key.open(shape, begin, type, wrap);
      return;
    }
    const path = this.#nextPath();
    const index = path === undefined ? -1 : this.#fields.push([path, begin, begin, type, '']) - 1;
    this.#open.push({
      shape,
      path: path ?? '',
      begin,
      type,
      index,
      wrap,
      count: 0,
      key: undefined,
    });
  }

  close(end: number): void {
    if (!this.#key) {
      this.#end(end);
      return;
    }
    this.#key.close();
    if (this.#key.isWhole) {
      const { json } = this.#key;
      this.#key = undefined;
      this.#takesKey(() => json);
    }
  }

  #end(end: number): void {
    const closed = this.#open.pop();
    if (closed && closed.index >= 0) {
      const { path, begin, type } = closed;
      this.#fields[closed.index] = [path, begin, end, type, shownCount(closed)];
    }
    this.#ended();
  }

  /** Whether the next value is a key; then it is kept, unless nothing is kept any more. */
  #takesKey(name: () => string): boolean {
    const container = this.#open.at(-1);
    if (!container || !isMap(container.shape) || container.key !== undefined) {
      return false;
    }
    container.key = this.#keeps() && container.index >= 0 ? name() : '';
    return true;
  }

  #put(begin: number, end: number, type: string, shown: () => string): void {
    const path = this.#nextPath();
    if (path !== undefined) {
      this.#fields.push([path, begin, end, type, shown()]);
    }
    this.#ended();
  }

  #ended(): void {
    const container = this.#open.at(-1);
    if (container) {
      container.count++;
      container.key = undefined;
    }
  }

  #keeps(): boolean {
    return this.#fields.length < maxFields && this.#pathLength < maxPathLength;
  }

  /** `undefined`: no more fields are kept. */
  #nextPath(): string | undefined {
    const container = this.#open.at(-1);
    if (!this.#keeps() || (container && container.index < 0)) {
      return undefined;
    }
    const path = container ? container.path + stepInto(container) : '$';
    this.#pathLength += path.length;
    return path;
  }
}

function isMap(shape: Shape): boolean {
  return shape === 'map' || shape === 'pairs';
}

function stepInto({ shape, count, key, wrap }: OpenContainer): string {
  return shape === 'array'
    ? `[${count}]`
    : shape === 'wrap'
      ? (wrap?.step ?? '')
      : memberStep(key ?? '');
}

function shownCount({ shape, type, count, wrap }: OpenContainer): string {
  if (shape === 'wrap') {
    return wrap?.shown ?? '';
  }
  if (shape === 'array') {
    return counted(count, 'item', 'items');
  }
  return type === 'document'
    ? counted(count, 'member', 'members')
    : counted(count, 'entry', 'entries');
}
