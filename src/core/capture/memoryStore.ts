import { lowerBound } from '../base/lowerBound.ts';
import { previewByteLength } from '../record/preview.ts';
import type { BatchReader } from '../record/batch.ts';
import type { CaptureLimits, Extent, PayloadPart, Row } from './capture.ts';
import {
  excessOf,
  findInColumns,
  isEmpty,
  joinedExtent,
  rowOf,
  type CaptureStore,
  type MatchedRows,
  type StoredRecord,
} from './captureStore.ts';
import type { ViewMatcher } from './viewMatcher.ts';
import {
  type FrameFacts,
  joinFrames,
  unpackFrame,
  type PackedFrames,
} from '../record/frameFacts.ts';

/** Rows of some batches. Row `i`'s payload is from `ends[i - 1]` to `ends[i]`. */
interface Chunk {
  readonly firstSeq: number;
  readonly times: Float64Array;
  readonly flags: Uint32Array;
  readonly ends: Float64Array;
  /** By the row in this chunk. */
  readonly frames: PackedFrames;
  readonly payload: Uint8Array;
}

/** Batches are joined up to these, so that a quiet connection does not make a chunk of each row. */
const chunkRowCapacity = 1024;
const chunkByteCapacity = 64 * 1024;

/** Keeps rows in memory, in chunks: an object per row would take several times the space. */
export class MemoryStore implements CaptureStore {
  #chunks: Chunk[] = [];
  #first: number;
  #next: number;
  #byteLength = 0;
  #dropped = 0;
  /** The rows that are hidden, which are before `#first`. */
  #cleared: Extent | undefined;

  /** @param firstSeq the sequence number of the first row */
  constructor(firstSeq = 0) {
    this.#first = firstSeq;
    this.#next = firstSeq;
  }

  get extent(): Extent {
    return {
      first: this.#first,
      next: this.#next,
      byteLength: this.#byteLength,
      dropped: this.#dropped,
    };
  }

  append(batch: BatchReader): void {
    const added = copyOf(batch);
    const last = this.#chunks.at(-1);
    if (last && canJoin(last, added)) {
      this.#chunks[this.#chunks.length - 1] = joined(last, added);
    } else {
      this.#chunks.push(added);
    }
    if (this.#first === this.#next) {
      this.#first = batch.firstSeq;
    }
    this.#next = batch.nextSeq;
    this.#byteLength += batch.payload.length;
  }

  rows(from: number, count: number): readonly Row[] {
    const rows: Row[] = [];
    const until = Math.min(from + count, this.#next);
    let seq = Math.max(from, this.#first);
    for (let index = this.#indexOf(seq); seq < until; index++) {
      const chunk = this.#chunks[index];
      if (!chunk) {
        break;
      }
      const end = Math.min(until, nextOf(chunk));
      for (seq = Math.max(seq, chunk.firstSeq); seq < end; seq++) {
        rows.push(rowIn(chunk, seq - chunk.firstSeq));
      }
    }
    return rows;
  }

  payload(seq: number, from: number, length: number): PayloadPart | undefined {
    const chunk = this.#chunks[this.#indexOf(seq)];
    if (!chunk || seq < Math.max(chunk.firstSeq, this.#first)) {
      return undefined;
    }
    const whole = payloadIn(chunk, seq - chunk.firstSeq);
    const begin = Math.max(0, from);
    const bytes = new Uint8Array(whole.subarray(begin, Math.max(begin, from + length)));
    return { bytes, byteLength: whole.length };
  }

  frame(seq: number): FrameFacts | undefined {
    const chunk = this.#chunks[this.#indexOf(seq)];
    if (!chunk || seq < Math.max(chunk.firstSeq, this.#first)) {
      return undefined;
    }
    const index = seq - chunk.firstSeq;
    return unpackFrame(chunk.frames, index, chunk.flags[index] ?? 0);
  }

  *records(from: number, to: number): Generator<StoredRecord> {
    for (const [chunk, begin, end] of this.#parts(from, to)) {
      for (let index = begin; index < end; index++) {
        yield recordIn(chunk, index);
      }
    }
  }

  *find(test: ViewMatcher, from: number, to: number, isEach: boolean): Generator<MatchedRows> {
    for (const [chunk, begin, end] of this.#parts(from, to)) {
      if (test.isByFlags) {
        yield* findInColumns(test, chunk, begin, end, isEach);
      } else {
        for (let index = begin; index < end; index++) {
          yield { is: 'open', record: recordIn(chunk, index) };
        }
      }
    }
  }

  enforce(limits: CaptureLimits): number {
    const whole = joinedExtent(this.#cleared, this.extent);
    const excess = excessOf(whole, limits);
    if (!excess) {
      return 0;
    }
    const before = this.#dropped;
    const end = this.#endOf(whole.first, whole.first + excess.rows, excess.bytes);
    this.#cleared &&= this.#without(this.#cleared, end);
    this.#extent = this.#without(this.extent, end);
    this.sweep();
    return this.#dropped - before;
  }

  clear(): boolean {
    this.#cleared = joinedExtent(this.#cleared, this.extent);
    this.#extent = { first: this.#next, next: this.#next, byteLength: 0, dropped: 0 };
    return true;
  }

  restore(): boolean {
    const cleared = this.#cleared;
    if (!cleared) {
      return false;
    }
    this.#extent = joinedExtent(cleared, this.extent);
    this.#cleared = undefined;
    return true;
  }

  forget(): boolean {
    const hadSome = this.#cleared !== undefined;
    this.#cleared = undefined;
    return hadSome;
  }

  sweep(): boolean {
    const { first } = joinedExtent(this.#cleared, this.extent);
    this.#chunks.splice(0, this.#indexOf(first));
    return false;
  }

  close(): void {
    this.#chunks = [];
    this.#cleared = undefined;
    this.#extent = { first: this.#next, next: this.#next, byteLength: 0, dropped: 0 };
  }

  set #extent({ first, next, byteLength, dropped }: Extent) {
    this.#first = first;
    this.#next = next;
    this.#byteLength = byteLength;
    this.#dropped = dropped;
  }

  /** The row after the oldest ones, from `first` on, that reach to `atLeast` and hold `bytes`. */
  #endOf(first: number, atLeast: number, bytes: number): number {
    let end = first;
    let byteLength = 0;
    for (let index = this.#indexOf(first); index < this.#chunks.length; index++) {
      const chunk = this.#chunks[index];
      for (let seq = Math.max(end, chunk?.firstSeq ?? 0); chunk && seq < nextOf(chunk); seq++) {
        if (seq >= atLeast && byteLength >= bytes) {
          return end;
        }
        byteLength += payloadIn(chunk, seq - chunk.firstSeq).length;
        end = seq + 1;
      }
    }
    return end;
  }

  /** What is left of a part of the rows when those below `end` are dropped. */
  #without(part: Extent, end: number): Extent {
    if (isEmpty(part) || end <= part.first) {
      return part;
    }
    let { byteLength, dropped } = part;
    const to = Math.min(end, part.next);
    for (const [chunk, begin, stop] of this.#chunksIn(part.first, to)) {
      for (let index = begin; index < stop; index++) {
        byteLength -= payloadIn(chunk, index).length;
        dropped++;
      }
    }
    const [next] = this.#chunksIn(to, part.next);
    const first = next ? next[0].firstSeq + next[1] : part.next;
    return { first, next: part.next, byteLength, dropped };
  }

  /** Chunks with rows in the range, and which of their rows are. */
  #parts(from: number, to: number): Generator<readonly [Chunk, number, number]> {
    return this.#chunksIn(Math.max(from, this.#first), to);
  }

  *#chunksIn(least: number, to: number): Generator<readonly [Chunk, number, number]> {
    for (let index = this.#indexOf(least); index < this.#chunks.length; index++) {
      const chunk = this.#chunks[index];
      if (!chunk || chunk.firstSeq >= to) {
        return;
      }
      const { firstSeq, times } = chunk;
      yield [chunk, Math.max(0, least - firstSeq), Math.min(times.length, to - firstSeq)];
    }
  }

  /** Which chunk holds `seq`, or the first one after it. */
  #indexOf(seq: number): number {
    return lowerBound(0, this.#chunks.length, index => {
      const chunk = this.#chunks[index];
      return chunk !== undefined && nextOf(chunk) <= seq;
    });
  }
}

function nextOf(chunk: Chunk): number {
  return chunk.firstSeq + chunk.times.length;
}

function rowIn(chunk: Chunk, index: number): Row {
  const flags = chunk.flags[index] ?? 0;
  const payload = payloadIn(chunk, index);
  const head = payload.subarray(0, previewByteLength(flags));
  return rowOf(chunk.firstSeq + index, chunk.times[index] ?? 0, flags, payload.length, head);
}

function recordIn(chunk: Chunk, index: number): StoredRecord {
  return {
    seq: chunk.firstSeq + index,
    at: chunk.times[index] ?? 0,
    flags: chunk.flags[index] ?? 0,
    payload: payloadIn(chunk, index),
  };
}

function payloadIn(chunk: Chunk, index: number): Uint8Array {
  return chunk.payload.subarray(index === 0 ? 0 : chunk.ends[index - 1], chunk.ends[index]);
}

function copyOf(batch: BatchReader): Chunk {
  const { rowCount, lengths } = batch;
  const ends = new Float64Array(rowCount);
  let end = 0;
  for (let index = 0; index < rowCount; index++) {
    end += lengths[index] ?? 0;
    ends[index] = end;
  }
  return {
    firstSeq: batch.firstSeq,
    times: new Float64Array(batch.times),
    flags: new Uint32Array(batch.flags),
    ends,
    frames: new Float64Array(batch.frames),
    payload: new Uint8Array(batch.payload),
  };
}

function canJoin(a: Chunk, b: Chunk): boolean {
  return (
    nextOf(a) === b.firstSeq &&
    a.times.length + b.times.length <= chunkRowCapacity &&
    a.payload.length + b.payload.length <= chunkByteCapacity
  );
}

function joined(a: Chunk, b: Chunk): Chunk {
  const rowCount = a.times.length + b.times.length;
  const chunk = {
    firstSeq: a.firstSeq,
    times: new Float64Array(rowCount),
    flags: new Uint32Array(rowCount),
    ends: new Float64Array(rowCount),
    frames: joinFrames(a.frames, b.frames, a.times.length),
    payload: new Uint8Array(a.payload.length + b.payload.length),
  };
  chunk.times.set(a.times);
  chunk.times.set(b.times, a.times.length);
  chunk.flags.set(a.flags);
  chunk.flags.set(b.flags, a.flags.length);
  chunk.ends.set(a.ends);
  chunk.ends.set(
    b.ends.map(end => end + a.payload.length),
    a.times.length,
  );
  chunk.payload.set(a.payload);
  chunk.payload.set(b.payload, a.payload.length);
  return chunk;
}
