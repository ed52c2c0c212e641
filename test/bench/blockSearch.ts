import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as sqlite from 'node:sqlite';
import type { ViewQuery } from '../../src/core/capture/view.ts';
import { nativeMatcher } from '../../src/node/captureWorker/sessions/nativeMatcher.ts';
import { nativeSearch } from '../../src/node/captureWorker/sessions/nativeSearch.ts';
import { RegexTimeGuard } from '../../src/node/captureWorker/sessions/regexTimeGuard.ts';
import { ViewSource } from '../../src/node/captureWorker/sessions/viewSource.ts';
import { LogStore } from '../../src/node/captureWorker/store/logStore.ts';
import { median } from './measurement.ts';

const rounds = 5;

/** Looks through a capture as the capture worker does for a view. */
export class BlockSearch {
  readonly #store: LogStore;
  readonly #query: Pick<ViewQuery, 'condition' | 'hide'>;

  /** @param folder with one capture, which no window has open */
  constructor(folder: string, query: Pick<ViewQuery, 'condition' | 'hide'>) {
    const file = readdirSync(folder).find(name => name.endsWith('.sqlite')) ?? '';
    this.#store = LogStore.open(sqlite, join(folder, file), { maxBytes: Infinity });
    this.#query = query;
  }

  /** Milliseconds of this thread for all rows, of which `matches` are to be found. */
  cpuMs(matches: number): number {
    const before = process.threadCpuUsage();
    const test = nativeMatcher(this.#query);
    test.search ??= nativeSearch(test);
    let shown = 0;
    const source = new ViewSource({
      capture: 0,
      test,
      judge: new RegexTimeGuard(test),
      onShown: (_, count) => void (shown += count),
      isEach: false,
      slotOf: () => undefined,
    });
    source.refresh(this.#store);
    while (!source.isCaughtUp) {
      source.work(performance.now() + 50);
    }
    const { user, system } = process.threadCpuUsage(before);
    if (shown !== matches) {
      throw new Error(`${shown} of ${matches} rows were found`);
    }
    return (user + system) / 1000;
  }

  [Symbol.dispose](): void {
    this.#store.close();
  }
}

/** Milliseconds of the processor that `grep -c` takes. */
export function grepCpuMs(path: string, options: readonly string[], matches: number): number {
  const times = Array.from({ length: rounds }, () => {
    const script = 'TIMEFORMAT="%3U %3S"; time grep -c "$@"';
    const command = ['-c', script, 'bash', ...options, path];
    const { stdout, stderr } = spawnSync('bash', command, { encoding: 'utf8' });
    if (Number(stdout) !== matches) {
      throw new Error(`grep counted ${stdout}`);
    }
    const [user = NaN, system = NaN] = stderr.trim().split(' ').map(Number);
    return 1000 * (user + system);
  });
  return median(times);
}
