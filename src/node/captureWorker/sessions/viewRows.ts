import type { Row } from '../../../core/capture/capture.ts';
import type { CaptureStore } from '../../../core/capture/captureStore.ts';
import type { RowRun } from '../../../core/capture/rowIndex.ts';
import type { ViewRow } from '../../../core/capture/view.ts';
import type { StateRow } from '../../../core/connection/report.ts';

const count = new Intl.NumberFormat('en');

/** The rows of a run as the list shows them. A row that is gone leaves a note in its place. */
export function rowsOfRun(
  store: CaptureStore | undefined,
  capture: number,
  { position, seq, length }: RowRun,
): readonly ViewRow[] {
  const stored = store?.rows(seq, length) ?? [];
  let index = 0;
  return Array.from({ length }, (_, offset) => {
    const row = stored[index];
    if (row?.seq !== seq + offset) {
      return {
        ...missingRow(seq + offset, stored[index]?.at ?? 0),
        position: position + offset,
        capture,
      };
    }
    index++;
    return { ...row, position: position + offset, capture };
  });
}

/** The row that takes the place of the oldest ones. */
export function droppedRow(dropped: number, seq: number, at: number): Row {
  const rows = dropped === 1 ? 'older row was' : 'older rows were';
  return noteRow(seq, at, {
    state: 'connected',
    severity: 'warning',
    text:
      `${count.format(dropped)} ${rows} dropped to keep within ` +
      'history.maxMessages or history.maxMegabytes.',
  });
}

function missingRow(seq: number, at: number): Row {
  return noteRow(seq, at, {
    state: 'connected',
    severity: 'info',
    text: 'This row is no longer in the history.',
  });
}

function noteRow(seq: number, at: number, note: StateRow): Row {
  const preview = JSON.stringify(note);
  return {
    seq,
    at,
    kind: 'state',
    direction: 'in',
    heartbeat: false,
    byteLength: preview.length,
    preview,
  };
}
