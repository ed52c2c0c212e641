import { dirname, join } from 'node:path';
import type { Clock } from '../../../core/base/clock.ts';
import type {
  ScriptAnswer,
  ScriptBatch,
  ScriptReport,
  ScriptRunner,
} from '../../../core/decode/script/script.ts';
import { systemClock } from '../../systemClock.ts';
import { ScriptReports } from './reports.ts';
import { ownRuntime, type RuntimeFacts } from './runtime.ts';
import { ScriptQueue } from './scriptQueue.ts';

/** So many decoders have a process at the same time. */
const maxProcesses = 8;

export interface ScriptRunnerOptions {
  /** The bundled `decoderChild/main.ts`; by default beside the file that this thread runs. */
  readonly childPath?: string;
  readonly clock?: Clock;
  /** The Node that the processes run; by default the own one. */
  readonly execPath?: string;
  readonly runtime?: RuntimeFacts;
}

export interface RunningScripts extends ScriptRunner {
  /** Settled when all processes are gone. They end by themselves with the thread that has started them. */
  end(): Promise<void>;
}

/** Runs each decoder in a process of its own, since what it may read is its own folder. */
export function createScriptRunner(
  report: (report: ScriptReport) => void,
  options: ScriptRunnerOptions = {},
): RunningScripts {
  const {
    childPath = join(dirname(process.argv[1] ?? ''), 'decoderChild.cjs'),
    clock = systemClock,
    execPath = process.execPath,
    runtime = ownRuntime(),
  } = options;
  /** By file. The one that was used last is the last. */
  const queues = new Map<
    string,
    { readonly queue: ScriptQueue; readonly reports: ScriptReports }
  >();
  /** Those that have a process, or start one. */
  const started = new Set<ScriptQueue>();
  let waiting: (() => void)[] = [];

  function wake(): void {
    const all = waiting;
    waiting = [];
    all.forEach(each => each());
  }

  async function makeRoom(queue: ScriptQueue): Promise<void> {
    while (started.size >= maxProcesses && !started.has(queue)) {
      const all = [...queues.values()].map(each => each.queue);
      const idle = all.find(each => started.has(each) && each.isIdle);
      if (idle) {
        started.delete(idle);
        await idle.endProcess();
      } else {
        await new Promise<void>(resolve => waiting.push(resolve));
      }
    }
    started.add(queue);
  }

  function queueOf(file: string): ScriptQueue {
    const entry = queues.get(file) ?? createQueue();
    queues.delete(file);
    queues.set(file, entry);
    return entry.queue;
  }

  function createQueue() {
    const reports = new ScriptReports(clock, report);
    const queue: ScriptQueue = new ScriptQueue({
      execPath,
      runtime,
      childPath,
      clock,
      report: each => reports.tell(each),
      makeRoom: () => makeRoom(queue),
      onDidChange: hasProcess => {
        if (!hasProcess) {
          started.delete(queue);
        }
        wake();
      },
    });
    return { queue, reports };
  }

  return {
    run: async (batch: ScriptBatch): Promise<readonly ScriptAnswer[]> =>
      queueOf(batch.script.file).run(batch),
    breakOff: session => queues.forEach(({ queue }) => queue.breakOff(session)),
    endSession: id => queues.forEach(({ queue }) => queue.endSession(id)),
    end: async () => {
      await Promise.all(
        [...queues.values()].map(({ queue, reports }) => {
          reports.dispose();
          return queue.close();
        }),
      );
    },
  };
}
