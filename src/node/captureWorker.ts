import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../core/base/errors.ts';
import { sweepCaptures } from './captureFiles.ts';
import type { CaptureRequest, CaptureWorkerData, FromCaptureWorker } from './captureProtocol.ts';
import { OpenedCapture } from './openedCapture.ts';

/**
 * The capture worker: one thread that owns the stores of all captures. What is asked is queued, so
 * that a read need not wait for all batches that came before it.
 */
const port = parentPort;
const data = workerData as CaptureWorkerData;
const captures = new Map<number, OpenedCapture>();
const reads: CaptureRequest[] = [];
const writes: CaptureRequest[] = [];
let isPumping = false;

function post(message: FromCaptureWorker, transfer: readonly ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

function receive(request: CaptureRequest): void {
  const isRead = request.method === 'rows' || request.method === 'payload';
  // A capture that is not open yet is about to be: its `open` is among the writes.
  (isRead && captures.has(request.capture) ? reads : writes).push(request);
  if (!isPumping) {
    isPumping = true;
    setImmediate(pump);
  }
}

/** Does all reads and one write, then lets new requests in. */
function pump(): void {
  for (const request of reads.splice(0)) {
    answer(request);
  }
  const write = writes.shift();
  if (write) {
    answer(write);
  }
  isPumping = writes.length > 0;
  if (isPumping) {
    setImmediate(pump);
  }
}

function answer(request: CaptureRequest): void {
  const { id, capture } = request;
  const base = { kind: 'answer', id, capture } as const;
  try {
    const result = perform(request);
    const extent = captures.get(capture)?.extent;
    const transfer = request.method === 'payload' ? transferOf(result) : [];
    post({ ...base, result, ...(extent && { extent }) }, transfer);
  } catch (error) {
    const extent = captures.get(capture)?.extent;
    post({ ...base, error: messageOf(error), ...(extent && { extent }) });
  }
}

function perform(request: CaptureRequest): unknown {
  if (request.method === 'open') {
    const onDidChangeStorage = (storage: OpenedCapture['storage']) =>
      post({ kind: 'storage', capture: request.capture, storage });
    const capture = new OpenedCapture(request.params, data, onDidChangeStorage);
    captures.set(request.capture, capture);
    return capture.storage;
  }
  const capture = captures.get(request.capture);
  if (!capture) {
    throw new Error(`Capture ${request.capture} is not open`);
  }
  switch (request.method) {
    case 'append':
      capture.append(request.params);
      return undefined;
    case 'rows':
      return capture.rows(request.params.from, request.params.count);
    case 'payload':
      return capture.payload(request.params.seq, request.params.from, request.params.length);
    case 'clear':
      capture.clear(request.params.nextSeq);
      return undefined;
    case 'limits':
      capture.setLimits(request.params);
      return undefined;
    case 'close':
      captures.delete(request.capture);
      capture.close();
      return undefined;
    default:
      throw new Error('Unknown request');
  }
}

function transferOf(result: unknown): ArrayBuffer[] {
  const part = result as { readonly bytes: Uint8Array<ArrayBuffer> } | undefined;
  return part ? [part.bytes.buffer] : [];
}

try {
  sweepCaptures(data.folder);
} catch (error) {
  post({ kind: 'warning', message: `Old captures were not removed: ${messageOf(error)}` });
}
port?.on('message', receive);
