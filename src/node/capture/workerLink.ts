import type { Worker } from 'node:worker_threads';
import type { Clock } from '../../core/base/clock.ts';
import { messageOf } from '../../core/base/errors.ts';
import type { Logger } from '../../core/base/logger.ts';
import type {
  FromCaptureWorker,
  MethodOf,
  ParamsOf,
  Target,
  WorkerAnswer,
  WorkerRequest,
} from './captureProtocol.ts';

/** A worker that ends more often than this within the span is not started again. */
const restartLimit = 3;
const restartSpanMs = 60_000;

interface WorkerLinkOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly startWorker: () => Worker;
  /** Asked when a new worker takes over: must send `open` for each capture and each view. */
  readonly onDidRestart: () => void;
  /** The worker cannot be kept running: requests are answered by failures from now on. */
  readonly onDidGiveUp: (reason: string) => void;
  /** Whatever the worker says. An answer comes here before its request is settled. */
  readonly onMessage: (message: FromCaptureWorker) => void;
}

interface Pending {
  readonly request: WorkerRequest;
  readonly settle: (answer: WorkerAnswer) => void;
}

/**
 * Asks the capture worker, and keeps asking: when the worker ends, another one takes its place and
 * is asked all that was not answered, in order.
 */
export class WorkerLink {
  readonly #options: WorkerLinkOptions;
  /** In the order they were asked. */
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #lastId = 0;
  #failedAt: number[] = [];
  #failure: string | undefined;
  #isEnding = false;

  constructor(options: WorkerLinkOptions) {
    this.#options = options;
  }

  /** Set once the worker cannot be kept running. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Settled in the order of the requests about one thing, reads aside. Never rejects. */
  request<T extends Target, M extends MethodOf<T>>(
    target: T,
    key: number,
    method: M,
    params: ParamsOf<T, M>,
  ): Promise<WorkerAnswer> {
    const id = ++this.#lastId;
    if (this.#failure !== undefined || this.#isEnding) {
      const error = this.#failure ?? 'The capture service has ended';
      return Promise.resolve({ kind: 'answer', id, error });
    }
    return new Promise(settle => {
      const request = { id, target, key, method, params } as WorkerRequest;
      this.#pending.set(id, { request, settle });
      this.#worker ??= this.#start();
      this.#worker?.postMessage(request);
    });
  }

  /** Ends the worker. What was not answered is answered by a failure. */
  async end(): Promise<void> {
    this.#isEnding = true;
    const worker = this.#worker;
    this.#worker = undefined;
    this.#failPending('The capture service has ended');
    await worker?.terminate();
  }

  #start(): Worker | undefined {
    const { log, startWorker } = this.#options;
    let worker: Worker;
    try {
      worker = startWorker();
    } catch (error) {
      this.#giveUp(messageOf(error));
      return undefined;
    }
    let reason: string | undefined;
    worker.on('message', (message: FromCaptureWorker) => {
      if (worker === this.#worker) {
        this.#receive(message);
      }
    });
    worker.on('error', error => {
      reason = messageOf(error);
      log.error('The capture worker failed', error);
    });
    worker.on('exit', code => {
      if (worker === this.#worker) {
        this.#replace(reason ?? `it ended with code ${code}`);
      }
    });
    // Node's notes, such as that SQLite is a recent part of it.
    worker.stderr.on('data', (text: Uint8Array) => log.debug(String(text).trimEnd()));
    return worker;
  }

  #receive(message: FromCaptureWorker): void {
    this.#options.onMessage(message);
    if (message.kind === 'answer') {
      const pending = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      pending?.settle(message);
    }
  }

  #replace(reason: string): void {
    const { clock, log, onDidRestart } = this.#options;
    this.#worker = undefined;
    const now = clock.monotonic();
    this.#failedAt = [...this.#failedAt.filter(at => now - at < restartSpanMs), now];
    if (this.#failedAt.length > restartLimit) {
      this.#giveUp(reason);
      return;
    }
    log.warn(`The capture worker is started again: ${reason}`);
    const unanswered = [...this.#pending.values()].filter(({ request }) => {
      return request.method !== 'open';
    });
    const worker = this.#start();
    this.#worker = worker;
    if (worker) {
      onDidRestart();
      for (const { request } of unanswered) {
        worker.postMessage(request);
      }
    }
  }

  #giveUp(reason: string): void {
    this.#failure = reason;
    this.#options.log.error(`The capture worker cannot be kept running: ${reason}`);
    this.#options.onDidGiveUp(reason);
    this.#failPending(reason);
  }

  #failPending(error: string): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { request, settle } of pending) {
      settle({ kind: 'answer', id: request.id, error });
    }
  }
}
