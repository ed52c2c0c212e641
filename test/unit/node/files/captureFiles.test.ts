import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  captureFileName,
  captureFileOf,
  captureFilesIn,
  hasAbandonedFile,
} from '../../../../src/node/files/captureFiles.ts';
import { endedPid, scratchFolder } from '../../../support/capture/captures.ts';

describe('capture files', () => {
  it('are named by time, process and number, and by nothing else', () => {
    const name = captureFileName(0.5, 12, 3);
    assert.equal(name, '1970-01-01T00-00-00-000Z-12-3.sqlite');
    assert.deepEqual(captureFileOf('a', name), {
      key: name,
      path: join('a', name),
      startedAt: 0,
      pid: 12,
    });
  });

  it('are found by such names alone, which lead nowhere else', () => {
    const good = captureFileName(0, 1, 1);
    for (const key of [`../${good}`, `x/${good}`, `${good}-wal`, `${good}\0`, `\n${good}`, '']) {
      assert.equal(captureFileOf('a', key), undefined, key);
    }
  });

  it('are listed newest first, once each, also where only a log is left', () => {
    using folder = scratchFolder();
    const names = [1, 2, 3].map(n => captureFileName(n * 1000, 7, n));
    const present = [names[0], `${names[0]}-wal`, `${names[0]}-shm`, `${names[1]}-wal`, names[2]];
    for (const name of [...present, 'notes.sqlite', `${names[0]}.part`, 'a.txt']) {
      writeFileSync(join(folder.path, String(name)), '');
    }
    assert.deepEqual(
      captureFilesIn(folder.path).map(({ key }) => key),
      names.toReversed(),
    );
  });

  it('need no folder', async () => {
    using folder = scratchFolder();
    const missing = join(folder.path, 'missing');
    assert.deepEqual([captureFilesIn(missing), await hasAbandonedFile(missing)], [[], false]);
  });

  it('are abandoned where a process that ended left a log that is not empty', async () => {
    using folder = scratchFolder();
    const ended = endedPid();
    const put = (pid: number, ending: string, content: string, startedAt = 0) =>
      writeFileSync(join(folder.path, captureFileName(startedAt, pid, 1) + ending), content);
    put(ended, '', 'x');
    put(ended, '-wal', '');
    put(process.ppid, '', 'x');
    put(process.ppid, '-wal', 'x');
    put(process.pid, '', 'x', Date.now());
    put(process.pid, '-wal', 'x', Date.now());
    put(endedPid(), '-wal', 'log without its database');
    assert.equal(await hasAbandonedFile(folder.path), false);
    put(ended, '-wal', 'x');
    assert.equal(await hasAbandonedFile(folder.path), true);
    put(ended, '-offered', '');
    assert.equal(await hasAbandonedFile(folder.path), false);
  });

  it('are abandoned where one that ended had the number of this process', async () => {
    using folder = scratchFolder();
    const name = captureFileName(Date.now() - 1000 * process.uptime() - 5000, process.pid, 1);
    for (const ending of ['', '-wal']) {
      writeFileSync(join(folder.path, name + ending), 'x');
    }
    assert.equal(await hasAbandonedFile(folder.path), true);
  });

  it('are abandoned where a window that looked at them has noted so', async () => {
    using folder = scratchFolder();
    const name = captureFileName(0, endedPid(), 1);
    writeFileSync(join(folder.path, name), 'x');
    assert.equal(await hasAbandonedFile(folder.path), false);
    writeFileSync(join(folder.path, `${name}-offer`), '');
    assert.equal(await hasAbandonedFile(folder.path), true);
  });
});
