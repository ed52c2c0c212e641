import * as sqlite from 'node:sqlite';
import { BlockStore } from '../../../src/core/capture/log/blockStore.ts';
import { ControlFile } from '../../../src/node/captureWorker/store/controlFile.ts';
import { SegmentLog } from '../../../src/node/captureWorker/store/segmentLog.ts';

interface TestLogOptions {
  /** The least that a `LogStore` takes is 4 MiB. */
  readonly segmentByteLength: number;
  readonly maxByteLength?: number;
  readonly isReadOnly?: boolean;
}

const facts = { name: 'log', url: 'ws://localhost/log', startedAt: 1000.5 };

/** A log with segments of any length, beside the control file at `path`. */
export function openLog(
  path: string,
  { isReadOnly = false, ...options }: TestLogOptions,
): { readonly store: BlockStore; readonly log: SegmentLog } {
  const control = new ControlFile(sqlite, path, isReadOnly ? undefined : facts);
  const log = new SegmentLog({ path, control, isReadOnly, ...options });
  return { store: new BlockStore(log), log };
}
