// A thread that runs the decoder that it is given, as the capture worker does.
import { parentPort, workerData } from 'node:worker_threads';
import { createScriptRunner } from '../../../src/node/captureWorker/scripts/scriptRunner.ts';
import { batchOf } from './decoderFiles.ts';

interface Given {
  readonly childPath: string;
  readonly file: string;
  readonly texts: readonly string[];
}

const { childPath, file, texts } = workerData as Given;
const runner = createScriptRunner(report => parentPort?.postMessage(report), { childPath });
await runner.run(batchOf({ name: 'test', title: 'Test', file, version: 1 }, texts));
