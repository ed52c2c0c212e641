// Measures filters over a million stored messages, against `grep -c` over the same payloads in a
// file. Run it by itself, or as a part of all measurements.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Capture } from '../../src/core/capture/capture.ts';
import { flagsOf } from '../../src/core/record/record.ts';
import type { CaptureView, ViewQuery, ViewState } from '../../src/core/capture/view.ts';
import type { Condition } from '../../src/core/filter/condition.ts';
import type { CaptureService } from '../../src/node/capture/captureService.ts';
import { systemClock } from '../../src/node/systemClock.ts';
import { scratchFolder } from '../support/capture/captures.ts';
import { openCaptures } from './benchCaptures.ts';
import { held, median, milliseconds, plain, type Bench, type Measurement } from './measurement.ts';

const messageCount = 1_000_000;
const messageLength = 100;
/** One message of so many holds what is looked for. */
const needleInterval = 5000;
const matchCount = messageCount / needleInterval;
const rounds = 3;

/** As `PanelModel` asks for when nothing is typed. */
const hide: Condition = {
  is: 'any',
  of: [{ is: 'heartbeat' }, { is: 'kind', kinds: ['ping', 'pong', 'close'] }],
};
const sparse: Condition = { is: 'text', text: 'needle', exact: false };
const exact: Condition = { is: 'text', text: 'NEEDLE', exact: true };
const field: Condition = { is: 'field', path: ['symbol'], comparison: '=', value: 'NEEDLE' };
const pattern: Condition = { is: 'pattern', source: '"needle"', flags: 'i' };

function messageAt(index: number): string {
  const symbol = index % needleInterval === 1 ? 'NEEDLE' : 'BTC-USD';
  const price = ((index * 7919) % 100_000) / 100;
  return JSON.stringify({ type: 'trade', symbol, id: index, price, note: '' }).padEnd(
    messageLength,
  );
}

async function fill(capture: Capture, path: string): Promise<void> {
  const encoder = new TextEncoder();
  const lines: string[] = [];
  for (let index = 0; index < messageCount; index++) {
    const message = messageAt(index);
    lines.push(message);
    capture.append(systemClock.now(), flagsOf('text', 'in'), encoder.encode(message));
    if (index % 4096 === 0) {
      await turn();
    }
  }
  await capture.flush();
  writeFileSync(path, `${lines.join('\n')}\n`);
}

function until(view: CaptureView, isGood: (state: ViewState) => boolean): Promise<void> {
  return new Promise(resolve => {
    const check = () => {
      if (isGood(view.state)) {
        subscription.dispose();
        resolve();
      }
    };
    const subscription = view.onDidChange(check);
    check();
  });
}

interface Timing {
  readonly firstMs: number;
  readonly allMs: number;
  /** The longest that a read of rows took meanwhile. */
  readonly readMs: number;
}

async function timeView(
  { openView }: CaptureService,
  query: ViewQuery,
  matches: number,
): Promise<Timing> {
  const start = performance.now();
  const view = openView(query);
  await until(view, ({ first, next }) => next > first);
  await view.rows(view.state.first, 40);
  const firstMs = performance.now() - start;
  let readMs = 0;
  while (view.state.total === 0 || view.state.scanned < view.state.total) {
    const asked = performance.now();
    await view.rows(view.state.first, 40);
    readMs = Math.max(readMs, performance.now() - asked);
    await turn();
  }
  const allMs = performance.now() - start;
  const { first, next } = view.state;
  view.dispose();
  if (next - first !== matches) {
    throw new Error(`${next - first} of ${matches} rows were found`);
  }
  return { firstMs, allMs, readMs };
}

function grepMs(path: string, ...options: readonly string[]): number {
  const start = performance.now();
  const count = Number(execFileSync('grep', ['-c', ...options, path], { encoding: 'utf8' }));
  if (count !== matchCount) {
    throw new Error(`grep counted ${count}`);
  }
  return performance.now() - start;
}

async function medianTiming(measure: () => Promise<Timing>): Promise<Timing> {
  const timings: Timing[] = [];
  for (let round = 0; round < rounds; round++) {
    timings.push(await measure());
  }
  return {
    firstMs: median(timings.map(timing => timing.firstMs)),
    allMs: median(timings.map(timing => timing.allMs)),
    readMs: Math.max(...timings.map(timing => timing.readMs)),
  };
}

const tenths = (value: number) => value.toFixed(1);

function rowsOf(what: string, { firstMs, allMs, readMs }: Timing): Measurement[] {
  return [
    plain(`${what}: all / longest read meanwhile`, [allMs, readMs].map(milliseconds).join(' / ')),
    held('  its first rows', firstMs, milliseconds, { limit: 150, aim: 50 }),
  ];
}

export async function filterBench(): Promise<Bench> {
  using folder = scratchFolder();
  const service = openCaptures(folder);
  try {
    const capture = service.open({
      name: 'bench',
      url: 'ws://bench',
      maxRows: Infinity,
      maxBytes: Infinity,
    });
    const path = join(folder.path, 'payloads.txt');
    await fill(capture, path);
    const grep = median(Array.from({ length: rounds }, () => grepMs(path, 'NEEDLE')));
    const folded = median(Array.from({ length: rounds }, () => grepMs(path, '-i', 'needle')));
    const time = (condition: Condition | undefined, matches: number) => {
      const query = { captures: [capture.id], hide, ...(condition && { condition }) };
      return medianTiming(() => timeView(service, query, matches));
    };
    const inAnyCase = await time(sparse, matchCount);
    return {
      title: `Filter: ${messageCount} messages of ${messageLength} bytes`,
      rows: [
        plain('grep -c', milliseconds(grep)),
        plain('grep -c -i', milliseconds(folded)),
        ...rowsOf('substring, any case', inAnyCase),
        held('  its ratio to grep -c', inAnyCase.allMs / grep, tenths, { limit: 5, aim: 2 }),
        plain('  its ratio to grep -c -i', tenths(inAnyCase.allMs / folded)),
        ...rowsOf('exact substring', await time(exact, matchCount)),
        ...rowsOf('JSON field', await time(field, matchCount)),
        ...rowsOf('regular expression', await time(pattern, matchCount)),
        ...rowsOf('all but what is hidden', await time(undefined, messageCount)),
      ],
    };
  } finally {
    await service.dispose();
  }
}

if (import.meta.main) {
  const { title, rows } = await filterBench();
  console.log(title);
  console.table(rows);
}
