import type { ExportProgress } from '../../../core/export/exportJob.ts';
import type { ExportedMessage } from '../../../core/decode/pass/exportedMessage.ts';
import type { StoredRecord } from '../../../core/record/block.ts';
import type { DecodingSlot } from '../decoding/decodingSlot.ts';
import type { DecodingsOf } from '../sessions/viewDecoders.ts';

const progressIntervalMs = 100;

interface ExportDecodingOptions {
  readonly captures: DecodingsOf;
  /** Of each capture whose rows are exported, the row behind the last. */
  readonly ends: ReadonlyMap<number, number>;
  readonly onProgress: (progress: NonNullable<ExportProgress['decoding']>) => void;
  /** Yields to other work after a slice of that length; rejects once the export was cancelled. */
  readonly giveWay: (sliceMs: number) => Promise<void>;
  /** The export was cancelled. */
  readonly signal: AbortSignal;
}

/** How long to decode before others have their turn. */
const sliceMs = 8;

/** What an export has of the decoders of its captures: they are kept until it is closed. */
export class ExportDecoding {
  readonly #options: ExportDecodingOptions;
  readonly #slots = new Map<number, DecodingSlot>();
  #reportedAt = 0;

  constructor(options: ExportDecodingOptions) {
    this.#options = options;
  }

  /** @returns why messages cannot be decoded, as a sentence */
  async open(): Promise<string | undefined> {
    const { captures, ends } = this.#options;
    for (const id of ends.keys()) {
      const slot = captures.get(id)?.decoding;
      if (slot) {
        this.#slots.set(id, slot);
        await slot.useLoaded();
        if (!slot.decoding) {
          return slot.problem;
        }
      }
    }
    return undefined;
  }

  /** Resolves when the decoders have come to all rows that are exported; they may have to begin anew meanwhile. */
  async catchUp(): Promise<void> {
    const { giveWay } = this.#options;
    for (let behind = this.#behind(); behind.length > 0; behind = this.#behind()) {
      const [decoding] = behind.flatMap(({ decoding: each }) => (each?.isWaiting ? [] : [each]));
      decoding?.work(performance.now() + sliceMs);
      this.#report();
      if (!decoding) {
        await this.#anyGoesOn(behind);
      }
      await giveWay(sliceMs);
    }
  }

  read(capture: number, record: StoredRecord): ExportedMessage | undefined {
    // The payload is lent, and decoders may have to look at rows before.
    const copy = () => ({ ...record, payload: new Uint8Array(record.payload) });
    return this.#isOpen(capture)
      ? this.#slots.get(capture)?.decoding?.exportedMessage(record, copy)
      : undefined;
  }

  close(): void {
    this.#slots.forEach(slot => slot.leave());
    this.#slots.clear();
  }

  #behind(): readonly DecodingSlot[] {
    return [...this.#slots].flatMap(([id, slot]) => {
      const { decoding } = slot;
      const isBehind = decoding && !decoding.isCaughtUp && decoding.cursor < this.#endOf(id);
      return isBehind && this.#isOpen(id) ? [slot] : [];
    });
  }

  /** Resolves when users' decoders have answered, or the export was cancelled. */
  async #anyGoesOn(slots: readonly DecodingSlot[]): Promise<void> {
    const { signal } = this.#options;
    await new Promise<void>(resolve => {
      const goOn = () => {
        signal.removeEventListener('abort', goOn);
        resolve();
      };
      signal.addEventListener('abort', goOn);
      slots.forEach(slot => void slot.goesOn().then(goOn));
      if (signal.aborted) {
        goOn();
      }
    });
  }

  /** It may have been closed or reopened meanwhile; then its rows are gone, or its decoders are others. */
  #isOpen(id: number): boolean {
    return this.#options.captures.get(id)?.decoding === this.#slots.get(id);
  }

  #endOf(id: number): number {
    return this.#options.ends.get(id) ?? 0;
  }

  #report(): void {
    const now = performance.now();
    if (now - this.#reportedAt < progressIntervalMs) {
      return;
    }
    this.#reportedAt = now;
    let rows = 0;
    let of = 0;
    for (const [id, { decoding }] of this.#slots) {
      const first = this.#options.captures.get(id)?.store.extent.first ?? 0;
      const count = Math.max(0, this.#endOf(id) - first);
      of += count;
      rows += Math.min(count, Math.max(0, (decoding?.cursor ?? 0) - first));
    }
    this.#options.onProgress({ rows, of });
  }
}
