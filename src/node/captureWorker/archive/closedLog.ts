import type { DatabaseSync } from 'node:sqlite';
import { BlockStore } from '../../../core/capture/log/blockStore.ts';
import type { Extents } from '../../../core/capture/log/blockLog.ts';
import type { Extent } from '../../../core/capture/capture.ts';
import { storedExtents } from '../store/controlFile.ts';
import { SegmentLog, type LogControl } from '../store/segmentLog.ts';

/** What the log of a capture holds. */
interface LogFacts {
  /** Of the rows that count; `missing` are also those of a block that is damaged. */
  readonly extent: Required<Extent>;
  /** When the last row came, milliseconds since 1970; absent if there is no row. */
  readonly lastAt: number | undefined;
}

/**
 * Goes through the headers of a log, whose window may be writing to it. Throws the errors of the file
 * system and of SQLite.
 *
 * @param path of the control file
 */
export function readLog(database: DatabaseSync, path: string): LogFacts {
  return lookInto(database, path, true);
}

/**
 * Brings the log of a window that did not end it into order: what is torn at its end is cut off, rows
 * that were cleared go, and the control file says what is there. Does nothing if that was done.
 * Throws the errors of the file system and of SQLite.
 *
 * @param database the control file, which no other has open
 */
export function settleLog(database: DatabaseSync, path: string): void {
  const found = database.prepare('SELECT ended, last_at FROM capture').get();
  if (found?.['ended'] !== null || found['last_at'] !== null) {
    return;
  }
  const { extent, lastAt } = lookInto(database, path, false);
  database
    .prepare(
      `UPDATE capture SET
         first_seq = ?, next_seq = ?, missing = ?, last_at = ?,
         cleared_from = NULL, cleared_below = NULL, cleared_dropped = NULL`,
    )
    .run(extent.first, extent.next, extent.missing, lastAt ?? null);
}

function lookInto(database: DatabaseSync, path: string, isReadOnly: boolean): LogFacts {
  const control = new ClosedControl(storedExtents(database), isReadOnly);
  const log = new SegmentLog({ path, control, segmentByteLength: Infinity, isReadOnly });
  try {
    const store = new BlockStore(log);
    const { first, next } = store.extent;
    const extent = { ...store.extent, missing: next - first - store.rowCount };
    // With that, the segments go of which no row counts.
    store.close();
    return { extent, lastAt: control.lastAt };
  } catch (error) {
    log.release();
    throw error;
  }
}

/** Stands for the control file of a log that is only looked at: the rest is the caller's. */
class ClosedControl implements LogControl {
  readonly extents: Extents;
  readonly source = undefined;
  /** Then what is torn is looked for in no more than the headers. */
  readonly hasEnded: boolean;
  lastAt: number | undefined;

  constructor(extents: Extents, isReadOnly: boolean) {
    this.extents = extents;
    this.hasEnded = isReadOnly;
  }

  storeExtents(): void {
    // They are stored once the log is in order.
  }

  close(lastAt: number | undefined): void {
    this.lastAt = lastAt;
  }

  release(): void {
    // It is not open.
  }
}
