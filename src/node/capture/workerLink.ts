import type { Worker } from 'node:worker_threads';
import type { Clock } from '../../core/base/clock.ts';
import { messageOf } from '../../core/base/errors.ts';
import type { Logger } from '../../core/base/logger.ts';
import { RpcClient, type RpcRequest } from '../../core/base/rpc.ts';
import type {
  FromCaptureWorker,
  ParamsOf,
  ResultOf,
  WorkerAnswer,
  WorkerEvent,
  WorkerRequestName,
} from './captureProtocol.ts';

/** A worker that ends more often than this within the span is not started again. */
const maxRestarts = 3;
const restartSpanMs = 60_000;

interface WorkerLinkOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly startWorker: () => Worker;
  /** Called when a new worker takes over. Must send `open` for each capture and each view. */
  readonly onDidRestart: () => void;
  /** The worker cannot be kept running: all requests fail from now on. */
  readonly onDidGiveUp: (reason: string) => void;
  readonly onEvent: (event: WorkerEvent) => void;
  /** Called before the request is settled. */
  readonly onAnswer: (answer: WorkerAnswer) => void;
}

/**
 * Sends requests to the capture worker. If the worker ends, another one takes its place and is sent
 * all requests that were not answered, in order; but an unanswered `open` fails, because
 * `onDidRestart` sends a new one.
 */
export class WorkerLink {
  readonly #options: WorkerLinkOptions;
  readonly #rpc = new RpcClient(message => this.#post(message));
  #worker: Worker | undefined;
  #failedAt: number[] = [];
  #failure: string | undefined;

  constructor(options: WorkerLinkOptions) {
    this.#options = options;
  }

  /** Set once the worker cannot be kept running. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /**
   * Settled in the order of the requests about one object, except for reads. Rejects with a sentence.
   *
   * @param key the id of the capture, view or export
   */
  request<K extends WorkerRequestName>(
    request: K,
    key: number,
    params: ParamsOf<K>,
  ): Promise<ResultOf<K>> {
    return this.#rpc.request(request, params, key) as Promise<ResultOf<K>>;
  }

  /**
   * Sends a request that is answered only if it fails. It is sent again to a worker that replaces this
   * one until the result is called.
   */
  tell<K extends WorkerRequestName>(
    request: K,
    key: number,
    params: ParamsOf<K>,
    onFail: (error: Error) => void,
  ): () => void {
    return this.#rpc.tell(request, params, key, onFail);
  }

  /** Ends the worker. Requests that were not answered fail. */
  async end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#rpc.close('The capture service has ended');
    await worker?.terminate();
  }

  #post(message: RpcRequest): void {
    this.#worker ??= this.#start();
    this.#worker?.postMessage(message);
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
    // Node's warnings, such as that its SQLite is experimental.
    worker.stderr.on('data', (text: Uint8Array) => log.debug(String(text).trimEnd()));
    return worker;
  }

  #receive(message: FromCaptureWorker): void {
    if ('event' in message) {
      this.#options.onEvent(message);
    } else {
      this.#options.onAnswer(message);
      this.#rpc.settle(message);
    }
  }

  #replace(reason: string): void {
    const { clock, log, onDidRestart } = this.#options;
    this.#worker = undefined;
    const now = clock.monotonic();
    this.#failedAt = [...this.#failedAt.filter(at => now - at < restartSpanMs), now];
    if (this.#failedAt.length > maxRestarts) {
      this.#giveUp(reason);
      return;
    }
    log.warn(`The capture worker is started again: ${reason}`);
    const { unanswered } = this.#rpc;
    this.#worker = this.#start();
    if (this.#worker) {
      onDidRestart();
    }
    for (const message of unanswered) {
      if (message.request.endsWith('.open')) {
        this.#rpc.settle({ id: message.id, error: reason });
      } else {
        this.#worker?.postMessage(message);
      }
    }
  }

  #giveUp(reason: string): void {
    this.#failure = reason;
    this.#options.log.error(`The capture worker cannot be kept running: ${reason}`);
    this.#options.onDidGiveUp(reason);
    this.#rpc.close(reason);
  }
}
