// Measures the extension in real extension hosts, with its panel in view in a real workbench, and a
// panel beside it that is posted every message singly. Run it by itself, or as a part of all
// measurements; `node esbuild.js --production --bench` builds what it runs.
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { letTimePass } from '../support/letTimePass.ts';
import { openWorkbench } from '../support/workbench/workbench.ts';
import { startFloodProcess } from './floodProcess.ts';
import type { HostResult, HostTask } from './hostTask.ts';
import {
  freed,
  held,
  loopDelayRow,
  mebibytes,
  median,
  milliseconds,
  plain,
  ratio,
  thousands,
  type Bench,
  type Measurement,
} from './measurement.ts';
import { PageWatch, readLooks, type PageResult } from './pageWatch.ts';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'out/bench');
const extension = join(folder, 'extension');
/** More than any of the measurements takes. */
const limitMs = 90_000;

/** Each is opened in a workbench of its own: what one has left behind is not the next one's. */
const views = {
  rates: { ready: '[role=grid]', newest: '.layer > .row:not([hidden])' },
  long: { ready: '[role=grid]', newest: '.layer > .row:not([hidden])' },
  naive: { ready: '#rows > div', newest: '#rows > div:last-child' },
} as const;

/** A copy of the extension whose loading and activation are timed. */
async function makeTimedExtension(): Promise<void> {
  await rm(extension, { recursive: true, force: true });
  await mkdir(extension, { recursive: true });
  for (const part of ['dist', 'media', 'package.nls.json']) {
    await cp(join(root, part), join(extension, part), { recursive: true });
  }
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as object;
  await writeFile(
    join(extension, 'package.json'),
    JSON.stringify({ ...manifest, main: './timed.cjs' }),
  );
  await cp(join(folder, 'timedExtension.cjs'), join(extension, 'timed.cjs'));
}

/** Resolves as soon as the file is there; rejects where the tests have ended without it. */
async function hasResult(path: string, finished: Promise<number>): Promise<void> {
  let code: number | undefined;
  void finished.then(value => (code = value));
  const deadline = Date.now() + limitMs;
  while (!existsSync(path)) {
    if (code !== undefined || Date.now() > deadline) {
      throw new Error(`The measurement in the extension host ended with ${code ?? 'no result'}`);
    }
    await letTimePass(100, 'the pause of a polling loop');
  }
}

interface Run {
  readonly host: HostResult;
  readonly pages: readonly PageResult[];
  readonly countedPages: readonly PageResult[];
}

async function runIn(kind: HostTask['kind'], url: string): Promise<Run> {
  const watched = join(folder, 'watched');
  const result = join(folder, 'result.json');
  await Promise.all([watched, result].map(path => rm(path, { force: true })));
  const task: HostTask = { kind, url, watched, result };
  await writeFile(join(folder, 'task.json'), JSON.stringify(task));
  const workbench = await openWorkbench({ extension, tests: join(folder, 'host.cjs') });
  try {
    const { ready, newest } = views[kind];
    const watch = await PageWatch.start(workbench.page, ready, newest);
    await writeFile(watched, '');
    await hasResult(result, workbench.finished);
    const looks = await watch.looks();
    await rm(watched);
    const host = JSON.parse(await readFile(result, 'utf8')) as HostResult;
    const pages = host.floods.map(({ phase }) => readLooks(looks, phase));
    const countedPages = host.counted.map(({ phase }) => readLooks(looks, phase));
    return { host, pages, countedPages };
  } finally {
    await workbench.close();
  }
}

function frameRows(what: string, pages: readonly PageResult[]): Measurement[] {
  const gap = median(pages.map(({ gapP95 }) => gapP95));
  const longest = Math.max(...pages.map(({ gapMax }) => gapMax));
  return [
    held(`${what}: gaps between frames, p95`, gap, milliseconds, { limit: 50, aim: 33 }),
    held('  their max', longest, milliseconds, { limit: 250, aim: 100 }),
  ];
}

/** What users see while the flood goes on. */
function pageRows(what: string, pages: readonly PageResult[]): Measurement[] {
  const of = (key: keyof PageResult) => median(pages.map(page => page[key]));
  const ages = [of('freshP50'), of('freshP95'), of('freshMax')].map(milliseconds).join(' / ');
  const title = '  received to visible, p50 / p95 / max';
  return [
    ...frameRows(what, pages),
    held(title, of('freshP95'), milliseconds, { limit: 250, aim: 100 }, ages),
    plain('  messages a second, by the rows in view', Math.round(of('rate')).toString()),
  ];
}

function hostRows({ host }: Run): Measurement[] {
  const { counted, floods } = host;
  const quotient = median(floods.map(({ rate }, round) => rate / (counted[round]?.rate ?? NaN)));
  const delays = (some: HostResult['floods']) => some.map(({ delay }) => delay);
  return [
    plain('ws that only counts', thousands(median(counted.map(({ rate }) => rate)))),
    freed(loopDelayRow('  event loop delay', delays(counted))),
    plain('the whole extension', thousands(median(floods.map(({ rate }) => rate)))),
    held('  its ratio to ws', quotient, ratio, { limit: 0.5, aim: 0.8, isLeast: true }),
    loopDelayRow('  event loop delay', delays(floods)),
  ];
}

function loopRows({ host }: Run): Measurement[] {
  return [
    loopDelayRow(
      '  event loop delay of its host',
      host.floods.map(({ delay }) => delay),
    ),
  ];
}

function memoryRows(own: HostResult, naive: HostResult): Measurement[] {
  const { atOnce = NaN, settled = NaN } = own.memory ?? {};
  return [
    plain('memory above idle, at once', mebibytes(atOnce)),
    held('memory above idle, settled', settled, mebibytes, { limit: 96, aim: 48 }),
    plain('that of the naive extension, at once', mebibytes(naive.memory?.atOnce ?? NaN)),
  ];
}

export async function workbenchBench(): Promise<Bench> {
  await makeTimedExtension();
  const server = await startFloodProcess();
  try {
    const rates = await runIn('rates', server.url);
    const long = await runIn('long', server.url);
    const naive = await runIn('naive', server.url);
    const hosts = [rates.host, long.host, naive.host];
    const middle = (key: 'loadMs' | 'activationMs') => median(hosts.map(host => host[key]));
    return {
      title: 'In a real workbench, the panel in view and following',
      rows: [
        plain('load the bundle', milliseconds(middle('loadMs'))),
        held('activate', middle('activationMs'), milliseconds, { limit: 20, aim: 5 }),
        ...hostRows(rates),
        ...frameRows('page while ws only counts', rates.countedPages).map(freed),
        ...pageRows('page under 5 million messages', long.pages),
        ...loopRows(long),
        ...pageRows('naive page, posted every message singly', naive.pages).map(freed),
        ...loopRows(naive).map(freed),
        ...memoryRows(long.host, naive.host),
      ],
    };
  } finally {
    server.close();
  }
}

if (import.meta.main) {
  const { title, rows } = await workbenchBench();
  console.log(title);
  console.table(rows);
}
