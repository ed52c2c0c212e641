import type { Clock } from '../../../core/base/clock.ts';
import type { Disposable } from '../../../core/base/lifecycle.ts';
import type { DecodedRows } from '../../recording/recorder.ts';

/** A line of the channel: what stands before the text, and the text. */
export interface Line {
  readonly before: string;
  readonly text: string;
  /** The row that decoders may have other words for. */
  readonly row?: { readonly of: DecodedRows; readonly seq: number };
}

interface Batch {
  readonly lines: readonly Line[];
  /** By the places of lines. */
  readonly summaries: Map<number, string>;
  late: Disposable | undefined;
  isReady: boolean;
}

/** Decoders that take longer are not waited for. */
const maxDecodeMs = 1000;

/**
 * Lines on their way to the channel, in their order. Those of decoded messages wait for their decoders, but
 * not for long: then they are written as the messages came.
 */
export class LineQueue implements Disposable {
  readonly #clock: Clock;
  readonly #append: (text: string) => void;
  readonly #summaryText: (summary: string) => string;
  readonly #batches: Batch[] = [];
  readonly #held = new Map<DecodedRows, Disposable>();

  /**
   * @param append adds text that ends in a newline
   * @param summaryText how a summary is shown
   */
  constructor(
    clock: Clock,
    append: (text: string) => void,
    summaryText: (summary: string) => string,
  ) {
    this.#clock = clock;
    this.#append = append;
    this.#summaryText = summaryText;
  }

  add(lines: readonly Line[]): void {
    const batch: Batch = { lines, summaries: new Map(), late: undefined, isReady: false };
    this.#batches.push(batch);
    const places = placesByRows(lines);
    if (places.size === 0) {
      this.#finish(batch);
      return;
    }
    batch.late = this.#clock.schedule(maxDecodeMs, () => this.#finish(batch));
    const asked = [...places].map(([rows, of]) => this.#ask(batch, rows, of));
    const finish = () => this.#finish(batch);
    Promise.all(asked).then(finish, finish);
  }

  /** Decoders are not wanted any more, until lines of theirs are added again. */
  release(): void {
    for (const hold of this.#held.values()) {
      hold.dispose();
    }
    this.#held.clear();
  }

  /** What still waits is written at once. */
  dispose(): void {
    for (const batch of [...this.#batches]) {
      this.#finish(batch);
    }
    this.release();
  }

  /** Never rejects. */
  async #ask(batch: Batch, rows: DecodedRows, places: readonly number[]): Promise<void> {
    try {
      if (!this.#held.has(rows)) {
        this.#held.set(rows, rows.holdDecoders());
      }
      const seqs = places.map(place => batch.lines[place]?.row?.seq ?? 0);
      const summaries = await rows.summaries(seqs);
      for (const [index, place] of places.entries()) {
        const summary = summaries[index];
        if (summary !== undefined) {
          batch.summaries.set(place, summary);
        }
      }
    } catch {
      // The capture was closed: its last lines are as they came.
      this.#held.get(rows)?.dispose();
      this.#held.delete(rows);
    }
  }

  #finish(batch: Batch): void {
    batch.isReady = true;
    batch.late?.dispose();
    let text = '';
    while (this.#batches[0]?.isReady === true) {
      const done = this.#batches.shift();
      text += done ? this.#textOf(done) : '';
    }
    if (text !== '') {
      this.#append(text);
    }
  }

  #textOf({ lines, summaries }: Batch): string {
    return lines
      .map(({ before, text }, place) => {
        const summary = summaries.get(place);
        return `${before}${summary === undefined ? text : this.#summaryText(summary)}\n`;
      })
      .join('');
  }
}

/** The places of the lines of each capture whose decoders are to be asked. */
function placesByRows(lines: readonly Line[]): ReadonlyMap<DecodedRows, readonly number[]> {
  const places = new Map<DecodedRows, number[]>();
  for (const [place, { row }] of lines.entries()) {
    if (row) {
      const of = places.get(row.of) ?? [];
      of.push(place);
      places.set(row.of, of);
    }
  }
  return places;
}
