import assert from 'node:assert/strict';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Readable } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { BlockStore } from '../../../../../src/core/capture/log/blockStore.ts';
import { numberedBatch, scratchFolder } from '../../../../support/capture/captures.ts';
import { logRowsIn } from '../../../../support/capture/logReader.ts';
import { openLog } from '../../../../support/capture/logs.ts';
import { until } from '../../../../support/until.ts';

const program = fileURLToPath(new URL('../../../../support/capture/killedLog.ts', import.meta.url));

/** Processes that are killed in each way of writing. */
const killCount = Number(process.env['LOG_KILLS'] ?? 3);
/** A process is killed at one of the lines that it prints, up to this. */
const maxLines = 120;

const segments = { segmentByteLength: 6000 };

type Writer = ChildProcessByStdio<null, Readable, null>;

function startWriter(path: string, way: string): Writer {
  return spawn(process.execPath, [program, path, way], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** What a writer has said of its log. */
interface Told {
  /** Its first row was this at least, and at most. */
  readonly first: readonly [number, number];
  /** It had the rows below this. */
  readonly next: number;
}

/** Kills a writer about when it prints a line, and returns what it had said. */
async function killAt(line: number, path: string, way: string): Promise<Told> {
  const child = startWriter(path, way);
  let output = '';
  let count = 0;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    count += chunk.split('\n').length - 1;
    if (count >= line) {
      child.kill('SIGKILL');
    }
  });
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  assert.equal(signal, 'SIGKILL');
  let first = 0;
  let mayBe = 0;
  let next = 0;
  for (const [word, one, other] of output.split('\n').map(each => each.split(' '))) {
    if (word === 'has' && other !== undefined) {
      [first, next] = [Number(one), Number(other)];
      mayBe = Math.max(mayBe, first);
    } else if (word === 'may') {
      mayBe = Math.max(mayBe, Number(one));
    }
  }
  return { first: [first, mayBe], next };
}

/** The first row that is missing, torn or not in its place. */
function firstFault(store: BlockStore): number | undefined {
  const { first, next } = store.extent;
  const rows = store.rows(first, next - first);
  for (let index = 0; index < next - first; index++) {
    if (rows[index]?.seq !== first + index || rows[index]?.preview !== `#${first + index}`) {
      return first + index;
    }
  }
  return rows.length === next - first ? undefined : next;
}

function assertHolds(store: BlockStore, told: Told, when: string): void {
  const { first, next } = store.extent;
  assert.equal(firstFault(store), undefined, when);
  assert.ok(next >= told.next, `${when}: ${next} of ${told.next}`);
  const [least, most] = told.first;
  assert.ok(least <= first && first <= most, `${when}: ${first} is not ${least} to ${most}`);
}

/** What was killed while its database became one file is to be opened for writing first, as old captures are. */
function rollBack(path: string): void {
  const database = new DatabaseSync(path);
  database.exec('BEGIN EXCLUSIVE; COMMIT');
  database.close();
}

describe('A log whose process is killed', () => {
  for (const way of ['append', 'clear', 'enforce', 'close']) {
    it(`has all that was stored, in order: ${way}`, async () => {
      using folder = scratchFolder();
      for (let kill = 0; kill < killCount; kill++) {
        const path = join(folder.path, `${kill}.sqlite`);
        // Also just after it was made, where there may be no row yet.
        const line = kill === 0 ? 1 : 1 + Math.floor(Math.random() * maxLines);
        const told = await killAt(line, path, way);
        const when = `killed at line ${line}`;
        if (way === 'close') {
          rollBack(path);
        }
        const { store: archived } = openLog(path, { ...segments, isReadOnly: true });
        assertHolds(archived, told, `${when}, only read`);
        const { extent } = archived;
        archived.close();
        const { store } = openLog(path, segments);
        assert.deepEqual(store.extent, extent, when);
        assertHolds(store, told, when);
        store.append(numberedBatch(extent.next, 3));
        store.close();
        const seqs = Array.from(logRowsIn(path), ({ seq }) => seq);
        assert.deepEqual(
          seqs,
          Array.from({ length: extent.next + 3 - extent.first }, (_, n) => extent.first + n),
        );
      }
    });
  }
});

describe('A log that another process writes to', () => {
  const startUntilEnd = (t: TestContext, path: string, way: string) => {
    const child = startWriter(path, way);
    child.stdout.resume();
    const closed = once(child, 'close');
    t.after(async () => {
      child.kill('SIGKILL');
      await closed;
    });
    return child;
  };

  for (const way of ['append', 'enforce', 'clear']) {
    it(`can be read meanwhile: ${way}`, async t => {
      using folder = scratchFolder();
      const path = join(folder.path, 'a.sqlite');
      const child = startUntilEnd(t, path, way);
      await once(child.stdout, 'data');
      const opened: BlockStore[] = [];
      let last = 0;
      await until('the log has grown ten times', () => {
        const { store } = openLog(path, { ...segments, isReadOnly: true });
        assert.equal(firstFault(store), undefined);
        const { first, next } = store.extent;
        // Where all was cleared just now, there is nothing to be read.
        assert.ok(first === next || next >= last);
        if (next > last) {
          opened.push(store);
        } else {
          store.close();
        }
        last = Math.max(last, next);
        return opened.length > 10;
      });
      // They stay as they were opened, also where the writer has removed files since.
      opened.forEach(store => assert.equal(firstFault(store), undefined));
      opened.forEach(store => store.close());
      let least = -1;
      for (const { seq, payload } of logRowsIn(path)) {
        assert.equal(payload.toString(), `#${seq}`);
        assert.ok(seq > least);
        least = seq;
      }
    });
  }
});
