import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { CaptureOptions } from '../../../src/core/capture/capture.ts';
import type { CaptureView, ViewState } from '../../../src/core/capture/view.ts';
import {
  createCaptureService,
  type CaptureService,
  type CaptureServiceOptions,
} from '../../../src/node/capture/captureService.ts';
import { systemClock } from '../../../src/node/systemClock.ts';
import { scratchFolder, silentLog, workerPath } from './captures.ts';

export interface StartedCaptures {
  readonly service: CaptureService;
  /** Where captures are. */
  readonly folder: string;
  /** Where what a test writes may go. */
  readonly target: string;
  /** All workers that were started so far. */
  readonly workers: readonly Worker[];
  /** Ends the service and removes the folders. */
  readonly end: () => Promise<void>;
}

/** Starts a service with a real worker on folders of its own. */
export function startCaptures(changed: Partial<CaptureServiceOptions> = {}): StartedCaptures {
  const scratch = scratchFolder();
  const folder = join(scratch.path, 'captures');
  const target = join(scratch.path, 'target');
  mkdirSync(target);
  const workers: Worker[] = [];
  const service = createCaptureService({
    workerPath,
    folder,
    clock: systemClock,
    log: silentLog,
    startWorker: (path, workerData) => {
      const worker = new Worker(path, { workerData, stderr: true });
      workers.push(worker);
      return worker;
    },
    ...changed,
  });
  const end = async () => {
    await service.dispose();
    scratch[Symbol.dispose]();
  };
  return { service, folder, target, workers, end };
}

/** The same until the end of a test. */
export function useCaptures(
  t: TestContext,
  changed?: Partial<CaptureServiceOptions>,
): StartedCaptures {
  const started = startCaptures(changed);
  t.after(started.end);
  return started;
}

/** Of a capture that drops nothing. */
export function unlimited(name: string): CaptureOptions {
  return { name, url: 'ws://localhost', maxRows: Infinity, maxBytes: Infinity };
}

/** The state of a view once it is as it should be; the test's time limit bounds it. */
export function stateOf(
  view: CaptureView,
  isGood: (state: ViewState) => boolean,
): Promise<ViewState> {
  return new Promise(resolve => {
    const check = () => {
      if (isGood(view.state)) {
        subscription.dispose();
        resolve(view.state);
      }
    };
    const subscription = view.onDidChange(check);
    check();
  });
}
