import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as sqlite from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import type { BatchReader } from '../../../../../src/core/record/batch.ts';
import { FallbackStore } from '../../../../../src/core/capture/log/fallbackStore.ts';
import { MemoryStore } from '../../../../../src/core/capture/log/memoryStore.ts';
import { flagsOf } from '../../../../../src/core/record/record.ts';
import { Series } from '../../../../../src/core/metrics/series.ts';
import { createCaptureService } from '../../../../../src/node/capture/captureService.ts';
import { CaptureSeries } from '../../../../../src/node/captureWorker/store/captureSeries.ts';
import { LogStore } from '../../../../../src/node/captureWorker/store/logStore.ts';
import { systemClock } from '../../../../../src/node/systemClock.ts';
import {
  batchOf,
  scratchFolder,
  silentLog,
  workerPath,
  type TestRow,
} from '../../../../support/capture/captures.ts';

const start = 1_700_000_000_000;
const encoder = new TextEncoder();
const [state, ping] = [flagsOf('state', 'in'), flagsOf('ping', 'out', true)];
const pong = flagsOf('pong', 'in', true);

/** A long story of all kinds of rows, some with long payloads. */
function storyOf(rowCount: number): readonly BatchReader[] {
  const rows = Array.from({ length: rowCount }, (_, index): TestRow => {
    const at = start + index * 130.5;
    const beat = Uint8Array.of(index >> 9, (index >> 1) & 255);
    switch (index % 100) {
      case 40:
        return { at, flags: ping, payload: beat };
      case 41:
        return { at, flags: pong, payload: beat };
      case 70:
        return { at, flags: state, payload: encoder.encode('{"state":"retry","severity":""}') };
      case 72:
        return { at, flags: state, payload: encoder.encode('{"state":"connected"}') };
      default: {
        const length = index % 1000 === 3 ? 70_000 : index % 500;
        const flags = flagsOf(index % 3 === 0 ? 'binary' : 'text', index % 7 === 0 ? 'out' : 'in');
        return { at, flags, payload: new Uint8Array(length).fill(0x61) };
      }
    }
  });
  return Array.from({ length: Math.ceil(rowCount / 500) }, (_, index) =>
    batchOf(index * 500, rows.slice(index * 500, (index + 1) * 500)),
  );
}

function openStore(t: TestContext, path: string): LogStore {
  const facts = { name: 'a', url: 'ws://a', startedAt: start };
  const store = LogStore.open(sqlite, path, { facts, maxBytes: Infinity });
  t.after(() => store.close());
  return store;
}

function scratchPath(t: TestContext): string {
  const folder = scratchFolder();
  t.after(() => folder[Symbol.dispose]());
  return join(folder.path, 'a.sqlite');
}

function seriesOf(batches: readonly BatchReader[]): Series {
  const series = new Series();
  batches.forEach(batch => series.append(batch));
  return series;
}

describe('the statistics of a capture', () => {
  it('are the same whether rows are counted as they come or read from the file', async t => {
    const batches = storyOf(12_000);
    const file = openStore(t, scratchPath(t));
    const live = new CaptureSeries(file);
    for (const batch of batches) {
      file.append(batch);
      live.append(batch);
    }
    const read = new CaptureSeries(file);
    const expected = seriesOf(batches);
    for (const span of ['recent', 'all'] as const) {
      assert.deepEqual(await live.view(span, undefined), expected.view(span));
      assert.deepEqual(await read.view(span, undefined), expected.view(span));
    }
    const { marks, roundTripsMs } = expected.view('all');
    assert.deepEqual([marks.length, roundTripsMs?.count], [238, 120]);
  });

  it('count each row once that comes while the file is being read', async t => {
    const batches = storyOf(30_000);
    const file = openStore(t, scratchPath(t));
    batches.slice(0, 20).forEach(batch => file.append(batch));
    const series = new CaptureSeries(file);
    const views = [series.view('all', undefined), series.view('recent', undefined)];
    for (const batch of batches.slice(20)) {
      file.append(batch);
      series.append(batch);
      await new Promise(resolve => setImmediate(resolve));
    }
    await Promise.all(views);
    assert.deepEqual(await series.view('all', undefined), seriesOf(batches).view('all'));
  });

  it('go on in the memory that stands in for a file', async t => {
    const batches = storyOf(9000);
    const file = openStore(t, scratchPath(t));
    batches.slice(0, 10).forEach(batch => file.append(batch));
    const store = new FallbackStore({
      primary: file,
      reserveByteLength: 1e9,
      onDidChange: () => 0,
    });
    file.append = () => {
      throw new Error('The disk is full');
    };
    batches.slice(10).forEach(batch => store.append(batch));
    const series = new CaptureSeries(store);
    assert.deepEqual(await series.view('all', undefined), seriesOf(batches).view('all'));
  });

  it('forget everything when it is cleared, even while the file is being read', async t => {
    const file = openStore(t, scratchPath(t));
    const batches = storyOf(20_000);
    batches.slice(0, -1).forEach(batch => file.append(batch));
    const series = new CaptureSeries(file);
    const view = series.view('all', undefined);
    file.clear();
    series.clear();
    assert.deepEqual((await view).received, []);
    const last = batches.slice(-1);
    last.forEach(batch => series.append(batch));
    assert.deepEqual(await series.view('all', undefined), seriesOf(last).view('all'));
  });

  it('do not read from a store that was closed, and say so where one is broken', async () => {
    const store = new MemoryStore();
    storyOf(10_000).forEach(batch => store.append(batch));
    const series = new CaptureSeries(store);
    const view = series.view('all', undefined);
    series.close();
    store.close();
    await view;
    const broken = new MemoryStore();
    storyOf(500).forEach(batch => broken.append(batch));
    broken.blocks = () => {
      throw new Error('The file is damaged');
    };
    const failing = new CaptureSeries(broken);
    await assert.rejects(failing.view('all', undefined), { message: 'The file is damaged' });
    await assert.rejects(failing.view('all', undefined), { message: 'The file is damaged' });
  });
});

it('a capture tells its statistics, which keep what the limits dropped, until it is cleared', async t => {
  const folder = scratchFolder();
  const service = createCaptureService({
    workerPath,
    folder: join(folder.path, 'captures'),
    clock: systemClock,
    log: silentLog,
  });
  t.after(async () => {
    await service.dispose();
    folder[Symbol.dispose]();
  });
  const capture = service.open({ name: 'a', url: 'ws://a', maxRows: 100, maxBytes: Infinity });
  const now = systemClock.now();
  for (let row = 0; row < 1000; row++) {
    capture.append(now - 2000 + row, flagsOf('text', 'in'), new Uint8Array(20));
  }
  await capture.flush();
  const { received, sizes } = await capture.series('recent');
  assert.ok(capture.extent.next - capture.extent.first <= 100);
  assert.equal(
    received.reduce((sum, count) => sum + count, 0),
    1000,
  );
  assert.deepEqual([sizes?.count, sizes?.p50], [1000, 20]);
  await capture.clear();
  assert.deepEqual((await capture.series('all')).received, []);
});
