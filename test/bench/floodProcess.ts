import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface FloodProcess {
  /** What a count is put behind: `ws://127.0.0.1:1234/`. */
  readonly url: string;
  close(): void;
}

/** Starts `floodServer.ts` in a process of its own, which ends with this one at the latest. */
export async function startFloodProcess(): Promise<FloodProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'floodServer.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    url: `ws://127.0.0.1:${Number(String(port))}/`,
    close: () => child.stdin.end(),
  };
}
