import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemoryStore } from '../../../../../src/core/capture/log/memoryStore.ts';
import { recordsIn } from '../../../../../src/core/capture/captureStore.ts';
import { Chain } from '../../../../../src/core/decode/chain.ts';
import { DecodePass } from '../../../../../src/core/decode/pass/decodePass.ts';
import { decodedRowOf, rowDecodingOf } from '../../../../../src/core/decode/pass/rowFacts.ts';
import type {
  ChooseDecoders,
  SessionChoice,
} from '../../../../../src/core/decode/pass/sessionChoice.ts';
import { signalr } from '../../../../../src/core/decode/protocols/signalr/signalr.ts';
import { graphqlTransportWs } from '../../../../../src/core/decode/protocols/graphql/graphql.ts';
import type { TestRow } from '../../../../support/capture/captures.ts';
import { batchOf } from '../../../../support/capture/captures.ts';
import { flagsOf } from '../../../../../src/core/record/record.ts';

const chosen: SessionChoice = {
  decoding: { as: ['graphql'], title: 'GraphQL', from: 'url', shown: 'applied' },
  routes: [{ chain: new Chain([graphqlTransportWs]) }],
  isSettled: true,
};
const signalrChosen: SessionChoice = { ...chosen, routes: [{ chain: new Chain([signalr]) }] };
const nothing: SessionChoice = {
  decoding: { as: [], title: '', from: null, shown: 'none' },
  routes: [],
  isSettled: true,
};

/** By the path of the URL; what is there for a guess is decoded from the third message on. */
const choose: ChooseDecoders = ({ url }) => {
  let seen = 0;
  return {
    take: () => {
      seen++;
    },
    get choice() {
      if (url.endsWith('/signalr')) {
        return signalrChosen;
      }
      return url.endsWith('/graphql') || (url.endsWith('/guess') && seen >= 3)
        ? chosen
        : { ...nothing, isSettled: !url.endsWith('/guess') };
    },
  };
};

const state = (row: object): TestRow => ({
  at: 0,
  flags: flagsOf('state', 'in'),
  payload: Buffer.from(JSON.stringify(row)),
});
const opened = (path: string) =>
  state({ state: 'connected', text: '', handshake: { url: `ws://h/${path}`, subprotocol: '' } });
const closed = state({ state: 'disconnected', text: '' });
const message = (direction: 'in' | 'out', value: object, at = 0): TestRow => ({
  at,
  flags: flagsOf('text', direction),
  payload: Buffer.from(JSON.stringify(value)),
});
const subscribe = (id: string, at = 0) =>
  message('out', { id, type: 'subscribe', payload: { query: `subscription Q${id} { a }` } }, at);
const next = (id: string, at = 0) => message('in', { id, type: 'next', payload: { data: 1 } }, at);
const complete = (id: string, at = 0) => message('in', { id, type: 'complete' }, at);

function passOver(rows: readonly TestRow[], now: () => number = () => 0) {
  const store = new MemoryStore(0);
  store.append(batchOf(0, rows));
  const pass = new DecodePass({ store, choose, url: 'ws://h/', now });
  const read = (seq: number) => {
    const [record] = recordsIn(store, seq, seq + 1);
    return record && pass.read(record);
  };
  const row = (seq: number) => {
    const [record] = recordsIn(store, seq, seq + 1);
    const known = record && pass.read(record);
    return known && rowDecodingOf(known, record.flags);
  };
  return { store, pass, read, row };
}

describe('DecodePass', () => {
  it('decodes each session as it is chosen, and leaves the others alone', () => {
    const rows = [opened('chat'), subscribe('a'), closed, opened('graphql'), subscribe('b')];
    const { pass, row } = passOver(rows);
    assert.equal(pass.work(Infinity), false);
    assert.equal(row(1), undefined);
    assert.equal(row(4)?.event, 'Qb');
    assert.equal(pass.firstDecoded(0, 5), 3);
    assert.equal(pass.firstDecoded(0, 3), 3);
    assert.equal(pass.newest?.decoding.title, 'GraphQL');
  });

  it('links answers to their requests, with their times', () => {
    const rows = [opened('graphql'), subscribe('1', 100), next('1', 130), complete('1', 150)];
    const { pass, row, read } = passOver(rows);
    pass.work(Infinity);
    const { event, request, ms, state } = row(3) ?? {};
    assert.deepEqual([event, request, ms, state], ['Q1', 1, 50, 'done']);
    assert.deepEqual([row(1)?.response, row(1)?.ms, row(1)?.firstMs], [3, 50, 30]);
    assert.equal(row(2)?.summary, 'Q1 > 1');
    const asked = read(2);
    assert.ok(asked);
    assert.deepEqual(decodedRowOf(asked).records[0], {
      event: 'Q1',
      topic: undefined,
      type: 'next',
      id: '1',
      call: 'done',
      ms: 30,
    });
  });

  it('finds a row undecodable with one of its records, and counts it among those that do not fit', () => {
    const ping = '{"type":6}\u001e';
    const texts = [ping, ...Array.from({ length: 5 }, () => `${ping}{"type"`)];
    const rows = texts.map((text): TestRow => ({
      at: 0,
      flags: flagsOf('text', 'in'),
      payload: Buffer.from(text),
    }));
    const { pass, read } = passOver([opened('signalr'), ...rows]);
    pass.work(Infinity);
    const [whole, broken] = [read(1), read(2)];
    assert.ok(whole && broken);
    assert.deepEqual([whole, broken].map(each => decodedRowOf(each).isUndecodable), [false, true]); // prettier-ignore
    assert.deepEqual(pass.newest?.decoding.misfits, { count: 5, of: 6 });
  });

  it('knows which rows are of one conversation, by the number of any of them', () => {
    const rows = [opened('graphql'), subscribe('1'), subscribe('2'), next('1'), complete('1')];
    const { pass, read } = passOver([...rows, next('9')]);
    pass.work(Infinity);
    const rowsWith = (row: number) => [1, 2, 3, 4, 5].filter(seq => read(seq)?.isWith(row));
    assert.deepEqual([1, 3, 4].map(rowsWith), [[1, 3, 4], [1, 3, 4], [1, 3, 4]]); // prettier-ignore
    assert.deepEqual([2, 5, 99].map(rowsWith), [[2], [5], []]);
    assert.deepEqual([...pass.calls.rowsWith(4)].sort(), [1, 3, 4]);
  });

  it('tells which rows say something else since', () => {
    const rows = [opened('graphql'), subscribe('1'), next('1'), subscribe('2'), closed];
    const { store, pass } = passOver(rows.slice(0, 4));
    pass.work(Infinity);
    const mark = pass.mark;
    const changed = (calls: boolean) =>
      [...(pass.changedRows(mark, 9, { calls, parts: true }) ?? [])].sort();
    assert.deepEqual(changed(true), []);
    store.append(batchOf(4, [complete('1'), ...rows.slice(4)]));
    pass.work(Infinity);
    assert.deepEqual([changed(true), changed(false)], [[1, 2, 3, 4], []]);
  });

  it('tells that all rows of a session say something else once it is read otherwise', () => {
    const { store, pass } = passOver([opened('guess'), subscribe('1'), next('1')]);
    pass.work(Infinity);
    const mark = pass.mark;
    assert.equal(pass.unsettledFrom, 0);
    store.append(batchOf(3, [complete('1')]));
    pass.work(Infinity);
    const rows = pass.changedRows(mark, 3, { calls: false, parts: false });
    assert.deepEqual([...(rows ?? [])], [0, 1, 2]);
    assert.equal(pass.unsettledFrom, Infinity);
  });

  it('does not mistake the calls of one session for those of another', () => {
    const rows = [opened('graphql'), subscribe('1'), closed, opened('graphql'), complete('1')];
    const { pass, row } = passOver(rows);
    pass.work(Infinity);
    assert.equal(row(1)?.state, 'unanswered');
    assert.deepEqual([row(4)?.role, row(4)?.request], ['response', undefined]);
  });

  it('goes back to the beginning of a session once it knows how to decode it', () => {
    const rows = [opened('guess'), subscribe('1', 1), next('1', 2), complete('1', 3), next('1', 4)];
    const { pass, row } = passOver(rows);
    pass.work(Infinity);
    assert.deepEqual(
      [1, 2, 3, 4].map(seq => [row(seq)?.event, row(seq)?.request]),
      [
        ['Q1', undefined],
        ['Q1', 1],
        ['Q1', 1],
        ['next', undefined],
      ],
    );
  });

  it('reads rows only once it has come to them, in slices', () => {
    const rows = [
      opened('graphql'),
      ...Array.from({ length: 1000 }, (_, id) => subscribe(`${id}`)),
    ];
    let time = 0;
    const { pass, row } = passOver(rows, () => time++);
    assert.equal(pass.work(2), true);
    assert.ok(pass.cursor > 1 && pass.cursor < 1000, `${pass.cursor}`);
    assert.equal(row(999), undefined);
    assert.equal(pass.work(Infinity), false);
    assert.equal(row(999)?.event, 'Q998');
  });

  it('decodes messages whose handshake is not in the capture by the URL of the capture', () => {
    const store = new MemoryStore(0);
    store.append(batchOf(0, [subscribe('1')]));
    const pass = new DecodePass({ store, choose, url: 'ws://h/graphql', now: () => 0 });
    pass.work(Infinity);
    assert.equal(pass.newest?.isDecoded, true);
  });

  it('goes on with rows that come later, and forgets those that go', () => {
    const { store, pass, row } = passOver([opened('graphql'), subscribe('1', 5)]);
    pass.work(Infinity);
    store.append(batchOf(2, [complete('1', 9)]));
    assert.equal(pass.isCaughtUp, false);
    pass.work(Infinity);
    assert.equal(row(2)?.ms, 4);
    store.clear();
    store.append(batchOf(3, [subscribe('2')]));
    pass.work(Infinity);
    assert.equal(row(3)?.event, 'Q2');
  });

  it('leaves out what a tap has kept back', () => {
    const dropped = { ...complete('1', 7), flags: complete('1').flags | 0x800 };
    const { pass, row } = passOver([opened('graphql'), subscribe('1'), dropped]);
    pass.work(Infinity);
    assert.equal(row(1)?.state, 'open');
    assert.equal(row(2)?.type, 'complete');
  });

  it('survives states that are no JSON, and a capture of nothing else', () => {
    const broken: TestRow = { at: 0, flags: flagsOf('state', 'in'), payload: Buffer.from('{"st') };
    const { pass } = passOver([broken, state([] as object), state({ state: 'connected' })]);
    assert.equal(pass.work(Infinity), false);
    assert.equal(pass.newest, undefined);
  });
});
