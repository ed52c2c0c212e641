import type { Clock } from '../../core/base/clock.ts';
import { messageOf } from '../../core/base/errors.ts';
import type { Logger } from '../../core/base/logger.ts';
import type {
  ArchivedCapture,
  CaptureArchive,
  OpenedArchive,
  RemovedCapture,
} from '../../core/capture/captureArchive.ts';
import type { KeepingLimits } from '../../core/capture/keeping.ts';
import type { Sweep } from '../archive/archiveSweep.ts';
import type { ArchiveThreads } from '../archive/archiveThread.ts';
import { writeDatabase } from '../archive/captureCopy.ts';
import { hasAbandonedFile } from '../files/captureFiles.ts';
import type { WorkerCapture } from './workerCapture.ts';

/** A window that is loaded anew may come back before the last one has closed its captures. */
const longestWaitMs = 10_000;
const againMs = 250;

export interface CaptureArchiveParts {
  readonly folder: string;
  readonly hasSqlite: () => boolean;
  /** What the captures of ended windows may take. */
  readonly limits: () => KeepingLimits;
  /** Captures were deleted because of the limits. */
  readonly onDidRemove: (removed: readonly RemovedCapture[]) => void;
  readonly clock: Clock;
  readonly log: Logger;
  readonly threads: ArchiveThreads;
  /** The captures that are open in this window, by their ids. */
  readonly captures: ReadonlyMap<number, WorkerCapture>;
  /** Has the capture worker open a file for reading. */
  readonly openFile: (capture: ArchivedCapture) => WorkerCapture;
}

export interface SweptArchive extends CaptureArchive {
  /** Removes what is not to be kept. Never rejects: what goes wrong is logged. */
  sweep(): Promise<void>;
}

/** The captures in a folder that no window writes to any more. */
export function createCaptureArchive(parts: CaptureArchiveParts): SweptArchive {
  const { folder, threads, captures, clock, log } = parts;

  /** Resolves when the captures of this window that are being closed have let go of their files. */
  async function beingClosed(): Promise<void> {
    await Promise.all([...captures.values()].flatMap(({ closed }) => closed ?? []));
  }

  async function list(): Promise<readonly ArchivedCapture[]> {
    if (!parts.hasSqlite()) {
      return [];
    }
    await beingClosed();
    return report(await threads.run({ kind: 'sweep', folder, limits: parts.limits() }));
  }

  async function takeAbandoned(): Promise<readonly ArchivedCapture[]> {
    if (!parts.hasSqlite()) {
      return [];
    }
    const taken = await threads.run({ kind: 'take', folder, limits: parts.limits() });
    return report(taken.sweep).filter(({ key }) => taken.keys.includes(key));
  }

  /** Says what was deleted, and what could not be done. */
  function report({ captures, removed, warnings }: Sweep): readonly ArchivedCapture[] {
    warnings.forEach(warning => log.warn(warning));
    for (const { key, rowCount, reason } of removed) {
      const why = {
        age: 'it is older than history.keepDays says',
        size: 'together the captures took more than history.keepMegabytes says',
      }[reason];
      log.info(`Deleted the capture ${key} with ${rowCount} rows: ${why}.`);
    }
    if (removed.length > 0) {
      parts.onDidRemove(removed);
    }
    return captures;
  }

  async function prepare(key: string): Promise<ArchivedCapture> {
    await beingClosed();
    const until = clock.monotonic() + longestWaitMs;
    for (;;) {
      const archived = await threads.run({ kind: 'prepare', folder, key });
      if (archived) {
        return archived;
      }
      if (clock.monotonic() >= until) {
        throw new Error('Another window still writes to the capture. Disconnect there first.');
      }
      await new Promise<void>(resolve => clock.schedule(againMs, resolve));
    }
  }

  async function open(key: string): Promise<OpenedArchive> {
    const archived = await prepare(key);
    const capture = parts.openFile(archived);
    const problem = await capture.opened;
    if (problem !== undefined) {
      capture.dispose();
      throw new Error(`The capture cannot be opened: ${problem}`);
    }
    return { archived, capture };
  }

  async function remove(key: string): Promise<void> {
    await beingClosed();
    await threads.run({ kind: 'remove', folder, key });
  }

  async function saveCopy(id: number, path: string): Promise<void> {
    const capture = captures.get(id);
    if (!capture) {
      throw new Error('The capture is no longer open.');
    }
    await writeDatabase(path, folder, async to => {
      await capture.flush();
      await capture.opened;
      const { kind, path: from } = capture.storage;
      await (kind === 'sqlite' && from !== undefined
        ? threads.run({ kind: 'copy', from, to })
        : capture.copyTo(to));
    });
  }

  return {
    list,
    takeAbandoned,
    hasAbandoned: async () => (await hasAbandonedFile(folder)) && parts.hasSqlite(),
    open,
    remove,
    saveCopy,
    sweep: async () => {
      await list().catch((error: unknown) => {
        log.warn(`Old captures were not removed: ${messageOf(error)}`);
      });
    },
  };
}
