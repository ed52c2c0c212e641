import type { CaptureLimits, Extent } from '../../../src/core/capture/capture.ts';
import type { FrameFacts } from '../../../src/core/record/frameFacts.ts';

export interface ModelRow {
  readonly seq: number;
  readonly at: number;
  readonly flags: number;
  readonly payload: Uint8Array;
  readonly frame: FrameFacts | undefined;
}

/** Rows that were cleared, or those that were not. */
interface Part {
  readonly rows: readonly ModelRow[];
  readonly dropped: number;
}

const slack = 1 / 32;

/** What a `CaptureStore` is to do, with a plain array for its rows. */
export class ModelStore {
  #shown: Part = { rows: [], dropped: 0 };
  #cleared: Part | undefined;
  #next = 0;

  get rows(): readonly ModelRow[] {
    return this.#shown.rows;
  }

  get extent(): Extent {
    const { rows, dropped } = this.#shown;
    const byteLength = byteLengthOf(rows);
    return { first: rows[0]?.seq ?? this.#next, next: this.#next, byteLength, dropped };
  }

  append(rows: readonly ModelRow[]): void {
    this.#shown = { ...this.#shown, rows: [...this.#shown.rows, ...rows] };
    this.#next = (rows.at(-1)?.seq ?? this.#next - 1) + 1;
  }

  enforce({ maxRows, maxBytes }: CaptureLimits): number {
    const all = [...(this.#cleared?.rows ?? []), ...this.#shown.rows];
    const first = all[0]?.seq ?? this.#next;
    let end = first + tooMany(this.#next - first, maxRows);
    let excess = tooMany(byteLengthOf(all), maxBytes);
    for (const { seq, payload } of all) {
      if (excess <= 0) {
        break;
      }
      excess -= payload.length;
      end = Math.max(end, seq + 1);
    }
    const before = this.#shown.dropped;
    this.#shown = without(this.#shown, end);
    this.#cleared &&= without(this.#cleared, end);
    return this.#shown.dropped - before;
  }

  clear(): boolean {
    this.#cleared = joined(this.#cleared, this.#shown);
    this.#shown = { rows: [], dropped: 0 };
    return true;
  }

  restore(): boolean {
    const hadSome = this.#cleared !== undefined;
    this.#shown = joined(this.#cleared, this.#shown);
    this.#cleared = undefined;
    return hadSome;
  }

  forget(): boolean {
    const hadSome = this.#cleared !== undefined;
    this.#cleared = undefined;
    return hadSome;
  }
}

function tooMany(amount: number, limit: number): number {
  return amount > limit ? amount - (limit - Math.floor(limit * slack)) : 0;
}

function byteLengthOf(rows: readonly ModelRow[]): number {
  return rows.reduce((sum, { payload }) => sum + payload.length, 0);
}

function without({ rows, dropped }: Part, end: number): Part {
  const left = rows.filter(({ seq }) => seq >= end);
  return { rows: left, dropped: dropped + rows.length - left.length };
}

function joined(older: Part | undefined, newer: Part): Part {
  return older
    ? { rows: [...older.rows, ...newer.rows], dropped: older.dropped + newer.dropped }
    : newer;
}
