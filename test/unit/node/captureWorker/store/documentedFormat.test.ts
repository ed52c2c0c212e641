import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import * as sqlite from 'node:sqlite';
import { BatchReader, singleRowBatch } from '../../../../../src/core/record/batch.ts';
import { directionOf, flagsOf, kindOf, RowFlag } from '../../../../../src/core/record/record.ts';
import { LogStore } from '../../../../../src/node/captureWorker/store/logStore.ts';
import { segmentPath } from '../../../../../src/node/files/segmentFiles.ts';
import { batchOf, copyCapture, scratchFolder } from '../../../../support/capture/captures.ts';
import { logRowsIn } from '../../../../support/capture/logReader.ts';

const docs = new URL('../../../../../docs/captures.md', import.meta.url);
const encoder = new TextEncoder();

const facts = { name: 'a', url: 'ws://localhost', startedAt: 1 };
const frame = { fragmentCount: 3, wireByteLength: 99, isCompressed: true, durationMs: 1.5 };
const rows = [
  { flags: flagsOf('state', 'in'), payload: encoder.encode('{"state":"connected"}') },
  { flags: flagsOf('text', 'out'), payload: encoder.encode('"é\n\u2028"') },
  { flags: flagsOf('text', 'in') | RowFlag.Compressed, payload: encoder.encode('twice') },
  { flags: flagsOf('binary', 'in'), payload: Uint8Array.of(0, 255, 10) },
  { flags: flagsOf('ping', 'out', true), payload: new Uint8Array() },
  { flags: flagsOf('pong', 'in', true), payload: new Uint8Array() },
  { flags: flagsOf('close', 'in'), payload: encoder.encode('\u0003\u00e8') },
].map((row, seq) => ({ ...row, seq, at: 1.7e12 + seq / 4 }));

/** Writes all rows with a cleared one before them, which does not count. */
function write(path: string): LogStore {
  const store = LogStore.open(sqlite, path, { facts, maxBytes: Infinity });
  store.append(batchOf(0, rows.slice(0, 2)));
  for (const { seq, at, flags, payload } of rows.slice(2, 4)) {
    store.append(new BatchReader(singleRowBatch(seq, at, flags, payload, frame)));
  }
  store.enforce({ maxRows: 3, maxBytes: Infinity });
  store.append(batchOf(4, rows.slice(4)));
  return store;
}

/** What the program in the documentation prints of a capture. */
function printed(path: string, folder: string): readonly unknown[] {
  const [, program = ''] = /```python\n(.*?)```/s.exec(readFileSync(docs, 'utf8')) ?? [];
  assert.notEqual(program, '');
  const { stdout, stderr, status } = spawnSync('python3', ['-c', program, path], {
    cwd: folder,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  const lines = stdout.split(/\r?\n/).slice(0, -1);
  return lines.map((line): unknown => JSON.parse(line));
}

it('The program in the documentation reads the log of a capture, live, after its end and torn', () => {
  using folder = scratchFolder();
  const path = join(folder.path, 'a.sqlite');
  const store = write(path);
  const first = 1;
  const expected = rows
    .slice(first)
    .map(({ seq, at, flags, payload }) => [
      seq,
      at,
      directionOf(flags),
      kindOf(flags),
      new TextDecoder().decode(payload),
    ]);
  assert.equal(store.extent.first, first);
  assert.deepEqual(printed(path, folder.path), expected);
  const torn = join(folder.path, 'torn.sqlite');
  copyCapture(path, torn);
  const block = readFileSync(segmentPath(torn, 1));
  appendFileSync(segmentPath(torn, 1), block.subarray(0, 100));
  assert.deepEqual(printed(torn, folder.path), expected);
  store.close();
  assert.deepEqual(printed(path, folder.path), expected);
  // The reader of the other tests is written from the same words.
  const read = Array.from(logRowsIn(path), ({ seq, at, flags }) => ({ seq, at, flags }));
  assert.deepEqual(
    read,
    rows.slice(first).map(({ seq, at, flags }) => ({ seq, at, flags })),
  );
});
