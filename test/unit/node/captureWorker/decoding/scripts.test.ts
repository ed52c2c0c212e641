import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { MemoryStore } from '../../../../../src/core/capture/log/memoryStore.ts';
import type { DecodeRule } from '../../../../../src/core/decode/decodeRule.ts';
import type { Script } from '../../../../../src/core/decode/script/script.ts';
import type { ScriptAccess } from '../../../../../src/core/decode/script/sessionScripts.ts';
import type { ExportJob, ExportResult } from '../../../../../src/core/export/exportJob.ts';
import type { Condition } from '../../../../../src/core/filter/condition.ts';
import { parseFilter } from '../../../../../src/core/filter/parseFilter.ts';
import { flagsOf } from '../../../../../src/core/record/record.ts';
import { DecodingSlot } from '../../../../../src/node/captureWorker/decoding/decodingSlot.ts';
import { scriptAccess } from '../../../../../src/node/captureWorker/decoding/scriptAccess.ts';
import { Exports } from '../../../../../src/node/captureWorker/export/exports.ts';
import { SavedCalls } from '../../../../../src/node/captureWorker/saving/savedCalls.ts';
import { ViewSession } from '../../../../../src/node/captureWorker/sessions/viewSession.ts';
import type { SqliteWriter } from '../../../../../src/node/captureWorker/store/sqliteWriter.ts';
import { batchOf, scratchFolder, type TestRow } from '../../../../support/capture/captures.ts';
import { acme, FakeScripts, read } from '../../../../support/decode/fakeScripts.ts';
import { until } from '../../../../support/until.ts';

const rulesFor = (script: Script): readonly DecodeRule[] => [{ use: [{ script }] }];
const bytes = (n: number): TestRow => ({
  at: n,
  flags: flagsOf('binary', 'in'),
  payload: Uint8Array.of(n),
});
const rows = (from: number, count: number) =>
  batchOf(
    from,
    Array.from({ length: count }, (_, index) => bytes((from + index) % 256)),
  );
const opOf = ({ seq }: { readonly seq: number }) => read({ event: `op${seq}`, value: seq });

/** A capture of some messages that a script decodes. */
function captureOf(scripts: ScriptAccess, count: number, rules = rulesFor(acme)) {
  const store = new MemoryStore(0);
  store.append(rows(0, count));
  const decoding = new DecodingSlot({ store, url: 'ws://h/', rules, connection: 'feed', scripts });
  return { store, decoding };
}

type Captures = ReadonlyMap<number, ReturnType<typeof captureOf>>;

/** A view, which works only when it says that it has something to do, as in the worker. */
function viewOf(captures: Captures, condition?: Condition) {
  let wakes = 0;
  const query = {
    captures: [...captures.keys()],
    isDecoded: true,
    ...(condition && { condition }),
  };
  const view: ViewSession = new ViewSession(query, 0, captures, () => {
    wakes++;
    work();
  });
  const work = () => {
    while (view.hasWork) {
      view.work(performance.now() + 8);
    }
  };
  const events = () => {
    const { first, next } = view.state;
    return view
      .rows(first, next - first)
      .map(({ decoded }) => (typeof decoded === 'object' ? decoded.event : decoded));
  };
  return { view, events, wakes: () => wakes };
}

const filterOf = (words: string) => parseFilter(words, { now: 0, startOfDay: 0 }).condition;

describe('A view of messages that a script decodes', () => {
  it('has nothing to do while it waits, and goes on when the answers are there', async () => {
    const scripts = new FakeScripts();
    const { view, events, wakes } = viewOf(new Map([[1, captureOf(scripts, 2)]]));
    await until('the script is asked', () => scripts.asked.length === 1);
    assert.equal(view.hasWork, false);
    assert.deepEqual(events(), ['waiting', 'waiting']);
    assert.notEqual(view.state.decoding?.readTo, undefined);
    const before = wakes();
    scripts.asked[0]?.answer(opOf);
    await until('the view goes on', () => wakes() > before);
    assert.deepEqual(events(), ['op0', 'op1']);
    assert.equal(view.state.decoding?.readTo, undefined);
  });

  it('finds rows by what the script says of them, also those that come meanwhile', async () => {
    const scripts = new FakeScripts();
    const capture = captureOf(scripts, 3);
    const { view, events } = viewOf(new Map([[1, capture]]), filterOf('event:op1|op3'));
    await until('the script is asked', () => scripts.asked.length === 1);
    capture.store.append(rows(3, 1));
    view.appended(1, rows(3, 1), false);
    assert.equal(view.hasWork, false);
    assert.deepEqual([view.state.scanned, view.state.next - view.state.first], [0, 0]);
    scripts.asked[0]?.answer(opOf);
    await until('the script is asked again', () => scripts.asked.length === 2);
    scripts.asked[1]?.answer(opOf);
    await until('all is looked at', () => view.state.scanned === 4);
    assert.deepEqual(events(), ['op1', 'op3']);
  });

  it('shows and finds what a script has read of one capture while that of another is silent', async () => {
    const [silent, scripts] = [new FakeScripts(), new FakeScripts(opOf)];
    const other = viewOf(new Map([[1, captureOf(silent, 2)]]));
    const both = viewOf(
      new Map([
        [1, captureOf(silent, 2)],
        [2, captureOf(scripts, 2)],
      ]),
    );
    await until('the other capture is read', () => both.events().includes('op1'));
    assert.deepEqual(both.events().filter(each => each === 'waiting').length, 2);
    assert.equal(both.view.hasWork || other.view.hasWork, false);
    other.view.close();
    both.view.close();
    assert.equal(silent.ended.length, 2);
  });

  it('begins anew with another version of the script, and forgets what the one before says', async () => {
    const scripts = new FakeScripts();
    const capture = captureOf(scripts, 1);
    const { view, events } = viewOf(new Map([[1, capture]]));
    await until('the script is asked', () => scripts.asked.length === 1);
    capture.decoding.setRules(rulesFor({ ...acme, version: 2 }));
    view.changed(1);
    await until('the script is asked again', () => scripts.asked.length === 2);
    assert.deepEqual(scripts.ended, [1]);
    scripts.asked[1]?.answer(() => read({ event: 'new' }));
    await until('the answer is shown', () => events().includes('new'));
    scripts.asked[0]?.answer(() => read({ event: 'old' }));
    await turn();
    assert.deepEqual(events(), ['new']);
    assert.deepEqual([scripts.asked[1]?.session.id, scripts.asked[1]?.script.version], [2, 2]);
  });

  it('says in the rows where what runs scripts cannot be had', async () => {
    const access = scriptAccess(() => Promise.reject(new Error('a file is missing')));
    const { view, events } = viewOf(new Map([[1, captureOf(access, 1)]]));
    await until('the row is read', () => !events().includes('waiting') && !view.hasWork);
    const [row] = view.rows(view.state.first, 1);
    const { problem } = typeof row?.decoded === 'object' ? row.decoded : {};
    assert.equal(problem?.message, 'decoders in files cannot be run: a file is missing');
  });

  it('stores a flood without asking the script more often than it answers', async () => {
    const scripts = new FakeScripts();
    const capture = captureOf(scripts, 1);
    const { view } = viewOf(new Map([[1, capture]]));
    await until('the script is asked', () => scripts.asked.length === 1);
    for (let from = 1; from < 100_001; from += 1000) {
      const batch = rows(from, 1000);
      capture.store.append(batch);
      view.appended(1, batch, true);
    }
    assert.equal(scripts.asked.length, 1);
    assert.equal(view.hasWork, false);
    assert.equal(view.state.next - view.state.first, 100_001);
    scripts.asked[0]?.answer(opOf);
    await until('the script is asked again', () => scripts.asked.length === 2);
    assert.ok((scripts.seqs[1]?.length ?? 0) <= 256);
  });
});

describe('An export of messages that a script decodes', () => {
  function exportOf(captures: Captures, path: string) {
    const view = new ViewSession({ captures: [...captures.keys()] }, 0, captures);
    view.work(Infinity);
    const exports = new Exports({
      captures,
      viewOf: () => view,
      report: () => undefined,
      isBusy: () => false,
    });
    const connections = [{ capture: 1, name: 'feed', url: '' }];
    const job: ExportJob = {
      view: 1,
      connections,
      format: 'ndjson',
      path,
      secrets: [],
      isDecoded: true,
    };
    const params = { job, partPath: `${path}.part` };
    const done = exports.perform({ id: 1, request: 'export.open', key: 1, params });
    return {
      done: done as Promise<ExportResult>,
      cancel: () => exports.perform({ id: 2, request: 'export.cancel', key: 1, params: undefined }),
    };
  }

  it('waits for the answers', async () => {
    using scratch = scratchFolder();
    const path = join(scratch.path, 'out.ndjson');
    const scripts = new FakeScripts();
    const { done } = exportOf(new Map([[1, captureOf(scripts, 2)]]), path);
    await until('the script is asked', () => scripts.asked.length === 1);
    scripts.asked[0]?.answer(opOf);
    await done;
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    assert.deepEqual(
      lines.map(line => (JSON.parse(line) as { decoded: object }).decoded),
      [0, 1].map(value => ({ as: 'acme', event: `op${value}`, value })),
    );
    assert.deepEqual(scripts.ended, [1]);
  });

  it('can be cancelled while the script is silent', async () => {
    using scratch = scratchFolder();
    const scripts = new FakeScripts();
    const path = join(scratch.path, 'out');
    const { done, cancel } = exportOf(new Map([[1, captureOf(scripts, 2)]]), path);
    await until('the script is asked', () => scripts.asked.length === 1);
    cancel();
    await assert.rejects(done);
    assert.deepEqual(scripts.ended, [1]);
  });

  it('ends where the capture is closed while the script is silent', async () => {
    using scratch = scratchFolder();
    const scripts = new FakeScripts();
    const capture = captureOf(scripts, 2);
    const captures = new Map([[1, capture]]);
    const { done } = exportOf(captures, join(scratch.path, 'out'));
    await until('the script is asked', () => scripts.asked.length === 1);
    captures.delete(1);
    capture.decoding.close();
    await done;
    assert.deepEqual(scripts.ended, [1]);
  });
});

describe('Calls that are saved from messages that a script decodes', () => {
  it('wait for the answers, bit by bit, so that saving can be ended', async () => {
    const scripts = new FakeScripts();
    const calls = new SavedCalls(captureOf(scripts, 2).decoding, 0);
    const saved: number[] = [];
    const writer = {
      calls: {
        begin: () => undefined,
        insertCall: ({ seq }: { readonly seq: number }) => saved.push(seq),
        insertLink: () => undefined,
      },
    } as unknown as SqliteWriter;
    assert.equal(await calls.copy(writer, 2), false);
    assert.equal(await calls.copy(writer, 2), false);
    assert.equal(scripts.asked.length, 1);
    scripts.asked[0]?.answer(({ seq }) => read({ id: seq, role: 'request' }));
    await until('all calls are saved', () => calls.copy(writer, 2));
    assert.deepEqual(saved, [0, 1]);
    calls.close();
    assert.deepEqual(scripts.ended, [1]);
  });
});
