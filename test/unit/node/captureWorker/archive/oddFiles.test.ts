import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import { crc32 } from 'node:zlib';
import { flagsOf } from '../../../../../src/core/record/record.ts';
import type { CaptureView } from '../../../../../src/core/capture/view.ts';
import { packBlock } from '../../../../../src/core/record/blockFormat.ts';
import { captureFileName } from '../../../../../src/node/files/captureFiles.ts';
import { segmentPath } from '../../../../../src/node/files/segmentFiles.ts';
import {
  endedPid,
  leftCapture,
  numberedBatch,
  storeAt,
} from '../../../../support/capture/captures.ts';
import { openLog } from '../../../../support/capture/logs.ts';
import { unlimited, useCaptures } from '../../../../support/capture/captureService.ts';
import { until } from '../../../../support/until.ts';

/** A service, and a capture of ten rows that a window left; `sql` is done to its control file. */
function setUp(t: TestContext, sql = '') {
  const started = useCaptures(t);
  mkdirSync(started.folder);
  const key = leftCapture(started.folder, { startedAt: 1000, pid: endedPid(), rowCount: 10 });
  const path = join(started.folder, key);
  using database = new DatabaseSync(path);
  database.exec(sql);
  return { ...started, key, path };
}

function bytesOf(firstSeq: number): Buffer {
  return Buffer.concat(packBlock(numberedBatch(firstSeq, 10), crc32).pieces);
}

async function searched(view: CaptureView): Promise<number> {
  await until('all rows were looked at', () => {
    return view.state.total > 0 && view.state.scanned === view.state.total;
  });
  return view.state.next - view.state.first;
}

const containsOne = { is: 'text', text: '1', exact: true } as const;

describe('a capture whose numbers are far apart', { timeout: 20_000 }, () => {
  for (const [what, sql, hasMore] of [
    ['in its log', '', true],
    ['by its control file', `UPDATE capture SET next_seq = ${2 ** 53 - 1}`, false],
  ] as const) {
    it(`is searched and counted like any other: ${what}`, async t => {
      const { service, folder } = setUp(t);
      const key = captureFileName(2000, endedPid(), 1);
      const path = join(folder, key);
      const store = storeAt(path, 2000);
      store.append(numberedBatch(0, 10));
      if (hasMore) {
        store.append(numberedBatch(2 ** 53 - 1000, 10));
      }
      store.close();
      using database = new DatabaseSync(path);
      database.exec(sql);
      const { capture } = await service.archive.open(key);
      const count = hasMore ? 20 : 10;
      assert.equal(await searched(service.openView({ captures: [capture.id] })), count);
      const view = service.openView({ captures: [capture.id], condition: containsOne });
      assert.equal(await searched(view), hasMore ? 11 : 1);
      const { received } = await capture.series('all');
      assert.equal(
        received.reduce((sum, each) => sum + each, 0),
        count,
      );
    });
  }
});

describe('a segment with an odd name', { timeout: 20_000 }, () => {
  it('has others before it that are missing, however many these are', async t => {
    const { service, key, path } = setUp(t);
    writeFileSync(segmentPath(path, 999_999_999), bytesOf(10));
    const { capture } = await service.archive.open(key);
    assert.equal(capture.extent.next, 20);
    assert.match(
      capture.storage.problem ?? '',
      /^0 messages are lost, or .*: \S+-00002\.log to \S+-999999998\.log was damaged or removed\.$/,
    );
  });

  it('is none if a number is not written as it is', async t => {
    const { service, key, path } = setUp(t);
    for (const number of ['000001', '1', '00000', '9'.repeat(30), '-0001']) {
      writeFileSync(`${path}-${number}.log`, bytesOf(10));
    }
    const { capture } = await service.archive.open(key);
    assert.deepEqual([capture.extent.first, capture.extent.next], [0, 10]);
    assert.equal(capture.storage.problem, undefined);
  });
});

describe('a capture that has ended', { timeout: 20_000 }, () => {
  it('says so if its last segment is missing', async t => {
    const { service, folder } = setUp(t);
    const key = captureFileName(2000, endedPid(), 1);
    const path = join(folder, key);
    const { store } = openLog(path, { segmentByteLength: 100 });
    store.append(numberedBatch(0, 10));
    store.append(numberedBatch(10, 10));
    store.close();
    rmSync(segmentPath(path, 2));
    const { capture } = await service.archive.open(key);
    assert.equal(
      capture.storage.problem,
      '10 messages are lost: they are in none of the files of the capture.',
    );
  });
});

describe('a control file', { timeout: 20_000 }, () => {
  const endless = 'WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT count(*)';
  const odd: Readonly<Record<string, readonly [sql: string, problem: RegExp]>> = {
    'computes what it says, for ever': [
      `ALTER TABLE capture RENAME TO other;
       CREATE VIEW capture AS ${endless} AS first_seq, o.* FROM n, other AS o`,
      /no capture of WebSocket Monitor/,
    ],
    'computes something for ever when it is written': [
      `UPDATE capture SET ended = NULL, last_at = NULL;
       CREATE TRIGGER t AFTER UPDATE ON capture BEGIN ${endless} FROM n; END`,
      /no capture of WebSocket Monitor/,
    ],
    'began at no time': ['UPDATE capture SET started = 9e999', /says no time/],
    'ended at no time': ['UPDATE capture SET last_at = -9e999', /says no time/],
  };
  for (const [what, [sql, problem]] of Object.entries(odd)) {
    it(`is listed with what is wrong: it ${what}`, async t => {
      const { service, folder, key } = setUp(t, sql);
      const other = leftCapture(folder, { startedAt: 3000, pid: endedPid(), rowCount: 1 });
      const listed = await service.archive.list();
      assert.deepEqual(
        listed.map(capture => capture.key),
        [other, key],
      );
      assert.match(listed[1]?.problem ?? '', problem);
      await assert.rejects(service.archive.open(key), problem);
    });
  }

  it('has names of any length, of which the list shows the beginning', async t => {
    const { service } = setUp(t, 'UPDATE capture SET name = hex(zeroblob(1000000)), url = name');
    const [listed] = await service.archive.list();
    assert.equal(listed?.name, '0'.repeat(1000));
    assert.equal(listed.url.length <= 1000, true);
  });
});

describe('a file that is damaged while a view reads it', { timeout: 20_000 }, () => {
  /** Two segments, so that the last row can be read, of more rows than are read at once. */
  async function openLarge(t: TestContext) {
    const started = setUp(t);
    const key = captureFileName(2000, endedPid(), 1);
    const path = join(started.folder, key);
    const { store } = openLog(path, { segmentByteLength: 2_000_000 });
    for (let seq = 0; seq < 120_000; seq += 1000) {
      store.append(numberedBatch(seq, 1000));
    }
    store.close();
    const { capture } = await started.service.archive.open(key);
    return { ...started, path, capture };
  }

  it('is a problem of that view alone where it was cut', async t => {
    const { service, workers, path, capture } = await openLarge(t);
    const live = service.open(unlimited('live'));
    const append = async () => {
      live.append(Date.now(), flagsOf('text', 'in'), new TextEncoder().encode('1'));
      await live.flush();
    };
    await append();
    writeFileSync(segmentPath(path, 1), readFileSync(segmentPath(path, 1)).subarray(0, 1_000_000));
    for (let view = 0; view < 5; view++) {
      const captures = view < 4 ? [capture.id] : [capture.id, live.id];
      const cut = service.openView({ captures, condition: containsOne });
      await until('the problem', () => cut.state.problem !== undefined);
      assert.match(
        cut.state.problem ?? '',
        /^The messages cannot be read: .*-00001\.log is shorter/,
      );
      assert.deepEqual(await cut.find(containsOne, 0, 'next'), { position: 1, isWrapped: false });
      await append();
    }
    assert.equal(workers.length, 1);
    assert.deepEqual([live.extent.next, live.storage.problem], [6, undefined]);
  });

  it('lacks the rows that were there', async t => {
    const { service, workers, path, capture } = await openLarge(t);
    const bytes = readFileSync(segmentPath(path, 1));
    writeFileSync(segmentPath(path, 1), bytes.fill(0, 1_000_000, 1_100_000));
    const view = service.openView({ captures: [capture.id], condition: containsOne });
    const count = await searched(view);
    assert.equal(count > 50_000 && count < 120_000, true, `${count} rows`);
    assert.equal(workers.length, 1);
  });
});
