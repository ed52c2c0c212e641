import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as sqlite from 'node:sqlite';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  FallbackStore,
  type FallbackChange,
} from '../../../../../src/core/capture/log/fallbackStore.ts';
import { LogStore } from '../../../../../src/node/captureWorker/store/logStore.ts';
import { segmentPath, segmentsOf } from '../../../../../src/node/files/segmentFiles.ts';
import { contentOf, numberedBatch, scratchFolder } from '../../../../support/capture/captures.ts';
import { logRowsIn } from '../../../../support/capture/logReader.ts';

const facts = { name: 'test', url: 'ws://localhost', startedAt: 1000.5 };
const maxFileBytes = 200_000;

function openIn(folder: string): { readonly store: LogStore; readonly path: string } {
  const path = join(folder, 'a.sqlite');
  return { path, store: LogStore.open(sqlite, path, { facts, maxBytes: Infinity, maxFileBytes }) };
}

describe('A log on a full disk', () => {
  it('stores all of a batch or nothing, and goes on when there is room', () => {
    using folder = scratchFolder();
    const { store, path } = openIn(folder.path);
    const appendUntilFull = () => {
      for (;;) {
        store.append(numberedBatch(store.extent.next, 500));
      }
    };
    assert.throws(appendUntilFull, { code: 'ENOSPC' });
    const { next, byteLength } = store.extent;
    const bytes = readFileSync(segmentPath(path, 1));
    assert.ok(next > 500 && next % 500 === 0);
    assert.equal(store.rows(0, Infinity).length, next);
    assert.equal(contentOf(store).at(-1)?.preview, `#${next - 1}`);
    assert.throws(() => store.append(numberedBatch(next, 500)), { code: 'ENOSPC' });
    assert.deepEqual(store.extent, { first: 0, next, byteLength, dropped: 0 });
    assert.deepEqual(readFileSync(segmentPath(path, 1)), bytes);
    store.clear();
    store.forget();
    store.sweep();
    store.append(numberedBatch(next, 500));
    assert.equal(store.extent.next, next + 500);
    store.close();
  });

  it('makes room with what was cleared, before memory has to do', () => {
    using folder = scratchFolder();
    const { store: primary, path } = openIn(folder.path);
    const changes: FallbackChange[] = [];
    const store = new FallbackStore({
      primary,
      reserveByteLength: 1e6,
      onDidChange: change => changes.push(change),
    });
    for (let round = 0; round < 6; round++) {
      // Together more than there is room for.
      store.append(numberedBatch(store.extent.next, 4000));
      assert.equal(store.clear(), true);
    }
    store.append(numberedBatch(store.extent.next, 4000));
    assert.deepEqual([changes, segmentsOf(path).length], [[], 1]);
    const { next } = store.extent;
    store.append(numberedBatch(next, 4000));
    store.append(numberedBatch(next + 4000, 4000));
    store.append(numberedBatch(next + 8000, 4000));
    assert.deepEqual(
      changes.map(({ kind }) => kind),
      ['failed'],
    );
    assert.equal(store.rows(0, Infinity).length, 16_000);
    assert.equal(store.clear(), false);
    store.append(numberedBatch(next + 12_000, 10));
    assert.deepEqual(
      changes.map(({ kind }) => kind),
      ['failed', 'recovered'],
    );
    store.close();
    assert.deepEqual(
      Array.from(logRowsIn(path), ({ seq }) => seq - next - 12_000),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
  });

  it(
    'leaves nothing of a block that the system has written a part of',
    { skip: !hasLimits() },
    () => {
      using folder = scratchFolder();
      const path = join(folder.path, 'a.sqlite');
      const program = fileURLToPath(
        new URL('../../../../support/capture/fullDisk.ts', import.meta.url),
      );
      // The system writes what fits below the limit, and fails with the rest.
      const { stdout, stderr, status } = spawnSync(
        'sh',
        ['-c', 'ulimit -f 400; exec "$@"', 'sh', process.execPath, program, path],
        { encoding: 'utf8' },
      );
      assert.equal(status, 0, stderr);
      const seen = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
      const count = (seen['whenFull'] as readonly number[]).length;
      const numbers = (first: number, end: number) =>
        Array.from({ length: end - first }, (_, index) => first + index);
      assert.ok(count > 10);
      // The last two are in memory.
      const stored = numbers(0, count - 2).reduce((sum, seq) => sum + blockLength(seq), 0);
      assert.deepEqual(seen, {
        changes: ['failed', 'recovered'],
        failures: ['EFBIG'],
        lengthWhenFull: stored,
        whenFull: numbers(0, count),
        canRestore: false,
        lengthWhenCleared: 0,
        whenCleared: [count, count + 1],
        wasEmpty: false,
      });
      assert.deepEqual(
        Array.from(logRowsIn(path), ({ seq }) => seq),
        [count, count + 1],
      );
    },
  );
});

/** Bytes of the block of a row of the program, with the zeros behind it. */
function blockLength(seq: number): number {
  return Math.ceil((64 + 16 + 9001 - (seq % 7)) / 8) * 8;
}

/** Whether a shell can limit what a process writes. */
function hasLimits(): boolean {
  return process.platform !== 'win32';
}
