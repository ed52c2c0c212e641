import { BlockStore } from '../../../core/capture/log/blockStore.ts';
import type { FileLoss } from '../../files/fileWatch.ts';
import { ControlFile, type CaptureFacts } from './controlFile.ts';
import { SegmentLog } from './segmentLog.ts';
import type { Sqlite } from './sqlite.ts';

const mebibyte = 1024 * 1024;

/** A log is removed segment by segment: of a sixteenth of what may be kept, where that is no extreme. */
const segmentsPerLog = 16;
const minSegmentByteLength = 4 * mebibyte;
const maxSegmentByteLength = 64 * mebibyte;
/** Each is a file that stays open. */
const maxSegments = 64;

interface LogStoreOptions {
  /** Absent: the log of a window that has ended, which is only read. */
  readonly facts?: CaptureFacts;
  /** Bytes that the limits allow. */
  readonly maxBytes: number;
  /** See `SegmentLog`. */
  readonly maxFileBytes?: number;
}

/** A capture in a log beside its control file. */
export class LogStore extends BlockStore {
  readonly #log: SegmentLog;

  private constructor(log: SegmentLog) {
    super(log);
    this.#log = log;
  }

  /**
   * Opens what is there, or makes it. Throws the errors of the file system and of SQLite.
   *
   * @param path of the control file
   */
  static open(sqlite: Sqlite, path: string, options: LogStoreOptions): LogStore {
    const { facts, maxBytes, maxFileBytes } = options;
    const control = new ControlFile(sqlite, path, facts);
    let log: SegmentLog | undefined;
    try {
      log = new SegmentLog({
        path,
        control,
        segmentByteLength: segmentByteLengthFor(maxBytes),
        ...(maxFileBytes !== undefined && { maxByteLength: maxFileBytes }),
        isReadOnly: facts === undefined,
      });
      return new LogStore(log);
    } catch (error) {
      if (log) {
        log.release();
      } else {
        control.release();
      }
      throw error;
    }
  }

  /** The name of the file that it was read from. */
  get source(): string | undefined {
    return this.#log.source;
  }

  /** What another program has done to one of the segments. */
  get loss(): FileLoss | undefined {
    return this.#log.loss;
  }
}

function segmentByteLengthFor(maxBytes: number): number {
  const wanted = Math.min(maxBytes / segmentsPerLog, maxSegmentByteLength);
  const least = Number.isFinite(maxBytes) ? maxBytes / maxSegments : 0;
  return Math.max(minSegmentByteLength, wanted, least);
}
