import type { KeptAnswer } from '../decoder.ts';
import { sizeOfAnswer } from './keptAnswer.ts';

/** What was said of one message: mostly that is one answer. */
interface StoredRow {
  readonly key: number;
  readonly answer: KeptAnswer;
  more?: Map<number, KeptAnswer>;
}

/** More places than the chains of a session have. */
const maxPlaces = 8192;

/** The fraction that goes at once. */
const slack = 1 / 16;

/** What scripts have said of the messages of a capture, the newest as far as the memory for them goes. */
export class AnswerStore {
  readonly #maxSize: number;
  /** By the message. They come in their order, so the oldest is the first. */
  readonly #rows = new Map<number, StoredRow>();
  #size = 0;
  #goneTo = 0;
  #end = 0;

  /** @param maxSize in bytes, about */
  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  /** Bytes of memory, about. */
  get size(): number {
    return this.#size;
  }

  /** @param place in the chains of the session */
  get(seq: number, place: number, record: number): KeptAnswer | undefined {
    const row = this.#rows.get(seq);
    const key = keyOf(place, record);
    return row?.key === key ? row.answer : row?.more?.get(key);
  }

  /** Whether answers for the message were dropped, as there was no room for them. */
  isGone(seq: number): boolean {
    return seq < this.#goneTo;
  }

  put(seq: number, place: number, record: number, answer: KeptAnswer): void {
    const row = this.#rows.get(seq);
    const key = keyOf(place, record);
    if (row) {
      row.more ??= new Map();
      row.more.set(key, answer);
    } else {
      this.#rows.set(seq, { key, answer });
    }
    this.#end = Math.max(this.#end, seq + 1);
    this.#size += sizeOfAnswer(answer);
    if (this.#size > this.#maxSize) {
      this.#dropOldest();
    }
  }

  /** Rows below `first` are gone. */
  dropBelow(first: number): void {
    for (const [seq] of this.#rows) {
      if (seq >= first) {
        break;
      }
      this.#drop(seq);
    }
  }

  /** Rows from `begin` on are read again. */
  dropFrom(begin: number): void {
    this.#goneTo = Math.min(this.#goneTo, begin);
    if (begin < this.#end) {
      [...this.#rows.keys()].filter(seq => seq >= begin).forEach(seq => this.#drop(seq));
      this.#end = begin;
    }
  }

  /** More than has to go: each time, a Map passes by all that have gone before. */
  #dropOldest(): void {
    const size = this.#maxSize * (1 - slack);
    for (const [oldest] of this.#rows) {
      if (this.#size <= size) {
        break;
      }
      this.#drop(oldest);
      this.#goneTo = Math.max(this.#goneTo, oldest + 1);
    }
  }

  #drop(seq: number): void {
    const row = this.#rows.get(seq);
    if (row) {
      this.#rows.delete(seq);
      for (const answer of [row.answer, ...(row.more?.values() ?? [])]) {
        this.#size -= sizeOfAnswer(answer);
      }
    }
  }
}

function keyOf(place: number, record: number): number {
  return record * maxPlaces + place;
}
