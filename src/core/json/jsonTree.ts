import { lowerBound } from '../base/lowerBound.ts';
import type { JsonNodes } from './jsonIndex.ts';
import { JsonValues } from './jsonValues.ts';

/** So many lines are open at the beginning at most. */
const openedAtFirst = 2000;
/** Arrays and objects up to this many bytes without others inside read better on one line. */
const shortLength = 72;
/** Values looked at between two rests. */
const sliceLength = 200_000;

/**
 * An indexed JSON text as lines that open and close: one for each value whose containers are open. The
 * lines are an array of nodes, so that line `n` is found at once.
 */
export class JsonTree {
  readonly values: JsonValues;
  readonly #nodes: JsonNodes;
  readonly #isOpen: Uint8Array;
  #lines = new Uint32Array(64);
  #lineCount = 0;

  constructor(nodes: JsonNodes) {
    this.#nodes = nodes;
    this.values = new JsonValues(nodes);
    this.#isOpen = new Uint8Array(nodes.count);
  }

  /** Opens the first levels. To be called first; yields as `openAll` does. */
  *begin(): Generator<undefined, void> {
    this.#openFirst();
    yield* this.#rebuild();
  }

  get lineCount(): number {
    return this.#lineCount;
  }

  nodeAt(line: number): number {
    return this.#lines[line] ?? 0;
  }

  /** The line that shows `node`; `undefined` if it is inside a closed one. */
  lineOf(node: number): number | undefined {
    const line = lowerBound(0, this.#lineCount, each => this.nodeAt(each) < node);
    return line < this.#lineCount && this.nodeAt(line) === node ? line : undefined;
  }

  isOpen(node: number): boolean {
    return this.#isOpen[node] === 1;
  }

  /** Whether there is something inside that can be shown. */
  canOpen(node: number): boolean {
    return this.#nodes.next(node) > node + 1;
  }

  toggle(line: number): void {
    const node = this.nodeAt(line);
    if (this.canOpen(node)) {
      const isOpen = !this.isOpen(node);
      this.#isOpen[node] = isOpen ? 1 : 0;
      const [from, to] = [node + 1, this.#nodes.next(node)];
      if (isOpen) {
        this.#insert(line + 1, from, to);
      } else {
        this.#remove(line + 1, to);
      }
    }
  }

  /** Opens what `node` is in. Returns its line. */
  reveal(node: number): number {
    const closed: number[] = [];
    for (let up = this.#nodes.parent(node); up !== undefined; up = this.#nodes.parent(up)) {
      if (!this.isOpen(up)) {
        closed.push(up);
      }
    }
    for (const up of closed.reverse()) {
      this.toggle(this.lineOf(up) ?? 0);
    }
    return this.lineOf(node) ?? 0;
  }

  /** Opens all. Yields now and then, when its caller may rest; lines are right again at the end. */
  *openAll(): Generator<undefined, void> {
    this.#isOpen.fill(1);
    yield* this.#rebuild();
  }

  /** Closes all but the outermost. */
  closeAll(): void {
    this.#isOpen.fill(0);
    this.#isOpen[0] = 1;
    this.#lineCount = 0;
    this.#insert(0, 0, this.#nodes.count);
  }

  /** Level by level, as long as the lines stay few. */
  #openFirst(): void {
    let level = [0];
    let lineCount = 1;
    while (level.length > 0 && lineCount < openedAtFirst) {
      const inner: number[] = [];
      for (const node of level) {
        lineCount += this.#openOne(node, openedAtFirst - lineCount, inner);
      }
      level = inner;
    }
  }

  /** Returns how many lines came to it; `inner` gets the containers among them. */
  #openOne(node: number, room: number, inner: number[]): number {
    const count = this.#nodes.childCount(node);
    if ((count > room && node !== 0) || this.#isShort(node)) {
      return 0;
    }
    this.#isOpen[node] = 1;
    const end = this.#nodes.next(node);
    for (let child = node + 1; child < end && count <= room; child = this.#nodes.next(child)) {
      if (this.canOpen(child)) {
        inner.push(child);
      }
    }
    return count;
  }

  #isShort(node: number): boolean {
    const isFlat = this.#nodes.next(node) - node - 1 === this.#nodes.childCount(node);
    return (
      isFlat &&
      node !== 0 &&
      this.values.valueEnd(node) - this.values.valueBegin(node) <= shortLength
    );
  }

  *#rebuild(): Generator<undefined, void> {
    const lines = new Uint32Array(this.#nodes.count);
    let count = 0;
    for (let node = 0; node < this.#nodes.count; node = this.#following(node)) {
      lines[count++] = node;
      if (count % sliceLength === 0) {
        yield undefined;
      }
    }
    this.#lines = lines;
    this.#lineCount = count;
  }

  #following(node: number): number {
    return this.#isOpen[node] === 1 ? node + 1 : this.#nodes.next(node);
  }

  #insert(line: number, from: number, to: number): void {
    let count = 0;
    for (let node = from; node < to; node = this.#following(node)) {
      count++;
    }
    if (this.#lineCount + count > this.#lines.length) {
      const larger = new Uint32Array(Math.min(this.#nodes.count, 2 * (this.#lineCount + count)));
      larger.set(this.#lines.subarray(0, this.#lineCount));
      this.#lines = larger;
    }
    this.#lines.copyWithin(line + count, line, this.#lineCount);
    this.#lineCount += count;
    for (let node = from; node < to; node = this.#following(node)) {
      this.#lines[line++] = node;
    }
  }

  #remove(line: number, toNode: number): void {
    let end = line;
    while (end < this.#lineCount && this.nodeAt(end) < toNode) {
      end++;
    }
    this.#lines.copyWithin(line, end, this.#lineCount);
    this.#lineCount -= end - line;
  }
}
