import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { captureFileName, sweepCaptures } from '../../../src/node/captureFiles.ts';
import { scratchFolder } from '../../support/captures.ts';

/** The id of a process that has ended. */
function endedPid(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

describe('capture files', () => {
  it('are named by time, process and number, and by nothing else', () => {
    assert.equal(captureFileName(0.5, 12, 3), '1970-01-01T00-00-00-000Z-12-3.sqlite');
  });

  it('of processes that ended go when the process that follows starts, but for the newest five', () => {
    using folder = scratchFolder();
    const pid = endedPid();
    const ended = Array.from({ length: 8 }, (_, n) => captureFileName(n * 1000, pid, n));
    const living = captureFileName(0, process.pid, 1);
    const names = [...ended, `${ended[0]}-wal`, `${ended[7]}-shm`, living, 'notes.sqlite', 'a.txt'];
    for (const name of names) {
      writeFileSync(join(folder.path, name), '');
    }
    sweepCaptures(folder.path);
    assert.deepEqual(
      readdirSync(folder.path).sort(),
      [...ended.slice(3), `${ended[7]}-shm`, living, 'notes.sqlite', 'a.txt'].sort(),
    );
  });

  it('need no folder', () => {
    using folder = scratchFolder();
    sweepCaptures(join(folder.path, 'missing'));
  });
});
