import { recordsIn, type CaptureStore } from '../../../core/capture/captureStore.ts';
import type { CaptureDecoding } from './captureDecoding.ts';

/** What the list shows of some rows in place of their payloads. */
export class Summaries {
  readonly #store: CaptureStore | undefined;
  readonly #seqs: readonly number[];
  readonly #summaries: (string | undefined)[];
  /** The place of the row that is read next. */
  #next = 0;

  /** @param seqs the numbers of the rows, which ascend */
  constructor(seqs: readonly number[], store: CaptureStore | undefined) {
    this.#seqs = seqs;
    this.#store = store;
    this.#summaries = seqs.map(() => undefined);
  }

  /** In the order of the numbers. */
  get all(): readonly (string | undefined)[] {
    return this.#summaries;
  }

  /** See `Reader.read`. */
  read(decoding: CaptureDecoding, _from: number, to: number, deadline: number): number {
    for (; ; this.#next++) {
      const seq = this.#seqs[this.#next];
      if (seq === undefined || seq >= to) {
        return to;
      }
      if (performance.now() >= deadline) {
        return seq;
      }
      this.#summaries[this.#next] = this.#summaryOf(decoding, seq);
    }
  }

  #summaryOf(decoding: CaptureDecoding, seq: number): string | undefined {
    if (!this.#store || decoding.firstDecoded(seq, seq + 1) > seq) {
      return undefined;
    }
    const [record] = recordsIn(this.#store, seq, seq + 1);
    // The payload is lent, and decoders may have to look at rows before.
    const row = record && decoding.row({ ...record, payload: new Uint8Array(record.payload) });
    return typeof row === 'object' ? row.summary : undefined;
  }
}
