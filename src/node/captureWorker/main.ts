import { parentPort, workerData } from 'node:worker_threads';
import { assertNever, messageOf } from '../../core/base/errors.ts';
import { answerTask, type ArchiveTaskData } from './archive/archiveTask.ts';
import type {
  CaptureWorkerData,
  FromCaptureWorker,
  WorkerRequest,
} from '../capture/captureProtocol.ts';
import { Exports } from './export/exports.ts';
import { CaptureSession } from './sessions/captureSession.ts';
import { ViewSessions } from './sessions/viewSessions.ts';

/**
 * The capture worker: one thread that owns the stores of all captures. What is asked is queued, so
 * that a read need not wait for all batches that came before it.
 */
const port = parentPort;
const data = workerData as CaptureWorkerData;
const captures = new Map<number, CaptureSession>();
const views = new ViewSessions({
  captures,
  report: (view, state) => post({ kind: 'view', view, state }),
  onDidGetWork: startPumping,
});
const exports = new Exports({
  captures,
  viewOf: id => views.get(id),
  report: (id, progress) => post({ kind: 'export', export: id, progress }),
  isBusy: () => isPumping,
});
const reads: WorkerRequest[] = [];
const writes: WorkerRequest[] = [];
let isPumping = false;

function post(message: FromCaptureWorker, transfer: readonly ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

function receive(request: WorkerRequest): void {
  // What is not open yet is about to be: its `open` is among the writes.
  (isRead(request) && isOpen(request) ? reads : writes).push(request);
  startPumping();
}

function isRead({ method }: WorkerRequest): boolean {
  return (
    method === 'rows' ||
    method === 'payload' ||
    method === 'frame' ||
    method === 'series' ||
    method === 'locate' ||
    method === 'find' ||
    method === 'cancel'
  );
}

function isOpen({ target, key }: WorkerRequest): boolean {
  switch (target) {
    case 'capture':
      return captures.has(key);
    case 'view':
      return views.has(key);
    case 'export':
      return exports.has(key);
  }
}

function startPumping(): void {
  if (!isPumping) {
    isPumping = true;
    setImmediate(pump);
  }
}

/** Does all reads, one write and one slice of what the views look for, then lets requests in. */
function pump(): void {
  for (const request of reads.splice(0)) {
    answer(request);
  }
  const write = writes.shift();
  if (write) {
    answer(write);
  }
  views.work(writes.length > 0);
  isPumping = writes.length > 0 || views.hasWork;
  if (isPumping) {
    setImmediate(pump);
  }
}

function answer(request: WorkerRequest): void {
  try {
    const result = perform(request);
    if (result instanceof Promise) {
      result.then(
        value => settle(request, { result: value }),
        (error: unknown) => settle(request, { error: messageOf(error) }),
      );
    } else {
      settle(request, { result });
    }
  } catch (error) {
    settle(request, { error: messageOf(error) });
  }
}

function settle({ id, target, key, method }: WorkerRequest, outcome: Outcome): void {
  const extent = target === 'capture' ? captures.get(key)?.extent : undefined;
  const transfer = method === 'payload' ? transferOf(outcome.result) : [];
  post({ kind: 'answer', id, ...outcome, ...(extent && { capture: key, extent }) }, transfer);
}

interface Outcome {
  readonly result?: unknown;
  readonly error?: string;
}

/** A promise is answered when it settles; other requests go on meanwhile. */
function perform(request: WorkerRequest): unknown {
  switch (request.target) {
    case 'capture':
      return performOnCapture(request);
    case 'view':
      return views.perform(request);
    case 'export':
      return exports.perform(request);
    default:
      return assertNever(request);
  }
}

function performOnCapture(request: WorkerRequest<'capture'>): unknown {
  const { key } = request;
  if (request.method === 'open') {
    const onDidChangeStorage = (storage: CaptureSession['storage']) =>
      post({ kind: 'storage', capture: key, storage });
    const capture = new CaptureSession(request.params, data, onDidChangeStorage);
    captures.set(key, capture);
    views.changed(key);
    return capture.storage;
  }
  const capture = captures.get(key);
  if (!capture) {
    throw new Error(`Capture ${key} is not open`);
  }
  switch (request.method) {
    case 'append': {
      const batch = capture.append(request.params);
      if (batch) {
        views.appended(key, batch, writes.length > 0);
      }
      return undefined;
    }
    case 'rows':
      return capture.rows(request.params.from, request.params.count);
    case 'frame':
      return capture.frame(request.params.seq);
    case 'payload':
      return capture.payload(request.params.seq, request.params.from, request.params.length);
    case 'clear':
      capture.clear(request.params.nextSeq);
      views.changed(key);
      return undefined;
    case 'limits':
      capture.setLimits(request.params);
      views.changed(key);
      return undefined;
    case 'copy':
      return capture.copy(request.params);
    case 'series':
      return capture.series(request.params);
    case 'close':
      captures.delete(key);
      capture.close();
      views.changed(key);
      return undefined;
    default:
      throw new Error('Unknown request');
  }
}

function transferOf(result: unknown): ArrayBuffer[] {
  const part = result as { readonly bytes: Uint8Array<ArrayBuffer> } | undefined;
  return part ? [part.bytes.buffer] : [];
}

const { task } = workerData as Partial<ArchiveTaskData>;
if (task) {
  port?.postMessage(answerTask(task));
} else {
  port?.on('message', receive);
}
