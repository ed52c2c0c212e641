import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import type { Capture } from '../../../../src/core/capture/capture.ts';
import { flagsOf } from '../../../../src/core/record/record.ts';
import { FileWatch, type FileLoss } from '../../../../src/node/files/fileWatch.ts';
import { segmentPath } from '../../../../src/node/files/segmentFiles.ts';
import { scratchFolder } from '../../../support/capture/captures.ts';
import { logRowsIn } from '../../../support/capture/logReader.ts';
import { unlimited, useCaptures } from '../../../support/capture/captureService.ts';
import { letTimePass } from '../../../support/letTimePass.ts';
import { until } from '../../../support/until.ts';

const encoder = new TextEncoder();

const lookReason = 'the worker looks at the file four times a second, by its own clock';

/** A capture with 3000 rows in its file; `next` more rows say their own number as well. */
async function setUp(t: TestContext) {
  const { service, folder, target, workers } = useCaptures(t);
  const capture = service.open(unlimited('mine'));
  let count = 0;
  const append = async (more: number, byteLength = 0) => {
    for (let number = 0; number < more; number++) {
      const text = `#${count++}`.padEnd(byteLength);
      capture.append(count, flagsOf('text', 'in'), encoder.encode(text));
    }
    await capture.flush();
  };
  await append(3000);
  const path = capture.storage.path ?? '';
  /** Appends until the loss is noticed; returns what the notice says. */
  const notice = async () => {
    await until('the notice', async () => {
      await append(1);
      return capture.storage.problem !== undefined;
    });
    await append(500);
    return capture.storage.problem ?? '';
  };
  return { service, folder, target, workers, capture, path, append, notice, count: () => count };
}

async function textsOf(capture: Capture): Promise<readonly string[]> {
  const { first, next } = capture.extent;
  return (await capture.rows(first, next - first)).map(({ preview }) => preview);
}

const numbered = (first: number, next: number) =>
  Array.from({ length: next - first }, (_, n) => `#${first + n}`);

/** What a database that was saved has. */
function savedTexts(path: string): readonly string[] {
  using database = new DatabaseSync(path, { readOnly: true });
  const rows = database.prepare('SELECT payload FROM messages ORDER BY seq').all();
  return rows.map(({ payload }) => String(payload));
}

/** What the log of a capture has. */
function textsIn(path: string): readonly string[] {
  return Array.from(logRowsIn(path), ({ payload }) => payload.toString().trimEnd());
}

describe('A capture whose file is lost while it is written', () => {
  const losses: Readonly<Record<string, (path: string, folder: string) => void>> = {
    'with its folder': (_, folder) => rmSync(folder, { recursive: true }),
    'alone': path => rmSync(path),
    'by a move of its folder': (_, folder) => renameSync(folder, `${folder}-moved`),
    'by a rename': path => renameSync(path, `${path}.old`),
    'with the log of its database alone': path => rmSync(`${path}-wal`),
    'with its segment alone': path => rmSync(segmentPath(path, 1)),
    'by a rename of its segment': path => renameSync(segmentPath(path, 1), `${path}.old`),
  };

  for (const [how, lose] of Object.entries(losses)) {
    it(`goes on in memory and says so, and loses no row: ${how}`, async t => {
      const { service, folder, target, capture, path, notice, count, append } = await setUp(t);
      lose(path, folder);
      assert.match(
        await notice(),
        /^Messages from number 3,\d{3} on are kept in memory only: a file of the capture .* was deleted or moved/,
      );
      assert.equal(capture.storage.kind, 'memory');
      assert.deepEqual(await textsOf(capture), numbered(0, count()));
      const saved = join(target, 'saved.sqlite');
      await service.archive.saveCopy(capture.id, saved);
      assert.deepEqual(savedTexts(saved), numbered(0, count()));

      const cleared = count();
      await capture.clear();
      await append(700);
      await until('it is back in a file', () => capture.storage.kind === 'file');
      assert.equal(capture.storage.problem, undefined);
      assert.deepEqual(await textsOf(capture), numbered(cleared, count()));
      await service.dispose();
      assert.deepEqual(textsIn(path), numbered(cleared, count()));
      assert.deepEqual(
        readdirSync(folder).filter(name => name.endsWith('-wal') || name.endsWith('-shm')),
        [],
      );
    });
  }

  it('goes on beside what somebody puts where its next segments would be', async t => {
    const { capture, path, append } = await setUp(t);
    writeFileSync(segmentPath(path, 2), 'not a segment');
    mkdirSync(segmentPath(path, 3));
    await capture.clear();
    await append(10);
    assert.equal(capture.storage.problem, undefined);
    assert.equal(await capture.restore(), true);
    assert.equal((await textsOf(capture)).length, 3010);
    assert.equal(readFileSync(segmentPath(path, 2), 'utf8'), 'not a segment');
  });

  it('leaves alone what was put in its place, until that is moved away', async t => {
    const { service, capture, path, notice, count, append } = await setUp(t);
    renameSync(path, `${path}.old`);
    writeFileSync(path, 'somebody else has put this here');
    assert.match(await notice(), /another file has taken the place of .*move that file away/);
    assert.deepEqual(await textsOf(capture), numbered(0, count()));
    await capture.clear();
    const cleared = count();
    await append(10);
    assert.match(capture.storage.problem ?? '', /another file has taken the place/);
    assert.deepEqual(await textsOf(capture), numbered(cleared, count()));
    assert.equal(readFileSync(path, 'utf8'), 'somebody else has put this here');
    renameSync(path, `${path}.theirs`);
    await capture.clear();
    await append(10);
    await until('it is back in a file', () => capture.storage.kind === 'file');
    await service.dispose();
    assert.deepEqual(textsIn(path), numbered(count() - 10, count()));
  });

  it('does not remove what was put in its place when it ends without a row', async t => {
    const { service, folder } = useCaptures(t);
    const capture = service.open(unlimited('mine'));
    await until('the file', () => existsSync(folder) && readdirSync(folder).length > 1);
    await capture.flush();
    const path = capture.storage.path ?? '';
    await until('it is opened', async () => (await capture.rows(0, 1)).length === 0);
    rmSync(path);
    writeFileSync(path, 'theirs');
    await service.dispose();
    assert.equal(readFileSync(path, 'utf8'), 'theirs');
  });

  it('leaves alone what was put in the place of a segment, until that is moved away', async t => {
    const { service, capture, path, notice, append, count } = await setUp(t);
    const segment = segmentPath(path, 1);
    renameSync(segment, `${path}.old`);
    writeFileSync(segment, 'somebody else has put this here');
    assert.match(await notice(), /another file has taken the place of .*move that file away/);
    assert.deepEqual(await textsOf(capture), numbered(0, count()));
    await capture.clear();
    await append(10);
    assert.equal(readFileSync(segment, 'utf8'), 'somebody else has put this here');
    renameSync(segment, `${path}.theirs`);
    await capture.clear();
    await append(10);
    await until('it is back in a file', () => capture.storage.kind === 'file');
    await service.dispose();
    assert.deepEqual(textsIn(path), numbered(count() - 10, count()));
  });

  it('does not remove what was put in the place of a segment when it ends', async t => {
    const { service, capture, path, append } = await setUp(t);
    const segment = segmentPath(path, 1);
    await capture.clear();
    await append(10);
    renameSync(segment, `${path}.old`);
    writeFileSync(segment, 'theirs');
    await service.dispose();
    assert.equal(readFileSync(segment, 'utf8'), 'theirs');
  });

  const cuts: Readonly<Record<string, (path: string) => void>> = {
    'the database': path => truncateSync(path, 0),
    'a segment to nothing': path => truncateSync(segmentPath(path, 1), 0),
    'a segment to a part': path => truncateSync(segmentPath(path, 1), 8192),
  };

  for (const [what, cut] of Object.entries(cuts)) {
    it(`says what is lost where a file was cut, and keeps what comes after: ${what}`, async t => {
      const { capture, path, notice, append, count } = await setUp(t);
      await append(4000, 5000);
      await letTimePass(300, lookReason);
      await append(1);
      assert.ok(statSync(segmentPath(path, 1)).size > 1_000_000);
      const before = count();
      cut(path);
      const problem = await notice();
      assert.match(
        problem,
        /^Messages from number 7,\d{3} on .* earlier ones are lost: .* was cut/,
      );
      const { first, next } = capture.extent;
      assert.ok(first >= before && next === count(), `${first} to ${next}`);
      assert.deepEqual(await textsOf(capture), numbered(first, next));
      await capture.clear();
      await append(10);
      await until('it is back in a file', () => capture.storage.kind === 'file');
      assert.deepEqual(await textsOf(capture), numbered(count() - 10, count()));
    });
  }

  it('notices a cut also where it is only read', async t => {
    const { capture, path, append } = await setUp(t);
    await append(4000, 5000);
    await letTimePass(300, lookReason);
    await append(1);
    truncateSync(segmentPath(path, 1), 8192);
    const { next } = capture.extent;
    await until('the notice', async () => {
      await capture.rows(0, 1000);
      await capture.payload(3500, 0, 10);
      return capture.storage.problem !== undefined;
    });
    assert.match(capture.storage.problem ?? '', /was cut/);
    assert.deepEqual([capture.extent.first, capture.extent.next], [next, next]);
  });

  it('notices nothing where nothing happened: a full log, a clear, dropped rows, a new worker', async t => {
    const { service, workers, capture, append, count, path } = await setUp(t);
    const problems: unknown[] = [];
    capture.onDidChangeStorage(({ problem }) => problems.push(problem));
    await append(200_000);
    await until('some time has passed', async () => {
      await append(10);
      return count() > 203_200;
    });
    await capture.clear();
    await append(5000);
    capture.setLimits({ maxRows: 100, maxBytes: Infinity });
    await append(5000);
    await workers[0]?.terminate();
    await append(10);
    await until('some time has passed', async () => {
      await append(10);
      return count() > 213_500;
    });
    assert.deepEqual([problems, capture.storage], [[], { kind: 'file', path }]);
    await service.dispose();
  });

  it('says so where the worker has to begin anew without the file', async t => {
    const { folder, workers, capture, append } = await setUp(t);
    rmSync(folder, { recursive: true });
    await workers[0]?.terminate();
    await append(10);
    assert.match(
      capture.storage.problem ?? '',
      /^Messages 0 to 2,999 were lost: the file that they were in is no longer there\.$/,
    );
    assert.deepEqual(await textsOf(capture), numbered(3000, 3010));
  });

  it('says where the rows are where the worker cannot open the file again', async t => {
    const { workers, capture, path, append } = await setUp(t);
    for (const ending of ['', '-wal']) {
      renameSync(path + ending, `${path}.old${ending}`);
    }
    writeFileSync(path, 'no database any more '.repeat(1000));
    await workers[0]?.terminate();
    await append(10);
    assert.match(
      capture.storage.problem ?? '',
      /memory only.*0 to 2,999 were in the file .* cannot be opened\.$/,
    );
    assert.deepEqual(await textsOf(capture), numbered(3000, 3010));
  });
});

describe('A watched file', () => {
  function setUpFile() {
    const scratch = scratchFolder();
    const path = join(scratch.path, 'a');
    writeFileSync(path, 'abc');
    let now = 0;
    const others: { loss?: FileLoss } = {};
    const watch = new FileWatch(
      path,
      () => others.loss,
      () => now,
    );
    return { scratch, path, watch, others, wait: (ms: number) => (now += ms) };
  }

  it('is looked at four times a second at most, unless it is urgent', () => {
    const { scratch, path, watch, wait } = setUpFile();
    rmSync(path);
    wait(249);
    assert.equal(watch.look(), undefined);
    assert.equal(watch.look(true), 'gone');
    wait(250);
    assert.equal(watch.look(), 'gone');
    scratch[Symbol.dispose]();
  });

  it('may grow, but not become shorter', () => {
    const { scratch, path, watch } = setUpFile();
    writeFileSync(path, 'abcdef');
    assert.equal(watch.look(true), undefined);
    truncateSync(path, 5);
    assert.equal(watch.look(true), 'cut');
    scratch[Symbol.dispose]();
  });

  it('is lost with a file that belongs to it', () => {
    const { scratch, watch, others } = setUpFile();
    others.loss = 'gone';
    assert.deepEqual([watch.look(true), watch.isTaken], ['gone', false]);
    others.loss = 'replaced';
    assert.deepEqual([watch.look(true), watch.isTaken], ['replaced', true]);
    scratch[Symbol.dispose]();
  });

  it('is known from another one, and from a folder, in its place', () => {
    const { scratch, path, watch } = setUpFile();
    renameSync(path, `${path}b`);
    assert.deepEqual([watch.look(true), watch.isTaken], ['gone', false]);
    mkdirSync(path);
    assert.deepEqual([watch.look(true), watch.isTaken], ['replaced', true]);
    rmSync(path, { recursive: true });
    renameSync(`${path}b`, path);
    assert.deepEqual([watch.look(true), watch.isTaken], [undefined, false]);
    scratch[Symbol.dispose]();
  });
});
