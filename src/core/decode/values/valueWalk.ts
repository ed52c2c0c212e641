import { maxDepth, maxLayerLength, maxValues } from '../limits.ts';
import type { Problem, ProblemCode } from '../reading.ts';
import { firstInvalidUtf8 } from './utf8Text.ts';
import type { Shape, ValueSink, Wrap } from './valueSink.ts';

interface OpenContainer {
  readonly isMap: boolean;
  readonly begin: number;
  /** Of a map keys and values. */
  count: number;
  /** The count that ends it; `Infinity`: something else does. */
  readonly until: number;
}

/**
 * Reads one value of a binary format from its first byte on; without a sink it only checks. It keeps its own stack,
 * so that depth costs no stack of the machine.
 */
export abstract class ValueWalk {
  /** What ended the reading before the end of the value. */
  problem: Problem | undefined;
  /** What was read all the same. */
  warning: Problem | undefined;
  /** The next byte. */
  protected at: number;
  protected readonly bytes: Uint8Array;
  protected readonly view: DataView;
  protected readonly end: number;
  protected readonly sink: ValueSink | undefined;
  /** The innermost container that is open, and those around it. */
  #top: OpenContainer | undefined;
  readonly #outer: (OpenContainer | undefined)[] = [];
  /** Where maps begin that have a key that is no text. Known only once they were checked. */
  #pairs: Set<number> | undefined;
  #values = 0;

  /** @param checked the same, once it has checked the value */
  constructor(
    bytes: Uint8Array,
    begin: number,
    end: number,
    sink?: ValueSink,
    checked?: ValueWalk,
  ) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = begin;
    this.end = end;
    this.sink = sink;
    if (checked) {
      this.#pairs = checked.#pairs;
    }
    if (end - begin > maxLayerLength) {
      this.fail(begin + maxLayerLength, 'too-long');
    }
  }

  /** Behind the last byte that was read. */
  get done(): number {
    return this.at;
  }

  /** Reads the value to its end, or to a problem. */
  run(): this {
    let isDone = this.problem !== undefined;
    while (!isDone) {
      const begin = this.at;
      this.readOne();
      if (++this.#values > maxValues) {
        this.fail(begin, 'too-long');
      }
      isDone = this.problem !== undefined || this.sink?.isFull === true;
      while (!isDone && this.#isTopDone) {
        this.close();
      }
      isDone ||= this.#top === undefined;
    }
    return this;
  }

  get #isTopDone(): boolean {
    const top = this.#top;
    return top !== undefined && top.count === top.until;
  }

  /** Reads a value without what it holds, or the end of a container, or calls `fail`. */
  protected abstract readOne(): void;

  protected get top(): Readonly<OpenContainer> | undefined {
    return this.#top;
  }

  protected fail(at: number, is: ProblemCode): void {
    this.problem ??= { at, is };
  }

  /** Whether there are so many bytes more; else it fails. */
  protected has(length: number): boolean {
    if (length <= this.end - this.at) {
      return true;
    }
    this.fail(this.end, 'truncated');
    return false;
  }

  /** To be called once for each value that begins. */
  protected enter(begin: number, isText = false): void {
    const top = this.#top;
    if (this.#outer.length > maxDepth) {
      this.fail(begin, 'too-deep');
    }
    if (top) {
      if (top.isMap && !isText && top.count % 2 === 0) {
        (this.#pairs ??= new Set()).add(top.begin);
      }
      top.count++;
    }
  }

  /**
   * Opens a container whose `enter` was called.
   *
   * @param until the number of values that it holds, of a map keys and values
   */
  protected open(
    shape: 'array' | 'map' | 'wrap',
    begin: number,
    type: string,
    until: number,
    wrap?: Wrap,
  ): void {
    if (this.#outer.length >= maxDepth && shape !== 'wrap') {
      this.fail(begin, 'too-deep');
    }
    const isMap = shape === 'map';
    const known: Shape = isMap && this.#pairs?.has(begin) ? 'pairs' : shape;
    this.sink?.open(known, begin, type, wrap);
    this.#outer.push(this.#top);
    this.#top = { isMap, begin, count: 0, until };
  }

  protected close(): void {
    this.#top = this.#outer.pop();
    this.sink?.close(this.at);
  }

  /** A text, whose UTF-8 is the next bytes. Its `enter` was called. */
  protected text(begin: number, type: string, length: number): void {
    if (!this.has(length)) {
      return;
    }
    const from = this.at;
    this.at += length;
    this.sink?.text(begin, this.at, type, from, this.at);
    this.checkText(from, this.at);
  }

  protected checkText(from: number, to: number): void {
    if (!this.sink && firstInvalidUtf8(this.bytes, from, to) !== undefined) {
      this.warning ??= { at: from, is: 'bad-utf8' };
    }
  }
}
