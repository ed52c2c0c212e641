// Measures what a whole connection costs its host beside a `ws` client that only counts, in a flood and
// at ordinary rates with no view open, and how fresh the rows of a followed list are in a flood. Run it
// by itself, or as a part of all measurements. CPU and wake-ups are Linux's own figures.
import { existsSync } from 'node:fs';
import { WebSocket } from 'ws';
import type { ViewRow } from '../../src/core/capture/view.ts';
import type { CaptureService } from '../../src/node/capture/captureService.ts';
import { systemClock } from '../../src/node/systemClock.ts';
import { scratchFolder } from '../support/capture/captures.ts';
import { letTimePass } from '../support/letTimePass.ts';
import { openCaptures } from './benchCaptures.ts';
import { startFloodProcess } from './floodProcess.ts';
import {
  held,
  median,
  milliseconds,
  percentile,
  plain,
  ratio,
  type Bench,
  type Budget,
  type Measurement,
} from './measurement.ts';
import { watchThreads, type ThreadUsage } from './threads.ts';
import { openWhole } from './wholePath.ts';

/** What is sent, and how often it is measured. No rate: as fast as it is taken. */
interface Load {
  readonly count: number;
  readonly perSecond?: number;
  readonly rounds: number;
}

const flood: Load = { count: 600_000, rounds: 5 };
const ordinary: readonly Required<Load>[] = [
  { perSecond: 10, count: 60, rounds: 2 },
  { perSecond: 100, count: 400, rounds: 2 },
  { perSecond: 1000, count: 3000, rounds: 3 },
  { perSecond: 10_000, count: 30_000, rounds: 3 },
];
const cpuInFlood: Budget = { limit: 1.2, aim: 0.9 };
const cpuAtRates: Budget = { limit: 2, aim: 1.3 };
const wakesAtRates: Budget = { limit: 1.5, aim: 1.1 };
const workerWakesAtTen: Budget = { limit: 15, aim: 10 };
const freshnessP95: Budget = { limit: 200, aim: 100 };

/** As many rows as a page can show, and how often it is told of new ones. */
const pageRows = 40;
const pageIntervalMs = 50;

/** The threads' use and the time from the first message to the last one, stored if it is stored. */
interface Use extends ThreadUsage {
  readonly seconds: number;
}

function watch(): () => Use {
  const used = watchThreads();
  const start = performance.now();
  return () => ({ seconds: (performance.now() - start) / 1000, ...used() });
}

const urlOf = (url: string, { count, perSecond }: Load) =>
  `${url}${count}${perSecond === undefined ? '' : `?rate=${perSecond}`}`;

function bare(url: string, load: Load): Promise<Use> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(urlOf(url, load), { perMessageDeflate: false });
    let count = 0;
    let used: (() => Use) | undefined;
    socket.on('error', reject);
    socket.on('message', () => {
      used ??= watch();
      if (++count === load.count) {
        resolve(used());
        socket.terminate();
      }
    });
  });
}

async function whole(service: CaptureService, url: string, load: Load): Promise<Use> {
  let used: () => Use = watch();
  let finish: () => void = () => undefined;
  const allCame = new Promise<void>(resolve => (finish = resolve));
  const monitored = openWhole(service, urlOf(url, load), load.count, {
    onFirst: () => (used = watch()),
    onLast: () => finish(),
  });
  await monitored.capture.rows(0, 1); // The file is open.
  monitored.connection.connect();
  await allCame;
  await monitored.capture.flush();
  const use = used();
  monitored.dispose();
  return use;
}

/** Milliseconds from a message's arrival until a page has its row, of each time it is told in a flood. */
async function freshness(
  service: CaptureService,
  url: string,
  load: Load,
): Promise<readonly number[]> {
  const flood = { isOver: false };
  let finish: () => void = () => undefined;
  const allCame = new Promise<void>(resolve => (finish = resolve));
  const monitored = openWhole(service, urlOf(url, load), load.count, {
    onFirst: () => undefined,
    onLast: () => finish(),
  });
  await monitored.capture.rows(0, 1);
  const view = service.openView({ captures: [monitored.capture.id] }, pageRows);
  const ages: number[] = [];
  let newest: ViewRow | undefined;
  view.onDidChange(({ tail }) => (newest = tail?.at(-1) ?? newest));
  const page = (async () => {
    while (!flood.isOver) {
      if (newest?.kind === 'text') {
        ages.push(systemClock.now() - newest.at);
      }
      await letTimePass(pageIntervalMs, 'the pause of a page');
    }
  })();
  monitored.connection.connect();
  await allCame;
  flood.isOver = true;
  await page;
  view.dispose();
  await monitored.capture.flush();
  monitored.dispose();
  return ages;
}

interface Compared {
  readonly bare: readonly Use[];
  readonly whole: readonly Use[];
}

async function compare(service: CaptureService, url: string, load: Load): Promise<Compared> {
  const compared = { bare: [] as Use[], whole: [] as Use[] };
  for (let round = 0; round < load.rounds; round++) {
    compared.bare.push(await bare(url, load));
    compared.whole.push(await whole(service, url, load));
  }
  return compared;
}

const of = (uses: readonly Use[], value: (use: Use) => number) => median(uses.map(value));
const hostCpu = ({ host }: Use) => host.cpuNs;
const hostWakes = ({ host, seconds }: Use) => host.wakes / seconds;
const workerWakes = ({ worker, seconds }: Use) => worker.wakes / seconds;
const perSecond = (value: number) => value.toFixed(value < 100 ? 1 : 0);
const nanoseconds = (value: number) => `${Math.round(value)} ns`;

function cpuRows(
  what: string,
  { count }: Load,
  { bare, whole }: Compared,
  budget: Budget,
): Measurement[] {
  const [bareNs, wholeNs] = [of(bare, hostCpu) / count, of(whole, hostCpu) / count];
  return [
    plain(`${what}: CPU of ws that only counts, a message`, nanoseconds(bareNs)),
    held('  the host of a whole connection, its ratio to ws', wholeNs / bareNs, ratio, budget),
    plain('  its worker', nanoseconds(of(whole, ({ worker }) => worker.cpuNs) / count)),
    plain('  other threads', nanoseconds(of(whole, ({ others }) => others.cpuNs) / count)),
  ];
}

function wakeRows({ perSecond: rate }: Required<Load>, { bare, whole }: Compared): Measurement[] {
  const [bareWakes, wakes] = [of(bare, hostWakes), of(whole, hostWakes)];
  const shown = `${ratio(wakes / bareWakes)} (${perSecond(wakes)} of ${perSecond(bareWakes)})`;
  const ofWorker = of(whole, workerWakes);
  return [
    held('  host wake-ups a second, ratio to ws', wakes / bareWakes, ratio, wakesAtRates, shown),
    rate === 10
      ? held('  worker wake-ups a second', ofWorker, perSecond, workerWakesAtTen)
      : plain('  worker wake-ups a second', perSecond(ofWorker)),
  ];
}

export async function ratesBench(): Promise<Bench> {
  using folder = scratchFolder();
  const service = openCaptures(folder);
  const server = await startFloodProcess();
  const { url } = server;
  const rows: Measurement[] = [];
  try {
    await compare(service, url, { ...flood, rounds: 1 });
    if (existsSync('/proc/self/task')) {
      rows.push(...cpuRows('Flood', flood, await compare(service, url, flood), cpuInFlood));
      for (const load of ordinary) {
        const compared = await compare(service, url, load);
        rows.push(...cpuRows(`${load.perSecond}/s`, load, compared, cpuAtRates));
        rows.push(...wakeRows(load, compared));
      }
    }
    const ages: number[] = [];
    for (let round = 0; round < flood.rounds; round++) {
      ages.push(...(await freshness(service, url, flood)));
    }
    const [p50, p95] = [percentile(ages, 0.5), percentile(ages, 0.95)];
    const shown = [p50, p95].map(milliseconds).join(' / ');
    const what = 'Flood: age of the newest row of a followed list, p50 / p95';
    rows.push(held(what, p95, milliseconds, freshnessP95, shown));
    return { title: 'Cost of a whole connection beside ws that only counts', rows };
  } finally {
    server.close();
    await service.dispose();
  }
}

if (import.meta.main) {
  const { title, rows } = await ratesBench();
  console.log(title);
  console.table(rows);
}
