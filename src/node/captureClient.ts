import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../core/base/clock.ts';
import { assertNever } from '../core/base/errors.ts';
import type { Logger } from '../core/base/logger.ts';
import type { CaptureOptions, OpenCapture } from '../core/capture/capture.ts';
import { BufferPool } from '../core/capture/bufferPool.ts';
import { captureFileName } from './captureFiles.ts';
import type { CaptureWorkerData, FromCaptureWorker } from './captureProtocol.ts';
import { findSqlite } from './sqliteStore.ts';
import { WorkerCapture } from './workerCapture.ts';
import { WorkerLink } from './workerLink.ts';

/** How long the end of the service may take, at which the editor waits for it. */
const longestEndMs = 1000;

export interface CaptureServiceOptions {
  /** The bundled `captureWorker.ts`. */
  readonly workerPath: string;
  /** Where capture files go; made where it is missing. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** `false` keeps captures in memory; by default it is found out. */
  readonly hasSqlite?: boolean;
  /** No capture file grows beyond this: it counts as a full disk. By default the disk decides. */
  readonly maxFileBytes?: number;
  /** Makes the worker's thread; another than Node's own is for tests. */
  readonly startWorker?: (path: string, data: CaptureWorkerData) => Worker;
}

export interface CaptureService {
  readonly open: OpenCapture;
  /** Stores what was appended, closes the files and ends the worker, within about a second. */
  dispose(): Promise<void>;
}

/** Counts over all services of the process, since files are named by it. */
let lastOrdinal = 0;

/** Captures kept by a worker thread, which is started when the first of them is opened. */
export function createCaptureService(options: CaptureServiceOptions): CaptureService {
  const { workerPath, folder, clock, log, maxFileBytes, startWorker = startThread } = options;
  // Asked with the first capture, not while the editor starts.
  const hasSqlite = () => options.hasSqlite ?? findSqlite() !== undefined;
  const captures = new Map<number, WorkerCapture>();
  const pool = new BufferPool();
  let ended: Promise<void> | undefined;

  const link = new WorkerLink({
    clock,
    log,
    startWorker: () => startWorker(workerPath, { folder, hasSqlite: hasSqlite(), maxFileBytes }),
    onDidRestart: () => captures.forEach(capture => capture.reopen()),
    onDidGiveUp: reason => captures.forEach(capture => capture.giveUp(reason)),
    onMessage: receive,
  });

  function receive(message: FromCaptureWorker): void {
    switch (message.kind) {
      case 'answer':
        if (message.extent) {
          captures.get(message.capture)?.setExtent(message.extent);
        }
        break;
      case 'storage':
        captures.get(message.capture)?.setStorage(message.storage);
        break;
      case 'warning':
        log.warn(message.message);
        break;
      default:
        assertNever(message);
    }
  }

  function open(captureOptions: CaptureOptions): WorkerCapture {
    const ordinal = ++lastOrdinal;
    const startedAt = clock.now();
    const capture = new WorkerCapture(captureOptions, {
      id: ordinal,
      path: join(folder, captureFileName(startedAt, process.pid, ordinal)),
      hasSqlite: hasSqlite(),
      startedAt,
      clock,
      log,
      link,
      pool,
      onDidClose: () => captures.delete(ordinal),
    });
    captures.set(ordinal, capture);
    capture.reopen();
    if (link.failure !== undefined) {
      capture.giveUp(link.failure);
    }
    return capture;
  }

  async function end(): Promise<void> {
    await new Promise<void>(resolve => {
      const timeout = clock.schedule(longestEndMs, resolve);
      void Promise.all([...captures.values()].map(capture => capture.close())).then(() => {
        timeout.dispose();
        resolve();
      });
    });
    await link.end();
  }

  return { open, dispose: () => (ended ??= end()) };
}

function startThread(path: string, data: CaptureWorkerData): Worker {
  return new Worker(path, { workerData: data, stderr: true });
}
