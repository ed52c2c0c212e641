import { readdirSync, readFileSync } from 'node:fs';

/** What threads have used since a moment: nanoseconds of CPU, and how often they were woken. */
export interface Usage {
  readonly cpuNs: number;
  readonly wakes: number;
}

/** The extension host's thread, that of the captures, and all others of the process together. */
export interface ThreadUsage {
  readonly host: Usage;
  readonly worker: Usage;
  readonly others: Usage;
}

const tasks = '/proc/self/task';

interface Thread extends Usage {
  readonly name: string;
}

/** By their numbers. */
function threads(): Map<number, Thread> {
  const found = new Map<number, Thread>();
  for (const number of readdirSync(tasks)) {
    try {
      const status = readFileSync(`${tasks}/${number}/status`, 'utf8');
      const [cpu = '0'] = readFileSync(`${tasks}/${number}/schedstat`, 'utf8').split(' ');
      found.set(Number(number), {
        cpuNs: Number(cpu),
        wakes: Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1]),
        name: /^Name:\s+(.*)/m.exec(status)?.[1] ?? '',
      });
    } catch {
      // It ended meanwhile.
    }
  }
  return found;
}

/** Watches this process's threads until the result is called. Linux only. */
export function watchThreads(): () => ThreadUsage {
  const before = threads();
  return () => {
    const used = [...threads()].map(([number, { cpuNs, wakes, name }]) => {
      const was = before.get(number) ?? { cpuNs: 0, wakes: 0 };
      return { number, name, cpuNs: cpuNs - was.cpuNs, wakes: wakes - was.wakes };
    });
    const host = used.filter(({ number }) => number === process.pid);
    const others = used.filter(({ number }) => number !== process.pid);
    const worker = others.filter(({ name }) => /^worker/i.test(name)); // As Node names them.
    return {
      host: sum(host),
      worker: sum(worker),
      others: sum(others.filter(each => !worker.includes(each))),
    };
  };
}

function sum(all: readonly Usage[]): Usage {
  return all.reduce(
    (total, { cpuNs, wakes }) => ({ cpuNs: total.cpuNs + cpuNs, wakes: total.wakes + wakes }),
    { cpuNs: 0, wakes: 0 },
  );
}
