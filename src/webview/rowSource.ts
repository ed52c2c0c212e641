import { messageOf } from '../core/base/errors.ts';
import type { Extent, Row } from '../core/capture/capture.ts';
import type { RowsAnswer } from '../shared/protocol.ts';

export interface RowQuestion {
  readonly connection: string;
  readonly from: number;
  readonly count: number;
}

interface RowSourceListener {
  /**
   * The question was answered, so there may be another.
   *
   * @param extent where the capture stands; absent where the answer was about another connection
   */
  onAnswer(extent: Extent | undefined): void;
  onFailure(reason: string): void;
}

const keptRows = 2000;
const mostAsked = 500;

/**
 * The rows around the screen. Asks for rows as they are wanted, one question at a time, so that a
 * slow host is never asked more than it answers; keeps the last few hundred.
 */
export class RowSource {
  readonly #ask: (question: RowQuestion) => Promise<RowsAnswer>;
  readonly #listener: RowSourceListener;
  /** `undefined` stands for a row that was asked for and is not there. */
  readonly #rows = new Map<number, Row | undefined>();
  #connection = '';
  #isAsking = false;

  constructor(ask: (question: RowQuestion) => Promise<RowsAnswer>, listener: RowSourceListener) {
    this.#ask = ask;
    this.#listener = listener;
  }

  /** Forgets all rows and turns to another connection. */
  open(connection: string): void {
    this.#connection = connection;
    this.#rows.clear();
  }

  readonly find = (seq: number): Row | undefined => this.#rows.get(seq);

  /** Whether all that can be said about these rows is known. */
  covers(from: number, to: number): boolean {
    for (let seq = from; seq < to; seq++) {
      if (!this.#rows.has(seq)) {
        return false;
      }
    }
    return true;
  }

  /** The capture has changed: rows that were not there may be there now. */
  forgetAbsent(): void {
    for (const [seq, row] of this.#rows) {
      if (!row) {
        this.#rows.delete(seq);
      }
    }
  }

  /** Asks for what of these rows is not known, unless a question is open: its answer comes first. */
  want(from: number, to: number): void {
    let first = from;
    let next = to;
    while (first < next && this.#rows.has(first)) {
      first++;
    }
    while (next > first && this.#rows.has(next - 1)) {
      next--;
    }
    if (first < next && !this.#isAsking) {
      const count = Math.min(next - first, mostAsked);
      void this.#read({ connection: this.#connection, from: first, count });
    }
  }

  async #read(question: RowQuestion): Promise<void> {
    this.#isAsking = true;
    try {
      const { rows, extent } = await this.#ask(question);
      this.#isAsking = false;
      const isCurrent = question.connection === this.#connection;
      if (isCurrent) {
        this.#keep(question, rows);
      }
      this.#listener.onAnswer(isCurrent ? extent : undefined);
    } catch (error) {
      this.#isAsking = false;
      this.#listener.onFailure(messageOf(error));
    }
  }

  #keep({ from, count }: RowQuestion, rows: readonly Row[]): void {
    if (this.#rows.size > keptRows) {
      for (const seq of this.#rows.keys()) {
        if (seq < from - keptRows / 4 || seq >= from + count + keptRows / 4) {
          this.#rows.delete(seq);
        }
      }
    }
    for (let seq = from; seq < from + count; seq++) {
      this.#rows.set(seq, undefined);
    }
    for (const row of rows) {
      this.#rows.set(row.seq, row);
    }
  }
}
