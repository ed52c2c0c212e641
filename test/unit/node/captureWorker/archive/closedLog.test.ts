import assert from 'node:assert/strict';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as sqlite from 'node:sqlite';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { sweepArchive } from '../../../../../src/node/captureWorker/archive/archiveSweep.ts';
import type { LogStore } from '../../../../../src/node/captureWorker/store/logStore.ts';
import { captureFileName } from '../../../../../src/node/files/captureFiles.ts';
import { segmentPath } from '../../../../../src/node/files/segmentFiles.ts';
import {
  copyCapture,
  endedPid,
  leftCapture,
  numberedBatch,
  scratchFolder,
  storeAt,
  textsAt,
} from '../../../../support/capture/captures.ts';
import { useCaptures } from '../../../../support/capture/captureService.ts';

const hourMs = 3_600_000;

/** Puts a capture into `folder` as it is when its window is killed after `write`; returns its path. */
function killedAfter(folder: string, write: (store: LogStore) => void): string {
  using scratch = scratchFolder();
  const to = join(folder, captureFileName(1000, endedPid(), 1));
  const store = storeAt(join(scratch.path, 'a.sqlite'), 1000);
  write(store);
  copyCapture(join(scratch.path, 'a.sqlite'), to);
  store.close();
  return to;
}

/** A log of two segments with a thousand rows each, of which the first has two blocks. */
function writeTwoSegments(store: LogStore): void {
  store.append(numberedBatch(0, 500));
  store.append(numberedBatch(500, 500));
  store.clear();
  store.append(numberedBatch(1000, 1000));
  store.restore();
}

function numbered(first: number, next: number): readonly (readonly [number, string])[] {
  return Array.from({ length: next - first }, (_, n) => [first + n, `#${first + n}`]);
}

function sweep(folder: string, now = Date.now()) {
  const limits = { maxAgeMs: Infinity, maxByteLength: Infinity };
  return sweepArchive(sqlite, folder, limits, now);
}

function controlOf(path: string) {
  using database = new DatabaseSync(path, { readOnly: true });
  return { ...database.prepare('SELECT * FROM capture').get() };
}

/** Changes a byte of a file, counted from its end. */
function damage(path: string, fromEnd: number): void {
  const bytes = readFileSync(path);
  const at = bytes.length - fromEnd;
  writeFileSync(path, bytes.fill((bytes[at] ?? 0) ^ 0xff, at, at + 1));
}

describe('a log that its window did not end', () => {
  it('is cut behind its last whole block, which is no damage', async t => {
    const { service, folder } = useCaptures(t);
    mkdirSync(folder);
    let whole = 0;
    const path = killedAfter(folder, store => {
      store.append(numberedBatch(0, 500));
      store.append(numberedBatch(500, 500));
      whole = store.extent.next;
      store.append(numberedBatch(1000, 500));
    });
    const segment = segmentPath(path, 1);
    truncateSync(segment, statSync(segment).size - 9);
    const [listed] = await service.archive.list();
    assert.deepEqual([listed?.rowCount, listed?.isAbandoned], [whole, true]);
    const { size } = statSync(segment);
    const { capture } = await service.archive.open(listed?.key ?? '');
    assert.equal(capture.storage.problem, undefined);
    assert.deepEqual(
      (await capture.rows(0, 5000)).map(({ seq, preview }) => [seq, preview]),
      numbered(0, whole),
    );
    assert.equal(statSync(segment).size, size);
    const { first_seq, next_seq, ended, last_at } = controlOf(path);
    assert.deepEqual([first_seq, next_seq, ended, last_at], [0, whole, null, 0]);
  });

  it('has no row that was cleared, and no segment of such rows', () => {
    using folder = scratchFolder();
    const path = killedAfter(folder.path, store => {
      store.append(numberedBatch(0, 1000));
      store.clear();
      store.append(numberedBatch(1000, 500));
    });
    const [listed] = sweep(folder.path).captures;
    assert.deepEqual([listed?.rowCount, listed?.isAbandoned], [500, true]);
    assert.deepEqual(
      readdirSync(folder.path).filter(name => name.endsWith('.log')),
      [`${listed?.key}-00002.log`],
    );
    assert.deepEqual(textsAt(path), numbered(1000, 1500));
    const { cleared_below, first_seq } = controlOf(path);
    assert.deepEqual([cleared_below, first_seq], [null, 1000]);
  });

  it('is read where a block of it is damaged, and the sentence says what is lost', async t => {
    const { service, folder } = useCaptures(t);
    mkdirSync(folder);
    const path = killedAfter(folder, writeTwoSegments);
    damage(segmentPath(path, 1), 100);
    const [listed] = await service.archive.list();
    const { capture } = await service.archive.open(listed?.key ?? '');
    assert.match(
      capture.storage.problem ?? '',
      /^500 messages are lost, or not as they came: \S+-00001\.log was damaged or removed\.$/,
    );
    const rows = await capture.rows(0, 5000);
    const texts = rows.map(({ seq, preview }) => [seq, preview]);
    assert.deepEqual(texts.slice(0, 500), numbered(0, 500));
    assert.deepEqual(texts.slice(-1000), numbered(1000, 2000));
  });

  it('counts no row of a block that is lost', () => {
    using folder = scratchFolder();
    const path = killedAfter(folder.path, writeTwoSegments);
    const segment = segmentPath(path, 1);
    truncateSync(segment, statSync(segment).size - 9);
    const [listed] = sweep(folder.path).captures;
    assert.equal(listed?.rowCount, 1500);
    assert.equal(controlOf(path)['missing'], 500);
    assert.deepEqual(textsAt(path), [...numbered(0, 500), ...numbered(1000, 2000)]);
  });
});

describe('the files of a log', () => {
  it('are removed without their control file, unless they got their names just now', () => {
    using folder = scratchFolder();
    const path = killedAfter(folder.path, writeTwoSegments);
    rmSync(path);
    rmSync(`${path}-wal`);
    const nothing = { captures: [], removed: [], unoffered: [], warnings: [] };
    assert.deepEqual(sweep(folder.path), nothing);
    assert.equal(readdirSync(folder.path).length, 2);
    assert.deepEqual(sweep(folder.path, Date.now() + hourMs), nothing);
    assert.deepEqual(readdirSync(folder.path), []);
  });

  it('are missed where only the control file is there, which is kept until it is removed', async t => {
    const { service, folder } = useCaptures(t);
    mkdirSync(folder);
    const key = leftCapture(folder, { startedAt: 1000, pid: endedPid(), rowCount: 5 });
    rmSync(segmentPath(join(folder, key), 1));
    const [listed] = await service.archive.list();
    assert.match(
      listed?.problem ?? '',
      /messages of the capture are not there: its files \S+-00001/,
    );
    await assert.rejects(service.archive.open(key), /messages of the capture are not there/);
    assert.deepEqual(readdirSync(folder), [key]);
    await service.archive.remove(key);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('are read where one of them is missing, and the sentence says what is lost', async t => {
    const { service, folder } = useCaptures(t);
    mkdirSync(folder);
    const key = captureFileName(1000, endedPid(), 1);
    const path = join(folder, key);
    const store = storeAt(path, 1000);
    writeTwoSegments(store);
    store.clear();
    store.append(numberedBatch(2000, 300));
    store.restore();
    store.close();
    rmSync(segmentPath(path, 2));
    const { capture } = await service.archive.open(key);
    assert.match(capture.storage.problem ?? '', /^1,000 messages are lost.*-00002\.log was/);
    assert.deepEqual(
      (await capture.rows(0, 5000)).map(({ seq, preview }) => [seq, preview]),
      [...numbered(0, 1000), ...numbered(2000, 2300)],
    );
  });

  it('are plain files: no link is followed', () => {
    using folder = scratchFolder();
    using elsewhere = scratchFolder();
    const path = killedAfter(folder.path, store => store.append(numberedBatch(0, 5)));
    const target = join(elsewhere.path, 'a.log');
    writeFileSync(target, 'of somebody else');
    symlinkSync(target, segmentPath(path, 2));
    assert.equal(sweep(folder.path).captures[0]?.rowCount, 5);
    assert.equal(readFileSync(target, 'utf8'), 'of somebody else');
  });

  it('are no capture any more where only some of them can be removed', async t => {
    const { service, folder } = useCaptures(t);
    mkdirSync(folder);
    const key = leftCapture(folder, { startedAt: 1000, pid: endedPid(), rowCount: 5 });
    mkdirSync(join(folder, `${key}-shm`));
    await assert.rejects(service.archive.remove(key), /EISDIR|directory/);
    assert.deepEqual(readdirSync(folder), [`${key}-00001.log`, `${key}-shm`]);
    assert.deepEqual(await service.archive.list(), []);
  });
});
