import { Worker } from 'node:worker_threads';
import type { Logger } from '../../core/base/logger.ts';
import type {
  ArchiveTask,
  ArchiveTaskAnswer,
  ArchiveTaskData,
  ArchiveTaskResults,
} from './archiveTask.ts';

/** Runs tasks with capture files, each in a thread of its own that ends with it. */
export class ArchiveThreads {
  readonly #workerPath: string;
  readonly #log: Logger;
  readonly #running = new Set<Worker>();
  #hasEnded = false;

  /** @param workerPath the bundled `captureWorker.ts` */
  constructor(workerPath: string, log: Logger) {
    this.#workerPath = workerPath;
    this.#log = log;
  }

  /** Rejects with a sentence. */
  run<T extends ArchiveTask>(task: T): Promise<ArchiveTaskResults[T['kind']]> {
    if (this.#hasEnded) {
      return Promise.reject(new Error('The capture service has ended.'));
    }
    const workerData: ArchiveTaskData = { task };
    const worker = new Worker(this.#workerPath, { workerData, stderr: true });
    this.#running.add(worker);
    worker.stderr.on('data', (text: Uint8Array) => this.#log.debug(String(text).trimEnd()));
    return new Promise((resolve, reject) => {
      worker.on('message', (answer: ArchiveTaskAnswer) => {
        if ('error' in answer) {
          reject(new Error(answer.error));
        } else {
          resolve(answer.result as ArchiveTaskResults[T['kind']]);
        }
      });
      worker.on('error', error => {
        this.#log.error('A task with capture files failed', error);
        reject(new Error(`The part that reads capture files failed (${error.message}).`));
      });
      worker.on('exit', () => {
        this.#running.delete(worker);
        reject(new Error('The part that reads capture files has ended.'));
      });
    });
  }

  /** Ends what runs: no task leaves a file that the next one cannot go on with. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    await Promise.all([...this.#running].map(worker => worker.terminate()));
  }
}
