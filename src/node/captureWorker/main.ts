import { parentPort, workerData } from 'node:worker_threads';
import { answerRequest, type RpcAnswer } from '../../core/base/rpc.ts';
import type {
  ArchiveTask,
  ArchiveTaskData,
  CaptureRequestName,
  CaptureWorkerData,
  ExportRequestName,
  FromCaptureWorker,
  WorkerRequest,
  WorkerRequestName,
} from '../capture/captureProtocol.ts';
import { scriptAccess } from './decoding/scriptAccess.ts';
import type { Exports } from './export/exports.ts';
import { DecodedQuestions } from './decoding/decodedQuestions.ts';
import { DecodingTime } from './decoding/decodingTime.ts';
import { CaptureSession } from './sessions/captureSession.ts';
import { ViewSessions } from './sessions/viewSessions.ts';

/**
 * The capture worker: one thread that owns the stores of all captures. Requests are queued, so
 * that a read need not wait for all batches that came before it.
 */
const port = parentPort;
const data = workerData as CaptureWorkerData;
const scripts = scriptAccess(async () => {
  const { createScriptRunner } = await import('./scripts/scriptRunner.ts');
  return createScriptRunner(value => post({ event: 'script', value }));
});
const captures = new Map<number, CaptureSession>();
const decodingTime = new DecodingTime(() => performance.now());
const views = new ViewSessions({
  captures,
  decodingTime,
  report: (key, value) => post({ event: 'view', key, value }),
  onDidGetWork: startPumping,
});
const questions = new DecodedQuestions({
  captures,
  decodingTime,
  isPressed: () => writes.length > 0,
});
/** Loaded with the first export: most captures are never exported. */
let exports: Promise<Exports> | undefined;
const openExports = new Set<number>();
const reads: WorkerRequest[] = [];
const writes: WorkerRequest[] = [];
let isPumping = false;
let restTimer: NodeJS.Timeout | undefined;

function post(message: FromCaptureWorker, transfer: readonly ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

function receive(request: WorkerRequest): void {
  // What is not open yet is about to be: its `open` is among the writes.
  (isRead(request) && isOpen(request) ? reads : writes).push(request);
  startPumping();
}

const readNames: ReadonlySet<WorkerRequestName> = new Set<WorkerRequestName>([
  'capture.rows',
  'capture.payload',
  'capture.frame',
  'capture.decoded',
  'capture.layer',
  'capture.readers',
  'capture.selectionReaders',
  'capture.decodeSelection',
  'capture.series',
  'view.rows',
  'view.locate',
  'view.find',
  'export.cancel',
]);

/** Their answers hold bytes that nobody else has. */
const transferring: ReadonlySet<WorkerRequestName> = new Set<WorkerRequestName>([
  'capture.payload',
  'capture.layer',
]);

function isRead({ request }: WorkerRequest): boolean {
  return readNames.has(request);
}

function isOpen({ request, key }: WorkerRequest): boolean {
  const open = request.startsWith('capture.')
    ? captures
    : request.startsWith('view.')
      ? views
      : openExports;
  return open.has(key);
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
    answerRequest(request, perform, reply);
  }
  const write = writes.shift();
  if (write) {
    answerRequest(write, perform, reply);
  }
  views.work(writes.length > 0);
  const { restMs } = views;
  isPumping = writes.length > 0 || restMs === 0;
  if (isPumping) {
    setImmediate(pump);
  } else if (restMs < Infinity) {
    clearTimeout(restTimer);
    restTimer = setTimeout(startPumping, restMs);
  }
}

function reply(answer: RpcAnswer, request: WorkerRequest): void {
  const { key } = request;
  const capture = request.request.startsWith('capture.') ? captures.get(key) : undefined;
  capture?.publish();
  if (request.request === 'capture.append') {
    // Also if it could not be stored: it is not read any more.
    if (capture?.hasStored(request.params) === true) {
      post({ event: 'stored', key });
    }
    if ('result' in answer) {
      return;
    }
  }
  const transfer =
    transferring.has(request.request) && 'result' in answer ? transferOf(answer.result) : [];
  post(capture ? { ...answer, capture: key } : answer, transfer);
}

/** A promise is answered when it settles; other requests go on meanwhile. */
function perform(request: WorkerRequest): unknown {
  switch (request.request) {
    case 'view.open':
    case 'view.tail':
    case 'view.rows':
    case 'view.locate':
    case 'view.find':
    case 'view.close':
      return views.perform(request);
    case 'export.open':
    case 'export.cancel':
      return performOnExport(request);
    case 'capture.open':
    case 'capture.append':
    case 'capture.rows':
    case 'capture.frame':
    case 'capture.decoded':
    case 'capture.layer':
    case 'capture.readers':
    case 'capture.selectionReaders':
    case 'capture.decodeSelection':
    case 'capture.decoders':
    case 'capture.hold':
    case 'capture.judge':
    case 'capture.summaries':
    case 'capture.payload':
    case 'capture.clear':
    case 'capture.restore':
    case 'capture.forget':
    case 'capture.limits':
    case 'capture.series':
    case 'capture.copy':
    case 'capture.close':
      return performOnCapture(request);
  }
}

async function performOnExport(request: WorkerRequest<ExportRequestName>): Promise<unknown> {
  exports ??= loadExports();
  if (request.request === 'export.cancel') {
    return (await exports).perform(request);
  }
  openExports.add(request.key);
  try {
    return await (await exports).perform(request);
  } finally {
    openExports.delete(request.key);
  }
}

async function loadExports(): Promise<Exports> {
  const { Exports } = await import('./export/exports.ts');
  return new Exports({
    captures,
    viewOf: id => views.get(id),
    report: (key, value) => post({ event: 'export', key, value }),
    isBusy: () => isPumping,
  });
}

function performOnCapture(request: WorkerRequest<CaptureRequestName>): unknown {
  const { key } = request;
  if (request.request === 'capture.open') {
    const onDidChangeStorage = (value: CaptureSession['storage']) =>
      post({ event: 'storage', key, value });
    const capture = new CaptureSession(request.params, data, onDidChangeStorage, scripts);
    captures.set(key, capture);
    views.changed(key);
    return capture.storage;
  }
  const capture = captures.get(key);
  if (!capture) {
    throw new Error(`Capture ${key} is not open`);
  }
  switch (request.request) {
    case 'capture.append': {
      const batch = capture.append(request.params);
      if (batch) {
        views.appended(key, batch, writes.length > 0);
      }
      return undefined;
    }
    case 'capture.rows':
      return capture.rows(request.params.from, request.params.count);
    case 'capture.frame':
      return capture.frame(request.params.seq);
    case 'capture.decoded':
      return capture.decoding.message(request.params.seq);
    case 'capture.layer': {
      const { seq, layer, from, length } = request.params;
      return capture.decoding.layer(seq, layer, from, length);
    }
    case 'capture.readers':
      return capture.decoding.readers(request.params.seq);
    case 'capture.selectionReaders': {
      const { params } = request;
      return decoders().then(({ readersOfSelection }) => readersOfSelection(params));
    }
    case 'capture.decodeSelection': {
      const { use, ...selection } = request.params;
      return decoders().then(({ decodedSelection }) => decodedSelection(selection, use));
    }
    case 'capture.decoders':
      capture.decoding.setRules(request.params.rules);
      views.changed(key);
      return undefined;
    case 'capture.hold':
      capture.holdDecoders(request.params);
      return undefined;
    case 'capture.judge':
      return questions.judge(key, request.params);
    case 'capture.summaries':
      return questions.summaries(key, request.params);
    case 'capture.payload':
      return capture.payload(request.params.seq, request.params.from, request.params.length);
    case 'capture.clear': {
      const canRestore = capture.clear(request.params.nextSeq);
      views.cleared(key);
      return canRestore;
    }
    case 'capture.restore': {
      const isBack = capture.restore();
      views.restored(key);
      return isBack;
    }
    case 'capture.forget':
      capture.forget();
      return undefined;
    case 'capture.limits':
      capture.setLimits(request.params);
      views.changed(key);
      return undefined;
    case 'capture.copy':
      return capture.copy(request.params);
    case 'capture.series':
      return capture.series(request.params);
    case 'capture.close':
      captures.delete(key);
      capture.close();
      views.changed(key);
      return undefined;
    default:
      throw new Error('Unknown request');
  }
}

/** What is selected can be decoded also where no view decodes the capture. */
const decoders = () => import('./decoding/decoders.ts');

function transferOf(result: unknown): ArrayBuffer[] {
  const part = result as { readonly bytes: Uint8Array<ArrayBuffer> } | undefined;
  return part ? [part.bytes.buffer] : [];
}

const { task } = workerData as Partial<ArchiveTaskData>;
if (task) {
  void performTask(task);
} else {
  port?.on('message', receive);
}

/** If the module cannot be loaded, the thread ends with an error, which fails the request. */
async function performTask(request: ArchiveTask): Promise<void> {
  const { performTask: perform } = await import('./archive/archiveTask.ts');
  answerRequest(
    request,
    (each: ArchiveTask) => perform(each, progress => port?.postMessage({ progress })),
    answer => port?.postMessage(answer),
  );
}
