// Measures how fast messages are received and stored, against receiving alone. Run it by itself, or
// as a part of all measurements.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { flagsOf } from '../../src/core/capture/record.ts';
import { createCaptureService, type CaptureService } from '../../src/node/captureClient.ts';
import { systemClock } from '../../src/node/systemClock.ts';
import { scratchFolder, silentLog, workerPath } from '../support/captures.ts';

export interface Measurement {
  readonly what: string;
  readonly value: string;
  readonly budget: string;
}

export interface Bench {
  readonly title: string;
  readonly rows: readonly Measurement[];
}

const messageCount = 600_000;
const rounds = 5;
const settings = { perMessageDeflate: false } as const;

async function startServer(): Promise<{ readonly process: ChildProcess; readonly url: string }> {
  const path = fileURLToPath(new URL('floodServer.ts', import.meta.url));
  const child = spawn(process.execPath, [path], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return { process: child, url: `ws://127.0.0.1:${Number(String(port))}/` };
}

/** Messages a second of a client that only counts. */
async function countOnly(url: string): Promise<number> {
  const socket = new WebSocket(`${url}${messageCount}`, settings);
  const start = await new Promise<number>(resolve => {
    let count = 0;
    let first = 0;
    socket.on('message', () => {
      if (count === 0) {
        first = performance.now();
      }
      if (++count === messageCount) {
        resolve(first);
      }
    });
  });
  const rate = messageCount / ((performance.now() - start) / 1000);
  socket.terminate();
  return rate;
}

/** Messages a second of a client whose messages are stored, up to when the last one is. */
async function countAndStore(
  { open }: CaptureService,
  url: string,
  delay = newHistogram(),
): Promise<number> {
  const capture = open({ name: 'bench', url, maxRows: Infinity, maxBytes: Infinity });
  await capture.rows(0, 1); // The file is open.
  const socket = new WebSocket(`${url}${messageCount}`, settings);
  capture.onDidChangePressure(isHigh => {
    if (isHigh) {
      socket.pause();
    } else {
      socket.resume();
    }
  });
  const flags = flagsOf('text', 'in');
  delay.enable();
  const start = await new Promise<number>(resolve => {
    let count = 0;
    let first = 0;
    socket.on('message', data => {
      if (count === 0) {
        first = performance.now();
      }
      capture.append(systemClock.now(), flags, data as Buffer);
      if (++count === messageCount) {
        resolve(first);
      }
    });
  });
  await capture.flush();
  const rate = messageCount / ((performance.now() - start) / 1000);
  delay.disable();
  if (capture.extent.next !== messageCount) {
    throw new Error(`${capture.extent.next} of ${messageCount} messages were stored`);
  }
  socket.terminate();
  return rate;
}

function newHistogram() {
  return monitorEventLoopDelay({ resolution: 1 });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

function thousands(rate: number): string {
  return `${Math.round(rate / 1000)} k/s`;
}

export async function ingestBench(): Promise<Bench> {
  using folder = scratchFolder();
  const service = createCaptureService({
    workerPath,
    folder: folder.path,
    clock: systemClock,
    log: silentLog,
  });
  const server = await startServer();
  try {
    await countOnly(server.url);
    await countAndStore(service, server.url);
    const rssBefore = process.memoryUsage.rss();
    // One for each round: a histogram that is enabled again counts the pause as a delay.
    const delays = Array.from({ length: rounds }, newHistogram);
    const counted: number[] = [];
    const stored: number[] = [];
    for (const delay of delays) {
      counted.push(await countOnly(server.url));
      stored.push(await countAndStore(service, server.url, delay));
    }
    const ratio = median(stored.map((rate, round) => rate / (counted[round] ?? NaN)));
    const ms = (nanoseconds: number) => `${(nanoseconds / 1e6).toFixed(1)} ms`;
    const growth = (process.memoryUsage.rss() - rssBefore) / 1024 / 1024;
    const worst = [
      median(delays.map(delay => delay.percentile(50))),
      median(delays.map(delay => delay.percentile(99))),
      Math.max(...delays.map(delay => delay.max)),
    ].map(ms);
    return {
      title: `Ingest: ${messageCount * rounds} text messages of 100 bytes`,
      rows: [
        { what: 'ws that only counts', value: thousands(median(counted)), budget: '' },
        { what: 'ws, ingest, worker, SQLite', value: thousands(median(stored)), budget: '' },
        { what: 'ratio', value: ratio.toFixed(2), budget: '≥ 0.5, aim 0.8' },
        {
          what: 'event loop delay, p50 / p99 / max',
          value: worst.join(' / '),
          budget: 'p99 ≤ 25 ms, aim 10 ms',
        },
        {
          what: 'memory of the process, growth',
          value: `${growth.toFixed(0)} MiB`,
          budget: '≤ 96 MiB, aim 48 MiB',
        },
      ],
    };
  } finally {
    server.process.stdin?.end();
    await service.dispose();
  }
}

if (import.meta.main) {
  const { title, rows } = await ingestBench();
  console.log(title);
  console.table(rows);
}
