import { BatchRun } from './batchRun.ts';
import { confine, endProcess } from './confine.ts';
import { LineLimit, takeConsole } from './consoleLines.ts';
import { loadDecoder } from './loadDecoder.ts';
import { flush, nextRequest, tell } from './pipes.ts';
import type { ToChild } from './protocol.ts';
import { scriptErrorOf } from './scriptError.ts';

/**
 * The process of a decoder of a user's own. It reads a request and answers it, and stands still while there
 * is none; between two requests the loop of events turns once. It ends with the pipe that it reads from,
 * so with the one who has started it.
 */
const nextTurn = setImmediate;
const now = performance.now.bind(performance);
const lines = new LineLimit((level, text) => tell({ is: 'log', level, text }), now);

const first = nextRequest();
if (first?.is === 'load') {
  confine();
  takeConsole((level, text) => lines.add(level, text));
  void load(first);
}

async function load({ id, file }: Extract<ToChild, { is: 'load' }>): Promise<void> {
  const reportStray = (thrown: unknown) =>
    tell({ is: 'stray', error: scriptErrorOf(thrown, file) });
  process.on('uncaughtException', reportStray);
  process.on('unhandledRejection', reportStray);
  try {
    const decoder = await loadDecoder(file);
    const run = new BatchRun(decoder, file);
    tell({ is: 'loaded', id, isOrdered: decoder.isOrdered });
    flush();
    nextTurn(() => serve(run));
  } catch (error) {
    tell({ is: 'broken', id, error: scriptErrorOf(error, file) });
    flush();
    process.removeAllListeners('uncaughtException');
    // Node tells where a text cannot be parsed in what it prints only.
    nextTurn(() => {
      throw error;
    });
  }
}

function serve(run: BatchRun): void {
  flush();
  const request = nextRequest();
  switch (request?.is) {
    case 'batch':
      run.run(request);
      lines.settle();
      flush();
      break;
    case 'forget':
      run.forget(request.session);
      break;
    case 'load':
    case undefined:
      endProcess();
  }
  nextTurn(() => serve(run));
}
