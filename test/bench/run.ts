// `npm run bench`: prints what architecture.md sets budgets for, each as measured in this one run.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { openWorkbench } from '../support/workbench.ts';
import { ingestBench, type Bench } from './ingest.bench.ts';
import { sizesBench } from './sizes.bench.ts';
import { stormBench } from './storm.bench.ts';

const root = join(import.meta.dirname, '../..');

/** Runs `host.ts` in a real extension host and reads what it measured. */
async function hostBench(): Promise<Bench> {
  const folder = join(root, 'out/bench');
  await mkdir(folder, { recursive: true });
  const server = spawn(process.execPath, [join(import.meta.dirname, 'floodServer.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const [port] = (await once(server.stdout, 'data')) as [Buffer];
    const url = `ws://127.0.0.1:${Number(String(port))}/`;
    await writeFile(join(folder, 'task.json'), JSON.stringify({ url }));
    const workbench = await openWorkbench({ tests: join(folder, 'host.cjs') });
    const code = await workbench.finished;
    await workbench.close();
    if (code !== 0) {
      throw new Error(`The measurement in the extension host ended with ${code}`);
    }
    return JSON.parse(await readFile(join(folder, 'result.json'), 'utf8')) as Bench;
  } finally {
    server.stdin.end();
  }
}

for (const bench of [sizesBench, ingestBench, hostBench, stormBench]) {
  const { title, rows } = await bench();
  console.log(`\n${title}`);
  console.table(rows);
}
