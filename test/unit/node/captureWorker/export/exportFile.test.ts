import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { StoredRecord } from '../../../../../src/core/record/block.ts';
import type { ViewState } from '../../../../../src/core/capture/view.ts';
import type { ExportJob } from '../../../../../src/core/export/exportJob.ts';
import { NdjsonWriter } from '../../../../../src/core/export/ndjson.ts';
import {
  exportFile,
  type ExportPorts,
} from '../../../../../src/node/captureWorker/export/exportFile.ts';
import {
  blocksOf,
  type ExportedView,
} from '../../../../../src/node/captureWorker/export/exportRows.ts';
import { scratchFolder } from '../../../../support/capture/captures.ts';
import { connection, partsWith, recordOf } from '../../../../support/capture/exports.ts';

/** A view of rows that lends each payload in the same bytes, as a store may. */
class FakeView implements ExportedView {
  readonly #records: readonly StoredRecord[];
  readonly #lent = new Uint8Array(60_000_000);
  first = 0;
  /** The most payload bytes that were read for one block. */
  mostRead = 0;

  constructor(records: readonly StoredRecord[]) {
    this.#records = records;
  }

  get state(): ViewState {
    const next = this.#records.length;
    return { first: this.first, next, scanned: next, total: next, hidden: 0, dropped: 0 };
  }

  *records(from: number, to: number) {
    let read = 0;
    for (const record of this.#records.slice(Math.max(this.first, from), to)) {
      this.#lent.set(record.payload);
      read += record.payload.length;
      this.mostRead = Math.max(this.mostRead, read);
      const payload = this.#lent.subarray(0, record.payload.length);
      yield { capture: 1, record: { ...record, payload } };
      this.#lent.fill(0x2a, 0, record.payload.length);
    }
  }
}

function numbered(count: number): readonly StoredRecord[] {
  return Array.from({ length: count }, (_, seq) => recordOf(`#${seq}`, { seq, at: seq }));
}

interface SetUp {
  readonly folder: string;
  readonly run: (changed?: Partial<ExportPorts>, name?: string) => ReturnType<typeof exportFile>;
}

function setUp(t: TestContext, view: FakeView): SetUp {
  const folder = scratchFolder();
  t.after(() => folder[Symbol.dispose]());
  const run: SetUp['run'] = (changed, name = 'out.ndjson') => {
    const path = join(folder.path, name);
    const job: ExportJob = {
      view: 1,
      connections: [connection],
      format: 'ndjson',
      path,
      secrets: [],
    };
    return exportFile(job, `${path}.part`, {
      view,
      ranges: [[view.state.first, view.state.next]],
      endOf: () => Infinity,
      writer: new NdjsonWriter(partsWith()),
      signal: new AbortController().signal,
      onProgress: () => undefined,
      giveWay: () => setImmediate<undefined>(),
      ...changed,
    });
  };
  return { folder: folder.path, run };
}

function seqsIn(path: string): readonly number[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map(line => {
    const { seq, data } = JSON.parse(line) as { seq: number; data: string };
    assert.equal(data, `#${seq}`);
    return seq;
  });
}

describe('an export file', () => {
  it('has all rows, in order, and says how many', async t => {
    const { folder, run } = setUp(t, new FakeView(numbered(20_000)));
    const progress: number[] = [];
    const result = await run({ onProgress: ({ rows }) => progress.push(rows) });
    const path = join(folder, 'out.ndjson');
    const expected = Array.from({ length: 20_000 }, (_, seq) => seq);
    assert.deepEqual(seqsIn(path), expected);
    assert.deepEqual(result, {
      rows: 20_000,
      byteLength: readFileSync(path).length,
      missed: 0,
    });
    assert.equal(progress.at(-1), 20_000);
    assert.deepEqual(readdirSync(folder), ['out.ndjson']);
  });

  it('has the rows of its ranges, and none that came after it began', async t => {
    const { folder, run } = setUp(t, new FakeView(numbered(100)));
    const ranges = [
      [3, 5],
      [90, 100],
    ] as const;
    await run({ ranges, endOf: () => 92 });
    assert.deepEqual(seqsIn(join(folder, 'out.ndjson')), [3, 4, 90, 91]);
  });

  it('counts rows that are dropped before they are written', async t => {
    const view = new FakeView(numbered(5000));
    const { folder, run } = setUp(t, view);
    const giveWay = () => setImmediate<undefined>();
    const openPart = async (path: string) => {
      view.first = 2000; // The export has begun already.
      return open(path, 'wx');
    };
    const result = await run({ ranges: [[0, 5000]], giveWay, openPart });
    const seqs = seqsIn(join(folder, 'out.ndjson'));
    assert.deepEqual([seqs[0], seqs.length], [2000, 3000]);
    assert.deepEqual([result.rows, result.missed], [3000, 2000]);
  });

  it('never shows half a file, and leaves what was there when it is cancelled', async t => {
    const { folder, run } = setUp(t, new FakeView(numbered(50_000)));
    const path = join(folder, 'out.ndjson');
    writeFileSync(path, 'before');
    const controller = new AbortController();
    const seen = new Set<string>();
    const giveWay = async () => {
      await setImmediate();
      seen.add(readFileSync(path, 'utf8'));
      if (readFileSync(`${path}.part`).length > 0) {
        controller.abort();
      }
    };
    await assert.rejects(run({ signal: controller.signal, giveWay }), {
      message: 'The export was cancelled.',
      isCancelled: true,
    });
    assert.deepEqual([[...seen], readdirSync(folder)], [['before'], ['out.ndjson']]);
    await run();
    assert.equal(seqsIn(path).length, 50_000);
  });

  it('goes away, with a sentence, when the disk is full', async t => {
    const { folder, run } = setUp(t, new FakeView(numbered(50_000)));
    writeFileSync(join(folder, 'out.ndjson'), 'before');
    const openPart = async (path: string) => {
      const file = await open(path, 'wx');
      let written = 0;
      return {
        writeFile: async (data: Uint8Array) => {
          written += data.length;
          if (written > 1_000_000) {
            throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
          }
          await file.writeFile(data);
        },
        sync: () => file.sync(),
        close: () => file.close(),
      };
    };
    await assert.rejects(run({ openPart }), /disk is full.*Free space/);
    assert.deepEqual(readdirSync(folder), ['out.ndjson']);
    assert.equal(readFileSync(join(folder, 'out.ndjson'), 'utf8'), 'before');
  });

  it('goes away, with a sentence, when the capture cannot be read any more', async t => {
    class Broken extends FakeView {
      override *records(from: number, to: number) {
        yield* super.records(from, to);
        throw new Error('database is not open');
      }
    }
    const { folder, run } = setUp(t, new Broken(numbered(10)));
    await assert.rejects(run(), /failed: database is not open/);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('says where it cannot be written', async t => {
    const { folder, run } = setUp(t, new FakeView(numbered(1)));
    mkdirSync(join(folder, 'taken'));
    writeFileSync(join(folder, 'file'), '');
    await assert.rejects(run({}, 'taken'), /taken is a folder\. Choose another name/);
    await assert.rejects(run({}, 'missing/out'), /There is no folder .*missing/);
    await assert.rejects(run({}, 'file/out'), /There is no folder .*file/);
    const openPart = () => Promise.reject(Object.assign(new Error('no'), { code: 'EACCES' }));
    await assert.rejects(run({ openPart }), /permission denied\. Choose another folder/);
    assert.deepEqual(readdirSync(folder).sort(), ['file', 'taken']);
  });

  it('does not follow what somebody put where it is to be written', async t => {
    const { folder, run } = setUp(t, new FakeView(numbered(1)));
    writeFileSync(join(folder, 'precious'), 'precious');
    symlinkSync(join(folder, 'precious'), join(folder, 'out.ndjson.part'));
    await assert.rejects(run(), /failed: .*exists/i);
    assert.equal(readFileSync(join(folder, 'precious'), 'utf8'), 'precious');
  });
});

describe('the blocks of an export', () => {
  it('hold a few MiB however long the rows are, and one row at least', () => {
    const sizes = [10, 30_000_000, 10, 1_000_000, 1_000_000, 1_000_000, 5_000_000, 10];
    const records = Array.from({ length: 4000 }, (_, seq) =>
      recordOf(new Uint8Array(seq < 2000 ? 10 : (sizes[seq - 2000] ?? 100)).fill(0x61), { seq }),
    );
    const view = new FakeView(records);
    const seqs: number[] = [];
    for (const { rows, positionCount } of blocksOf(view, [[0, 4000]])) {
      assert.equal(rows.length, positionCount);
      const held = rows.reduce((sum, { record }) => sum + record.payload.length, 0);
      assert.ok(rows.length === 1 || held <= 2 * 1024 * 1024, `${held}`);
      for (const { record } of rows) {
        assert.ok(record.payload.every(byte => byte === 0x61));
        seqs.push(record.seq);
      }
    }
    assert.deepEqual(
      seqs,
      records.map(({ seq }) => seq),
    );
  });
});
