import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import { DisposableStore } from '../../../../src/core/base/lifecycle.ts';
import { undoMs, type Capture } from '../../../../src/core/capture/capture.ts';
import type { ScriptReport } from '../../../../src/core/decode/script/script.ts';
import { flagsOf } from '../../../../src/core/record/record.ts';
import { systemClock } from '../../../../src/node/systemClock.ts';
import type { CaptureServiceOptions } from '../../../../src/node/capture/captureService.ts';
import { rowsIn } from '../../../support/capture/captureFiles.ts';
import { collectingLog, scratchFolder, workerPath } from '../../../support/capture/captures.ts';
import {
  startCaptures,
  unlimited,
  useCaptures,
  type StartedCaptures,
} from '../../../support/capture/captureService.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { until as untilHolds } from '../../../support/until.ts';

const text = flagsOf('text', 'in');
const encoder = new TextEncoder();
const options = unlimited('../../etc/passwd');

function append(capture: Capture, text: string): void {
  capture.append(systemClock.now(), flagsOf('text', 'in'), encoder.encode(text));
}

/** Appends rows that say their number, from `first` up to, not including, `next`. */
function appendNumbers(capture: Capture, first: number, next: number): void {
  for (let number = first; number < next; number++) {
    append(capture, String(number));
  }
}

interface HeldWorkerService {
  readonly service: StartedCaptures['service'];
  /** What is asked of the worker waits from now on. */
  readonly hold: () => void;
  /** All that waits goes to the worker at once. */
  readonly release: () => void;
}

function useHeldWorker(t: TestContext): HeldWorkerService {
  const held: Parameters<Worker['postMessage']>[] = [];
  let isHeld = false;
  class HeldWorker extends Worker {
    override postMessage(...message: Parameters<Worker['postMessage']>): void {
      if (isHeld) {
        held.push(message);
      } else {
        super.postMessage(...message);
      }
    }
  }
  let worker: Worker | undefined;
  const { service } = useCaptures(t, {
    startWorker: (path, workerData) =>
      (worker = new HeldWorker(path, { workerData, stderr: true })),
  });
  return {
    service,
    hold: () => (isHeld = true),
    release: () => {
      isHeld = false;
      held.splice(0).forEach(message => worker?.postMessage(...message));
    },
  };
}

/** What is wrong with the rows, each of which should say its own number, from `first` on. */
async function faults(capture: Capture, first: number, next: number): Promise<readonly string[]> {
  const found: string[] = [];
  const rows = await capture.rows(0, next + 1);
  if (rows.length !== next - first) {
    found.push(`${rows.length} rows instead of ${next - first}`);
  }
  rows.forEach(({ seq, preview }, index) => {
    if (seq !== first + index || preview !== String(seq)) {
      found.push(`row ${index} has number ${seq} and says ${preview}`);
    }
  });
  return found.slice(0, 3);
}

/** How many messages the charts are about. */
async function countOf(capture: Capture): Promise<number> {
  return (await capture.series('all')).sizes?.count ?? 0;
}

const until = (condition: () => boolean) => untilHolds(String(condition), condition);

describe('a capture service', () => {
  it('passes on what its worker tells of decoders', async t => {
    const report = { is: 'loaded', file: '/ws/decoder.mjs' } as const;
    const code = `require('node:worker_threads').parentPort.postMessage(
      { event: 'script', value: ${JSON.stringify(report)} });`;
    const { service } = useCaptures(t, {
      startWorker: () => new Worker(code, { eval: true, stderr: true }),
    });
    const reports: ScriptReport[] = [];
    service.onDidReportScript(each => reports.push(each));
    service.open(options);
    await until(() => reports.length > 0);
    assert.deepEqual(reports[0], report);
  });
});

describe('a capture', () => {
  it('takes rows before its worker is up, and gives them back', async t => {
    const { service } = useCaptures(t);
    const capture = service.open(options);
    capture.append(1.5, text, encoder.encode('a\0b \u202e'));
    capture.append(2, flagsOf('binary', 'out'), Uint8Array.of(0xed, 0xa0, 0x80));
    capture.append(3, text, new Uint8Array(5_000_000).fill(0x61));
    await capture.flush();
    const rows = await capture.rows(0, 9);
    assert.deepEqual(
      rows.map(({ seq, at, kind, direction, byteLength, preview }) => {
        return [seq, at, kind, direction, byteLength, preview.length > 99 ? '…' : preview];
      }),
      [
        [0, 1.5, 'text', 'in', 7, 'a\0b \u202e'],
        [1, 2, 'binary', 'out', 3, 'ed a0 80'],
        [2, 3, 'text', 'in', 5_000_000, '…'],
      ],
    );
    assert.deepEqual(
      [await capture.payload(1, 1, 9), await capture.payload(2, 4_999_999, 9)],
      [
        { bytes: Uint8Array.of(0xa0, 0x80), byteLength: 3 },
        { bytes: Uint8Array.of(0x61), byteLength: 5_000_000 },
      ],
    );
    assert.equal(await capture.payload(3, 0, 1), undefined);
  });

  it('keeps 200,000 rows in order, none lost and none twice', async t => {
    const { service } = useCaptures(t);
    const capture = service.open(options);
    appendNumbers(capture, 0, 200_000);
    await capture.flush();
    assert.deepEqual(await faults(capture, 0, 200_000), []);
    assert.equal(capture.extent.next, 200_000);
  });

  it('loses no row and stores none twice when its worker dies again and again', async t => {
    const { service, workers } = useCaptures(t);
    const capture = service.open(options);
    let next = 0;
    for (let death = 0; death < 3; death++) {
      appendNumbers(capture, next, next + 30_000);
      next += 30_000;
      await until(() => capture.extent.next > next - 25_000);
      void workers.at(-1)?.terminate();
      appendNumbers(capture, next, next + 1000);
      next += 1000;
    }
    const rows = capture.rows(0, 1);
    await capture.flush();
    assert.equal((await rows).length, 1);
    assert.deepEqual(await faults(capture, 0, next), []);
    assert.deepEqual([workers.length, capture.storage.problem], [4, undefined]);
  });

  it('says so when its worker cannot be kept running, and answers all the same', async t => {
    const { log, lines } = collectingLog();
    const folder = scratchFolder();
    const path = join(folder.path, 'broken.mjs');
    writeFileSync(path, 'throw new Error("broken")');
    const { service } = useCaptures(t, { workerPath: path, log });
    const capture = service.open(options);
    append(capture, 'a');
    await until(() => capture.storage.problem !== undefined);
    append(capture, 'b');
    await capture.flush();
    await capture.clear();
    assert.deepEqual([await capture.rows(0, 9), await capture.payload(0, 0, 1)], [[], undefined]);
    assert.match(capture.storage.problem ?? '', /not kept.*broken.*Reload the window/);
    assert.ok(lines.some(line => line.includes('cannot be kept running')));
    const later = service.open(options);
    assert.match(later.storage.problem ?? '', /not kept/);
    folder[Symbol.dispose]();
  });

  it('holds no timer, store or subscription once its service has ended', async () => {
    const clock = new ManualClock();
    const leaks = await DisposableStore.countLeaks(async () => {
      const { service, end } = startCaptures({ clock });
      const capture = service.open(options);
      const view = service.openView({ captures: [capture.id] });
      capture.onDidChange(() => undefined);
      capture.onDidChangeStorage(() => undefined);
      view.onDidChange(() => undefined);
      appendNumbers(capture, 0, 10);
      await capture.flush();
      await end();
    });
    assert.equal(leaks, 0);
    assert.deepEqual(clock.pending, []);
  });

  it('is kept in memory where the folder cannot be made, and says why', async t => {
    const folder = scratchFolder();
    const file = join(folder.path, 'file');
    writeFileSync(file, '');
    const { service } = useCaptures(t, { folder: join(file, 'captures') });
    const capture = service.open(options);
    appendNumbers(capture, 0, 10);
    await capture.flush();
    assert.deepEqual(await faults(capture, 0, 10), []);
    assert.equal(capture.storage.kind, 'memory');
    assert.match(
      capture.storage.problem ?? '',
      /memory only.*captures.*ENOTDIR.*reload the window/,
    );
    folder[Symbol.dispose]();
  });

  it('is kept in memory where Node has no SQLite; that much is lost when the worker dies', async t => {
    const { service, workers } = useCaptures(t, { hasSqlite: false });
    const capture = service.open(options);
    appendNumbers(capture, 0, 10);
    await capture.flush();
    assert.match(capture.storage.problem ?? '', /memory only.*no SQLite/);
    await workers[0]?.terminate();
    appendNumbers(capture, 10, 12);
    await capture.flush();
    assert.deepEqual(await faults(capture, 10, 12), []);
    assert.match(capture.storage.problem ?? '', /0 to 9 were lost/);
  });

  it('goes on in memory when the disk is full, and back to the file once it is cleared', async t => {
    const { service } = useCaptures(t, { maxFileBytes: 1_000_000 });
    const capture = service.open(options);
    const storages: string[] = [];
    capture.onDidChangeStorage(({ kind }) => storages.push(kind));
    appendNumbers(capture, 0, 100_000);
    await capture.flush();
    assert.deepEqual(await faults(capture, 0, 100_000), []);
    assert.match(capture.storage.problem ?? '', /memory only: the file takes no more \(ENOSPC/);
    await capture.clear();
    appendNumbers(capture, 100_000, 100_010);
    await capture.flush();
    assert.deepEqual(await faults(capture, 100_000, 100_010), []);
    await until(() => storages.length === 2);
    assert.deepEqual([storages, capture.storage.problem], [['memory', 'file'], undefined]);
  });

  it('drops the oldest rows beyond its limits, also when those are lowered', async t => {
    const { service } = useCaptures(t);
    const capture = service.open({ ...options, maxRows: 5000 });
    appendNumbers(capture, 0, 20_000);
    await capture.flush();
    const { first } = capture.extent;
    assert.ok(first >= 15_000 && first < 15_000 + 5000 / 16);
    assert.deepEqual(await faults(capture, first, 20_000), []);
    capture.setLimits({ maxRows: 10, maxBytes: Infinity });
    await until(() => capture.extent.first > first);
    assert.deepEqual(await faults(capture, 19_990, 20_000), []);
  });

  it('drops what came before it is cleared, and keeps what comes after', async t => {
    const { service } = useCaptures(t);
    const capture = service.open(options);
    appendNumbers(capture, 0, 20_000);
    const cleared = capture.clear();
    appendNumbers(capture, 20_000, 30_000);
    await cleared;
    await capture.flush();
    assert.deepEqual(await faults(capture, 20_000, 30_000), []);
    assert.equal(capture.extent.first, 20_000);
  });

  it('is not cleared twice when the worker dies over it', async t => {
    const { service, workers } = useCaptures(t);
    const capture = service.open(options);
    appendNumbers(capture, 0, 20_000);
    void capture.clear();
    appendNumbers(capture, 20_000, 40_000);
    const flushed = capture.flush();
    await new Promise(resolve => workers[0]?.once('message', resolve));
    void workers[0]?.terminate();
    await flushed;
    assert.deepEqual(await faults(capture, 20_000, 40_000), []);
  });

  for (const hasSqlite of [true, false]) {
    it(`brings back what was cleared, in a file: ${hasSqlite}`, async t => {
      const clock = new ManualClock();
      const { service } = useCaptures(t, { clock, hasSqlite });
      const capture = service.open({ ...options, maxRows: 30_000 });
      appendNumbers(capture, 0, 20_000);
      clock.advance(20);
      await capture.flush();
      const before = await countOf(capture);
      assert.equal(await capture.clear(), true);
      assert.deepEqual(await faults(capture, 20_000, 20_000), []);
      assert.equal(await countOf(capture), 0);
      appendNumbers(capture, 20_000, 20_005);
      clock.advance(undoMs - 1);
      await capture.flush();
      assert.equal(await capture.restore(), true);
      assert.deepEqual(await faults(capture, 0, 20_005), []);
      assert.deepEqual([before, await countOf(capture)], [20_000, 20_005]);
      assert.equal(await capture.restore(), false);
    });

    it(`counts what is brought back against its limits, in a file: ${hasSqlite}`, async t => {
      const { service } = useCaptures(t, { hasSqlite });
      const capture = service.open({ ...options, maxRows: 5000 });
      appendNumbers(capture, 0, 5000);
      await capture.flush();
      await capture.clear();
      appendNumbers(capture, 5000, 9000);
      await capture.flush();
      assert.deepEqual(await faults(capture, 5000, 9000), []);
      assert.equal(capture.extent.dropped, 0);
      assert.equal(await capture.restore(), true);
      const { first, dropped } = capture.extent;
      assert.ok(first >= 4000 && first < 4200);
      assert.equal(dropped, first);
      assert.deepEqual(await faults(capture, first, 9000), []);
    });

    it(`brings back all after a second clear, and nothing after ten seconds: ${hasSqlite}`, async t => {
      const clock = new ManualClock();
      const { service } = useCaptures(t, { clock, hasSqlite });
      const capture = service.open(options);
      appendNumbers(capture, 0, 10);
      await capture.clear();
      clock.advance(undoMs - 1);
      appendNumbers(capture, 10, 20);
      await capture.clear();
      clock.advance(undoMs - 1);
      assert.equal(await capture.restore(), true);
      assert.deepEqual(await faults(capture, 0, 20), []);
      await capture.clear();
      clock.advance(undoMs);
      assert.equal(await capture.restore(), false);
      assert.deepEqual(await faults(capture, 20, 20), []);
      appendNumbers(capture, 20, 30);
      await capture.flush();
      assert.deepEqual(await faults(capture, 20, 30), []);
    });
  }

  it('brings back what was cleared before its worker died', async t => {
    const { service, workers } = useCaptures(t);
    const capture = service.open(options);
    appendNumbers(capture, 0, 1000);
    await capture.clear();
    appendNumbers(capture, 1000, 1010);
    await capture.flush();
    const ended = new Promise(resolve => workers[0]?.once('exit', resolve));
    void workers[0]?.terminate();
    await ended;
    assert.equal(await capture.restore(), true);
    assert.deepEqual(await faults(capture, 0, 1010), []);
    assert.equal(await countOf(capture), 1010);
  });

  it('keeps nothing of what was cleared when the window closes, nor in a copy', async t => {
    const { service, folder, target } = useCaptures(t);
    const [emptied, other] = [service.open(options), service.open(options)];
    appendNumbers(emptied, 0, 10);
    appendNumbers(other, 0, 1000);
    await Promise.all([emptied.clear(), other.clear()]);
    appendNumbers(other, 1000, 1003);
    const copy = join(target, 'copy.sqlite');
    await service.archive.saveCopy(other.id, copy);
    await service.dispose();
    const path = other.storage.path ?? '';
    assert.deepEqual(readdirSync(folder), [basename(path), `${basename(path)}-00002.log`]);
    for (const file of [path, copy]) {
      const heads = Array.from(rowsIn(file), ({ head }) => head);
      assert.deepEqual(heads, ['1000', '1001', '1002']);
    }
  });

  it('stores what was appended before it is disposed of, takes no more and rejects reads', async t => {
    const { service } = useCaptures(t);
    const capture = service.open(options);
    appendNumbers(capture, 0, 30_000);
    capture.dispose();
    append(capture, 'late');
    await assert.rejects(capture.rows(0, 1), /closed/);
    await assert.rejects(capture.payload(0, 0, 1), /closed/);
    await service.dispose();
    const heads = Array.from(rowsIn(capture.storage.path ?? ''), ({ head }) => head);
    assert.deepEqual([heads.length, heads.at(-1)], [30_000, '29999']);
  });

  it('is a log and its control file, of names that nobody outside chose, and nothing else', async t => {
    const { service, folder } = useCaptures(t);
    const captures = [service.open(options), service.open(options)];
    captures.forEach((capture, index) => append(capture, String(index)));
    await Promise.all(captures.map(capture => capture.flush()));
    await service.dispose();
    const names = readdirSync(folder);
    assert.equal(names.length, 4);
    assert.ok(names.every(name => /^[A-Za-z0-9-]+\.sqlite(-00001\.log)?$/.test(name)));
  });

  it('tells of changes at most every 50 ms while it is viewed, the last one included', async t => {
    const { service } = useCaptures(t);
    const capture = service.open(options);
    service.openView({ captures: [capture.id] });
    const seen: number[] = [];
    capture.onDidChange(({ next }) => seen.push(next));
    const start = systemClock.monotonic();
    for (let first = 0; first < 40_000; first += 1000) {
      appendNumbers(capture, first, first + 1000);
      await new Promise<void>(resolve => void systemClock.schedule(2, resolve));
    }
    await until(() => seen.at(-1) === 40_000);
    const elapsedMs = systemClock.monotonic() - start;
    assert.ok(seen.length <= elapsedMs / 50 + 2, `${seen.length} in ${elapsedMs} ms`);
    assert.equal(capture.extent.next, 40_000);
  });

  it('tells of changes once a second while nobody views it, and knows the last one', async t => {
    const clock = new ManualClock();
    const { service } = useCaptures(t, { clock });
    const capture = service.open(options);
    let count = 0;
    capture.onDidChange(() => count++);
    for (let first = 0; first < 300; first += 10) {
      appendNumbers(capture, first, first + 10);
      clock.advance(100);
    }
    assert.equal(count, 3);
    await capture.flush();
    assert.equal(capture.extent.next, 300);
  });

  it('needs no message of its worker to know what is stored, unless it waits for it', async t => {
    const clock = new ManualClock();
    const { service, workers } = useCaptures(t, { clock });
    const capture = service.open(options);
    await capture.rows(0, 1);
    const messages: unknown[] = [];
    workers[0]?.on('message', message => messages.push(message));
    for (let first = 0; first < 50; first += 10) {
      appendNumbers(capture, first, first + 10);
      clock.advance(100);
      await until(() => capture.extent.next === first + 10);
    }
    assert.deepEqual(messages, []);
    appendNumbers(capture, 50, 60);
    await capture.flush();
    // No message either, where it was stored before the host began to wait.
    assert.ok(messages.length <= 1, `${messages.length} messages`);
    assert.equal(capture.extent.next, 60);
  });

  it('stores what came before a view is opened, and what is read', async t => {
    const { service } = useCaptures(t, { clock: new ManualClock() });
    const [viewed, read] = [service.open(options), service.open(options)];
    appendNumbers(viewed, 0, 10);
    const view = service.openView({ captures: [viewed.id] });
    await until(() => view.state.next > 10);
    appendNumbers(read, 0, 10);
    await until(() => {
      void read.rows(0, 1);
      return read.extent.next === 10;
    });
  });

  it('asks for a pause while more waits than is good, and lifts it', async t => {
    const { service, hold, release } = useHeldWorker(t);
    const capture = service.open(options);
    await capture.rows(0, 1);
    hold();
    const pressure: boolean[] = [];
    capture.onDidChangePressure(isHigh => pressure.push(isHigh));
    const payload = new Uint8Array(200_000);
    for (let count = 0; count < 400; count++) {
      capture.append(0, text, payload);
    }
    assert.deepEqual(pressure, [true]);
    const flushed = capture.flush();
    release();
    await flushed;
    assert.deepEqual(pressure, [true, false]);
  });

  it('answers reads while a flood waits to be stored', async t => {
    const { service, hold, release } = useHeldWorker(t);
    const capture = service.open(options);
    appendNumbers(capture, 0, 100);
    await capture.flush();
    const order: string[] = [];
    hold();
    appendNumbers(capture, 100, 200_000);
    const flushed = capture.flush().then(() => order.push('stored'));
    const read = capture.rows(0, 100);
    // The worker has them all before it begins.
    release();
    const rows = await read;
    order.push('read');
    assert.equal(rows.length, 100);
    await flushed;
    assert.deepEqual(order, ['read', 'stored']);
  });

  it('ends within a moment although nobody waits for what was asked', async t => {
    const { service } = useCaptures(t);
    const capture = service.open(options);
    appendNumbers(capture, 0, 1000);
    void capture.flush();
    void capture.rows(0, 10);
    const start = systemClock.monotonic();
    await Promise.all([service.dispose(), service.dispose()]);
    assert.ok(systemClock.monotonic() - start < 1200);
  });

  it('stores all, and ends, although a thread that copies a capture does not', async t => {
    // Nothing interrupts a thread that is not in JavaScript, as one in SQLite is not.
    const scratch = scratchFolder();
    t.after(() => scratch[Symbol.dispose]());
    const workerPathOfTasks = join(scratch.path, 'stuck.mjs');
    const signal = join(scratch.path, 'stuck');
    const child = `const { existsSync, writeFileSync } = require('node:fs');
      writeFileSync(${JSON.stringify(signal)}, '');
      const asking = setInterval(() => {
        if (!existsSync(${JSON.stringify(signal)})) clearInterval(asking);
      }, 20);`;
    const program = [
      "import { execFileSync } from 'node:child_process';",
      `execFileSync(process.execPath, ['-e', ${JSON.stringify(child)}]);`,
    ];
    writeFileSync(workerPathOfTasks, program.join('\n'));
    const clock = new ManualClock();
    const startWorker: CaptureServiceOptions['startWorker'] = (_path, workerData) =>
      new Worker(workerPath, { workerData, stderr: true });
    const { service, folder } = useCaptures(t, {
      clock,
      startWorker,
      workerPath: workerPathOfTasks,
    });
    const capture = service.open(options);
    appendNumbers(capture, 0, 1000);
    let isStuck = true;
    const listed = service.archive.list().catch(() => (isStuck = false));
    await untilHolds('the thread is stuck', () => existsSync(signal));
    const ended = service.dispose();
    clock.advance(1000);
    await ended;
    assert.ok(isStuck, 'The thread runs still');
    const [file = ''] = readdirSync(folder).filter(name => name.endsWith('.sqlite'));
    assert.equal(Array.from(rowsIn(join(folder, file))).length, 1000);
    rmSync(signal);
    await listed;
  });
});
