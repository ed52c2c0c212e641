import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  captureFileName,
  captureFileOf,
  captureFilesIn,
  hasAbandonedFile,
} from '../../../src/node/captureFiles.ts';
import { endedPid, scratchFolder } from '../../support/captures.ts';

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
    const put = (pid: number, ending: string, content: string) =>
      writeFileSync(join(folder.path, captureFileName(0, pid, 1) + ending), content);
    put(endedPid(), '', 'x');
    put(endedPid(), '-wal', '');
    put(process.pid, '-wal', 'x');
    assert.equal(await hasAbandonedFile(folder.path), false);
    put(endedPid(), '-wal', 'x');
    assert.equal(await hasAbandonedFile(folder.path), true);
  });
});
