import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import type { Clock } from '../../../../src/core/base/clock.ts';
import type { Capture } from '../../../../src/core/capture/capture.ts';
import type { RemovedCapture } from '../../../../src/core/capture/captureArchive.ts';
import { flagsOf } from '../../../../src/core/record/record.ts';
import type { CaptureServiceOptions } from '../../../../src/node/capture/captureService.ts';
import { segmentPath } from '../../../../src/node/files/segmentFiles.ts';
import { systemClock } from '../../../../src/node/systemClock.ts';
import {
  abandonedCapture,
  endedPid,
  leftCapture,
  lockForAWhile,
  scratchFolder,
  textsAt,
} from '../../../support/capture/captures.ts';
import {
  startCaptures,
  unlimited,
  useCaptures,
  type StartedCaptures,
} from '../../../support/capture/captureService.ts';
import { until } from '../../../support/until.ts';

const text = flagsOf('text', 'in');
const encoder = new TextEncoder();
const options = unlimited('mine');

/** The folder of captures is there already. */
function setUp(t: TestContext, changed?: Partial<CaptureServiceOptions>): StartedCaptures {
  const started = useCaptures(t, changed);
  mkdirSync(started.folder);
  return started;
}

function appendNumbers(capture: Capture, first: number, next: number): void {
  for (let number = first; number < next; number++) {
    capture.append(number, text, encoder.encode(`#${number}`));
  }
}

/** Sequence numbers and texts of all rows in a database, by its view for people. */
function messagesIn(path: string): readonly (readonly [number, string])[] {
  using database = new DatabaseSync(path, { readOnly: true });
  assert.deepEqual(
    { ...database.prepare('PRAGMA integrity_check').get() },
    { integrity_check: 'ok' },
  );
  return database
    .prepare('SELECT seq, payload FROM messages ORDER BY seq')
    .all()
    .map(({ seq, payload }) => [Number(seq), String(payload)]);
}

function numbered(first: number, next: number): readonly (readonly [number, string])[] {
  return Array.from({ length: next - first }, (_, n) => [first + n, `#${first + n}`]);
}

describe('the archive', () => {
  it('is empty where there is no folder, and where Node has no SQLite', async t => {
    const { service } = setUp(t, { folder: join(scratchFolder().path, 'missing') });
    assert.deepEqual(await service.archive.list(), []);
    assert.equal(await service.archive.hasAbandoned(), false);
    const { service: without, folder } = setUp(t, { hasSqlite: false });
    abandonedCapture(folder, 1000, endedPid(), 10);
    assert.deepEqual(await without.archive.list(), []);
    assert.equal(await without.archive.hasAbandoned(), false);
  });

  it('lists no capture that is open, and one that was closed', async t => {
    const { service } = setUp(t);
    const captures = [service.open(options), service.open({ ...options, name: 'closed' })];
    captures.forEach(capture => appendNumbers(capture, 0, 10));
    await Promise.all(captures.map(capture => capture.flush()));
    assert.deepEqual(await service.archive.list(), []);
    captures[1]?.dispose();
    const [listed, ...others] = await service.archive.list();
    assert.deepEqual([listed?.name, listed?.rowCount, others.length], ['closed', 10, 0]);
  });

  it('is swept, down to its limit of size, a while after the first capture was opened', async t => {
    const delays: number[] = [];
    const clock: Clock = {
      now: () => systemClock.now(),
      monotonic: () => systemClock.monotonic(),
      schedule: (ms, run) => {
        delays.push(ms);
        return systemClock.schedule(ms >= 5000 ? 0 : ms, run);
      },
      afterInput: task => systemClock.afterInput(task),
    };
    const told: RemovedCapture[] = [];
    const { service, folder } = setUp(t, {
      clock,
      retentionLimits: () => ({ maxAgeMs: Infinity, maxByteLength: 0 }),
      onDidRemove: removed => told.push(...removed),
    });
    const keys = [1000, 2000].map(at =>
      leftCapture(folder, { startedAt: at, pid: endedPid(), rowCount: 1 }),
    );
    service.open(options);
    service.open(options);
    while (told.length === 0) {
      await new Promise<void>(resolve => void systemClock.schedule(5, resolve));
    }
    assert.deepEqual(told, [{ key: keys[0], rowCount: 1, reason: 'size' }]);
    assert.deepEqual(
      keys.map(key => existsSync(join(folder, key))),
      [false, true],
    );
    assert.equal(delays.filter(ms => ms === 5000).length, 1);
  });

  it('keeps no file of a capture that has no row', async t => {
    const { service, folder } = setUp(t);
    const captures = [service.open(options), service.open(options)];
    captures.forEach(capture => appendNumbers(capture, 0, 10));
    await captures[0]?.clear();
    service.open(options);
    await service.dispose();
    const path = captures[1]?.storage.path ?? '';
    assert.deepEqual(
      readdirSync(folder).map(name => join(folder, name)),
      [path, segmentPath(path, 1)],
    );
  });

  it('opens a capture for reading, and nothing changes it', async t => {
    const { service, folder } = setUp(t);
    const key = leftCapture(folder, { startedAt: 1000, pid: endedPid(), rowCount: 3, lastAt: 5 });
    const before = readFileSync(join(folder, key));
    const { capture } = await service.archive.open(key);
    assert.deepEqual(capture.extent, { first: 0, next: 3, byteLength: 3, dropped: 0 });
    assert.deepEqual(capture.storage, { kind: 'file', path: join(folder, key) });
    appendNumbers(capture, 0, 10);
    capture.setLimits({ maxRows: 1, maxBytes: 1 });
    await capture.clear();
    await capture.flush();
    assert.deepEqual(
      (await capture.rows(0, 9)).map(({ seq, at, preview }) => [seq, at, preview]),
      [
        [0, 5, 'x'],
        [1, 5, 'x'],
        [2, 5, 'x'],
      ],
    );
    assert.equal((await capture.payload(2, 0, 9))?.byteLength, 1);
    await assert.rejects(service.archive.remove(key), /open, here or in another window/);
    capture.dispose();
    await assert.rejects(capture.rows(0, 1), /closed/);
    await service.dispose();
    assert.deepEqual(readFileSync(join(folder, key)), before);
  });

  it('can be read still when the worker died', async t => {
    const { service, folder, workers } = setUp(t);
    const key = leftCapture(folder, { startedAt: 1000, pid: endedPid(), rowCount: 3 });
    const { capture } = await service.archive.open(key);
    await workers[0]?.terminate();
    assert.equal((await capture.rows(0, 9)).length, 3);
    assert.equal(workers.length, 2);
  });

  it('opens what a crash left, with the rows that were in the log', async t => {
    const { service, folder } = setUp(t);
    const key = abandonedCapture(folder, 1000, endedPid(), 5000);
    assert.equal(await service.archive.hasAbandoned(), true);
    const { capture } = await service.archive.open(key);
    const rows = await capture.rows(0, 6000);
    assert.deepEqual(
      rows.map(({ seq, preview }) => [seq, preview]),
      numbered(0, 5000),
    );
    capture.dispose();
    assert.equal(await service.archive.hasAbandoned(), true);
    const [listed] = await service.archive.list();
    assert.deepEqual([listed?.isAbandoned, listed?.rowCount], [true, 5000]);
  });

  it('gives what a crash left once, all of it, to one of the windows that ask', async t => {
    const { service, folder } = setUp(t);
    const { service: other } = startCaptures({ folder });
    t.after(() => other.dispose());
    const pid = endedPid();
    const keys = Array.from({ length: 8 }, (_, n) =>
      abandonedCapture(folder, 1000 + n, pid, 10, n + 1),
    );
    leftCapture(folder, { startedAt: 1000, pid: endedPid(), rowCount: 3 });
    const taken = await Promise.all([service, other].map(each => each.archive.takeAbandoned()));
    assert.deepEqual(
      taken.flatMap(captures => captures.map(({ key }) => key)).sort(),
      [...keys].sort(),
    );
    assert.equal(await service.archive.hasAbandoned(), false);
    assert.deepEqual(await other.archive.takeAbandoned(), []);
    assert.equal((await service.archive.list()).length, 9);
  });

  it('gives it also where another window has looked at it before', async t => {
    const { service, folder } = setUp(t);
    const key = abandonedCapture(folder, 1000, endedPid(), 10);
    await service.archive.list();
    assert.equal(await service.archive.hasAbandoned(), true);
    const [taken] = await service.archive.takeAbandoned();
    assert.equal(taken?.key, key);
  });

  it('tells what one window left from what another one writes', async t => {
    const { folder, capture, key } = await writingWindow(t);
    const { service } = startCaptures({ folder });
    t.after(() => service.dispose());
    assert.equal(await service.archive.hasAbandoned(), false);
    const left = abandonedCapture(folder, 1000, endedPid(), 10);
    const taken = await service.archive.takeAbandoned();
    assert.deepEqual(
      taken.map(each => each.key),
      [left],
    );
    appendNumbers(capture, 10, 20);
    await capture.flush();
    capture.dispose();
    await until('both are listed', async () => (await service.archive.list()).length === 2);
    const [first] = await service.archive.list();
    assert.deepEqual([first?.key, first?.isAbandoned, first?.rowCount], [key, false, 20]);
  });

  it('gives what a crash left and cannot be read any more, and keeps it', async t => {
    const { service, folder } = setUp(t, {
      retentionLimits: () => ({ maxAgeMs: 1, maxByteLength: 1 }),
    });
    const key = abandonedCapture(folder, 1000, endedPid(), 10);
    for (const ending of ['', '-wal']) {
      writeFileSync(join(folder, key + ending), 'This is no database. '.repeat(1000));
    }
    const [taken] = await service.archive.takeAbandoned();
    assert.equal(taken?.key, key);
    assert.match(taken.problem ?? '', /damaged/);
    assert.ok(existsSync(join(folder, key)));
    assert.equal(await service.archive.hasAbandoned(), false);
  });

  /** Another window, which writes ten rows, and the name of its capture. */
  async function writingWindow(t: TestContext) {
    const { service, folder } = setUp(t);
    const capture = service.open(options);
    appendNumbers(capture, 0, 10);
    await capture.flush();
    return { folder, capture, key: basename(capture.storage.path ?? '') };
  }

  it('waits for the window that writes to a capture, as before it was loaded anew', async t => {
    const { folder, capture: writing, key } = await writingWindow(t);
    let waits = 0;
    const clock: Clock = {
      ...systemClock,
      schedule: (delayMs, run) => {
        waits++;
        return systemClock.schedule(delayMs, run);
      },
    };
    const { service } = startCaptures({ folder, clock });
    t.after(() => service.dispose());
    const opening = service.archive.open(key);
    await until('it has found the other window twice', () => waits >= 2);
    appendNumbers(writing, 10, 12);
    writing.dispose();
    const { archived, capture } = await opening;
    assert.deepEqual([archived.isAbandoned, archived.rowCount], [false, 12]);
    assert.equal((await capture.rows(0, 99)).length, 12);
  });

  it('says who has a capture where the other window goes on', async t => {
    const { folder, key } = await writingWindow(t);
    const clock: Clock = { ...systemClock, monotonic: () => 100 * systemClock.monotonic() };
    const { service } = startCaptures({ folder, clock });
    t.after(() => service.dispose());
    await assert.rejects(service.archive.open(key), /Another window still writes to the capture/);
  });

  it('refuses what is damaged, is not there, or is no name of a capture', async t => {
    const { service, folder } = setUp(t);
    const damaged = leftCapture(folder, { startedAt: 1000, pid: endedPid(), rowCount: 100 });
    const path = join(folder, damaged);
    const database = new DatabaseSync(path);
    database.exec('UPDATE capture SET ended = NULL');
    database.close();
    writeFileSync(path, readFileSync(path).fill(0xa5, 4096));
    const missing = damaged.replace('1970', '1971');
    const { archive } = service;
    await assert.rejects(archive.open(damaged), /The file is damaged/);
    await assert.rejects(archive.open(missing), /no longer exists/);
    assert.equal(existsSync(join(folder, missing)), false);
    for (const key of [`../captures/${damaged}`, '', '/etc/passwd', `${damaged}-wal`]) {
      await assert.rejects(archive.open(key), /no longer exists/);
      await assert.rejects(archive.remove(key), /no longer exists/);
    }
    await archive.remove(damaged);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('removes a capture, but none that is being written', async t => {
    const { service, folder } = setUp(t);
    const key = leftCapture(folder, { startedAt: 1000, pid: endedPid(), rowCount: 3 });
    const capture = service.open(options);
    appendNumbers(capture, 0, 5);
    await capture.flush();
    const own = readdirSync(folder).find(name => name !== key && name.endsWith('.sqlite')) ?? '';
    await assert.rejects(service.archive.remove(own), /open, here/);
    await service.archive.remove(key);
    appendNumbers(capture, 5, 6);
    await capture.flush();
    assert.equal(existsSync(join(folder, key)), false);
    await service.dispose();
    assert.deepEqual(textsAt(join(folder, own)), numbered(0, 6));
  });

  it('removes a capture that was closed just now', async t => {
    const { service, folder } = setUp(t);
    const key = leftCapture(folder, { startedAt: 1000, pid: endedPid(), rowCount: 3 });
    const { capture } = await service.archive.open(key);
    capture.dispose();
    await service.archive.remove(key);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('removes a capture that is being settled elsewhere, as where it is listed', async t => {
    const { service, folder } = setUp(t);
    const key = leftCapture(folder, { startedAt: 1000, pid: endedPid(), rowCount: 3 });
    const ended = await lockForAWhile(join(folder, key));
    await service.archive.remove(key);
    assert.deepEqual(readdirSync(folder), []);
    await ended();
  });

  it('says so where the folder cannot be read', async t => {
    const scratch = scratchFolder();
    const folder = join(scratch.path, 'file');
    writeFileSync(folder, '');
    const { service } = setUp(t, { folder });
    await assert.rejects(service.archive.list(), /The folder .*file cannot be read: ENOTDIR/);
    assert.equal(await service.archive.hasAbandoned(), false);
    scratch[Symbol.dispose]();
  });

  it('has what was stored before the disk was full, and how much the limits had dropped', async t => {
    const { service } = setUp(t, { maxFileBytes: 300_000 });
    const full = service.open({ ...options, name: 'full' });
    appendNumbers(full, 0, 30_000);
    await full.flush();
    assert.match(full.storage.problem ?? '', /takes no more/);
    const limited = service.open({ ...options, name: 'limited', maxRows: 1000 });
    appendNumbers(limited, 0, 3000);
    await limited.flush();
    const { extent } = limited;
    assert.ok(extent.dropped >= 2000 && extent.dropped === extent.first);
    full.dispose();
    limited.dispose();
    const listed = await service.archive.list();
    assert.deepEqual(listed.map(({ name }) => name).sort(), ['full', 'limited']);
    for (const { key, name, rowCount } of listed) {
      const { capture } = await service.archive.open(key);
      const rows = await capture.rows(0, 30_000);
      assert.deepEqual([rows.length, rows[0]?.seq], [rowCount, capture.extent.first]);
      assert.deepEqual(
        rows.map(({ seq, preview }) => [seq, preview]),
        numbered(capture.extent.first, capture.extent.next),
      );
      if (name === 'limited') {
        assert.deepEqual(capture.extent, extent);
      } else {
        assert.ok(rowCount > 1000 && rowCount < 30_000);
      }
    }
  });

  it('ends at once although a task runs', async t => {
    const { service, folder } = setUp(t);
    const key = abandonedCapture(folder, 1000, endedPid(), 5000);
    const opened = service.archive.open(key);
    const failed = assert.rejects(opened, /ended/);
    await service.dispose();
    await failed;
    await assert.rejects(service.archive.list(), /ended/);
  });
});

describe('a saved copy', () => {
  it('is whole while the capture is being written, and has what came before', async t => {
    const { service, target } = setUp(t);
    const capture = service.open(options);
    const path = join(target, 'a.sqlite');
    let next = 50_000;
    appendNumbers(capture, 0, next);
    const saved = service.archive.saveCopy(capture.id, path);
    const flood = setInterval(() => appendNumbers(capture, next, (next += 100)), 1);
    await saved.finally(() => clearInterval(flood));
    const copied = messagesIn(path);
    assert.ok(copied.length >= 50_000 && copied.length <= next);
    assert.deepEqual(copied, numbered(0, copied.length));
    assert.deepEqual(readdirSync(target), ['a.sqlite']);
    await capture.flush();
    assert.equal(capture.extent.next, next);
  });

  it('replaces a file that is there, and is made of an archived capture too', async t => {
    const { service, folder, target } = setUp(t);
    const path = join(target, 'a.sqlite');
    writeFileSync(path, 'old');
    const key = leftCapture(folder, { startedAt: 1000, pid: endedPid(), rowCount: 3 });
    const { capture } = await service.archive.open(key);
    await service.archive.saveCopy(capture.id, path);
    assert.equal(messagesIn(path).length, 3);
  });

  it('has the rows that are in memory only, also beside those in a file', async t => {
    for (const changed of [{ hasSqlite: false }, { maxFileBytes: 300_000 }]) {
      const { service, target } = setUp(t, changed);
      const capture = service.open(options);
      appendNumbers(capture, 0, 30_000);
      await capture.flush();
      await until('it is not in the file alone', () => capture.storage.kind === 'memory');
      const frame = {
        fragmentCount: 3,
        wireByteLength: 99,
        isCompressed: true,
        durationMs: 1.5,
      };
      capture.append(1, text, encoder.encode('framed'), frame);
      const big = new Uint8Array(3_000_000).fill(0x61);
      capture.append(1, text, big);
      appendNumbers(capture, 30_002, 30_004);
      const path = join(target, 'a.sqlite');
      await service.archive.saveCopy(capture.id, path);
      const copied = messagesIn(path);
      assert.deepEqual(copied.slice(0, 30_000), numbered(0, 30_000));
      assert.deepEqual(
        copied.slice(30_000).map(([seq, payload]) => [seq, payload.length]),
        [
          [30_000, 6],
          [30_001, 3_000_000],
          [30_002, 6],
          [30_003, 6],
        ],
      );
      assert.deepEqual(readdirSync(target), ['a.sqlite']);
      using database = new DatabaseSync(path, { readOnly: true });
      assert.deepEqual(
        database
          .prepare('SELECT * FROM frame')
          .all()
          .map(row => Object.values(row)),
        [[30_000, 3, 99, 1.5]],
      );
    }
  });

  it('says what it was made of, and what was dropped or missing there', async t => {
    const { service, target } = useCaptures(t);
    const limited = service.open({ ...options, name: 'limited', maxRows: 1000 });
    appendNumbers(limited, 0, 3000);
    await limited.flush();
    const { first, dropped, byteLength } = limited.extent;
    const lines = [7, 9, 12].map(seq =>
      JSON.stringify({ seq, time: 5, connection: 'a', direction: 'in', kind: 'text', data: 'x' }),
    );
    writeFileSync(join(target, 'a.ndjson'), lines.join('\n'));
    const imported = await service.archive.importFile(join(target, 'a.ndjson'), () => undefined)
      .done;
    const { capture: read } = await service.archive.open(imported.captures[0]?.key ?? '');
    const factsOf = async (capture: Capture) => {
      const path = join(target, 'saved.sqlite');
      await service.archive.saveCopy(capture.id, path);
      using database = new DatabaseSync(path, { readOnly: true });
      const { started, ended, ...facts } = { ...database.prepare('SELECT * FROM capture').get() };
      assert.equal(typeof ended, 'number');
      return { ...facts, isOfNow: Number(started) > 1e12, rows: messagesIn(path).length };
    };
    const nothing = {
      format_version: 2,
      window: null,
      cleared_from: null,
      cleared_below: null,
      cleared_bytes: null,
      cleared_dropped: null,
    };
    assert.deepEqual(await factsOf(limited), {
      ...nothing,
      name: 'limited',
      url: 'ws://localhost',
      next_seq: 3000,
      byte_length: byteLength,
      dropped,
      source: null,
      missing: null,
      isOfNow: true,
      rows: 3000 - first,
    });
    assert.ok(dropped >= 2000);
    assert.deepEqual(await factsOf(read), {
      ...nothing,
      name: 'a',
      url: '',
      next_seq: 13,
      byte_length: 3,
      dropped: 0,
      source: 'a.ndjson',
      missing: 3,
      isOfNow: false,
      rows: 3,
    });
  });

  it('is whole also where the worker was replaced meanwhile', async t => {
    const { service, target, workers } = setUp(t);
    const capture = service.open(options);
    appendNumbers(capture, 0, 200_000);
    await capture.flush();
    const path = join(target, 'a.sqlite');
    const saved = service.archive.saveCopy(capture.id, path);
    await until('it has begun', () => readdirSync(target).length > 0);
    await workers[0]?.terminate();
    await saved;
    assert.equal(workers.length, 2);
    const copied = messagesIn(path);
    assert.deepEqual([copied.length, copied.at(-1)], [200_000, [199_999, '#199999']]);
    assert.ok(copied.every(([seq, message]) => message === `#${seq}`));
    assert.deepEqual(readdirSync(target), ['a.sqlite']);
  });

  it('leaves what was there, and nothing else, where it fails', async t => {
    const { service, folder, target } = setUp(t);
    const { archive } = service;
    const capture = service.open(options);
    appendNumbers(capture, 0, 10);
    const { id } = capture;
    const own = capture.storage.path ?? '';
    const kept = join(target, 'kept.sqlite');
    writeFileSync(kept, 'old');
    writeFileSync(`${kept}-wal`, 'log');
    await assert.rejects(archive.saveCopy(id, kept), /in use.*Choose another name/);
    await assert.rejects(archive.saveCopy(id, target), /not a file/);
    await assert.rejects(archive.saveCopy(id, join(target, 'no', 'a')), /cannot be written/);
    await assert.rejects(archive.saveCopy(id, own), /where captures are kept/);
    await assert.rejects(archive.saveCopy(id, join(folder, 'b')), /where captures are kept/);
    await assert.rejects(archive.saveCopy(999_999, join(target, 'a')), /no longer open/);
    assert.equal(readFileSync(kept, 'utf8'), 'old');
    assert.deepEqual(readdirSync(target), ['kept.sqlite', 'kept.sqlite-wal']);
    await service.dispose();
    assert.deepEqual(textsAt(own), numbered(0, 10));
    assert.equal(dirname(own), folder);
  });

  it('leaves nothing where the service ends meanwhile', async t => {
    const { service, target } = setUp(t);
    const capture = service.open(options);
    appendNumbers(capture, 0, 400_000);
    await capture.flush();
    const failed = assert.rejects(
      service.archive.saveCopy(capture.id, join(target, 'a.sqlite')),
      /cannot be written/,
    );
    await until('it has begun', () => readdirSync(target).length > 0);
    await service.dispose();
    await failed;
    assert.deepEqual(readdirSync(target), []);
  });
});
