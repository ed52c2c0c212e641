import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import type { Capture } from '../../../../src/core/capture/capture.ts';
import type { ImportedFile } from '../../../../src/core/capture/captureArchive.ts';
import type { ExportJob } from '../../../../src/core/export/exportJob.ts';
import { flagsOf } from '../../../../src/core/record/record.ts';
import type { CaptureService } from '../../../../src/node/capture/captureService.ts';
import { unlimited, useCaptures } from '../../../support/capture/captureService.ts';

const encoder = new TextEncoder();
const [text, binary, state] = [flagsOf('text', 'in'), flagsOf('binary', 'out'), flagsOf('state', 'in')]; // prettier-ignore
const frame = { fragmentCount: 2, wireByteLength: 90, isCompressed: false, durationMs: 1.5 };

/** Rows of all sorts, from the time `at` on. */
function fill(capture: Capture, at: number, count = 50): void {
  capture.append(at, state, encoder.encode('{"state":"connected","severity":"info","text":"Up"}'));
  for (let index = 1; index < count; index++) {
    const json = encoder.encode(`{"n":12345678901234567890.${index},"t":"é\\u00e9"}`);
    capture.append(at + index + 0.25, text, json, index === 3 ? frame : undefined);
    capture.append(at + index + 0.5, binary, Uint8Array.of(index, 255));
  }
  capture.append(at + 2 * count, text, encoder.encode('x'.repeat(100_000)));
  capture.append(at + 2 * count, flagsOf('ping', 'out', true), new Uint8Array());
}

/** A capture with fifty messages and more, and the database that it was saved as. */
async function saveFilled(
  service: CaptureService,
  target: string,
): Promise<{ readonly capture: Capture; readonly path: string }> {
  const capture = service.open(unlimited('prices'));
  fill(capture, 5000);
  await capture.flush();
  const path = join(target, 'a.sqlite');
  await service.archive.saveCopy(capture.id, path);
  return { capture, path };
}

async function exported(
  service: CaptureService,
  captures: readonly { readonly capture: Capture; readonly name: string }[],
  path: string,
  changed: Partial<ExportJob> = {},
): Promise<string> {
  await Promise.all(captures.map(({ capture }) => capture.flush()));
  const view = service.openView({ captures: captures.map(({ capture }) => capture.id) });
  const connections = captures.map(({ capture, name }) => ({
    capture: capture.id,
    name,
    url: 'wss://a',
  }));
  const job: ExportJob = { view: view.id, connections, format: 'ndjson', path, secrets: [], ...changed }; // prettier-ignore
  await service.startExport(job, () => undefined).done;
  view.dispose();
  return readFileSync(path, 'utf8');
}

async function opened(service: CaptureService, { captures }: ImportedFile) {
  return Promise.all(
    captures.map(async ({ key, name }) => ({ ...(await service.archive.open(key)), name })),
  );
}

const read = (service: CaptureService, path: string) =>
  service.archive.importFile(path, () => undefined).done;

const lineOf = (seq: number, changed: object = {}) =>
  `${JSON.stringify({ seq, time: seq, connection: 'a', direction: 'in', kind: 'text', data: 'x', ...changed })}\n`; // prettier-ignore

describe('a file that is opened', { timeout: 180_000 }, () => {
  for (const isParsed of [false, true]) {
    it(`gives the same export again, parsed: ${isParsed}`, async t => {
      const { service, target, folder } = useCaptures(t);
      const capture = service.open(unlimited('prices'));
      fill(capture, 1_700_000_000_000);
      const path = join(target, 'a.ndjson');
      const first = await exported(service, [{ capture, name: 'prices' }], path, { isParsed });
      const imported = await read(service, path);
      const rows = first.trimEnd().split('\n').length;
      assert.deepEqual(
        {
          ...imported,
          captures: imported.captures.map(({ name, rowCount }) => ({ name, rowCount })),
        },
        {
          captures: [{ name: 'prices', rowCount: rows }],
          rowCount: rows,
          of: 'lines',
          unread: 0,
          isCut: false,
          renumbered: 0,
        },
      );
      const [source] = await opened(service, imported);
      assert.ok(source);
      const { archived } = source;
      assert.deepEqual(
        [archived.source, archived.startedAt, archived.rowCount],
        ['a.ndjson', 1_700_000_000_000, rows],
      );
      const again = join(target, 'b.ndjson');
      assert.ok((await exported(service, [source], again, { isParsed })) === first);
      const listed = await service.archive.list();
      assert.deepEqual(listed.map(({ name, source, problem, isAbandoned }) => [name, source, problem, isAbandoned]), [['prices', 'a.ndjson', undefined, false]]); // prettier-ignore
      assert.equal(statSync(join(folder, archived.key)).mode & 0o77, 0);
      await service.archive.importFile(path, () => undefined).done;
      assert.equal(readdirSync(folder).filter(name => name.endsWith('.part')).length, 0);
    });
  }

  it('keeps the connections of a merged export, also two of one name, and their numbers', async t => {
    const { service, target } = useCaptures(t);
    const captures = ['a', 'b', 'b'].map(name => ({
      capture: service.open(unlimited(name)),
      name,
    }));
    captures.forEach(({ capture }, index) => fill(capture, 1000 + index / 10));
    const path = join(target, 'a.ndjson');
    const first = await exported(service, captures, path);
    const imported = await read(service, path);
    assert.deepEqual(imported.captures.map(({ name }) => name), ['a', 'b', 'b']); // prettier-ignore
    assert.equal(imported.renumbered, 0);
    const sources = await opened(service, imported);
    assert.ok((await exported(service, sources, join(target, 'b.ndjson'))) === first);
  });

  it('has the numbers of a filtered export, and counts no row that is not there', async t => {
    const { service, target } = useCaptures(t);
    const path = join(target, 'a.ndjson');
    writeFileSync(path, `\ufeff${lineOf(6791)}\r\n${lineOf(10_000)}${lineOf(900_000)}`);
    const [source] = await opened(service, await read(service, path));
    assert.ok(source);
    assert.equal(source.archived.rowCount, 3);
    const view = service.openView({ captures: [source.capture.id] });
    while (view.state.scanned < 3) {
      await new Promise(resolve => view.onDidChange(resolve));
    }
    assert.deepEqual([view.state.total, view.state.scanned, view.state.next - view.state.first], [3, 3, 3]); // prettier-ignore
    const rows = await view.rows(view.state.first, 9);
    assert.deepEqual(rows.map(({ seq }) => seq), [6791, 10_000, 900_000]); // prettier-ignore
  });

  it('is a saved database as well, with its frames, and is not touched', async t => {
    const { service, target } = useCaptures(t);
    const { capture, path } = await saveFilled(service, target);
    const before = readFileSync(path);
    const first = await exported(service, [{ capture, name: 'prices' }], join(target, 'a.ndjson'));
    const imported = await read(service, path);
    const [source] = await opened(service, imported);
    assert.ok(source);
    assert.ok((await exported(service, [source], join(target, 'b.ndjson'))) === first);
    assert.deepEqual(await source.capture.frame(5), frame);
    assert.equal(source.archived.url, 'ws://localhost');
    assert.ok(readFileSync(path).equals(before));
    assert.deepEqual(readdirSync(target).sort(), ['a.ndjson', 'a.sqlite', 'b.ndjson']);
  });

  it('counts the lines that cannot be read, and names the first', async t => {
    const { service, target } = useCaptures(t);
    const path = join(target, 'a.ndjson');
    const lines = Array.from({ length: 100 }, (_, seq) => lineOf(seq));
    lines[76] = '{"seq":76,\n';
    lines[80] = lineOf(80, { time: 1e300 });
    writeFileSync(path, lines.join(''));
    appendFileSync(path, Buffer.from([0x7b, 0xff, 0x0a]));
    appendFileSync(path, lineOf(100).slice(0, 40));
    const { rowCount, unread, firstUnread, isCut } = await read(service, path);
    assert.deepEqual([rowCount, unread, firstUnread?.number, isCut], [98, 4, 77, true]);
    assert.match(firstUnread?.reason ?? '', /no JSON/);
  });

  it('numbers rows anew that repeat numbers, or are too far apart', async t => {
    const { service, target } = useCaptures(t);
    const path = join(target, 'a.ndjson');
    const back = Array.from({ length: 120 }, (_, index) => lineOf(1000 - index));
    writeFileSync(path, `${back.join('')}${lineOf(2 ** 50)}`);
    const { rowCount, renumbered, captures } = await read(service, path);
    assert.deepEqual([rowCount, captures.length], [121, 50]);
    assert.equal(renumbered, 71);
  });

  const hostile: readonly (readonly [what: string, make: (path: string) => void, why: RegExp])[] = [
    ['nothing', path => writeFileSync(path, ''), /a\.x is empty/],
    ['a text', path => writeFileSync(path, 'hello\n'), /no export of WebSocket Monitor/],
    ['other JSON', path => writeFileSync(path, '{"a":1}\n'.repeat(5000)), /line 1 cannot be read/],
    ['blank lines', path => writeFileSync(path, '{\n'.replace('{', ' ').repeat(9)), /no export/],
    ['a HAR file', path => writeFileSync(path, '{ "log": {} }'), /is a HAR file/],
    ['a folder', path => mkdirSync(path), /is not a file/],
    ['a pipe', path => void spawnSync('mkfifo', [path]), /is not a file/],
    ['a link to nothing', path => symlinkSync('/nowhere', path), /is not there/],
    [
      'no database',
      path => writeFileSync(path, 'SQLite format 3\0 and no more'),
      /damaged|cannot be/,
    ],
    ['another database', path => database(path, 'CREATE TABLE a (b)'), /no capture of WebSocket/],
    ['a newer format', path => database(path, 'PRAGMA user_version = 99'), /newer version/],
    [
      'an endless view in the place of a table',
      path =>
        database(
          path,
          `PRAGMA user_version = 2; CREATE TABLE capture (name TEXT, url TEXT, started REAL);
           CREATE TABLE large_payload (seq INTEGER); CREATE TABLE frame (seq INTEGER);
           CREATE VIEW record AS WITH RECURSIVE n(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n)
             SELECT seq, 1.0 AS at, 1 AS flags, 'x' AS payload FROM n`,
        ),
      /no capture of WebSocket/,
    ],
    [
      'a column that is computed',
      path =>
        database(
          path,
          `PRAGMA user_version = 2; CREATE TABLE capture (name TEXT, url TEXT, started REAL);
           CREATE TABLE large_payload (seq INTEGER); CREATE TABLE frame (seq INTEGER);
           CREATE TABLE record (seq INTEGER PRIMARY KEY, at REAL, flags INTEGER,
             payload BLOB AS (zeroblob(1000000000)))`,
        ),
      /no capture of WebSocket/,
    ],
  ];
  for (const [what, make, why] of hostile) {
    it(`is refused in one sentence, and nothing is left: ${what}`, async t => {
      const { service, target, folder } = useCaptures(t);
      const path = join(target, 'a.x');
      make(path);
      await assert.rejects(read(service, path), why);
      assert.deepEqual(filesIn(folder), []);
    });
  }

  it('takes what is whole of a database with rows that no window wrote', async t => {
    const { service, target } = useCaptures(t);
    const { path } = await saveFilled(service, target);
    database(
      path,
      `UPDATE record SET at = 'noon' WHERE seq = 2; UPDATE record SET flags = 1e9 WHERE seq = 4;
       UPDATE record SET at = 1e300 WHERE seq = 6; UPDATE record SET seq = -5 WHERE seq = 8;
       UPDATE capture SET next_seq = 9e15, byte_length = -1, dropped = 1e9;
       CREATE TRIGGER t AFTER INSERT ON record BEGIN DELETE FROM record; END`,
    );
    const { rowCount, unread, firstUnread, of } = await read(service, path);
    assert.deepEqual([rowCount, unread, of], [101 - 4, 3, 'rows']);
    assert.match(firstUnread?.reason ?? '', /time/);
    truncateSync(path, 20_000);
    await assert.rejects(read(service, path), /\.sqlite (?:is damaged|cannot be read)/);
  });

  it('leaves out state changes that are longer than any, and rows below the first number', async t => {
    const { service, target } = useCaptures(t);
    const text = 'x'.repeat(1024 * 1024);
    const path = join(target, 'a.ndjson');
    const long = { kind: 'state', data: undefined, state: { text } };
    writeFileSync(path, lineOf(0, long) + lineOf(1));
    const fromLines = await read(service, path);
    assert.deepEqual([fromLines.rowCount, fromLines.firstUnread?.number], [1, 1]);
    const { path: saved } = await saveFilled(service, target);
    database(
      saved,
      `UPDATE record SET payload = CAST(zeroblob(1048577) AS TEXT) WHERE seq = 0;
       UPDATE record SET seq = -5 WHERE seq = 8; UPDATE capture SET cleared_below = -10`,
    );
    const fromDatabase = await read(service, saved);
    assert.deepEqual([fromDatabase.rowCount, fromDatabase.unread], [101 - 2, 1]);
    const [opening] = await opened(service, fromDatabase);
    const { first, next } = opening?.capture.extent ?? { first: 0, next: 0 };
    const rows = (await opening?.capture.rows(first, next - first)) ?? [];
    assert.equal(rows.length, fromDatabase.rowCount);
  });

  it('is no database with texts in another encoding', async t => {
    const { service, target } = useCaptures(t);
    const { path: saved } = await saveFilled(service, target);
    const other = join(target, 'b.sqlite');
    using from = new DatabaseSync(saved);
    using to = new DatabaseSync(other);
    to.exec("PRAGMA encoding = 'UTF-16'");
    for (const { sql } of from
      .prepare("SELECT sql FROM sqlite_schema WHERE type = 'table'")
      .all()) {
      to.exec(String(sql));
    }
    to.exec(`
      PRAGMA user_version = 2; INSERT INTO record VALUES (0, 1, 1, 'text');
      INSERT INTO capture (name, url, started, format_version, next_seq, byte_length, dropped)
      VALUES ('a', '', 1, 2, 1, 4, 0)`);
    await assert.rejects(read(service, other), /is no capture/);
  });

  it('is refused where it is the control file of a capture, whose messages are elsewhere', async t => {
    const { service, target } = useCaptures(t);
    const capture = service.open(unlimited('prices'));
    fill(capture, 5000);
    capture.dispose();
    const [listed] = await service.archive.list();
    const path = join(target, 'a.sqlite');
    copyFileSync(capture.storage.path ?? '', path);
    assert.equal(listed?.rowCount, 101);
    await assert.rejects(read(service, path), /holds no messages.*Save Capture As…/);
  });

  it('says that a database is in use', async t => {
    const { service, target } = useCaptures(t);
    const capture = service.open(unlimited('prices'));
    fill(capture, 5000);
    await capture.flush();
    const path = join(target, 'a.sqlite');
    for (const ending of ['', '-wal']) {
      copyFileSync(`${capture.storage.path}${ending}`, path + ending);
    }
    await assert.rejects(
      read(service, path),
      /^Error: a\.sqlite is in use, or was left by a crash/,
    );
  });

  it('is given up when that is asked for, and nothing is left of it', async t => {
    const { service, target, folder } = useCaptures(t);
    const path = join(target, 'a.ndjson');
    writeFileSync(path, Array.from({ length: 300_000 }, (_, seq) => lineOf(seq)).join(''));
    const shares: number[] = [];
    const running = service.archive.importFile(path, ({ share }) => {
      shares.push(share);
      running.cancel();
    });
    await assert.rejects(running.done, /has ended/);
    assert.ok((shares[0] ?? 1) < 1);
    assert.deepEqual(filesIn(folder), []);
  });
});

function database(path: string, sql: string): void {
  using opened = new DatabaseSync(path);
  opened.exec(sql);
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
