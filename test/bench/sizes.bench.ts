// What users download and their editors load. `npm run bench` has built it for production before.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { held, type Bench } from './measurement.ts';

const budgets = {
  'extension.cjs': { limit: 40, aim: 20 },
  'captureWorker.cjs': { limit: 30, aim: 15 },
  'monitor.js': { limit: 60, aim: 30 },
};

/** What package.json and .vscodeignore ship, apart from the bundles. */
const rest = [
  ...['package.json', 'package.nls.json', 'README.md', 'CHANGELOG.md', 'LICENSE'],
  ...['dist/codicon.css', 'dist/codicon.ttf', 'media/icon.png', 'media/monitor.css'],
  'media/messages.tmLanguage.json',
];

const kilobytes = (value: number) => `${value.toFixed(1)} kB`;

function sizeOf(path: string): number {
  const file = readFileSync(join(import.meta.dirname, '../..', path));
  return gzipSync(file, { level: 9 }).byteLength / 1000;
}

export function sizesBench(): Promise<Bench> {
  const bundles = Object.keys(budgets).map(name => `dist/${name}`);
  const rows = Object.entries(budgets).map(([name, budget]) =>
    held(name, sizeOf(`dist/${name}`), kilobytes, budget),
  );
  const all = [...bundles, ...rest].reduce((sum, path) => sum + sizeOf(path), 0);
  rows.push(held('all that the VSIX holds', all, kilobytes, { limit: 600, aim: 300 }));
  return Promise.resolve({ title: 'Bundles, minified and compressed by gzip', rows });
}
