import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { it } from 'node:test';
import { flagsOf, flagsOfTap, RowFlag } from '../../../../../src/core/record/record.ts';
import { rowsIn } from '../../../../support/capture/captureFiles.ts';
import { unlimited, useCaptures } from '../../../../support/capture/captureService.ts';

const encoder = new TextEncoder();

it('A capture that is saved is a database for others, and has the rows of its log', async t => {
  const { service, target } = useCaptures(t);
  const capture = service.open(unlimited('mine'));
  const original = flagsOfTap('original') | RowFlag.Held;
  capture.append(5.25, flagsOf('text', 'in'), encoder.encode('{"a": 1}'));
  capture.append(6, flagsOf('binary', 'out') | original, Uint8Array.of(1, 2));
  capture.append(7, flagsOf('ping', 'out', true), new Uint8Array());
  capture.append(8, flagsOf('state', 'in'), encoder.encode('{}'));
  capture.append(9, flagsOf('text', 'in'), new Uint8Array(100_000).fill(0x62));
  capture.append(4, flagsOf('text', 'in'), encoder.encode('the clock was set back'));
  await capture.flush();
  const path = join(target, 'saved.wsmon');
  await service.archive.saveCopy(capture.id, path);

  using database = new DatabaseSync(path, { readOnly: true });
  const read = (sql: string) =>
    database
      .prepare(sql)
      .all()
      .map(row => Object.values(row));
  assert.deepEqual(
    {
      messages: read(
        `SELECT seq, at, direction, kind, heartbeat, tap, size, typeof(payload)
         FROM messages ORDER BY seq`,
      ),
      json: read("SELECT payload ->> 'a' FROM messages WHERE seq = 0"),
      long: read("SELECT seq FROM messages WHERE payload LIKE 'bbb%'"),
      capture: read('SELECT name, url, format_version FROM capture'),
      version: read('PRAGMA user_version'),
    },
    {
      messages: [
        [0, 5.25, 'in', 'text', 0, null, 8, 'text'],
        [1, 6, 'out', 'binary', 0, 'original held', 2, 'blob'],
        [2, 7, 'out', 'ping', 1, null, 0, 'blob'],
        [3, 8, 'in', 'state', 0, null, 2, 'text'],
        [4, 9, 'in', 'text', 0, null, 100_000, 'text'],
        [5, 4, 'in', 'text', 0, null, 22, 'text'],
      ],
      json: [[1]],
      long: [[4]],
      capture: [['mine', 'ws://localhost', 2]],
      version: [[2]],
    },
  );
  const log = capture.storage.path ?? '';
  assert.notEqual(log, '');
  assert.deepEqual([...rowsIn(path)], [...rowsIn(log)]);
});
