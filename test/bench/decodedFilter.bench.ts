// Measures filters on what decoders read, against `jq` over the same messages as lines of JSON in a file. Run it
// by itself, or as a part of all measurements.
import { spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';
import type { Capture } from '../../src/core/capture/capture.ts';
import { parseFilter } from '../../src/core/filter/parseFilter.ts';
import { flagsOf } from '../../src/core/record/record.ts';
import type { CaptureService } from '../../src/node/capture/captureService.ts';
import { systemClock } from '../../src/node/systemClock.ts';
import { scratchFolder } from '../support/capture/captures.ts';
import { openCaptures } from './benchCaptures.ts';
import { milliseconds, plain, ratio, type Bench, type Measurement } from './measurement.ts';
import { gzipMessage, jsonMessage, needleInterval, socketIoEvent } from './protocolRows.ts';

interface Sample {
  readonly name: string;
  readonly count: number;
  readonly use: readonly string[];
  /** The message, and the JSON that `jq` gets of it. */
  readonly message: (index: number) => readonly [message: string | Uint8Array, json: string];
  readonly filters: readonly { readonly filter: string; readonly jq: string }[];
}

/** So many different ones: to compress them takes longer than to look through them. */
const gzipped = Array.from({ length: needleInterval }, (_, index) => gzipMessage(index));

const samples: readonly Sample[] = [
  {
    name: 'Socket.IO',
    count: 1_000_000,
    use: ['socketio'],
    message: index => {
      const message = socketIoEvent(index);
      return [message, message.slice(2)];
    },
    filters: [
      { filter: 'event:needle', jq: 'select(.[0] == "needle")' },
      { filter: '$[0]:needle', jq: 'select(.[0] == "needle")' },
    ],
  },
  {
    name: 'gzip',
    count: 1_000_000,
    use: ['gzip', 'json'],
    message: index => {
      const at = index % gzipped.length;
      return [gzipped[at] ?? '', jsonMessage(at)];
    },
    filters: [{ filter: '$.symbol:NEEDLE', jq: 'select(.symbol == "NEEDLE")' }],
  },
];

async function fill(capture: Capture, path: string, { count, message }: Sample): Promise<void> {
  const encoder = new TextEncoder();
  const lines = createWriteStream(path);
  const pressure = { isHigh: false };
  capture.onDidChangePressure(isHigh => void (pressure.isHigh = isHigh));
  for (let index = 0; index < count; index++) {
    const [content, json] = message(index);
    const isText = typeof content === 'string';
    const bytes = isText ? encoder.encode(content) : content;
    capture.append(systemClock.now(), flagsOf(isText ? 'text' : 'binary', 'in'), bytes);
    lines.write(`${json}\n`);
    if (index % 1024 === 0) {
      do {
        await turn();
      } while (pressure.isHigh || lines.writableNeedDrain);
    }
  }
  await capture.flush();
  await finished(lines.end());
}

/** Milliseconds of all threads until a view has found what fits. */
async function viewCpuMs(
  { openView }: CaptureService,
  capture: Capture,
  filter: string,
  matches: number,
): Promise<number> {
  const { condition, problems } = parseFilter(filter, { now: 0, startOfDay: 0 });
  if (!condition || problems.length > 0) {
    throw new Error(`${filter} is no filter`);
  }
  const before = process.cpuUsage();
  const view = openView({ captures: [capture.id], condition, isDecoded: true });
  await new Promise<void>(resolve => {
    view.onDidChange(() => {
      const { scanned, total } = view.state;
      if (total > 0 && scanned === total) {
        resolve();
      }
    });
  });
  const { user, system } = process.cpuUsage(before);
  const { first, next } = view.state;
  view.dispose();
  if (next - first !== matches) {
    throw new Error(`${next - first} of ${matches} rows fit ${filter}`);
  }
  return (user + system) / 1000;
}

/** `undefined`: it is not installed. */
function jqCpuMs(path: string, program: string, matches: number): number | undefined {
  if (spawnSync('jq', ['--version']).status !== 0) {
    return undefined;
  }
  const script = 'TIMEFORMAT="%3U %3S"; time jq -c "$@"';
  const command = ['-c', script, 'bash', program, path];
  const { stdout, stderr } = spawnSync('bash', command, { encoding: 'utf8', maxBuffer: 2 ** 30 });
  const found = stdout.trimEnd().split('\n').length;
  if (found !== matches) {
    throw new Error(`jq found ${found} of ${matches}`);
  }
  const [user = NaN, system = NaN] = stderr.trim().split(' ').map(Number);
  return 1000 * (user + system);
}

async function rowsOf(
  service: CaptureService,
  folder: string,
  sample: Sample,
): Promise<readonly Measurement[]> {
  const { name, count, use, filters } = sample;
  const path = join(folder, `${name}.ndjson`);
  const capture = service.open({ name, url: 'ws://b', maxRows: Infinity, maxBytes: Infinity });
  capture.setDecoders([{ use }]);
  await fill(capture, path, sample);
  const matches = count / needleInterval;
  const rows: Measurement[] = [];
  for (const { filter, jq } of filters) {
    const ms = await viewCpuMs(service, capture, filter, matches);
    const peer = jqCpuMs(path, jq, matches);
    const what = `${filter} in ${count} messages of ${name}`;
    rows.push(plain(what, milliseconds(ms)));
    rows.push(
      peer === undefined
        ? plain('  jq', 'is not installed')
        : plain(`  of jq over its JSON (${milliseconds(peer)})`, ratio(ms / peer)),
    );
  }
  capture.dispose();
  return rows;
}

/** @param share of the messages, to try it out */
export async function decodedFilterBench(share = 1): Promise<Bench> {
  using folder = scratchFolder();
  const service = openCaptures(folder);
  const rows: Measurement[] = [];
  try {
    for (const sample of samples) {
      const count = Math.ceil((sample.count * share) / needleInterval) * needleInterval;
      rows.push(...(await rowsOf(service, folder.path, { ...sample, count })));
    }
  } finally {
    await service.dispose();
  }
  return { title: 'Filters on decoded messages; jq gets the text that gzip holds', rows };
}

if (import.meta.main) {
  const { title, rows } = await decodedFilterBench();
  console.log(title);
  console.table(rows);
}
