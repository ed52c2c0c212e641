import { lowerBound } from '../base/lowerBound.ts';

/** A stretch of an index: rows `seq`, `seq + 1`… of one source at positions that follow each other. */
export interface RowRun {
  readonly position: number;
  readonly source: number;
  readonly seq: number;
  readonly length: number;
}

/** A row that is taken from a position, or added before what is there. */
export interface RowEdit {
  readonly position: number;
  readonly source: number;
  readonly seq: number;
  readonly isAdded: boolean;
}

/** Runs of a chunk. */
const chunkCapacity = 4096;

/** What offsets within a chunk may be. */
const offsetLimit = 2 ** 32;

interface Chunk {
  /** The position of its first run. */
  readonly position: number;
  /** Of each source in it, the first number, from which the offsets of the others count. */
  readonly bases: Map<number, number>;
  readonly positions: Uint32Array;
  readonly seqs: Uint32Array;
  readonly sources: Uint16Array;
  length: number;
}

/**
 * Which row is at which position of a view. It holds runs, so that all rows of a capture, or all but
 * a few, take next to nothing, and scattered ones 10 bytes each. The numbers of a source must grow
 * from position to position.
 */
export class RowIndex {
  #chunks: Chunk[] = [];
  #first: number;
  #next: number;
  /** The row that would lengthen the last run. */
  #lastSource = -1;
  #nextSeq = -1;

  /** @param first the position of the first row */
  constructor(first = 0) {
    this.#first = first;
    this.#next = first;
  }

  /** Rows are at the positions `first` up to, not including, `next`. */
  get first(): number {
    return this.#first;
  }

  get next(): number {
    return this.#next;
  }

  /** @param source below 2 ** 16 */
  append(source: number, seq: number, count = 1): void {
    if (count <= 0) {
      return;
    }
    if (source !== this.#lastSource || seq !== this.#nextSeq) {
      this.#beginRun(source, seq);
    }
    this.#nextSeq = seq + count;
    this.#next += count;
  }

  at(position: number): { readonly source: number; readonly seq: number } | undefined {
    for (const { source, seq } of this.runs(position, position + 1)) {
      return { source, seq };
    }
    return undefined;
  }

  /** What is at the positions `from` up to, not including, `to`. */
  *runs(from: number, to: number): Generator<RowRun> {
    const end = Math.min(to, this.#next);
    let position = Math.max(from, this.#first);
    let index = this.#chunkAt(position);
    for (let chunk = this.#chunks[index]; chunk && position < end; chunk = this.#chunks[++index]) {
      for (let run = runAt(chunk, position); run < chunk.length && position < end; run++) {
        const { seq, source, position: begin } = this.#runOf(index, chunk, run);
        const length = Math.min(end, this.#endOf(index, chunk, run)) - position;
        yield { position, source, seq: seq + position - begin, length };
        position += length;
      }
    }
  }

  /** The position of the row, or of the next one of its source; `undefined` if there is no such row. */
  positionOf(source: number, seq: number): number | undefined {
    let index = this.#chunks.length - 1;
    while (index > 0 && !((this.#chunks[index]?.bases.get(source) ?? Infinity) <= seq)) {
      index--;
    }
    for (; index < this.#chunks.length; index++) {
      const chunk = this.#chunks[index];
      const position = chunk?.bases.has(source) ? this.#find(index, chunk, source, seq) : undefined;
      if (position !== undefined) {
        return position;
      }
    }
    return undefined;
  }

  /** Forgets the positions below `position`. */
  dropBelow(position: number): void {
    this.#first = Math.min(Math.max(position, this.#first), this.#next);
    if (this.#first === this.#next) {
      this.#chunks = [];
      this.#lastSource = -1;
    } else {
      this.#chunks.splice(0, this.#chunkAt(this.#first));
    }
  }

  /**
   * The same rows but for some, at other positions. What is before the first edit is taken over, so this index
   * must not be used any more.
   *
   * @param first the position of the first row
   * @param edits in the order of their positions; what is added comes first
   */
  edited(first: number, edits: readonly RowEdit[]): RowIndex {
    const copy = new RowIndex(first);
    const shift = first - this.#first;
    const firstEdit = edits[0]?.position ?? this.#next;
    const kept = this.#chunks.filter((_, index) => this.#endOfChunk(index) <= firstEdit);
    copy.#chunks = kept.map(chunk => ({ ...chunk, position: chunk.position + shift }));
    let position = Math.max(this.#first, kept.length > 0 ? this.#endOfChunk(kept.length - 1) : 0);
    copy.#next = position + shift;
    for (const edit of edits) {
      copy.#take(this, position, edit.position);
      position = edit.position;
      if (edit.isAdded) {
        copy.append(edit.source, edit.seq);
      } else {
        position++;
      }
    }
    copy.#take(this, position, this.#next);
    return copy;
  }

  #take(other: RowIndex, from: number, to: number): void {
    for (const { source, seq, length } of other.runs(from, to)) {
      this.append(source, seq, length);
    }
  }

  #endOfChunk(index: number): number {
    return this.#chunks[index + 1]?.position ?? this.#next;
  }

  #beginRun(source: number, seq: number): void {
    let chunk = this.#chunks.at(-1);
    if (!chunk || isFull(chunk, source, seq, this.#next)) {
      chunk = {
        position: this.#next,
        bases: new Map(),
        positions: new Uint32Array(chunkCapacity),
        seqs: new Uint32Array(chunkCapacity),
        sources: new Uint16Array(chunkCapacity),
        length: 0,
      };
      this.#chunks.push(chunk);
    }
    const base = chunk.bases.get(source) ?? seq;
    chunk.bases.set(source, base);
    chunk.positions[chunk.length] = this.#next - chunk.position;
    chunk.seqs[chunk.length] = seq - base;
    chunk.sources[chunk.length] = source;
    chunk.length++;
    this.#lastSource = source;
  }

  /** The first row of `source` in the chunk from `seq` on that has not been dropped. */
  #find(index: number, chunk: Chunk, source: number, seq: number): number | undefined {
    for (let run = 0; run < chunk.length; run++) {
      if (chunk.sources[run] !== source) {
        continue;
      }
      const { seq: begin, position } = this.#runOf(index, chunk, run);
      const end = this.#endOf(index, chunk, run);
      const found = Math.max(position + Math.max(0, seq - begin), this.#first);
      if (found < end) {
        return found;
      }
    }
    return undefined;
  }

  #runOf(index: number, chunk: Chunk, run: number): Omit<RowRun, 'length'> {
    const source = chunk.sources[run] ?? 0;
    return {
      position: chunk.position + (chunk.positions[run] ?? 0),
      source,
      seq: (chunk.bases.get(source) ?? 0) + (chunk.seqs[run] ?? 0),
    };
  }

  /** The position after the last one of a run. */
  #endOf(index: number, chunk: Chunk, run: number): number {
    return run + 1 < chunk.length
      ? chunk.position + (chunk.positions[run + 1] ?? 0)
      : this.#endOfChunk(index);
  }

  /** The last chunk that begins at or before `position`. */
  #chunkAt(position: number): number {
    const isBefore = (index: number) => (this.#chunks[index]?.position ?? 0) <= position;
    return Math.max(0, lowerBound(0, this.#chunks.length, isBefore) - 1);
  }
}

function isFull(chunk: Chunk, source: number, seq: number, position: number): boolean {
  const offset = seq - (chunk.bases.get(source) ?? seq);
  return (
    chunk.length === chunkCapacity ||
    position - chunk.position >= offsetLimit ||
    offset < 0 ||
    offset >= offsetLimit
  );
}

/** The last run of the chunk that begins at or before `position`. */
function runAt(chunk: Chunk, position: number): number {
  const offset = position - chunk.position;
  const isBefore = (run: number) => (chunk.positions[run] ?? 0) <= offset;
  return Math.max(0, lowerBound(0, chunk.length, isBefore) - 1);
}
