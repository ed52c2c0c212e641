import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../core/base/clock.ts';
import type { Disposable } from '../../core/base/lifecycle.ts';
import { assertNever } from '../../core/base/errors.ts';
import { Emitter, type Event } from '../../core/base/event.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { CaptureOptions, OpenCapture } from '../../core/capture/capture.ts';
import type {
  ExportJob,
  ExportProgress,
  RunningExport,
  StartExport,
} from '../../core/export/exportJob.ts';
import type { ScriptReport } from '../../core/decode/script/script.ts';
import { BufferPool } from '../../core/record/bufferPool.ts';
import type {
  ArchivedCapture,
  CaptureArchive,
  RemovedCapture,
} from '../../core/capture/captureArchive.ts';
import type { RetentionLimits } from '../../core/capture/archiveRetention.ts';
import type { CaptureView, ViewQuery } from '../../core/capture/view.ts';
import { ArchiveThreads, createCaptureArchive } from './captureArchive.ts';
import { captureFileName } from '../files/captureFiles.ts';
import type { CaptureWorkerData, WorkerEvent } from './captureProtocol.ts';
import { ExportProxy } from './exportProxy.ts';
import { findSqlite } from '../captureWorker/store/sqlite.ts';
import { CaptureProxy, type CaptureProxyOptions } from './captureProxy.ts';
import { WorkerLink } from './workerLink.ts';
import { ViewProxy } from './viewProxy.ts';

/**
 * How long each step of the service's end may take, at which the editor waits for it: to end what reads
 * the files, to store what was appended, and to end the worker. The editor ends the process after five
 * seconds, cleanly or not.
 */
const maxEndMs = { reading: 1000, storing: 1500, working: 500 };

/** Old captures are looked through when the rush of a connection's beginning is over. */
const sweepDelayMs = 5000;

export interface CaptureServiceOptions {
  /** The bundled `captureWorker.ts`. */
  readonly workerPath: string;
  /** Where capture files go; made if it is missing. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** `false` keeps captures in memory; by default it is found out. */
  readonly hasSqlite?: boolean;
  /** No capture file grows beyond this: it counts as a full disk. By default the disk decides. */
  readonly maxFileBytes?: number;
  /** What the captures of ended windows may take, asked each time; no limit by default. */
  readonly retentionLimits?: () => RetentionLimits;
  /** Captures of ended windows were deleted because of these limits. */
  readonly onDidRemove?: (removed: readonly RemovedCapture[]) => void;
  /** Makes the worker's thread; another than Node's own is for tests. */
  readonly startWorker?: (path: string, data: CaptureWorkerData) => Worker;
}

export interface CaptureService {
  readonly open: OpenCapture;
  readonly archive: CaptureArchive;
  readonly startExport: StartExport;
  /** @param tail see `CaptureView.setTail` */
  readonly openView: (query: ViewQuery, tail?: number) => CaptureView;
  /** What there is to tell of decoders of users' own. */
  readonly onDidReportScript: Event<ScriptReport>;
  /** Stores what was appended, closes the files and ends the threads, within three seconds. */
  dispose(): Promise<void>;
}

const unlimited: RetentionLimits = { maxAgeMs: Infinity, maxByteLength: Infinity };

/** Names this window, and no other one, in its captures. */
const windowId = randomUUID();

/** Counts over all services of the process, since files are named by it. */
let lastOrdinal = 0;
let lastView = 0;
let lastExport = 0;

/** Captures kept by a worker thread, which is started when the first of them is opened. */
export function createCaptureService(options: CaptureServiceOptions): CaptureService {
  const { workerPath, folder, clock, log, maxFileBytes, startWorker = startThread } = options;
  // Asked with the first capture, not while the editor starts.
  const hasSqlite = () => options.hasSqlite ?? findSqlite() !== undefined;
  const captures = new Map<number, CaptureProxy>();
  const views = new Map<number, ViewProxy>();
  const exports = new Map<number, ExportProxy>();
  const pool = new BufferPool();
  const threads = new ArchiveThreads(workerPath, log);
  const scriptReports = new Emitter<ScriptReport>();
  let sweepTimer: Disposable | undefined;
  let ended: Promise<void> | undefined;

  const link = new WorkerLink({
    clock,
    log,
    startWorker: () => startWorker(workerPath, { hasSqlite: hasSqlite(), maxFileBytes }),
    onDidRestart: () => {
      captures.forEach(capture => capture.reopen());
      views.forEach(view => view.reopen());
      exports.forEach(running => running.fail());
    },
    onDidGiveUp: reason => captures.forEach(capture => capture.giveUp(reason)),
    onEvent: receive,
    onAnswer: ({ capture }) => capture !== undefined && captures.get(capture)?.noteStored(),
  });

  function receive(message: WorkerEvent): void {
    switch (message.event) {
      case 'storage':
        captures.get(message.key)?.setStorage(message.value);
        break;
      case 'stored':
        captures.get(message.key)?.noteStored();
        break;
      case 'view': {
        const view = views.get(message.key);
        view?.captures.forEach(id => captures.get(id)?.noteStored());
        view?.receive(message.value);
        break;
      }
      case 'export':
        exports.get(message.key)?.setProgress(message.value);
        break;
      case 'script':
        scriptReports.fire(message.value);
        break;
      default:
        assertNever(message);
    }
  }

  const archive = createCaptureArchive({
    folder,
    hasSqlite,
    limits: options.retentionLimits ?? (() => unlimited),
    onDidRemove: removed => options.onDidRemove?.(removed),
    clock,
    log,
    threads,
    captures,
    openFile,
  });

  function add(captureOptions: CaptureOptions, file: CapturePlace): CaptureProxy {
    const { id } = file;
    const onDidClose = () => captures.delete(id);
    const window = { windowId, hasSqlite: hasSqlite() };
    const parts = { ...file, ...window, clock, log, link, pool, onDidClose };
    const capture = new CaptureProxy(captureOptions, parts);
    captures.set(id, capture);
    capture.reopen();
    if (link.failure !== undefined) {
      capture.giveUp(link.failure);
    }
    return capture;
  }

  function open(captureOptions: CaptureOptions): CaptureProxy {
    const id = ++lastOrdinal;
    const startedAt = clock.now();
    const path = join(folder, captureFileName(startedAt, process.pid, id));
    if (hasSqlite()) {
      sweepTimer ??= clock.schedule(sweepDelayMs, () => void archive.sweep());
    }
    return add(captureOptions, { id, path, startedAt });
  }

  function openFile({ key, name, url, startedAt }: ArchivedCapture): CaptureProxy {
    const place = { id: ++lastOrdinal, path: join(folder, key), startedAt, isArchived: true };
    return add({ name, url, maxRows: Infinity, maxBytes: Infinity }, place);
  }

  function openView(query: ViewQuery, tail = 0): ViewProxy {
    const id = ++lastView;
    const watching = query.captures.map(capture => captures.get(capture)?.watch());
    const onDidClose = () => {
      watching.forEach(each => each?.dispose());
      views.delete(id);
    };
    const view = new ViewProxy(query, { id, tail, log, link, onDidClose });
    views.set(id, view);
    view.reopen();
    return view;
  }

  function startExport(
    job: ExportJob,
    onProgress: (progress: ExportProgress) => void,
  ): RunningExport {
    const id = ++lastExport;
    const flush = async (capture: number) => captures.get(capture)?.flush();
    const running = new ExportProxy(job, { id, link, log, onProgress, flush });
    exports.set(id, running);
    const forget = () => void exports.delete(id);
    running.done.then(forget, forget);
    return running;
  }

  async function end(): Promise<void> {
    const exportsEnded = [...exports.values()].map(({ done }) => done);
    exports.forEach(running => running.cancel());
    views.forEach(view => view.dispose());
    sweepTimer?.dispose();
    // First, since a file that is read elsewhere is not left as one plain file. But a thread that copies
    // a file does not end before it is through.
    await within(maxEndMs.reading, [threads.end()]);
    const closed = [...captures.values()].map(capture => capture.close());
    await within(maxEndMs.storing, [...exportsEnded, ...closed]);
    await within(maxEndMs.working, [link.end()]);
    scriptReports.dispose();
  }

  /** Waits until all are settled, but no longer than `limitMs`. */
  function within(limitMs: number, ends: readonly Promise<unknown>[]): Promise<void> {
    return new Promise(resolve => {
      const timeout = clock.schedule(limitMs, resolve);
      void Promise.allSettled(ends).then(() => {
        timeout.dispose();
        resolve();
      });
    });
  }

  return {
    open,
    archive,
    openView,
    startExport,
    onDidReportScript: scriptReports.event,
    dispose: () => (ended ??= end()),
  };
}

type CapturePlace = Pick<CaptureProxyOptions, 'id' | 'path' | 'startedAt' | 'isArchived'>;

function startThread(path: string, data: CaptureWorkerData): Worker {
  return new Worker(path, { workerData: data, stderr: true });
}
