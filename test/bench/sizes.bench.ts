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

/** What an entry loads with these chunks of it, beside what it has. */
function later(entry: string, ...chunks: readonly string[]): readonly string[] {
  const has = loadedWith(entry);
  const [name = '', ending = ''] = entry.split('.');
  const files = chunks.flatMap(chunk => loadedWith(`${name}-${chunk}.${ending}`));
  return [...new Set(files)].filter(file => !has.includes(file));
}

const services = loadedWith('extension-services.cjs');

const parts: readonly Part[] = [
  {
    name: 'what the extension host loads at activation',
    files: loadedWith('extension.cjs'),
    // The settings of taps hold filters, which are checked here; terms of decoders took it over 40.
    budget: { limit: 42, aim: 20 },
  },
  {
    name: 'and with the first view, command or connection',
    files: services,
  },
  {
    name: 'all that the extension host ever loads',
    files: dist.filter(name => /^extension.*\.cjs$/.test(name)),
  },
  {
    name: 'what a capture worker loads at once',
    files: loadedWith('captureWorker.cjs'),
    // That it decodes is a slot here, and what views ask of it; the decoders come with the first decoded view.
    budget: { limit: 32, aim: 15 },
  },
  {
    name: 'and with the first decoded view: the decoders',
    files: later('captureWorker.cjs', 'decoders'),
    budget: { limit: 90, aim: 60 },
  },
  {
    name: 'what the extension host loads with the first .proto file: the parser',
    files: loadedWith('extension-protoFiles.cjs').filter(file => !services.includes(file)),
  },
  {
    name: 'monitor.js and what it imports at once',
    files: loadedWith('monitor.js'),
    // The chip of decoders, the columns Event and Latency, and the terms that ask for them took it over 60.
    budget: { limit: 64, aim: 30 },
  },
  {
    name: 'what the page loads with the first details',
    files: later('monitor.js', 'payloadViewers'),
    budget: { limit: 20, aim: 15 },
  },
  {
    name: 'and with connections: the composer, the charts, what a tap holds',
    files: later('monitor.js', 'composer', 'chartPane', 'heldStrip'),
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

/** The decoders, which come with a decoded view, and the parser of .proto files took it over 600. */
const vsixBudget: Budget = { limit: 800, aim: 300 };

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
  rows.push(held('the VSIX without its documents', total, kilobytes, vsixBudget));
  const documents = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter(name => /\.md$|-dark\.png$/.test(name))
    .reduce((sum, name) => sum + sizeOf(`docs/${name}`), 0);
  rows.push(plain('its documents, with the pictures of the README', kilobytes(documents)));
  return Promise.resolve({ title: 'Bundles, minified and compressed by gzip', rows });
}
