import { openingIn } from '../../../core/export/har.ts';
import type { Opening } from '../../../core/export/harEntry.ts';
import { blocksOf, type ExportedView } from './exportRows.ts';

/** Where the opening handshakes of some captures are: the facts of one at a time are in memory. */
export class ExportOpenings {
  readonly #seqs = new Map<number, number[]>();
  readonly #read: (capture: number, seq: number) => Opening | undefined;
  #last: { readonly capture: number; readonly seq: number; readonly opening: Opening } | undefined;

  /** @param read the opening that a row tells of, read again */
  constructor(read: (capture: number, seq: number) => Opening | undefined) {
    this.#read = read;
  }

  /** Looks through the state changes of `view`; yields when it is time to pause. */
  *collect(view: ExportedView): Generator<undefined> {
    for (const { rows } of blocksOf(view, [[view.state.first, view.state.next]])) {
      for (const { capture, record } of rows) {
        if (openingIn(record)) {
          const seqs = this.#seqs.get(capture);
          if (seqs) {
            seqs.push(record.seq);
          } else {
            this.#seqs.set(capture, [record.seq]);
          }
        }
      }
      yield;
    }
  }

  /** The last opening at or before the row `seq`; `undefined` also where it was dropped meanwhile. */
  at(capture: number, seq: number): Opening | undefined {
    const found = lastUpTo(this.#seqs.get(capture) ?? [], seq);
    if (found === undefined) {
      return undefined;
    }
    if (this.#last?.capture !== capture || this.#last.seq !== found) {
      const opening = this.#read(capture, found);
      if (!opening) {
        return undefined;
      }
      this.#last = { capture, seq: found, opening };
    }
    return this.#last.opening;
  }
}

/** The last of the growing numbers that is not above `limit`. */
function lastUpTo(numbers: readonly number[], limit: number): number | undefined {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] ?? Infinity) <= limit) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return numbers[low - 1];
}
