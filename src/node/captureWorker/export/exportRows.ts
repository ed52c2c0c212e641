import type { StoredRecord } from '../../../core/record/block.ts';
import type { ViewState } from '../../../core/capture/view.ts';

interface ExportedRow {
  readonly capture: number;
  readonly record: StoredRecord;
}

/** What an export reads: a view as the capture worker keeps it. */
export interface ExportedView {
  readonly state: ViewState;
  /** Rows at the positions `from` up to, not including, `to`; those that were dropped are missing. */
  records(from: number, to: number): Iterable<ExportedRow>;
}

export type RowRange = readonly [from: number, to: number];

/** Rows that stay valid while the view changes. */
interface RowBlock {
  readonly rows: readonly ExportedRow[];
  /** How many positions were looked at. */
  readonly positionCount: number;
}

const maxRowsPerBlock = 512;
/** Bytes of payload that blocks are made to hold, and that no block of several rows exceeds. */
const wantedByteLength = 512 * 1024;
const maxByteLength = 4 * wantedByteLength;

/**
 * Reads the rows of `ranges` in blocks. Nothing of the view or its captures is in use between two
 * blocks, so that rows may be added, dropped and cleared meanwhile. A block is in memory in full,
 * so blocks of long rows hold few of them, at least one.
 */
export function* blocksOf(view: ExportedView, ranges: readonly RowRange[]): Generator<RowBlock> {
  let count = maxRowsPerBlock;
  for (const [from, to] of ranges) {
    let position = from;
    while (position < to) {
      const first = Math.min(to, view.state.first);
      if (position < first) {
        yield { rows: [], positionCount: first - position };
        position = first;
        continue;
      }
      const next = Math.min(to, position + count);
      const block = read(view, position, next);
      if (block.isTooLong) {
        count = Math.max(1, block.rows.length);
        continue;
      }
      yield { rows: block.rows, positionCount: next - position };
      position = next;
      if (block.byteLength < wantedByteLength) {
        count = Math.min(maxRowsPerBlock, count * 2);
      }
    }
  }
}

interface Read {
  readonly rows: readonly ExportedRow[];
  readonly byteLength: number;
  /** More than `rows` would be too much to be held together. */
  readonly isTooLong: boolean;
}

function read(view: ExportedView, from: number, to: number): Read {
  const rows: ExportedRow[] = [];
  let byteLength = 0;
  for (const { capture, record } of view.records(from, to)) {
    byteLength += record.payload.length;
    if (to - from === 1) {
      return { rows: [{ capture, record }], byteLength, isTooLong: false };
    }
    if (byteLength > maxByteLength) {
      return { rows, byteLength, isTooLong: true };
    }
    // The payload is lent until the next row is read.
    rows.push({ capture, record: { ...record, payload: new Uint8Array(record.payload) } });
  }
  return { rows, byteLength, isTooLong: false };
}

export function positionsIn(ranges: readonly RowRange[]): number {
  return ranges.reduce((sum, [from, to]) => sum + Math.max(0, to - from), 0);
}
