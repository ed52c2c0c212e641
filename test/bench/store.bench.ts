// Measures a capture's log by itself: appending up to ten million messages, opening it, reading rows
// here and there, and saving it as a database. Run it by itself, or as a part of all measurements. All
// figures are CPU time of the one thread that does it.
import { join } from 'node:path';
import * as sqlite from 'node:sqlite';
import type { CaptureStore } from '../../src/core/capture/captureStore.ts';
import { BatchReader, BatchWriter, wholeBatchByteLength } from '../../src/core/record/batch.ts';
import { flagsOf } from '../../src/core/record/record.ts';
import type { Condition } from '../../src/core/filter/condition.ts';
import { ViewSession } from '../../src/node/captureWorker/sessions/viewSession.ts';
import { LogStore } from '../../src/node/captureWorker/store/logStore.ts';
import { copyRows } from '../../src/node/captureWorker/store/rowCopy.ts';
import { SqliteWriter } from '../../src/node/captureWorker/store/sqliteWriter.ts';
import { scratchFolder } from '../support/capture/captures.ts';
import { held, milliseconds, plain, type Bench, type Measurement } from './measurement.ts';

const rowsPerBatch = 2500;
const rowsPerPage = 40;
const lookCount = 500;
const savedRowCount = 1_000_000;
const totals = [1_000, 100_000, 1_000_000, 10_000_000] as const;
const facts = { name: 'bench', url: 'ws://localhost', startedAt: 0, dropped: 0 };
const limits = { maxBytes: 2 ** 41 };
const message = new TextEncoder().encode(
  JSON.stringify({ type: 'trade', symbol: 'BTC-USD', price: 12_345.67 }).padEnd(100),
);

/** Milliseconds of this thread. */
function cpuOf(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

const microseconds = (ms: number) => `${(1000 * ms).toFixed(1)} µs`;
const nanoseconds = (ms: number) => `${Math.round(1_000_000 * ms)} ns`;

const timeOf = (seq: number) => 1.7e12 + seq / 100;

function append(store: CaptureStore, rowCount: number): number {
  const buffer = new SharedArrayBuffer(wholeBatchByteLength);
  const writer = new BatchWriter(buffer);
  const flags = flagsOf('text', 'in');
  let cpuMs = 0;
  for (let seq = 0; seq < rowCount;) {
    const end = Math.min(rowCount, seq + rowsPerBatch);
    const firstSeq = seq;
    for (; seq < end; seq++) {
      writer.append(timeOf(seq), flags, message);
    }
    cpuMs += cpuOf(() => {
      writer.finish(firstSeq);
      store.append(new BatchReader(buffer));
    });
  }
  return cpuMs / rowCount;
}

function look(store: CaptureStore, rowCount: number): number {
  const { next } = store.extent;
  const cpuMs = cpuOf(() => {
    for (let index = 0; index < lookCount; index++) {
      // Far apart, and never the same group twice.
      store.rows((index * 7_368_787) % (next - rowCount), rowCount);
    }
  });
  return cpuMs / lookCount;
}

/** Milliseconds until a list shows all rows, and then of a jump to a moment. */
function list(store: CaptureStore): { readonly opening: number; readonly jump: number } {
  const hide: Condition = { is: 'heartbeat' };
  const view = new ViewSession({ captures: [1], hide }, 0, new Map([[1, { store }]]));
  const opening = cpuOf(() => {
    while (view.hasWork) {
      view.work(performance.now() + 5);
    }
  });
  const { next } = store.extent;
  const jumps = cpuOf(() => {
    for (let index = 0; index < lookCount; index++) {
      view.locate({ at: timeOf((index * 7_368_787) % next) });
    }
  });
  return { opening, jump: jumps / lookCount };
}

function save(store: CaptureStore, path: string): number {
  const target = new SqliteWriter(sqlite, path, facts);
  const cpuMs = cpuOf(() => {
    for (let seq = 0; seq < savedRowCount;) {
      seq = copyRows(store, target, seq, savedRowCount);
    }
    target.close();
  });
  return cpuMs / savedRowCount;
}

export function storeBench(): Bench {
  using folder = scratchFolder();
  const rows: Measurement[] = [];
  for (const total of totals) {
    const path = join(folder.path, `${total}.sqlite`);
    const store = LogStore.open(sqlite, path, { facts, ...limits });
    const cost = append(store, total);
    store.close();
    rows.push(plain(`worker, a message of ${total.toLocaleString('en')}`, nanoseconds(cost)));
  }
  const path = join(folder.path, `${totals.at(-1)}.sqlite`);
  let store: LogStore | undefined;
  const opening = cpuOf(() => (store = LogStore.open(sqlite, path, limits)));
  rows.push(held('opening ten million rows', opening, milliseconds, { limit: 100, aim: 50 }));
  if (store) {
    const { opening: listing, jump } = list(store);
    rows.push(plain('  listing them without the heartbeat', milliseconds(listing)));
    rows.push(plain('  a jump to a moment in that list', microseconds(jump)));
    rows.push(plain('  a row by number', microseconds(look(store, 1))));
    rows.push(plain(`  ${rowsPerPage} rows somewhere`, microseconds(look(store, rowsPerPage))));
    rows.push(
      plain('  saved as a database, a row', microseconds(save(store, join(folder.path, 'saved')))),
    );
    store.close();
  }
  return { title: 'The log of a capture, messages of 100 bytes', rows };
}

if (import.meta.main) {
  const { title, rows } = storeBench();
  console.log(title);
  console.table(rows);
}
