import assert from 'node:assert/strict';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import * as sqlite from 'node:sqlite';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import type { RetentionLimits } from '../../../../../src/core/capture/archiveRetention.ts';
import { sweepArchive } from '../../../../../src/node/captureWorker/archive/archiveSweep.ts';
import { captureFileName } from '../../../../../src/node/files/captureFiles.ts';
import { segmentPath } from '../../../../../src/node/files/segmentFiles.ts';
import { makeNote } from '../../../../../src/node/files/captureNotes.ts';
import { LogStore } from '../../../../../src/node/captureWorker/store/logStore.ts';
import {
  abandonedCapture,
  endedPid,
  leftCapture,
  lockForAWhile,
  numberedBatch,
  scratchFolder,
  setWritten,
  storeAt,
} from '../../../../support/capture/captures.ts';

const now = Date.UTC(2026, 0, 1);
const hour = 3_600_000;

const day = 24 * hour;

function sweep(folder: string, limits: Partial<RetentionLimits> = {}, at = now) {
  return sweepArchive(
    sqlite,
    folder,
    { maxAgeMs: Infinity, maxByteLength: Infinity, ...limits },
    at,
  );
}

function keysIn(folder: string, limits?: Partial<RetentionLimits>, at?: number): readonly string[] {
  return sweep(folder, limits, at).captures.map(({ key }) => key);
}

/** The names of the files of a capture with few rows. */
function filesOf(key: string): readonly string[] {
  return [key, basename(segmentPath(key, 1))];
}

describe('a sweep of the archive', () => {
  it('tells of each capture what its file says', () => {
    using folder = scratchFolder();
    const pid = endedPid();
    const key = leftCapture(folder.path, { startedAt: now - hour, pid, rowCount: 20, lastAt: 99 });
    assert.deepEqual(sweep(folder.path), {
      captures: [
        {
          key,
          window: `process ${pid}`,
          name: 'left',
          url: 'ws://localhost/left',
          startedAt: now - hour,
          endedAt: 99,
          rowCount: 20,
          fileByteLength: filesOf(key).reduce(
            (sum, name) => sum + statSync(join(folder.path, name)).size,
            0,
          ),
          isAbandoned: false,
        },
      ],
      removed: [],
      unoffered: [],
      warnings: [],
    });
  });

  it('keeps any number of captures', () => {
    using folder = scratchFolder();
    const keys = Array.from({ length: 40 }, (_, n) =>
      leftCapture(folder.path, { startedAt: now - n * hour, pid: 40_000_000 + n, rowCount: 1 }),
    );
    assert.deepEqual(keysIn(folder.path), keys);
    assert.equal(readdirSync(folder.path).length, 80);
  });

  it('removes the windows that ended first where they are too large, with what is beside them', () => {
    using folder = scratchFolder();
    const put = (window: string, ordinal: number, age: number) =>
      leftCapture(folder.path, {
        startedAt: now - age,
        ordinal,
        window,
        pid: endedPid(),
        rowCount: 1,
        payloadByteLength: 100_000,
      });
    const newest = [1, 2, 3].map(ordinal => put('a', ordinal, ordinal * hour));
    const older = [1, 2].map(ordinal => put('b', ordinal, 2 * day));
    for (const ending of ['-wal', '-shm', '-journal', '-due', '-offered']) {
      writeFileSync(join(folder.path, `${older[1]}${ending}`), '');
    }
    const { captures, removed, warnings } = sweep(folder.path, { maxByteLength: 350_000 });
    assert.deepEqual(
      captures.map(({ key, window }) => [key, window]),
      newest.map(key => [key, 'a']),
    );
    assert.deepEqual(
      [removed, warnings],
      [
        older
          .toSorted()
          .toReversed()
          .map(key => ({ key, rowCount: 1, reason: 'size' })),
        [],
      ],
    );
    assert.deepEqual(readdirSync(folder.path).sort(), newest.flatMap(filesOf).sort());
    assert.deepEqual(keysIn(folder.path, { maxByteLength: 0 }), newest);
  });

  it('keeps what a window with eight connections left when it went down, whatever the limits are', () => {
    using folder = scratchFolder();
    const pid = endedPid();
    const put = (age: number, ordinal: number) =>
      abandonedCapture(folder.path, now - age, pid, 3000, ordinal);
    const keys = Array.from({ length: 8 }, (_, n) => put(90 * day, n + 1)).toReversed();
    const limits = { maxByteLength: 1, maxAgeMs: 1 };
    for (const at of [now, now + 5 * day, now + 4000 * day]) {
      const { captures, unoffered, removed } = sweep(folder.path, limits, at);
      assert.deepEqual(
        captures.map(({ key, isAbandoned, rowCount }) => [key, isAbandoned, rowCount]),
        keys.map(key => [key, true, 3000]),
      );
      assert.deepEqual([unoffered, removed], [keys, []]);
    }
  });

  it('keeps them for a day after they were offered, then as long as all others', () => {
    using folder = scratchFolder();
    const keys = [
      abandonedCapture(folder.path, now - 90 * day, endedPid(), 10),
      leftCapture(folder.path, { startedAt: now - 91 * day, pid: endedPid(), rowCount: 1 }),
      leftCapture(folder.path, { startedAt: now - day, pid: endedPid(), rowCount: 1 }),
    ];
    setWritten(join(folder.path, `${keys[0]}-wal`), now - 90 * day);
    const [left = ''] = keys;
    assert.equal(sweep(folder.path).unoffered.length, 1);
    setWritten(join(folder.path, left), now - 90 * day);
    makeNote(join(folder.path, left), 'offered', now);
    const kept = (at: number) =>
      keysIn(folder.path, { maxByteLength: 1 }, at).map(key => keys.indexOf(key));
    assert.deepEqual(sweep(folder.path).unoffered, []);
    assert.deepEqual([kept(now + 0.9 * day), kept(now + day)], [[2, 0], [2]]);
  });

  it('tells a day before that a capture is too old, and then removes it', () => {
    using folder = scratchFolder();
    const pid = endedPid();
    const old = leftCapture(folder.path, { startedAt: now - 31 * day, pid, rowCount: 4 });
    const limits = { maxAgeMs: 30 * day };
    const due = (at: number) => sweep(folder.path, limits, at).captures.map(({ dueAt }) => dueAt);
    assert.deepEqual(due(now), [now + day]);
    assert.deepEqual(due(now + 0.9 * day), [now + day]);
    assert.deepEqual(due(now - 5 * day), [undefined], 'the clock was put right');
    assert.deepEqual(due(now), [now + day]);
    const { captures, removed } = sweep(folder.path, limits, now + day);
    assert.deepEqual([captures, removed], [[], [{ key: old, rowCount: 4, reason: 'age' }]]);
    assert.deepEqual(readdirSync(folder.path), []);
  });

  it('counts the age from when a capture was written to last', () => {
    using folder = scratchFolder();
    const left = { startedAt: now - 90 * day, pid: endedPid(), rowCount: 1 };
    leftCapture(folder.path, { ...left, writtenAt: now - day });
    leftCapture(folder.path, { ...left, startedAt: now - 80 * day, lastAt: now - 2 * day });
    const { captures } = sweep(folder.path, { maxAgeMs: 30 * day });
    assert.deepEqual(
      captures.map(({ dueAt }) => dueAt),
      [undefined, undefined],
    );
  });

  it('follows no link, and leaves alone what is not its own', () => {
    using folder = scratchFolder();
    using elsewhere = scratchFolder();
    const target = leftCapture(elsewhere.path, { startedAt: 1000, pid: endedPid(), rowCount: 3 });
    const content = readFileSync(join(elsewhere.path, target));
    const linked = captureFileName(2000, endedPid(), 1);
    symlinkSync(join(elsewhere.path, target), join(folder.path, linked));
    symlinkSync(join(elsewhere.path, 'gone'), join(folder.path, captureFileName(2500, 1, 1)));
    mkdirSync(join(folder.path, captureFileName(3000, endedPid(), 1)));
    for (const name of ['notes.sqlite', 'notes.sqlite-due', `${target}.part`, 'a.txt']) {
      writeFileSync(join(folder.path, name), '');
    }
    const before = readdirSync(folder.path);
    for (const at of [now, now + 2 * day]) {
      const nothing = { captures: [], removed: [], unoffered: [], warnings: [] };
      assert.deepEqual(sweep(folder.path, { maxAgeMs: 1, maxByteLength: 0 }, at), nothing);
    }
    assert.deepEqual(readdirSync(folder.path), before);
    assert.deepEqual(readFileSync(join(elsewhere.path, target)), content);
  });

  it('removes captures without a row, and a log without its database', () => {
    using folder = scratchFolder();
    const pid = endedPid();
    leftCapture(folder.path, { startedAt: now - hour, pid, rowCount: 0 });
    writeFileSync(join(folder.path, captureFileName(now - 2 * hour, pid, 1)), '');
    writeFileSync(join(folder.path, `${captureFileName(now - 3 * hour, pid, 1)}-wal`), 'x');
    assert.deepEqual(sweep(folder.path).captures, []);
    assert.deepEqual(readdirSync(folder.path), []);
  });

  it('settles what a crash left, which is offered once: all rows, without a write-ahead log', () => {
    using folder = scratchFolder();
    const key = abandonedCapture(folder.path, now - hour, endedPid(), 5000);
    assert.ok(readdirSync(folder.path).includes(`${key}-wal`));
    const { captures } = sweep(folder.path);
    assert.deepEqual(
      captures.map(({ rowCount, isAbandoned, problem }) => [rowCount, isAbandoned, problem]),
      [[5000, true, undefined]],
    );
    assert.deepEqual(readdirSync(folder.path), [...filesOf(key), `${key}-offer`]);
  });

  it('leaves alone what a process that lives writes to, however old it is', () => {
    using folder = scratchFolder();
    const path = join(folder.path, captureFileName(0, process.pid, 1));
    const store = storeAt(path, 0);
    store.append(numberedBatch(0, 3));
    for (let n = 0; n < 6; n++) {
      leftCapture(folder.path, { startedAt: now - n, pid: endedPid(), rowCount: 1 });
    }
    assert.equal(sweep(folder.path, { maxByteLength: 0 }).captures.length, 1);
    assert.ok(readdirSync(folder.path).some(name => path.endsWith(name)));
    store.close();
  });

  it('leaves alone what a process that lives is about to write to', () => {
    using folder = scratchFolder();
    const young = captureFileName(now - 1000, process.ppid, 1);
    writeFileSync(join(folder.path, young), '');
    assert.deepEqual(sweep(folder.path).captures, []);
    assert.deepEqual(readdirSync(folder.path), [young]);
  });

  it('takes a capture for ended where another process has got the number of its own', () => {
    using folder = scratchFolder();
    const keys = [
      abandonedCapture(folder.path, now - hour, process.pid, 10),
      leftCapture(folder.path, { startedAt: now - 1000, pid: process.pid, rowCount: 3 }),
    ];
    assert.deepEqual(
      sweep(folder.path).captures.map(({ key, isAbandoned }) => [keys.indexOf(key), isAbandoned]),
      [
        [1, false],
        [0, true],
      ],
    );
  });

  it('tells by the lock who writes, where the number of a process says nothing', () => {
    using folder = scratchFolder();
    const path = join(folder.path, captureFileName(0, endedPid(), 1));
    const store = storeAt(path, 0);
    store.append(numberedBatch(0, 3));
    const nothing = { captures: [], removed: [], unoffered: [], warnings: [] };
    assert.deepEqual(sweep(folder.path, { maxAgeMs: 1, maxByteLength: 0 }), nothing);
    store.close();
    assert.deepEqual(
      sweep(folder.path).captures.map(({ rowCount, isAbandoned }) => [rowCount, isAbandoned]),
      [[3, false]],
    );
  });

  it('finds what a crash left also while it is being settled elsewhere', async () => {
    using folder = scratchFolder();
    const key = abandonedCapture(folder.path, now - hour, endedPid(), 5000);
    const ended = await lockForAWhile(join(folder.path, key));
    const { captures, unoffered } = sweep(folder.path);
    assert.deepEqual(
      captures.map(({ rowCount, isAbandoned }) => [rowCount, isAbandoned]),
      [[5000, true]],
    );
    assert.deepEqual(unoffered, [key]);
    await ended();
  });

  it('reads what ended also while it is being settled elsewhere, as where it is opened', async () => {
    using folder = scratchFolder();
    const key = leftCapture(folder.path, { startedAt: now - hour, pid: endedPid(), rowCount: 7 });
    const ended = await lockForAWhile(join(folder.path, key));
    assert.deepEqual(
      sweep(folder.path).captures.map(({ rowCount, problem }) => [rowCount, problem]),
      [[7, undefined]],
    );
    await ended();
  });

  it('keeps the closed captures of a window that still writes another one', () => {
    using folder = scratchFolder();
    const window = 'this one';
    const left = { startedAt: now - 90 * day, pid: process.pid, rowCount: 1, window };
    const closed = leftCapture(folder.path, left);
    leftCapture(folder.path, { startedAt: now - day, pid: endedPid(), rowCount: 1 });
    const path = join(folder.path, captureFileName(0, process.pid, 2));
    const store = storeAt(path, 0, window);
    store.append(numberedBatch(0, 3));
    const limits = { maxAgeMs: 1, maxByteLength: 0 };
    sweep(folder.path, limits);
    assert.deepEqual(keysIn(folder.path, limits, now + 2 * day), [closed]);
    store.close();
  });

  it('does not remove what a window reads, nor its neighbours', () => {
    using folder = scratchFolder();
    const put = (age: number, window: string) =>
      leftCapture(folder.path, { startedAt: now - age, window, pid: endedPid(), rowCount: 1 });
    const keys = [put(1, 'a'), put(day, 'b'), put(2 * day, 'c'), put(3 * day, 'b')];
    const path = join(folder.path, String(keys[3]));
    const reader = LogStore.open(sqlite, path, { maxBytes: Infinity });
    const kept = () => keysIn(folder.path, { maxByteLength: 0 }).map(key => keys.indexOf(key));
    assert.deepEqual(kept(), [0, 1, 3]);
    reader.close();
    assert.deepEqual(kept(), [0]);
  });

  it('says what is wrong with a file, and keeps it whatever its size', () => {
    using folder = scratchFolder();
    const pid = endedPid();
    const put = (age: number, content: string | Uint8Array) =>
      writeFileSync(join(folder.path, captureFileName(now - age, pid, age)), content);
    put(1, 'This is a text, and a rather long one. '.repeat(500));
    put(2, Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(20_000, 7)]));
    const alter = (age: number, sql: string) => {
      const key = leftCapture(folder.path, { startedAt: now - age, pid, rowCount: 9 });
      using database = new DatabaseSync(join(folder.path, key));
      database.exec(sql);
    };
    alter(3, 'PRAGMA user_version = 1');
    alter(4, 'PRAGMA user_version = 99');
    alter(5, 'DROP TABLE capture');
    alter(6, 'DELETE FROM capture');
    const { captures } = sweep(folder.path, { maxByteLength: 0 });
    const problems = captures.map(({ problem }) => problem ?? '');
    [
      /damaged/,
      /damaged/,
      /early version/,
      /newer version.*Update/,
      /cannot be read/,
      /read/,
    ].forEach((expected, index) => assert.match(problems[index] ?? '', expected));
    const left = readdirSync(folder.path).filter(name => name.endsWith('.sqlite'));
    assert.deepEqual([captures.length, left.length], [6, 6]);
  });

  it('lists a capture whose record says nonsense without believing it', () => {
    using folder = scratchFolder();
    const key = leftCapture(folder.path, { startedAt: now, pid: endedPid(), rowCount: 2 });
    using database = new DatabaseSync(join(folder.path, key));
    database.exec("UPDATE capture SET name = x'00ff', started = 'soon'");
    database.close();
    assert.match(sweep(folder.path).captures[0]?.problem ?? '', /cannot be read .*time/);
  });
});
