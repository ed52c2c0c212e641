import { recordsIn, type CaptureStore } from '../../../core/capture/captureStore.ts';
import type { ViewDecoding, ViewRow } from '../../../core/capture/view.ts';
import type { DecodingSlot } from '../decoding/decodingSlot.ts';

/** The captures that a view may decode. */
export type DecodingsOf = ReadonlyMap<
  number,
  { readonly store: CaptureStore; readonly decoding?: DecodingSlot }
>;

/** What decodes the captures of a view. */
export class ViewDecoders {
  readonly #ids: readonly number[];
  readonly #captures: DecodingsOf;
  readonly #onReady: (capture: number) => void;
  readonly #slots = new Map<number, DecodingSlot>();
  readonly #ready = new Map<number, () => void>();

  /** @param onReady there is something to go on with in a capture, see `DecodingSlot.use` */
  constructor(ids: readonly number[], captures: DecodingsOf, onReady: (capture: number) => void) {
    this.#ids = ids;
    this.#captures = captures;
    this.#onReady = onReady;
    this.refresh();
  }

  /** A capture was opened, reopened or closed. */
  refresh(): void {
    for (const id of this.#ids) {
      const slot = this.#captures.get(id)?.decoding;
      const before = this.#slots.get(id);
      if (slot !== before) {
        before?.leave(this.#ready.get(id));
        this.#slots.delete(id);
        if (slot) {
          const onReady = () => this.#onReady(id);
          this.#slots.set(id, slot);
          this.#ready.set(id, onReady);
          slot.use(onReady);
        }
      }
    }
  }

  slotOf(capture: number): DecodingSlot | undefined {
    return this.#slots.get(capture);
  }

  /** Some rows were not decoded yet that can be now. */
  get isBehind(): boolean {
    for (const { decoding } of this.#slots.values()) {
      if (decoding && !decoding.isCaughtUp && !decoding.isWaiting) {
        return true;
      }
    }
    return false;
  }

  /**
   * Changes whenever what was said of rows before does not count any more. While decoders are loaded nothing
   * is said; where they cannot be had, rows are what they are without them.
   */
  get restarts(): number {
    let restarts = 0;
    for (const { decoding, problem } of this.#slots.values()) {
      restarts += decoding?.restarts ?? (problem === undefined ? 0 : -1);
    }
    return restarts;
  }

  /** Goes on until `deadline`, which is of `performance.now`. */
  work(deadline: number): void {
    for (const { decoding } of this.#slots.values()) {
      if (decoding && !decoding.isCaughtUp && performance.now() < deadline) {
        decoding.work(deadline);
      }
    }
  }

  /** Of the capture that has the newest row, or of one that has sessions at all. */
  stateFor(newest: number | undefined): ViewDecoding | undefined {
    let version = 0;
    let found: Omit<ViewDecoding, 'version'> | undefined;
    for (const [capture, { decoding }] of this.#slots) {
      version += decoding?.version ?? 0;
      const session = decoding?.newest;
      if (decoding && session && (!found || capture === newest)) {
        const readTo = decoding.isCaughtUp ? undefined : this.#timeOf(capture, decoding.cursor);
        found = { ...session, capture, ...(readTo !== undefined && { readTo }) };
      }
    }
    return found && { ...found, version };
  }

  /** The rows, which follow each other in one capture, with what decoders say of them. */
  decode(rows: readonly ViewRow[]): readonly ViewRow[] {
    const [first] = rows;
    const last = rows.at(-1);
    const store = first && this.#captures.get(first.capture)?.store;
    const decoding = first && this.#slots.get(first.capture)?.decoding;
    if (!store || !decoding || !last) {
      return rows;
    }
    const end = last.seq + 1;
    const isWaiting = end > decoding.cursor;
    if (!isWaiting && decoding.firstDecoded(first.seq, end) === end) {
      return rows;
    }
    const decoded = new Map<number, ViewRow['decoded']>();
    for (const record of recordsIn(store, first.seq, end)) {
      decoded.set(record.seq, decoding.row(record));
    }
    return rows.map(row => {
      const said = isMessageRow(row) ? decoded.get(row.seq) : undefined;
      return said ? { ...row, decoded: said } : row;
    });
  }

  close(): void {
    for (const [id, slot] of this.#slots) {
      slot.leave(this.#ready.get(id));
    }
    this.#slots.clear();
  }

  #timeOf(capture: number, seq: number): number | undefined {
    return this.#captures.get(capture)?.store.rows(seq, 1)[0]?.at;
  }
}

function isMessageRow({ kind }: ViewRow): boolean {
  return kind === 'text' || kind === 'binary';
}
