import assert from 'node:assert/strict';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as sqlite from 'node:sqlite';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { sweepArchive } from '../../../src/node/archiveSweep.ts';
import { captureFileName } from '../../../src/node/captureFiles.ts';
import { SqliteStore } from '../../../src/node/sqliteStore.ts';
import { abandonedCapture, endedPid, leftCapture, scratchFolder } from '../../support/captures.ts';

const now = Date.UTC(2026, 0, 1);
const hour = 3_600_000;

function sweep(folder: string, maxByteLength = Infinity) {
  return sweepArchive(sqlite, folder, maxByteLength, now);
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
          name: 'left',
          url: 'ws://localhost/left',
          startedAt: now - hour,
          endedAt: 99,
          rowCount: 20,
          fileByteLength: statSync(join(folder.path, key)).size,
          isAbandoned: false,
        },
      ],
      warnings: [],
    });
  });

  it('keeps the newest five, and removes the others with what is beside them', () => {
    using folder = scratchFolder();
    const pid = endedPid();
    const keys = Array.from({ length: 8 }, (_, n) =>
      leftCapture(folder.path, { startedAt: now - n * hour, pid, rowCount: 1 }),
    );
    for (const ending of ['-wal', '-shm', '-journal']) {
      writeFileSync(join(folder.path, `${keys[6]}${ending}`), '');
    }
    writeFileSync(join(folder.path, 'notes.sqlite'), '');
    const { captures } = sweep(folder.path);
    assert.deepEqual(
      captures.map(({ key }) => key),
      keys.slice(0, 5),
    );
    assert.deepEqual(readdirSync(folder.path).sort(), [...keys.slice(0, 5), 'notes.sqlite'].sort());
  });

  it('keeps of them what is within the limit of size, and the newest always', () => {
    using folder = scratchFolder();
    const pid = endedPid();
    const keys = [300_000, 1, 1, 1].map((payloadByteLength, n) =>
      leftCapture(folder.path, { startedAt: now - n * hour, pid, rowCount: 1, payloadByteLength }),
    );
    const kept = (maxByteLength: number) =>
      sweep(folder.path, maxByteLength).captures.map(({ key }) => keys.indexOf(key));
    const [first = 0, second = 0] = keys.map(key => statSync(join(folder.path, key)).size);
    assert.deepEqual(kept(Infinity), [0, 1, 2, 3]);
    assert.deepEqual([kept(first + second), kept(first + second - 1), kept(0)], [[0, 1], [0], [0]]);
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

  it('settles what a crash left, which is offered once: all rows, in one file', () => {
    using folder = scratchFolder();
    const key = abandonedCapture(folder.path, now - hour, endedPid(), 5000);
    assert.ok(readdirSync(folder.path).includes(`${key}-wal`));
    const { captures } = sweep(folder.path);
    assert.deepEqual(
      captures.map(({ rowCount, isAbandoned, problem }) => [rowCount, isAbandoned, problem]),
      [[5000, true, undefined]],
    );
    assert.deepEqual(readdirSync(folder.path), [key]);
  });

  it('leaves alone what a process that lives writes to, however old it is', () => {
    using folder = scratchFolder();
    const path = join(folder.path, captureFileName(0, process.pid, 1));
    const store = new SqliteStore(sqlite, path, { name: '', url: '', startedAt: 0 });
    for (let n = 0; n < 6; n++) {
      leftCapture(folder.path, { startedAt: now - n, pid: endedPid(), rowCount: 1 });
    }
    assert.equal(sweep(folder.path, 0).captures.length, 1);
    assert.ok(readdirSync(folder.path).some(name => path.endsWith(name)));
    store.close();
  });

  it('leaves alone what a process that lives is about to write to', () => {
    using folder = scratchFolder();
    const young = captureFileName(now - 1000, process.pid, 1);
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

  it('does not remove what a window reads', () => {
    using folder = scratchFolder();
    const pid = endedPid();
    const keys = Array.from({ length: 7 }, (_, n) =>
      leftCapture(folder.path, { startedAt: now - n * hour, pid, rowCount: 1 }),
    );
    const path = join(folder.path, String(keys[6]));
    const reader = new SqliteStore(sqlite, path, {
      name: '',
      url: '',
      startedAt: 0,
      isArchived: true,
    });
    const kept = () => sweep(folder.path).captures.map(({ key }) => keys.indexOf(key));
    assert.deepEqual(kept(), [0, 1, 2, 3, 4, 6]);
    reader.close();
    assert.deepEqual(kept(), [0, 1, 2, 3, 4]);
  });

  it('says what is wrong with a file, and counts it among those that are kept', () => {
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
    const { captures } = sweep(folder.path);
    const problems = captures.map(({ problem }) => problem ?? '');
    [/damaged/, /damaged/, /early version/, /newer version.*Update/, /cannot be read/].forEach(
      (expected, index) => assert.match(problems[index] ?? '', expected),
    );
    assert.deepEqual([captures.length, readdirSync(folder.path).length], [5, 5]);
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
