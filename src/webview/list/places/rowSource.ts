import { messageOf } from '../../../core/base/errors.ts';
import type { ListView, PageRow, RowsAnswer } from '../../../shared/monitorProtocol.ts';

export interface RowQuestion {
  readonly generation: number;
  readonly from: number;
  readonly count: number;
}

interface RowSourceListener {
  /** The request was answered, so the next may follow. */
  onAnswer(list: ListView): void;
  onFailure(reason: string): void;
}

const maxRows = 2000;
const maxRequestedRows = 500;

/**
 * The rows around the screen, by their positions in the list. Requests rows as they are wanted, one
 * request at a time, so that requests do not pile up at a slow host. The newest come by themselves while
 * the list is followed. Keeps the last two thousand or so.
 */
export class RowSource {
  readonly #ask: (question: RowQuestion) => Promise<RowsAnswer>;
  readonly #listener: RowSourceListener;
  /** `undefined` for a row that was requested and is not there. */
  readonly #rows = new Map<number, PageRow | undefined>();
  #generation = -1;
  #first = 0;
  #dropped = 0;
  /** The row at this position may have changed. The old one is shown until it was read again. */
  #doubtful: number | undefined;
  /** Rows of which decoders may know more by now; they are shown as they are until they were read again. */
  readonly #stale = new Set<number>();
  #decoding = '';
  #version = 0;
  #isAsking = false;

  constructor(ask: (question: RowQuestion) => Promise<RowsAnswer>, listener: RowSourceListener) {
    this.#ask = ask;
    this.#listener = listener;
  }

  readonly find = (position: number): PageRow | undefined => this.#rows.get(position);

  /** Whether all of these rows are known, or known not to be there. */
  covers(from: number, to: number): boolean {
    for (let position = from; position < to; position++) {
      if (!this.#rows.has(position)) {
        return false;
      }
    }
    return true;
  }

  /**
   * The list has changed: rows that were not there may be there now. Of another generation, which is
   * another list, nothing is known but its tail.
   */
  follow({ generation, first, dropped, decoding, tail = [] }: ListView): void {
    if (generation !== this.#generation) {
      this.#generation = generation;
      this.#rows.clear();
      this.#stale.clear();
      this.#doubtful = undefined;
    } else {
      this.#forgetAbsent();
      if (dropped > 0 && (first !== this.#first || dropped !== this.#dropped)) {
        this.#doubtful = first;
      }
    }
    this.#first = first;
    this.#dropped = dropped;
    this.#noteDecoding(decoding);
    this.#add(tail);
  }

  /** Requests those of these rows that are not known, unless a request is open. */
  want(from: number, to: number): void {
    let first = from;
    let next = to;
    while (first < next && this.#isKnown(first)) {
      first++;
    }
    while (next > first && this.#isKnown(next - 1)) {
      next--;
    }
    if (first < next && !this.#isAsking) {
      const count = Math.min(next - first, maxRequestedRows);
      void this.#read({ generation: this.#generation, from: first, count });
    }
  }

  #isKnown(position: number): boolean {
    return position !== this.#doubtful && !this.#stale.has(position) && this.#rows.has(position);
  }

  #noteDecoding(decoding: ListView['decoding']): void {
    const key = decoding ? `${decoding.connection} ${decoding.shown} ${decoding.title}` : '';
    const version = decoding?.version ?? 0;
    if (key === this.#decoding && version === this.#version) {
      return;
    }
    const isAnother = key !== this.#decoding;
    this.#decoding = key;
    this.#version = version;
    for (const [position, row] of this.#rows) {
      if (row && (isAnother || mayChange(row))) {
        this.#stale.add(position);
      }
    }
  }

  #forgetAbsent(): void {
    for (const [position, row] of this.#rows) {
      if (!row) {
        this.#rows.delete(position);
      }
    }
  }

  async #read(question: RowQuestion): Promise<void> {
    this.#isAsking = true;
    try {
      const { rows, list } = await this.#ask(question);
      this.#isAsking = false;
      if (question.generation === this.#generation && list.generation === this.#generation) {
        this.#keep(question, rows);
      }
      this.#listener.onAnswer(list);
    } catch (error) {
      this.#isAsking = false;
      this.#listener.onFailure(messageOf(error));
    }
  }

  #keep({ from, count }: RowQuestion, rows: readonly PageRow[]): void {
    for (let position = from; position < from + count; position++) {
      this.#rows.set(position, undefined);
    }
    this.#add(rows, from, from + count);
    if (this.#doubtful !== undefined && this.#doubtful >= from && this.#doubtful < from + count) {
      this.#doubtful = undefined;
    }
  }

  /** Keeps rows, and of others those that are near. */
  #add(rows: readonly PageRow[], from = rows[0]?.position ?? 0, to = from + rows.length): void {
    for (const row of rows) {
      this.#rows.set(row.position, row);
      this.#stale.delete(row.position);
    }
    if (rows.length > 0 && this.#rows.size > maxRows) {
      for (const position of this.#rows.keys()) {
        if (position < from - maxRows / 4 || position >= to + maxRows / 4) {
          this.#stale.delete(position);
          this.#rows.delete(position);
        }
      }
    }
  }
}

/** Whether rows that come later change what decoders say of this one. */
function mayChange({ decoded }: PageRow): boolean {
  return (
    decoded === 'waiting' ||
    (decoded !== undefined && (decoded.state === 'open' || decoded.isToBeCompleted === true))
  );
}
