import { messageOf } from '../../core/base/errors.ts';
import type { ListView, PageRow, RowsAnswer } from '../../shared/monitorProtocol.ts';

export interface RowQuestion {
  readonly generation: number;
  readonly from: number;
  readonly count: number;
}

interface RowSourceListener {
  /** The question was answered, so there may be another. */
  onAnswer(list: ListView): void;
  onFailure(reason: string): void;
}

const keptRows = 2000;
const mostAsked = 500;

/**
 * The rows around the screen, by their positions in the list. Asks for rows as they are wanted, one
 * question at a time, so that a slow host is never asked more than it answers; keeps the last few
 * hundred.
 */
export class RowSource {
  readonly #ask: (question: RowQuestion) => Promise<RowsAnswer>;
  readonly #listener: RowSourceListener;
  /** `undefined` stands for a row that was asked for and is not there. */
  readonly #rows = new Map<number, PageRow | undefined>();
  #generation = -1;
  #first = 0;
  #dropped = 0;
  /** The row at this position may be another by now; what is known of it is shown until then. */
  #doubtful: number | undefined;
  #isAsking = false;

  constructor(ask: (question: RowQuestion) => Promise<RowsAnswer>, listener: RowSourceListener) {
    this.#ask = ask;
    this.#listener = listener;
  }

  readonly find = (position: number): PageRow | undefined => this.#rows.get(position);

  /** Whether all that can be said about these rows is known. */
  covers(from: number, to: number): boolean {
    for (let position = from; position < to; position++) {
      if (!this.#rows.has(position)) {
        return false;
      }
    }
    return true;
  }

  /**
   * The list has changed: rows that were not there may be there now. Another generation is another
   * list, of which nothing is known.
   */
  follow({ generation, first, dropped }: ListView): void {
    if (generation !== this.#generation) {
      this.#generation = generation;
      this.#rows.clear();
      this.#doubtful = undefined;
    } else {
      this.#forgetAbsent();
      if (dropped > 0 && (first !== this.#first || dropped !== this.#dropped)) {
        this.#doubtful = first;
      }
    }
    this.#first = first;
    this.#dropped = dropped;
  }

  /** Asks for what of these rows is not known, unless a question is open: its answer comes first. */
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
      const count = Math.min(next - first, mostAsked);
      void this.#read({ generation: this.#generation, from: first, count });
    }
  }

  #isKnown(position: number): boolean {
    return position !== this.#doubtful && this.#rows.has(position);
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
    if (this.#rows.size > keptRows) {
      for (const position of this.#rows.keys()) {
        if (position < from - keptRows / 4 || position >= from + count + keptRows / 4) {
          this.#rows.delete(position);
        }
      }
    }
    for (let position = from; position < from + count; position++) {
      this.#rows.set(position, undefined);
    }
    for (const row of rows) {
      this.#rows.set(row.position, row);
    }
    if (this.#doubtful !== undefined && this.#doubtful >= from && this.#doubtful < from + count) {
      this.#doubtful = undefined;
    }
  }
}
