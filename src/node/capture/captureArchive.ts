import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../core/base/clock.ts';
import { messageOf } from '../../core/base/errors.ts';
import type { Logger } from '../../core/base/logger.ts';
import { RpcClient, type RpcAnswer } from '../../core/base/rpc.ts';
import type {
  ArchivedCapture,
  CaptureArchive,
  ImportProgress,
  OpenedArchive,
  RemovedCapture,
  RunningImport,
} from '../../core/capture/captureArchive.ts';
import type { RetentionLimits } from '../../core/capture/archiveRetention.ts';
import {
  captureFileName,
  hasAbandonedFile,
  noProcess,
  pathsBeside,
} from '../files/captureFiles.ts';
import { takeModeOf } from '../files/privateFiles.ts';
import type {
  ArchiveReport,
  ArchiveRequests,
  ArchiveTask,
  ArchiveTaskData,
  PreparedCapture,
  Sweep,
} from './captureProtocol.ts';
import type { CaptureProxy } from './captureProxy.ts';

/** A reloaded window may ask before the last one has closed its captures. */
const maxPrepareMs = 10_000;
const againMs = 250;

/** Connections of one file, of which each becomes a capture. */
const maxImportedCaptures = 50;

interface CaptureArchiveParts {
  readonly folder: string;
  readonly hasSqlite: () => boolean;
  /** What the captures of ended windows may take. */
  readonly limits: () => RetentionLimits;
  /** Captures were deleted because of the limits. */
  readonly onDidRemove: (removed: readonly RemovedCapture[]) => void;
  readonly clock: Clock;
  readonly log: Logger;
  readonly threads: ArchiveThreads;
  /** The captures that are open in this window, by their ids. */
  readonly captures: ReadonlyMap<number, CaptureProxy>;
  /** Has the capture worker open a file for reading. */
  readonly openFile: (capture: ArchivedCapture) => CaptureProxy;
}

interface SweptArchive extends CaptureArchive {
  /** Removes captures by the retention limits. Never rejects: failures are logged. */
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
    return report(await threads.run('sweep', { folder, limits: parts.limits() }));
  }

  async function takeAbandoned(): Promise<readonly ArchivedCapture[]> {
    if (!parts.hasSqlite()) {
      return [];
    }
    const taken = await threads.run('take', { folder, limits: parts.limits() });
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

  async function prepare(key: string): Promise<PreparedCapture> {
    await beingClosed();
    const until = clock.monotonic() + maxPrepareMs;
    for (;;) {
      const archived = await threads.run('prepare', { folder, key });
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
    const { damage, ...archived } = await prepare(key);
    const capture = parts.openFile(archived);
    const problem = await capture.opened;
    if (problem !== undefined) {
      capture.dispose();
      throw new Error(`The capture cannot be opened: ${problem}`);
    }
    if (damage !== undefined) {
      capture.setStorage({ ...capture.storage, problem: damage });
    }
    return { archived, capture };
  }

  async function remove(key: string): Promise<void> {
    await beingClosed();
    await threads.run('remove', { folder, key });
  }

  async function saveCopy(id: number, path: string, isDecoded = false): Promise<void> {
    const capture = captures.get(id);
    if (!capture) {
      throw new Error('The capture is no longer open.');
    }
    await writeDatabase(path, folder, async to => {
      await capture.opened;
      await capture.copyTo(to, isDecoded);
    });
  }

  function importFile(path: string, onProgress: (progress: ImportProgress) => void): RunningImport {
    const partFolder = join(folder, `${randomBytes(6).toString('hex')}.part`);
    // Two windows may do this at the same time.
    const ordinal = randomInt(2 ** 40);
    const keys = Array.from({ length: maxImportedCaptures }, (_, index) =>
      captureFileName(clock.now(), noProcess, ordinal + index),
    );
    const params = { path, folder, partFolder, keys, window: randomUUID() };
    const thread = threads.start('import', params, onProgress);
    const done = thread.answer.finally(() => rm(partFolder, { recursive: true, force: true }));
    return { done, cancel: thread.end };
  }

  return {
    list,
    takeAbandoned,
    importFile,
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

/** Runs requests about capture files, each in a thread of its own that ends with it. */
export class ArchiveThreads {
  readonly #workerPath: string;
  readonly #log: Logger;
  readonly #running = new Set<Worker>();
  #hasEnded = false;

  /** @param workerPath the bundled `captureWorker/main.ts` */
  constructor(workerPath: string, log: Logger) {
    this.#workerPath = workerPath;
    this.#log = log;
  }

  /** Rejects with a sentence. */
  run<K extends keyof ArchiveRequests>(
    request: K,
    params: ArchiveRequests[K]['params'],
  ): Promise<ArchiveRequests[K]['result']> {
    return this.start(request, params, () => undefined).answer;
  }

  /** The same; `end` ends the thread, so that the answer is a failure. */
  start<K extends keyof ArchiveRequests>(
    request: K,
    params: ArchiveRequests[K]['params'],
    onProgress: (progress: ImportProgress) => void,
  ): { readonly answer: Promise<ArchiveRequests[K]['result']>; readonly end: () => void } {
    if (this.#hasEnded) {
      const answer = Promise.reject(new Error('The capture service has ended.'));
      return { answer, end: () => undefined };
    }
    let worker: Worker | undefined;
    const rpc = new RpcClient(task => {
      worker = this.#start(rpc, { task: task as ArchiveTask }, onProgress);
    });
    const answer = rpc.request(request, params) as Promise<ArchiveRequests[K]['result']>;
    return { answer, end: () => void worker?.terminate() };
  }

  #start(
    rpc: RpcClient,
    workerData: ArchiveTaskData,
    onProgress: (progress: ImportProgress) => void,
  ): Worker {
    const worker = new Worker(this.#workerPath, { workerData, stderr: true });
    this.#running.add(worker);
    worker.stderr.on('data', (text: Uint8Array) => this.#log.debug(String(text).trimEnd()));
    worker.on('message', (message: RpcAnswer | ArchiveReport) => {
      if ('progress' in message) {
        onProgress(message.progress);
      } else {
        rpc.settle(message);
      }
    });
    worker.on('error', error => {
      this.#log.error('A task with capture files failed', error);
      rpc.close(`The part that reads capture files failed (${error.message}).`);
    });
    worker.on('exit', () => {
      this.#running.delete(worker);
      rpc.close('The part that reads capture files has ended.');
    });
    return worker;
  }

  /** Ends what runs: no task leaves a file that the next one cannot go on with. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    await Promise.all([...this.#running].map(worker => worker.terminate()));
  }
}

/**
 * Has a database written beside `path` and gives it that name when it is complete and on the disk.
 * Rejects with a sentence; what was at `path` is there still then. Others can read it only if they
 * could read what it replaces.
 *
 * @param captureFolder the folder of captures; a file in it must not be replaced
 * @param write replaces an empty file by the database
 */
async function writeDatabase(
  path: string,
  captureFolder: string,
  write: (path: string) => Promise<void>,
): Promise<void> {
  await assertReplaceable(path, captureFolder);
  const part = `${path}.${randomBytes(6).toString('hex')}.part`;
  try {
    await (await open(part, 'wx', 0o600)).close();
    await write(part);
    await sync(part);
    await takeModeOf(path, part);
    await rename(part, path);
  } catch (error) {
    throw new Error(`${path} cannot be written: ${messageOf(error)}`, { cause: error });
  } finally {
    await Promise.all([part, ...pathsBeside(part)].map(each => rm(each, { force: true })));
  }
}

async function assertReplaceable(path: string, captureFolder: string): Promise<void> {
  const [folder, taken] = await Promise.all([dirname(path), captureFolder].map(realPathOf));
  if (folder !== undefined && folder === taken) {
    throw new Error(`${folder} is where captures are kept. Choose another folder.`);
  }
  const there = await statOf(path);
  if (there && !there.isFile()) {
    throw new Error(`${path} is not a file. Choose another name.`);
  }
  for (const beside of pathsBeside(path)) {
    // SQLite would take that for the log of the new file.
    if (await statOf(beside)) {
      throw new Error(`${path} is a database in use: ${beside} is beside it. Choose another name.`);
    }
  }
}

async function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch(() => undefined);
}

type Stats = Awaited<ReturnType<typeof stat>>;

async function realPathOf(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
