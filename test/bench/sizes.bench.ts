// What users download and their editors load. `npm run bench` has built it for production before.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { held, type Bench, type Budget } from './measurement.ts';

interface Part {
  readonly name: string;
  /** Below `dist`. */
  readonly files: readonly string[];
  readonly budget: Budget;
}

const parts: readonly Part[] = [
  { name: 'extension.cjs', files: ['extension.cjs'], budget: { limit: 40, aim: 20 } },
  { name: 'captureWorker.cjs', files: ['captureWorker.cjs'], budget: { limit: 30, aim: 15 } },
  {
    name: 'monitor.js and what it imports at once',
    files: ['monitor.js', 'monitor-chunk.js'],
    budget: { limit: 60, aim: 30 },
  },
  {
    name: 'what the page loads with the first details',
    files: ['monitor-payloadForms.js'],
    budget: { limit: 20, aim: 15 },
  },
];

const root = join(import.meta.dirname, '../..');

/** What the VSIX holds beside dist/. */
const rest = [
  ...['package.json', 'package.nls.json', 'README.md', 'CHANGELOG.md', 'LICENSE'],
  ...['media/icon.png', 'media/monitor.css', 'media/messages.tmLanguage.json'],
];

const kilobytes = (value: number) => `${value.toFixed(1)} kB`;

function sizeOf(path: string): number {
  return gzipSync(readFileSync(join(root, path)), { level: 9 }).byteLength / 1000;
}

export function sizesBench(): Promise<Bench> {
  const rows = parts.map(({ name, files, budget }) => {
    const size = files.reduce((sum, file) => sum + sizeOf(`dist/${file}`), 0);
    return held(name, size, kilobytes, budget);
  });
  const shipped = readdirSync(join(root, 'dist')).filter(name => /\.(cjs|js|css|ttf)$/.test(name));
  const all = [...shipped.map(name => `dist/${name}`), ...rest];
  const total = all.reduce((sum, path) => sum + sizeOf(path), 0);
  rows.push(held('all that the VSIX holds', total, kilobytes, { limit: 600, aim: 300 }));
  return Promise.resolve({ title: 'Bundles, minified and compressed by gzip', rows });
}
