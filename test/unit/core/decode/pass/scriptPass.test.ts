import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { constants, deflateRawSync, deflateSync } from 'node:zlib';
import { recordsIn } from '../../../../../src/core/capture/captureStore.ts';
import { MemoryStore } from '../../../../../src/core/capture/log/memoryStore.ts';
import type { DecodeRule } from '../../../../../src/core/decode/decodeRule.ts';
import { DecodePass } from '../../../../../src/core/decode/pass/decodePass.ts';
import { openedMessage } from '../../../../../src/core/decode/pass/openedMessage.ts';
import { decodedRowOf, rowDecodingOf } from '../../../../../src/core/decode/pass/rowFacts.ts';
import { chooserOf } from '../../../../../src/core/decode/registry/chooser.ts';
import { titleInChain } from '../../../../../src/core/decode/registry/decoderNames.ts';
import { decoderTable } from '../../../../../src/core/decode/registry/decoders.ts';
import { CaptureScripts } from '../../../../../src/core/decode/script/sessionScripts.ts';
import { BatchReader, singleRowBatch } from '../../../../../src/core/record/batch.ts';
import { flagsOf } from '../../../../../src/core/record/record.ts';
import { nativeInflate } from '../../../../../src/node/captureWorker/decoding/nativeInflate.ts';
import { batchOf, type TestRow } from '../../../../support/capture/captures.ts';
import { acme, FakeScripts, passed, read } from '../../../../support/decode/fakeScripts.ts';
import { packet, prefixed } from '../../../../support/decode/mqttPackets.ts';

const table = decoderTable(nativeInflate);
const other = { ...acme, name: 'other', title: 'Other', file: '/w/other.mjs' };
const state = (row: object): TestRow => ({
  at: 0,
  flags: flagsOf('state', 'in'),
  payload: Buffer.from(JSON.stringify(row)),
});
const opened = state({
  state: 'connected',
  text: '',
  handshake: { url: 'ws://h/feed', subprotocol: 'x' },
});
const closed = state({ state: 'disconnected', text: '' });
const bytes = (...of: number[]): TestRow => ({
  at: 5,
  flags: flagsOf('binary', 'in'),
  payload: Uint8Array.from(of),
});
const out = (row: TestRow): TestRow => ({ ...row, flags: flagsOf('binary', 'out') });
const textOf = (text: string): TestRow => ({
  at: 5,
  flags: flagsOf('text', 'in'),
  payload: Buffer.from(text),
});

interface Options {
  readonly rules?: readonly DecodeRule[];
  readonly maxAnswersSize?: number;
}

function passOver(rows: readonly TestRow[], scripts: FakeScripts, options: Options = {}) {
  const { rules = [{ use: [{ script: acme }] }], maxAnswersSize } = options;
  const store = new MemoryStore(0);
  append(store, rows);
  let wakes = 0;
  const captureScripts = new CaptureScripts({
    runner: scripts,
    nextId: scripts.nextId,
    connection: 'feed',
    onDidAnswer: () => wakes++,
    ...(maxAnswersSize !== undefined && { maxAnswersSize }),
  });
  const pass = new DecodePass({
    store,
    choose: chooserOf(rules, table, nativeInflate),
    url: 'ws://h/',
    now: () => 0,
    scripts: captureScripts,
  });
  const known = (seq: number) => {
    const [record] = recordsIn(store, seq, seq + 1);
    return record && pass.read({ ...record, payload: new Uint8Array(record.payload) });
  };
  return {
    store,
    pass,
    known,
    answers: captureScripts.answers,
    wakes: () => wakes,
    row: (seq: number) => {
      const reading = known(seq);
      return reading && rowDecodingOf(reading, flagsOf('binary', 'in'));
    },
    as: (seq: number) => {
      const reading = known(seq);
      return reading ? decodedRowOf(reading).as.join(' ') : '';
    },
    opened: (seq: number) => {
      const reading = known(seq);
      return reading && openedMessage(reading, titleInChain);
    },
    /** Goes on until all rows are read; scripts answer by themselves. */
    toEnd: async () => {
      while (!pass.isCaughtUp) {
        pass.work(Infinity);
        await turn();
      }
    },
  };
}

/** What is too long to be with others comes by itself. */
function append(store: MemoryStore, rows: readonly TestRow[]): void {
  if (rows.every(({ payload }) => payload.length < 1000)) {
    store.append(batchOf(store.extent.next, rows));
    return;
  }
  for (const { at, flags, payload } of rows) {
    store.append(new BatchReader(singleRowBatch(store.extent.next, at, flags, payload)));
  }
}

const countedRows = (count: number) => Array.from({ length: count }, (_, n) => bytes(n % 256));

describe('A pass over messages that a script decodes', () => {
  it('asks in batches of messages in their order, and waits for the answers', async () => {
    const scripts = new FakeScripts();
    const { pass, row, wakes } = passOver([opened, ...countedRows(300)], scripts);
    assert.equal(pass.work(Infinity), false);
    assert.deepEqual([pass.isWaiting, pass.isCaughtUp, pass.cursor], [true, false, 1]);
    assert.equal(row(1), undefined);
    pass.work(Infinity);
    assert.equal(scripts.asked.length, 1);
    assert.deepEqual(
      scripts.seqs[0],
      Array.from({ length: 256 }, (_, index) => index + 1),
    );
    const { session, script, messages } = scripts.asked[0] ?? {};
    assert.deepEqual(session, { id: 1, url: 'ws://h/feed', subprotocol: 'x', connection: 'feed' });
    assert.equal(script, acme);
    assert.deepEqual(messages?.[1], {
      seq: 2,
      record: 0,
      direction: 'in',
      isText: false,
      bytes: Uint8Array.of(1),
      at: 5,
    });
    scripts.asked[0]?.answer(({ seq }) => read({ event: `op${seq}` }));
    await turn();
    assert.equal(wakes(), 1);
    pass.work(Infinity);
    assert.equal(row(256)?.event, 'op256');
    assert.deepEqual(scripts.seqs[1]?.length, 44);
    assert.equal(scripts.asked[1]?.session.id, 1);
  });

  it('asks about no more than fits into a batch, but for one long message', async () => {
    const long = { ...bytes(), payload: new Uint8Array(300_000) };
    const longest = { ...bytes(), payload: new Uint8Array(1_100_000) };
    const scripts = new FakeScripts(() => passed);
    const { toEnd } = passOver([opened, long, long, long, longest, bytes(1)], scripts);
    await toEnd();
    assert.deepEqual(scripts.seqs, [[1, 2, 3], [4], [5]]);
  });

  it('links calls, and says what messages are read as', async () => {
    const scripts = new FakeScripts(({ seq, at }) =>
      read({ event: 'sum', id: 1, role: seq === 1 ? 'request' : 'response', value: at }),
    );
    const { toEnd, row, as, opened: open } = passOver([opened, out(bytes(1)), bytes(2)], scripts);
    await toEnd();
    assert.deepEqual([row(2)?.request, row(2)?.summary, row(1)?.response], [1, 'sum = 5', 2]);
    assert.equal(as(2), 'acme');
    assert.deepEqual(open(2)?.layers[0]?.title, 'Acme');
    assert.equal(open(2)?.session.title, 'Acme');
  });

  it('gives the next decoder what a script has passed by, or has left', async () => {
    const rules = [{ use: [{ script: acme }, 'json'] }];
    const left = new TextEncoder().encode('{"a":1}');
    const scripts = new FakeScripts(({ seq }) =>
      seq === 1 ? passed : read({ event: 'op', next: seq === 2 ? left : '{"b":2}' }),
    );
    const rows = [opened, textOf('{"raw":0}'), bytes(1), bytes(2)];
    const { toEnd, known, as } = passOver(rows, scripts, { rules });
    await toEnd();
    assert.deepEqual([1, 2, 3].map(as), ['json', 'acme json', 'acme json']);
    assert.deepEqual(
      [1, 2, 3].map(seq => known(seq)?.known.value?.()),
      ['{"raw":0}', '{"a":1}', '{"b":2}'],
    );
    assert.equal(known(2)?.known.summary, 'op {"a":1}');
  });

  it('goes on with the decoder that a script names, which knows what came before', async () => {
    const flush = { finishFlush: constants.Z_SYNC_FLUSH };
    // Two messages of one stream: the second has no head.
    const parts = [deflateSync('{"a":1}', flush), deflateRawSync('{"b":2}', flush)];
    const rules = [{ use: [{ script: acme }, 'json'] }];
    const scripts = new FakeScripts(({ seq }) =>
      read({ event: `op${seq}`, next: new Uint8Array(parts[seq - 1] ?? []), as: 'zlib-stream' }),
    );
    const { toEnd, known, as } = passOver([opened, bytes(1), bytes(2)], scripts, { rules });
    await toEnd();
    assert.deepEqual([as(1), as(2)], Array(2).fill('acme zlib-stream json'));
    assert.deepEqual(
      [known(2)?.known.summary, known(2)?.known.value?.()],
      ['op2 {"b":2}', '{"b":2}'],
    );
  });

  it('gives scripts the records of the decoder before, each with its number', async () => {
    const rules = [{ use: ['mqtt', { script: acme }] }];
    const two = ['a', 'b'].flatMap((topic, index) => [...packet(0x30, prefixed(topic), index + 1)]);
    const scripts = new FakeScripts(({ bytes: all }) => read({ value: all[0] }));
    const { toEnd, known } = passOver([opened, bytes(...two)], scripts, { rules });
    await toEnd();
    const asked = scripts.asked[0]?.messages.map(({ seq, record, bytes: all }) => [
      seq,
      record,
      all[0],
    ]);
    assert.deepEqual(asked, [
      [1, 0, 1],
      [1, 1, 2],
    ]);
    assert.deepEqual(
      known(1)?.known.records?.map(record => [record.topic, record.value?.()]),
      [
        ['a', '1'],
        ['b', '2'],
      ],
    );
  });

  it('asks the later of two scripts about all that the earlier has left, in order', async () => {
    const rules = [{ use: [{ script: acme }, { script: other }] }];
    const scripts = new FakeScripts(({ bytes: all }, { name }) =>
      name === 'acme' ? read({ next: all }) : read({ event: `op${all[0]}` }),
    );
    const { toEnd, row } = passOver([opened, ...countedRows(3)], scripts, { rules });
    await toEnd();
    assert.deepEqual(
      scripts.asked.map(({ script, messages }) => [script.name, messages.map(({ seq }) => seq)]),
      [
        ['acme', [1, 2, 3]],
        ['other', [1, 2, 3]],
      ],
    );
    assert.equal(row(3)?.event, 'op2');
  });

  it('takes the answers of the scripts of two directions in whatever order they come', async () => {
    const rules: readonly DecodeRule[] = [
      { direction: 'in', use: [{ script: acme }] },
      { direction: 'out', use: [{ script: other }] },
    ];
    const scripts = new FakeScripts();
    const { pass, row } = passOver([opened, bytes(1), out(bytes(2)), bytes(3)], scripts, { rules });
    pass.work(Infinity);
    assert.deepEqual(scripts.seqs, [[1, 3], [2]]);
    scripts.asked[1]?.answer(() => read({ event: 'two' }));
    await turn();
    assert.equal(pass.isWaiting, true);
    scripts.asked[0]?.answer(({ seq }) => read({ event: `in${seq}` }));
    await turn();
    pass.work(Infinity);
    assert.deepEqual(
      [1, 2, 3].map(seq => row(seq)?.event),
      ['in1', 'two', 'in3'],
    );
  });

  it('says of a message why there is no answer, and leaves its preview', async () => {
    const error = { message: 'x is not a function', file: '/w/acme.mjs', line: 3, column: 7 };
    const scripts = new FakeScripts(({ seq }) =>
      seq === 1 ? { is: 'failed', error } : read({ event: 'op' }),
    );
    const { toEnd, row, opened: open } = passOver([opened, bytes(1), bytes(2)], scripts);
    await toEnd();
    const message = 'x is not a function (acme.mjs:3:7)';
    assert.deepEqual(row(1), { severity: 'error', problem: { at: 0, is: 'script', message } });
    assert.equal(open(1)?.layers[0]?.problem?.message, message);
    assert.equal(row(2)?.event, 'op');
  });

  it('reads rows by a runner that breaks its promise, and says so', async () => {
    const scripts = new FakeScripts();
    scripts.run = () => Promise.reject(new Error('no process'));
    const { toEnd, row } = passOver([opened, bytes(1)], scripts);
    await toEnd();
    assert.equal(row(1)?.problem?.message, 'no process');
    scripts.run = () => Promise.resolve([]);
    const silent = passOver([opened, bytes(1)], scripts);
    await silent.toEnd();
    assert.equal(silent.row(1)?.problem?.message, 'the decoder gave no answer');
  });

  it('keeps answers as far as the memory for them goes, the newest', async () => {
    const scripts = new FakeScripts(({ seq }) =>
      read({ event: `op${seq}`, value: 'x'.repeat(80) }),
    );
    const rows = [opened, ...countedRows(1000)];
    const { toEnd, row, answers } = passOver(rows, scripts, { maxAnswersSize: 100_000 });
    await toEnd();
    assert.ok(answers.size <= 100_000, `${answers.size}`);
    assert.equal(row(1000)?.event, 'op1000');
    assert.match(row(1)?.problem?.message ?? '', /no longer kept/);
    assert.equal(scripts.seqs.flat().length, 1000);
  });

  it('ends sessions that are over, and those that it does not go on with', async () => {
    const scripts = new FakeScripts();
    const { pass, row, wakes } = passOver([opened, bytes(1), closed, opened, bytes(2)], scripts);
    pass.work(Infinity);
    assert.deepEqual(scripts.seqs, [[1]]);
    scripts.asked[0]?.answer(() => read({ event: 'one' }));
    await turn();
    pass.work(Infinity);
    assert.deepEqual(scripts.ended, [1]);
    assert.equal(row(1)?.event, 'one');
    assert.equal(scripts.asked[1]?.session.id, 2);
    pass.close();
    assert.deepEqual(scripts.ended, [1, 2]);
    scripts.asked[1].answer(() => read({ event: 'late' }));
    await turn();
    assert.equal(wakes(), 1);
  });

  it('goes on with what is there after a clear while it waits', async () => {
    const scripts = new FakeScripts();
    const { store, pass, row, answers } = passOver([opened, bytes(1), bytes(2)], scripts);
    pass.work(Infinity);
    store.clear();
    pass.cleared();
    assert.deepEqual(scripts.brokenOff, [1]);
    store.append(batchOf(3, [bytes(3)]));
    scripts.asked[0]?.answer(() => read({ event: 'gone' }));
    await turn();
    pass.work(Infinity);
    assert.equal(answers.size, 0);
    assert.deepEqual(scripts.seqs, [[1, 2], [3]]);
    scripts.asked[1]?.answer(() => read({ event: 'three' }));
    await turn();
    pass.work(Infinity);
    assert.equal(row(3)?.event, 'three');
    pass.cleared();
    assert.deepEqual(scripts.brokenOff, [1], 'nothing is asked now');
  });

  it('reads a session again as a new one where its decoders become others', async () => {
    const rules: readonly DecodeRule[] = [{ kind: 'binary', use: [{ script: acme }] }];
    const rpc = textOf('{"jsonrpc":"2.0","method":"a"}');
    const scripts = new FakeScripts(({ seq }, { name }) => read({ event: `${name}${seq}` }));
    const rows = [opened, bytes(1), rpc, rpc, rpc, bytes(2)];
    const { toEnd, row, pass, as } = passOver(rows, scripts, { rules });
    await toEnd();
    assert.ok(pass.rereads > 0);
    assert.deepEqual([as(2), as(5)], ['json jsonrpc', 'acme']);
    assert.equal(row(1)?.event, 'acme1');
    const ids = new Set(scripts.asked.map(({ session }) => session.id));
    assert.deepEqual(scripts.ended, [...ids].slice(0, -1));
    assert.ok(ids.size > 1);
  });

  it('leaves rows raw where a script may not run, and says why', async () => {
    const problem = { is: 'notRun', name: 'acme', problem: 'The folder is not trusted.' };
    const rules = [{ use: [{ script: problem }] }];
    const { toEnd, row, pass } = passOver([opened, bytes(1)], new FakeScripts(), { rules });
    await toEnd();
    assert.equal(row(1), undefined);
    const { shown, stepProblem } = pass.newest?.decoding ?? assert.fail();
    assert.deepEqual([shown, stepProblem?.problem], ['none', 'The folder is not trusted.']);
  });

  it('waits for other rules while a file of its rules is looked for or read', () => {
    const awaited = { is: 'awaited', name: 'feed.proto', problem: 'It is being read.' };
    const notRun = { is: 'notRun', name: 'acme', problem: 'The folder is not trusted.' };
    const protobuf = { protobuf: { problem: awaited } };
    for (const rules of [
      [{ use: [protobuf] }],
      [{ use: ['gzip', { script: notRun }, { script: awaited }] }],
      [{ kind: 'text', use: ['json'] } as const, { kind: 'binary', use: [protobuf] } as const],
    ]) {
      for (const rows of [[opened, closed, opened, bytes(1)], [bytes(1)]]) {
        const { pass, row } = passOver(rows, new FakeScripts(), { rules });
        assert.equal(pass.work(Infinity), false);
        assert.deepEqual([pass.isWaiting, pass.isCaughtUp], [true, false]);
        assert.equal(row(rows.length - 1), undefined);
        const { shown, from, stepProblem } = pass.newest?.decoding ?? assert.fail();
        assert.deepEqual([shown, from, stepProblem], ['none', 'setting', awaited]);
      }
    }
  });

  it('waits for no file of a rule that comes behind one for all messages', async () => {
    const awaited = { is: 'awaited', name: 'feed.proto', problem: 'It is being read.' };
    const rules = [{ use: ['json'] }, { use: [{ protobuf: { problem: awaited } }] }];
    const { toEnd, as } = passOver([opened, textOf('{}')], new FakeScripts(), { rules });
    await toEnd();
    assert.equal(as(1), 'json');
  });

  it('reads any row again in whatever order it is asked', async () => {
    const rules = [{ use: [{ script: acme }, 'json'] }];
    const scripts = new FakeScripts(({ seq }) => read({ event: `op${seq}`, next: `${seq}` }));
    const { toEnd, known } = passOver([opened, ...countedRows(600)], scripts, { rules });
    await toEnd();
    for (const seq of [600, 1, 300, 257, 599]) {
      assert.equal(known(seq)?.known.summary, `op${seq} ${seq}`);
    }
    assert.equal(scripts.seqs.flat().length, 600);
  });

  it('asks about rows of a flood bit by bit, whatever comes while it waits', async () => {
    const scripts = new FakeScripts();
    const { store, pass, answers } = passOver([opened], scripts);
    const batch = countedRows(1000);
    const at = { next: 1 };
    for (let count = 0; count < 100; count++) {
      store.append(batchOf(at.next, batch));
      at.next += batch.length;
      pass.work(Infinity);
      // The answer takes as long as ten batches of rows.
      if (count % 10 === 9) {
        scripts.asked.at(-1)?.answer(() => read({ event: 'op' }));
        await turn();
      }
    }
    assert.ok(scripts.asked.length <= 11, `${scripts.asked.length} batches`);
    assert.ok(scripts.seqs.every(seqs => seqs.length <= 256));
    assert.ok(answers.size < 2560 * 400, `${answers.size}`);
    assert.equal(pass.cursor, (scripts.asked.length - 1) * 256 + 1);
  });
});
