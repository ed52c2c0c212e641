import { randomBytes } from 'node:crypto';
import { realpath, rm } from 'node:fs/promises';
import { messageOf } from '../../core/base/errors.ts';
import type { Logger } from '../../core/base/logger.ts';
import {
  ExportError,
  type ExportJob,
  type ExportProgress,
  type ExportResult,
  type RunningExport,
} from '../../core/export/exportJob.ts';
import type { WorkerLink } from './workerLink.ts';

interface ExportClientParts {
  readonly link: WorkerLink;
  readonly log: Logger;
  /** Resolves when what was appended to a capture before is stored. */
  readonly flush: (capture: number) => Promise<void>;
}

interface Running {
  readonly onProgress: (progress: ExportProgress) => void;
  isCancelled: boolean;
  /** Ends the wait for a worker that is no more. */
  readonly fail: (reason: string) => void;
  readonly done: Promise<ExportResult>;
}

/** The host's end of exports: the worker writes, and this removes what a worker that failed leaves. */
export class ExportClient {
  readonly #parts: ExportClientParts;
  readonly #running = new Map<number, Running>();
  #lastId = 0;

  constructor(parts: ExportClientParts) {
    this.#parts = parts;
  }

  start(job: ExportJob, onProgress: (progress: ExportProgress) => void): RunningExport {
    const id = ++this.#lastId;
    let fail: Running['fail'] = () => undefined;
    const failed = new Promise<never>((_, reject) => {
      fail = reason => reject(new ExportError(reason));
    });
    failed.catch(() => undefined); // Nobody may wait for it any more.
    const done = this.#export(id, job, failed);
    const running: Running = { onProgress, isCancelled: false, fail, done };
    this.#running.set(id, running);
    const forget = () => void this.#running.delete(id);
    done.then(forget, forget);
    return { done, cancel: () => this.#cancel(id) };
  }

  onProgress(id: number, progress: ExportProgress): void {
    const running = this.#running.get(id);
    if (running && !running.isCancelled) {
      running.onProgress(progress);
    }
  }

  /** The worker ended, and nobody else goes on with what it wrote. */
  onDidLoseWorker(): void {
    for (const { fail } of this.#running.values()) {
      fail('The part that writes exports failed. Export again.');
    }
  }

  /** Cancels all; resolves when nothing of them is left. */
  async end(): Promise<void> {
    const running = [...this.#running];
    for (const [id] of running) {
      this.#cancel(id);
    }
    await Promise.allSettled(running.map(([, { done }]) => done));
  }

  #cancel(id: number): void {
    const running = this.#running.get(id);
    if (running && !running.isCancelled) {
      running.isCancelled = true;
      void this.#parts.link.request('export', id, 'cancel', undefined);
    }
  }

  async #export(id: number, job: ExportJob, failed: Promise<never>): Promise<ExportResult> {
    const { link, flush } = this.#parts;
    const path = await target(job.path);
    await Promise.race([failed, Promise.all(job.connections.map(each => flush(each.capture)))]);
    this.#assertGoesOn(id);
    const partPath = `${path}.${randomBytes(6).toString('hex')}.part`;
    try {
      const request = { job: { ...job, path }, partPath };
      const answer = await Promise.race([failed, link.request('export', id, 'open', request)]);
      if (answer.error !== undefined) {
        this.#assertGoesOn(id);
        throw new ExportError(answer.error);
      }
      return answer.result as ExportResult;
    } catch (error) {
      await this.#remove(partPath);
      throw error;
    }
  }

  /** The worker does so itself, unless it failed. */
  async #remove(partPath: string): Promise<void> {
    try {
      await rm(partPath, { force: true, maxRetries: 3 });
    } catch (error) {
      this.#parts.log.warn(`${partPath} could not be removed: ${messageOf(error)}`);
    }
  }

  #assertGoesOn(id: number): void {
    if (this.#running.get(id)?.isCancelled) {
      throw new ExportError('The export was cancelled.', true);
    }
  }
}

/** What a link leads to is replaced, not the link. */
async function target(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return path; // There is nothing yet, or it will be said when it is written.
  }
}
