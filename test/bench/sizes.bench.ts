// What users download and their editors load. `npm run bench` has built it for production before.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Bench } from './ingest.bench.ts';

const budgets = {
  'extension.cjs': '≤ 40 kB, aim 20 kB',
  'captureWorker.cjs': '≤ 30 kB, aim 15 kB',
  'monitor.js': '≤ 60 kB, aim 30 kB',
};

export function sizesBench(): Promise<Bench> {
  const rows = Object.entries(budgets).map(([what, budget]) => {
    const bundle = readFileSync(join(import.meta.dirname, '../../dist', what));
    const kilobytes = (gzipSync(bundle, { level: 9 }).byteLength / 1000).toFixed(1);
    return { what, value: `${kilobytes} kB`, budget };
  });
  return Promise.resolve({ title: 'Bundles, minified and compressed by gzip', rows });
}
