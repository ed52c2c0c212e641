import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as sqlite from 'node:sqlite';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { BatchReader, singleRowBatch } from '../../../../../src/core/record/batch.ts';
import { flagsOf, RowFlag } from '../../../../../src/core/record/record.ts';
import { sweepArchive } from '../../../../../src/node/captureWorker/archive/archiveSweep.ts';
import { migrate } from '../../../../../src/node/captureWorker/archive/migration.ts';
import { makeNote } from '../../../../../src/node/files/captureNotes.ts';
import { partFolderOf } from '../../../../../src/node/files/captureFiles.ts';
import { segmentPath } from '../../../../../src/node/files/segmentFiles.ts';
import {
  batchOf,
  endedPid,
  numberedBatch,
  scratchFolder,
  setWritten,
  textsAt,
} from '../../../../support/capture/captures.ts';
import { startCaptures, useCaptures } from '../../../../support/capture/captureService.ts';
import { oldCapture } from '../../../../support/capture/oldCaptures.ts';

const encoder = new TextEncoder();
const frame = { fragmentCount: 3, wireByteLength: 99, isCompressed: true, durationMs: 1.5 };
const text = flagsOf('text', 'in');
const compressed = text | RowFlag.Compressed;

function numbered(first: number, next: number): readonly (readonly [number, string])[] {
  return Array.from({ length: next - first }, (_, n) => [first + n, `#${first + n}`]);
}

function sweep(folder: string) {
  const limits = { maxAgeMs: Infinity, maxByteLength: Infinity };
  return sweepArchive(sqlite, folder, limits, Date.now());
}

/** All bytes of all files in a folder, by their names. */
function contentOf(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return new Map(
    files
      .filter(name => statSync(join(folder, name)).isFile())
      .map(name => [name, readFileSync(join(folder, name), 'latin1')]),
  );
}

describe('a capture that an early version recorded', { timeout: 180_000 }, () => {
  it('becomes a log when it is opened, with all that it was', async t => {
    const { service, folder } = useCaptures(t);
    mkdirSync(folder);
    const big = encoder.encode('b'.repeat(300_000));
    const rows = [
      { at: 5.25, flags: flagsOf('state', 'in'), payload: encoder.encode('{"state":"connected"}') },
      { at: 6, flags: flagsOf('binary', 'out'), payload: Uint8Array.of(0, 255, 0) },
      { at: 6, flags: flagsOf('ping', 'out', true), payload: new Uint8Array() },
      { at: 7, flags: text, payload: encoder.encode('l'.repeat(70_000)) },
    ];
    const key = oldCapture(folder, {
      startedAt: 1000,
      pid: endedPid(),
      blocks: [
        batchOf(100, rows),
        new BatchReader(singleRowBatch(104, 8, text, big)),
        new BatchReader(singleRowBatch(110, 9.5, compressed, encoder.encode('framed'), frame)),
      ],
      sql: "UPDATE capture SET dropped = 100, missing = 5, source = 'a.ndjson'",
    });
    const path = join(folder, key);
    makeNote(path, 'offered', 5000);
    setWritten(path, 50_000);
    const [listed] = await service.archive.list();
    const { archived, capture } = await service.archive.open(key);
    assert.deepEqual(
      { ...archived, fileByteLength: 0 },
      {
        key,
        window: 'a window',
        name: 'old',
        url: 'ws://localhost/old',
        source: 'a.ndjson',
        startedAt: 1000,
        endedAt: 9.5,
        rowCount: 6,
        fileByteLength: 0,
        isAbandoned: false,
      },
    );
    assert.deepEqual({ ...listed, fileByteLength: 0 }, { ...archived, fileByteLength: 0 });
    assert.deepEqual(
      { ...capture.extent, byteLength: 0 },
      { first: 100, next: 111, byteLength: 0, dropped: 100, missing: 5 },
    );
    const found = await capture.rows(0, 1000);
    assert.deepEqual(
      found.map(({ seq, at, kind, direction, heartbeat, byteLength }) => [
        seq,
        at,
        kind,
        direction,
        heartbeat,
        byteLength,
      ]),
      [
        [100, 5.25, 'state', 'in', false, 21],
        [101, 6, 'binary', 'out', false, 3],
        [102, 6, 'ping', 'out', true, 0],
        [103, 7, 'text', 'in', false, 70_000],
        [104, 8, 'text', 'in', false, 300_000],
        [110, 9.5, 'text', 'in', false, 6],
      ],
    );
    assert.ok(Buffer.from(big).equals((await capture.payload(104, 0, 1e6))?.bytes ?? Buffer.of()));
    assert.deepEqual(await capture.frame(110), frame);
    assert.deepEqual(readdirSync(folder), [key, `${key}-00001.log`, `${key}-offered`]);
    assert.equal(statSync(path).mtimeMs, 50_000);
    assert.equal(statSync(segmentPath(path, 1)).mode & 0o77, 0);
    capture.dispose();
    const before = contentOf(folder);
    const again = await service.archive.open(key);
    assert.equal((await again.capture.rows(0, 1000)).length, 6);
    assert.deepEqual(contentOf(folder), before);
  });

  it('keeps what its window did not end, without the rows that were cleared', async t => {
    const { service, folder } = useCaptures(t);
    mkdirSync(folder);
    const key = oldCapture(folder, {
      startedAt: 1000,
      pid: endedPid(),
      blocks: [numberedBatch(0, 1000), numberedBatch(1000, 2000)],
      sql: `UPDATE capture SET cleared_from = 100, cleared_below = 700, cleared_bytes = 5,
              cleared_dropped = 100, dropped = 0`,
      isAbandoned: true,
    });
    assert.equal(await service.archive.hasAbandoned(), true);
    const [taken] = await service.archive.takeAbandoned();
    assert.deepEqual([taken?.key, taken?.rowCount], [key, 2300]);
    const { archived, capture } = await service.archive.open(key);
    assert.deepEqual([archived.isAbandoned, archived.rowCount], [true, 2300]);
    assert.deepEqual(
      (await capture.rows(0, 5000)).map(({ seq, preview }) => [seq, preview]),
      numbered(700, 3000),
    );
    assert.deepEqual(await service.archive.takeAbandoned(), []);
  });

  it('is opened by two windows at once', async t => {
    const { service, folder } = useCaptures(t);
    const { service: other, end } = startCaptures({ folder });
    t.after(end);
    mkdirSync(folder);
    const blocks = Array.from({ length: 30 }, (_, n) => numberedBatch(n * 4000, 4000));
    const key = oldCapture(folder, { startedAt: 1000, pid: endedPid(), blocks });
    const opened = await Promise.all([service, other].map(({ archive }) => archive.open(key)));
    assert.deepEqual(
      opened.map(({ archived }) => archived.rowCount),
      [120_000, 120_000],
    );
    assert.deepEqual(readdirSync(folder), [key, `${key}-00001.log`]);
  });

  it('is whole, or as it was, wherever its migration is cut off', async t => {
    using done = scratchFolder();
    const left = { startedAt: 1000, pid: endedPid(), blocks: [numberedBatch(0, 3000)] };
    const path = join(done.path, oldCapture(done.path, left));
    migrate(sqlite, path);
    const states: readonly (readonly [string, (path: string, part: string) => void])[] = [
      ['nothing is written', () => undefined],
      [
        'a part of the log',
        (_, part) => {
          copyFileSync(segmentPath(path, 1), segmentPath(part, 1));
          truncateSync(segmentPath(part, 1), 1001);
        },
      ],
      [
        'all is written',
        (_, part) => {
          copyFileSync(segmentPath(path, 1), segmentPath(part, 1));
          copyFileSync(path, part);
        },
      ],
      [
        'the log has its place',
        (to, part) => {
          copyFileSync(segmentPath(path, 1), segmentPath(to, 1));
          copyFileSync(path, part);
        },
      ],
      [
        'an early version has written more to it since',
        to => {
          copyFileSync(segmentPath(path, 1), segmentPath(to, 1));
          copyFileSync(segmentPath(path, 1), segmentPath(to, 2));
          using database = new DatabaseSync(to);
          database.exec(
            "INSERT INTO record VALUES (3000, 0, 1, '#3000'); UPDATE capture SET next_seq = 3001",
          );
        },
      ],
      [
        'the control file has its place',
        to => {
          copyFileSync(segmentPath(path, 1), segmentPath(to, 1));
          copyFileSync(path, to);
        },
      ],
    ];
    for (const [what, cutOff] of states) {
      const { service, folder } = useCaptures(t);
      mkdirSync(folder);
      const key = oldCapture(folder, left);
      const to = join(folder, key);
      mkdirSync(partFolderOf(to));
      cutOff(to, join(partFolderOf(to), key));
      const rowCount = what.startsWith('an early') ? 3001 : 3000;
      const [listed] = await service.archive.list();
      assert.deepEqual([listed?.rowCount, listed?.problem], [rowCount, undefined], what);
      const isLog = what.startsWith('the control');
      const segments = isLog ? [`${key}-00001.log`] : [];
      assert.deepEqual(readdirSync(folder), [key, ...segments], what);
      const { capture } = await service.archive.open(key);
      assert.equal((await capture.rows(0, 5000)).length, rowCount, what);
      capture.dispose();
      assert.deepEqual(readdirSync(folder), [key, `${key}-00001.log`], what);
      await service.archive.remove(key);
      assert.deepEqual(readdirSync(folder), [], what);
    }
  });

  it('stays as it was where the disk is full, and the sentence says how much is needed', () => {
    using folder = scratchFolder();
    const blocks = [numberedBatch(0, 4000), numberedBatch(4000, 4000)];
    const key = oldCapture(folder.path, { startedAt: 1000, pid: endedPid(), blocks });
    const before = contentOf(folder.path);
    const path = join(folder.path, key);
    assert.throws(() => migrate(sqlite, path, 100_000), /too little room: free 1 MB/);
    assert.deepEqual(contentOf(folder.path), before);
    assert.deepEqual(readdirSync(folder.path), [key]);
    assert.equal(migrate(sqlite, path), true);
    assert.deepEqual(textsAt(path), numbered(0, 8000));
  });

  it('stays as it was where it cannot be moved', () => {
    using folder = scratchFolder();
    const left = { startedAt: 1000, pid: endedPid(), blocks: [numberedBatch(0, 10)] };
    const key = oldCapture(folder.path, left);
    const path = join(folder.path, key);
    mkdirSync(segmentPath(path, 1));
    assert.throws(() => migrate(sqlite, path), /EISDIR|ENOTEMPTY|EPERM/);
    assert.deepEqual(readdirSync(folder.path), [key, `${key}-00001.log`]);
    using database = new DatabaseSync(path, { readOnly: true });
    assert.equal(database.prepare('SELECT count(*) AS n FROM record').get()?.['n'], 10);
  });

  it('waits while another window does so, and may be read meanwhile', () => {
    using folder = scratchFolder();
    const left = { startedAt: 1000, pid: endedPid(), blocks: [numberedBatch(0, 10)] };
    const path = join(folder.path, oldCapture(folder.path, left));
    using other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    assert.equal(migrate(sqlite, path), false);
    const [listed] = sweep(folder.path).captures;
    assert.deepEqual([listed?.rowCount, listed?.problem], [10, undefined]);
    other.exec('ROLLBACK');
    assert.equal(migrate(sqlite, path), true);
    assert.equal(migrate(sqlite, path), false, 'it is a log');
    assert.equal(textsAt(path).length, 10);
  });

  it('is refused where it is damaged, and stays as it was', async t => {
    const { service, folder } = useCaptures(t);
    mkdirSync(folder);
    const blocks = [numberedBatch(0, 4000), numberedBatch(4000, 4000)];
    const key = oldCapture(folder, { startedAt: 1000, pid: endedPid(), blocks });
    const path = join(folder, key);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0xa5, 8 * 4096, 9 * 4096));
    const before = contentOf(folder);
    await assert.rejects(service.archive.open(key), /The file is damaged/);
    assert.deepEqual(contentOf(folder), before);
    assert.equal(existsSync(partFolderOf(path)), false);
  });
});
