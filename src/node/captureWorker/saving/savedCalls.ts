import { setTimeout } from 'node:timers/promises';
import type { CaptureDecoding } from '../decoding/captureDecoding.ts';
import type { DecodingSlot } from '../decoding/decodingSlot.ts';
import type { CallWriter } from '../store/sqliteCalls.ts';
import type { SqliteWriter } from '../store/sqliteWriter.ts';

/** How long decoders go on before others have their turn, and calls or links of which one part consists at least. */
const sliceMs = 8;
const partLength = 4096;
/** How long users' decoders are waited for before whoever asks can end the copy. */
const maxWaitMs = 100;

/** The calls of a capture on their way into a database; the decoders are kept until it is closed. */
export class SavedCalls {
  readonly #slot: DecodingSlot;
  readonly #loaded: Promise<void>;
  readonly #first: number;
  #isClosed = false;
  /** What is being written; other decoders have other calls. */
  #epoch: number | undefined;
  #step: 'calls' | 'links' | 'done' = 'calls';
  /** The row to go on with. */
  #next = 0;

  /** @param first the first row that counts */
  constructor(slot: DecodingSlot, first: number) {
    this.#slot = slot;
    this.#first = first;
    this.#loaded = slot.useLoaded();
  }

  /**
   * Writes some of the calls that began below the row `to`. Rejects with what SQLite throws.
   *
   * @returns whether all are written, or decoders cannot be had
   */
  async copy(writer: SqliteWriter, to: number): Promise<boolean> {
    await this.#loaded;
    if (this.#isClosed) {
      throw new Error('The capture was closed.');
    }
    const { decoding } = this.#slot;
    if (!decoding) {
      return true;
    }
    if (!decoding.isCaughtUp && decoding.cursor < to) {
      decoding.work(performance.now() + sliceMs);
      if (decoding.isWaiting) {
        await Promise.race([this.#slot.goesOn(), setTimeout(maxWaitMs)]);
      }
      return false;
    }
    if (this.#epoch !== decoding.epoch) {
      this.#epoch = decoding.epoch;
      this.#step = 'calls';
      this.#next = this.#first;
      writer.calls.begin(this.#first, to);
    }
    this.#copyPart(decoding, writer.calls, to);
    return this.#step === 'done';
  }

  close(): void {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#slot.leave();
    }
  }

  #copyPart({ calls }: CaptureDecoding, writer: CallWriter, to: number): void {
    if (this.#step === 'calls') {
      const next = copySome(calls.callsFrom(this.#next), to, call => writer.insertCall(call));
      this.#goOn(next, 'links');
    } else {
      const next = copySome(calls.linksFrom(this.#next), to, link => writer.insertLink(link));
      this.#goOn(next, 'done');
    }
  }

  #goOn(next: number | undefined, step: 'links' | 'done'): void {
    this.#next = next ?? this.#first;
    this.#step = next === undefined ? step : this.#step;
  }
}

/** @returns the row to go on with; `undefined` if there is none below `to` */
function copySome<T extends { readonly seq: number }>(
  all: Iterable<T>,
  to: number,
  insert: (each: T) => void,
): number | undefined {
  let count = 0;
  let last: number | undefined;
  for (const each of all) {
    if (each.seq >= to) {
      return undefined;
    }
    // What is of one row stays together.
    if (count >= partLength && each.seq !== last) {
      return each.seq;
    }
    insert(each);
    last = each.seq;
    count++;
  }
  return undefined;
}
