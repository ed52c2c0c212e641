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

interface ExportProxyOptions {
  readonly id: number;
  readonly link: WorkerLink;
  readonly log: Logger;
  readonly onProgress: (progress: ExportProgress) => void;
  /** Resolves when everything that was appended to a capture before is stored. */
  readonly flush: (capture: number) => Promise<void>;
}

/**
 * The host's end of an export. The worker writes the file; this removes the partial file of a worker
 * that failed.
 */
export class ExportProxy implements RunningExport {
  readonly #options: ExportProxyOptions;
  /** Rejected if the worker fails. */
  readonly #lost = Promise.withResolvers<never>();
  #isCancelled = false;

  readonly done: Promise<ExportResult>;

  constructor(job: ExportJob, options: ExportProxyOptions) {
    this.#options = options;
    this.#lost.promise.catch(() => undefined);
    this.done = this.#export(job);
  }

  setProgress(progress: ExportProgress): void {
    if (!this.#isCancelled) {
      this.#options.onProgress(progress);
    }
  }

  cancel(): void {
    if (!this.#isCancelled) {
      this.#isCancelled = true;
      const { link, id } = this.#options;
      link.request('export.cancel', id, undefined).catch(() => undefined);
    }
  }

  /** To be called when the worker has ended: no other one continues what it wrote. */
  fail(): void {
    const reason = 'The part that writes exports failed. Export again.';
    this.#lost.reject(new ExportError(reason));
  }

  async #export(job: ExportJob): Promise<ExportResult> {
    const { link, id, flush } = this.#options;
    const lost = this.#lost.promise;
    const path = await targetOf(job.path);
    await Promise.race([lost, Promise.all(job.connections.map(each => flush(each.capture)))]);
    this.#throwIfCancelled();
    const partPath = `${path}.${randomBytes(6).toString('hex')}.part`;
    try {
      const params = { job: { ...job, path }, partPath };
      return await Promise.race([lost, link.request('export.open', id, params)]);
    } catch (error) {
      await this.#remove(partPath);
      this.#throwIfCancelled();
      throw error instanceof ExportError ? error : new ExportError(messageOf(error));
    }
  }

  /** Removes a file that the worker could not remove because it failed. */
  async #remove(partPath: string): Promise<void> {
    try {
      await rm(partPath, { force: true, maxRetries: 3 });
    } catch (error) {
      this.#options.log.warn(`${partPath} could not be removed: ${messageOf(error)}`);
    }
  }

  #throwIfCancelled(): void {
    if (this.#isCancelled) {
      throw new ExportError('The export was cancelled.', true);
    }
  }
}

/** The path that a symbolic link leads to: the file is replaced, not the link. */
async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return path; // There is no file yet, or writing will fail with a better message.
  }
}
