// Measures filters over a million stored messages, against `grep -c` over the same payloads in a
// file. Run it by itself, or as a part of all measurements.
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
import { BlockSearch, grepCpuMs } from './blockSearch.ts';
import {
  held,
  median,
  milliseconds,
  plain,
  ratio,
  type Bench,
  type Measurement,
} from './measurement.ts';

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

/** The processor's time for all rows, as a ratio to that of `grep -c`. */
const searches: readonly {
  readonly what: string;
  readonly condition?: Condition;
  readonly matches: number;
  readonly aim?: number;
}[] = [
  {
    what: 'exact substring',
    condition: { is: 'text', text: 'NEEDLE', exact: true },
    matches: matchCount,
    aim: 1,
  },
  { what: 'substring, any case', condition: sparse, matches: matchCount, aim: 2 },
  {
    what: 'JSON field, rare value',
    condition: { is: 'field', path: ['symbol'], comparison: '=', value: 'NEEDLE' },
    matches: matchCount,
    aim: 2,
  },
  {
    what: 'JSON field, common value',
    condition: { is: 'field', path: ['type'], comparison: '=', value: 'ticker' },
    matches: Math.ceil(messageCount / 3),
  },
  {
    what: 'regular expression with a literal',
    condition: { is: 'pattern', source: '"symbol":"N\\w+"', flags: '' },
    matches: matchCount,
    aim: 2,
  },
  {
    what: 'regular expression without',
    condition: { is: 'pattern', source: '[N][E]{2}[D]', flags: '' },
    matches: matchCount,
  },
  { what: 'all but what is hidden', matches: messageCount, aim: 0.5 },
];

const symbols = ['BTC-USD', 'ETH-USD', 'SOL-USD', 'ADA-USD', 'XRP-USD', 'DOGE-USD', 'LTC-USD'];

/** As exchanges send them. */
function messageAt(index: number): string {
  const type = index % 3 > 0 ? 'trade' : 'ticker';
  const symbol = index % needleInterval === 1 ? 'NEEDLE' : symbols[(index * 31) % symbols.length];
  const price = (60_000 + ((index * 7919) % 50_000) / 100).toFixed(2);
  return JSON.stringify({ type, symbol, id: 8_000_000_000 + index, price, note: '' }).padEnd(
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

async function timeView({ openView }: CaptureService, query: ViewQuery): Promise<Timing> {
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
  view.dispose();
  return { firstMs, allMs, readMs };
}

async function timingRows(
  service: CaptureService,
  what: string,
  query: ViewQuery,
): Promise<readonly Measurement[]> {
  const timings: Timing[] = [];
  for (let round = 0; round < rounds; round++) {
    timings.push(await timeView(service, query));
  }
  const allMs = median(timings.map(timing => timing.allMs));
  const firstMs = median(timings.map(timing => timing.firstMs));
  const readMs = Math.max(...timings.map(timing => timing.readMs));
  return [
    plain(`${what}: all / longest read meanwhile`, [allMs, readMs].map(milliseconds).join(' / ')),
    held('  its first rows', firstMs, milliseconds, { limit: 150, aim: 50 }),
  ];
}

/** @param folder the captures, of which none is open in a window */
function searchRows(folder: string, grepMs: number): readonly Measurement[] {
  return searches.flatMap(({ what, condition, matches, aim }) => {
    using search = new BlockSearch(folder, { hide, ...(condition && { condition }) });
    const [first = NaN, ...others] = Array.from({ length: rounds + 1 }, () =>
      search.cpuMs(matches),
    );
    const cost = median(others) / grepMs;
    const name = `${what}, of grep -c`;
    return [
      aim === undefined
        ? plain(name, ratio(cost))
        : held(name, cost, ratio, { limit: 2.5 * aim, aim }),
      plain('  the first time', ratio(first / grepMs)),
    ];
  });
}

export async function filterBench(): Promise<Bench> {
  using folder = scratchFolder();
  const service = openCaptures(folder);
  const path = join(folder.path, 'payloads.txt');
  const inViews: Measurement[] = [];
  try {
    const capture = service.open({
      name: 'bench',
      url: 'ws://bench',
      maxRows: Infinity,
      maxBytes: Infinity,
    });
    await fill(capture, path);
    const query = { captures: [capture.id], hide };
    inViews.push(...(await timingRows(service, 'a view of all', query)));
    const asked = { ...query, condition: sparse };
    inViews.push(...(await timingRows(service, 'a view of a substring', asked)));
  } finally {
    await service.dispose();
  }
  const grep = grepCpuMs(path, ['NEEDLE'], matchCount);
  const folded = grepCpuMs(path, ['-i', 'needle'], matchCount);
  return {
    title: `Filter: ${messageCount} messages of ${messageLength} bytes`,
    rows: [
      plain('grep -c', milliseconds(grep)),
      plain('grep -c -i, of grep -c', ratio(folded / grep)),
      ...searchRows(folder.path, grep),
      ...inViews,
    ],
  };
}

if (import.meta.main) {
  const { title, rows } = await filterBench();
  console.log(title);
  console.table(rows);
}
