/** Numbers of a node: its kind, field number, first byte of the tag, begin and end of the value, the node behind it. */
const stride = 6;

/**
 * A message as an index over its bytes: nodes in the order of the bytes, a message before what is in it. Node 0 is
 * the whole.
 */
export class WireNodes<Kind extends string> {
  readonly bytes: Uint8Array;
  readonly #kinds: readonly [Kind, ...Kind[]];
  readonly #numbers: number[] = [];

  /** @param kinds all that nodes can be */
  constructor(bytes: Uint8Array, kinds: readonly [Kind, ...Kind[]]) {
    this.bytes = bytes;
    this.#kinds = kinds;
  }

  get count(): number {
    return this.#numbers.length / stride;
  }

  kindOf(node: number): Kind {
    return this.#kinds[this.#at(node, 0)] ?? this.#kinds[0];
  }

  /** The number of its field. */
  numberOf(node: number): number {
    return this.#at(node, 1);
  }

  tagOf(node: number): number {
    return this.#at(node, 2);
  }

  beginOf(node: number): number {
    return this.#at(node, 3);
  }

  endOf(node: number): number {
    return this.#at(node, 4);
  }

  /** The first node that is neither this one nor within it. */
  behind(node: number): number {
    return this.#at(node, 5);
  }

  /** All nodes after it are within it, and its value ends at `end`. */
  close(node: number, end: number): void {
    this.#numbers[node * stride + 4] = end;
    this.#numbers[node * stride + 5] = this.count;
  }

  protected addNode(kind: Kind, number: number, tag: number, begin: number, end: number): number {
    const node = this.count;
    this.#numbers.push(this.#kinds.indexOf(kind), number, tag, begin, end, node + 1);
    return node;
  }

  #at(node: number, index: number): number {
    return this.#numbers[node * stride + index] ?? 0;
  }
}
