import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { it } from 'node:test';
import { flagsOf, flagsOfTap, RowFlag } from '../../../../../src/core/record/record.ts';
import type { Capture } from '../../../../../src/core/capture/capture.ts';
import { until } from '../../../../support/until.ts';
import { rowsIn } from '../../../../support/capture/captureFiles.ts';
import { unlimited, useCaptures } from '../../../../support/capture/captureService.ts';

const encoder = new TextEncoder();

function rowsOf(database: DatabaseSync, sql: string) {
  return database
    .prepare(sql)
    .all()
    .map(row => Object.values(row));
}

/** Requests in JSON-RPC, each with its answer seven milliseconds later; the last one has none. */
function appendCalls(capture: Capture, count: number): void {
  for (let id = 0; id < count; id++) {
    const request = { jsonrpc: '2.0', method: id % 2 ? 'odd' : 'even', id, params: [] };
    capture.append(10 * id, flagsOf('text', 'out'), encoder.encode(JSON.stringify(request)));
    const answer = { jsonrpc: '2.0', id, ...(id % 2 ? { error: { code: 1 } } : { result: id }) };
    if (id < count - 1) {
      capture.append(10 * id + 7, flagsOf('text', 'in'), encoder.encode(JSON.stringify(answer)));
    }
  }
}

it('A capture that is decoded is saved with its calls, and can be opened like any other', async t => {
  const { service, target } = useCaptures(t);
  const capture = service.open(unlimited('mine'));
  capture.setDecoders([{ use: ['jsonrpc'] }]);
  appendCalls(capture, 6001);
  await capture.flush();
  const path = join(target, 'saved.sqlite');
  await service.archive.saveCopy(capture.id, path, true);
  {
    using database = new DatabaseSync(path, { readOnly: true });
    const read = (sql: string) => rowsOf(database, sql);
    assert.deepEqual(
      read('SELECT name, count(*), min(ms), max(ms), state FROM calls GROUP BY name, state'),
      [
        ['even', 3000, 7, 7, 'done'],
        ['even', 1, null, null, 'open'],
        ['odd', 3000, 7, 7, 'failed'],
      ],
    );
    assert.deepEqual(read('SELECT * FROM calls WHERE request = 2'), [
      ['odd', null, 2, 3, 10, 7, null, 0, 'failed'],
    ]);
    assert.deepEqual(
      read('SELECT seq, role, request FROM link JOIN call ON call.id = link.call WHERE seq < 6'),
      [
        [1, 'response', 0],
        [3, 'response', 2],
        [5, 'response', 4],
      ],
    );
    assert.deepEqual(read('SELECT count(*) FROM link'), [[6000]]);
    assert.deepEqual(read('SELECT count(*) FROM messages'), [[12_001]]);
  }
  const { captures, unread } = await service.archive.importFile(path, () => undefined).done;
  assert.deepEqual([captures.map(({ rowCount }) => rowCount), unread], [[12_001], 0]);
});

it('A capture is saved without calls unless it is decoded: by a view, or because that is asked for', async t => {
  const { service, target } = useCaptures(t);
  const capture = service.open(unlimited('mine'));
  capture.setDecoders([{ use: ['jsonrpc'] }]);
  appendCalls(capture, 10);
  await capture.flush();
  const tablesOf = async (name: string) => {
    const path = join(target, name);
    await service.archive.saveCopy(capture.id, path);
    using database = new DatabaseSync(path, { readOnly: true });
    return rowsOf(
      database,
      "SELECT name FROM sqlite_schema WHERE name IN ('call', 'link', 'calls') ORDER BY name",
    ).flat();
  };
  assert.deepEqual(await tablesOf('plain'), []);
  const view = service.openView({ captures: [capture.id], isDecoded: true });
  t.after(() => view.dispose());
  await until('it is decoded', () => view.state.decoding?.shown === 'applied');
  assert.deepEqual(await tablesOf('decoded'), ['call', 'calls', 'link']);
});

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
  const read = (sql: string) => rowsOf(database, sql);
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
