import { lowerBound } from '../base/lowerBound.ts';
import { JsonScanner, type JsonProblem, type JsonSink } from './jsonScanner.ts';

const noNode = 0xffffffff;
/** From the innermost value to the outermost: a text may be nothing but brackets. */
const maxClimb = 2000;

/**
 * The values of a JSON text in the order of the text, as four integers each, so that millions of them
 * take no objects. A node is named by its place in this order.
 */
export class JsonNodes implements JsonSink {
  readonly bytes: Uint8Array;
  readonly #maxNodes: number;
  count = 0;
  /** Whether there were more than are kept. */
  isFull = false;
  /** Where each begins in `bytes`: a member with its key. */
  begins: Uint32Array;
  #parents: Uint32Array;
  /** The number among its parent's children, from 0. */
  #places: Uint32Array;
  /** The node that follows on all that is inside; while a container is open, its children so far. */
  #nexts: Uint32Array;
  /** The container that is open, and how many deeper ones are that are not kept. */
  #container = noNode;
  #unkept = 0;

  constructor(bytes: Uint8Array, maxNodes: number) {
    this.bytes = bytes;
    this.#maxNodes = maxNodes;
    const capacity = Math.max(16, Math.min(maxNodes, bytes.length >> 4));
    this.begins = new Uint32Array(capacity);
    this.#parents = new Uint32Array(capacity);
    this.#places = new Uint32Array(capacity);
    this.#nexts = new Uint32Array(capacity);
  }

  /** A value begins within the container that is open. */
  add(begin: number): void {
    if (this.count >= this.#maxNodes || this.#unkept > 0) {
      this.isFull = true;
      return;
    }
    if (this.count === this.begins.length) {
      this.#grow();
    }
    const node = this.count++;
    this.begins[node] = begin;
    this.#parents[node] = this.#container;
    this.#nexts[node] = node + 1;
    if (this.#container !== noNode) {
      const place = this.#nexts[this.#container] ?? 0;
      this.#places[node] = place;
      this.#nexts[this.#container] = place + 1;
    }
  }

  /** The value that was added last is a container, and what follows is inside. */
  open(): void {
    if (this.isFull) {
      this.#unkept++;
      return;
    }
    this.#container = this.count - 1;
    this.#nexts[this.#container] = 0;
  }

  close(): void {
    if (this.#unkept > 0) {
      this.#unkept--;
    } else if (this.#container !== noNode) {
      this.#nexts[this.#container] = this.count;
      this.#container = this.#parents[this.#container] ?? noNode;
    }
  }

  /** The container it is in; `undefined` for the outermost. */
  parent(node: number): number | undefined {
    const parent = this.#parents[node] ?? noNode;
    return parent === noNode ? undefined : parent;
  }

  place(node: number): number {
    return this.#places[node] ?? 0;
  }

  /** The node that follows on `node` and all that is inside it. */
  next(node: number): number {
    return this.#nexts[node] ?? this.count;
  }

  /** How deep it is, 0 for the outermost; not counted beyond `maxClimb`. */
  depth(node: number): number {
    let depth = 0;
    for (let up = this.parent(node); up !== undefined && depth < maxClimb; depth++) {
      up = this.parent(up);
    }
    return depth;
  }

  /** How many values it has, not counting those inside them. */
  childCount(node: number): number {
    let last = this.next(node) - 1;
    for (let steps = 0; last > node && steps < maxClimb; steps++) {
      const up = this.parent(last);
      if (up === node) {
        return this.place(last) + 1;
      }
      last = up ?? node;
    }
    let count = 0;
    for (let child = node + 1; child < this.next(node); child = this.next(child)) {
      count++;
    }
    return count;
  }

  /** The innermost value that holds, or comes before, a byte. */
  at(offset: number): number {
    const after = lowerBound(0, this.count, node => (this.begins[node] ?? 0) <= offset);
    return Math.max(0, after - 1);
  }

  #grow(): void {
    const capacity = Math.min(this.#maxNodes, 2 * this.count);
    const larger = (array: Uint32Array) => {
      const copy = new Uint32Array(capacity);
      copy.set(array);
      return copy;
    };
    this.begins = larger(this.begins);
    this.#parents = larger(this.#parents);
    this.#places = larger(this.#places);
    this.#nexts = larger(this.#nexts);
  }
}

export type JsonIndex =
  | {
      readonly nodes: JsonNodes;
      readonly problem?: undefined;
      /** The first place where the text is only near to JSON but was accepted. */
      readonly deviation?: JsonProblem;
    }
  | {
      readonly nodes?: undefined;
      readonly problem: JsonProblem;
      readonly deviation?: undefined;
    };

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Each value takes 16 bytes. */
const defaultMaxNodes = 6_000_000;

/**
 * Finds the values of a text that is JSON or near to it, as `readJson` says. Yields after each slice how
 * many bytes are done, so that its caller can pause.
 */
export function* indexJson(
  bytes: Uint8Array,
  maxNodes = defaultMaxNodes,
  sliceLength = 262_144,
): Generator<number, JsonIndex> {
  const nodes = new JsonNodes(bytes, maxNodes);
  const scanner = new JsonScanner(bytes, nodes);
  while (
    scanner.at < bytes.length &&
    scanner.run(Math.min(bytes.length, scanner.at + sliceLength))
  ) {
    yield scanner.at;
  }
  if (!scanner.isWhole) {
    return { problem: yield* problemAt(bytes, scanner, sliceLength) };
  }
  const { deviation } = scanner;
  return deviation
    ? { nodes, deviation: yield* problemAt(bytes, deviation, sliceLength) }
    : { nodes };
}

function* problemAt(
  bytes: Uint8Array,
  { at, line, lineStart }: Pick<JsonScanner, 'at' | 'line' | 'lineStart'>,
  sliceLength: number,
): Generator<number, JsonProblem> {
  let column = 1;
  for (let from = lineStart; from < at; from += sliceLength) {
    column += utf16Length(bytes, from, Math.min(at, from + sliceLength));
    yield at;
  }
  const place = { line, column, offset: at };
  const code = decoder.decode(bytes.subarray(at, at + 4)).codePointAt(0);
  return code === undefined ? place : { ...place, found: String.fromCodePoint(code) };
}

/** The length of UTF-8 as UTF-16: a character of four bytes takes two units. */
function utf16Length(bytes: Uint8Array, from: number, to: number): number {
  let length = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if ((byte & 0xc0) !== 0x80) {
      length += byte >= 0xf0 ? 2 : 1;
    }
  }
  return length;
}
