// What users download and their editors load. `npm run bench` has built it for production before.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { held, plain, type Bench, type Budget } from './measurement.ts';

interface Part {
  readonly name: string;
  /** Below `dist`. */
  readonly files: readonly string[];
  readonly budget?: Budget;
}

const root = join(import.meta.dirname, '../..');
const dist = readdirSync(join(root, 'dist'));

/** A file with those that it requires or imports at once, not with those that it loads later. */
function loadedWith(file: string, loaded = new Set<string>()): readonly string[] {
  if (!loaded.has(file)) {
    loaded.add(file);
    const text = readFileSync(join(root, 'dist', file), 'utf8');
    const atOnce = text.replaceAll(/=>\s*[\w$]+\(require\("[^"]+"\)\)/g, '');
    const loads = /require\("\.\/([^"]+)"\)|\b(?:from|import)"\.\/([^"]+)"/g;
    for (const [, required, imported = ''] of atOnce.matchAll(loads)) {
      loadedWith(required ?? imported, loaded);
    }
  }
  return [...loaded];
}

const page = loadedWith('monitor.js');

/** What the page loads with these chunks, beside what it has. */
function laterInPage(...chunks: readonly string[]): readonly string[] {
  const files = chunks.flatMap(chunk => loadedWith(`monitor-${chunk}.js`));
  return [...new Set(files)].filter(file => !page.includes(file));
}

const parts: readonly Part[] = [
  {
    name: 'what the extension host loads at activation',
    files: loadedWith('extension.cjs'),
    budget: { limit: 40, aim: 20 },
  },
  {
    name: 'and with the first view, command or connection',
    files: loadedWith('extension-services.cjs'),
  },
  {
    name: 'all that the extension host ever loads',
    files: dist.filter(name => /^extension.*\.cjs$/.test(name)),
  },
  {
    name: 'what a capture worker loads at once',
    files: loadedWith('captureWorker.cjs'),
    budget: { limit: 30, aim: 15 },
  },
  {
    name: 'monitor.js and what it imports at once',
    files: page,
    budget: { limit: 60, aim: 30 },
  },
  {
    name: 'what the page loads with the first details',
    files: laterInPage('payloadViewers'),
    budget: { limit: 20, aim: 15 },
  },
  {
    name: 'and with connections: the composer, the charts, what a tap holds',
    files: laterInPage('composer', 'chartPane', 'heldStrip'),
  },
];

/** What the VSIX holds beside dist/ and docs/. */
const rest = [
  'package.json',
  'package.nls.json',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'SECURITY.md',
  'media/activity.svg',
  'media/icon.png',
  'media/messages.tmLanguage.json',
  'media/websocket-monitor.schema.json',
];

const kilobytes = (value: number) => `${value.toFixed(1)} kB`;

function sizeOf(path: string): number {
  return gzipSync(readFileSync(join(root, path)), { level: 9 }).byteLength / 1000;
}

export function sizesBench(): Promise<Bench> {
  const rows = parts.map(({ name, files, budget }) => {
    const size = files.reduce((sum, file) => sum + sizeOf(`dist/${file}`), 0);
    return budget ? held(name, size, kilobytes, budget) : plain(name, kilobytes(size));
  });
  const shipped = dist.filter(name => /\.(cjs|js|css|ttf|txt)$/.test(name));
  const all = [...shipped.map(name => `dist/${name}`), ...rest];
  const total = all.reduce((sum, path) => sum + sizeOf(path), 0);
  rows.push(held('the VSIX without its documents', total, kilobytes, { limit: 600, aim: 300 }));
  const documents = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter(name => /\.md$|-dark\.png$/.test(name))
    .reduce((sum, name) => sum + sizeOf(`docs/${name}`), 0);
  rows.push(plain('its documents, with the pictures of the README', kilobytes(documents)));
  return Promise.resolve({ title: 'Bundles, minified and compressed by gzip', rows });
}
