import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Capture } from '../../../../../src/core/capture/capture.ts';
import type { CaptureView } from '../../../../../src/core/capture/view.ts';
import type { Condition } from '../../../../../src/core/filter/condition.ts';
import { withCaptures } from '../../../../../src/core/filter/conditionParts.ts';
import { parseFilter } from '../../../../../src/core/filter/parseFilter.ts';
import { flagsOf } from '../../../../../src/core/record/record.ts';
import type { CaptureService } from '../../../../../src/node/capture/captureService.ts';
import {
  startCaptures,
  stateOf,
  type StartedCaptures,
} from '../../../../support/capture/captureService.ts';

const encoder = new TextEncoder();
const sent = flagsOf('text', 'out');
const received = flagsOf('text', 'in');
const state = flagsOf('state', 'in');

let service: CaptureService;
let end: StartedCaptures['end'];

beforeEach(() => ({ service, end } = startCaptures()));
afterEach(() => end());

function openCapture(url = 'ws://test/socket.io/?EIO=4', maxRows = Infinity): Capture {
  return service.open({ name: 'test', url, maxRows, maxBytes: Infinity });
}

function conditionOf(filter: string): Condition {
  const { condition } = parseFilter(filter, { now: 0, startOfDay: 0 });
  assert.ok(condition, filter);
  return condition;
}

/** A list with a filter, as the monitor shows it. */
function openList(filter: string, ...captures: readonly Capture[]): CaptureView {
  return service.openView({
    captures: captures.map(({ id }) => id),
    condition: withCaptures(conditionOf(filter), name => captures[Number(name)]?.id),
    hide: { is: 'heartbeat' },
    isDecoded: true,
  });
}

function say(capture: Capture, flags: number, words: string, at = 0): void {
  capture.append(at, flags, encoder.encode(words));
}

function ask(capture: Capture, id: number, at = 0): void {
  say(capture, sent, `42${id}["ask",${id}]`, at);
}

function answer(capture: Capture, id: number, at = 0): void {
  say(capture, received, `43${id}[0]`, at);
}

/** Once all rows were looked at. */
async function lookedAt(view: CaptureView, total: number): Promise<void> {
  await stateOf(view, ({ scanned, decoding }) => scanned === total && !!decoding);
}

async function numbers(view: CaptureView): Promise<readonly number[]> {
  const { first, next } = view.state;
  return (await view.rows(first, next - first)).map(({ seq }) => seq);
}

/** Resolves once the list shows just these rows. */
async function shows(view: CaptureView, ...seqs: readonly number[]): Promise<void> {
  let shown: readonly number[] = [];
  while (JSON.stringify(shown) !== JSON.stringify(seqs)) {
    await stateOf(view, ({ first, next }) => next - first === seqs.length);
    shown = await numbers(view);
  }
}

describe('A live list that asks for calls', () => {
  it('gets a request at its place when its answer comes, and an open one leaves', async () => {
    const capture = openCapture();
    say(capture, received, '40');
    ask(capture, 1, 10);
    ask(capture, 2, 20);
    await capture.flush();
    const done = openList('call:done', capture);
    const pending = openList('call:pending', capture);
    const slow = openList('latency:>200ms', capture);
    await Promise.all([done, pending, slow].map(view => lookedAt(view, 3)));
    await shows(pending, 1, 2);
    assert.deepEqual([done.state.next - done.state.first, slow.state.restarts], [0, undefined]);
    answer(capture, 2, 120);
    await capture.flush();
    await shows(done, 2, 3);
    await shows(pending, 1);
    answer(capture, 1, 310);
    await capture.flush();
    await shows(done, 1, 2, 3, 4);
    await shows(pending);
    await shows(slow, 1, 4);
  });

  it('follows calls that are cancelled, and those that a reconnect leaves without an answer', async () => {
    const capture = openCapture('ws://test/');
    const connect = (at: number) => {
      const handshake = { url: 'ws://test/', subprotocol: 'graphql-transport-ws' };
      say(capture, state, JSON.stringify({ state: 'connected', text: '', handshake }), at);
    };
    const subscribe = (id: string) => {
      const payload = { query: `subscription Q${id} { a }` };
      say(capture, sent, JSON.stringify({ id, type: 'subscribe', payload }));
    };
    const next = (id: string) =>
      say(capture, received, JSON.stringify({ id, type: 'next', payload: { data: 1 } }));
    connect(0);
    subscribe('1');
    subscribe('2');
    next('1');
    next('2');
    await capture.flush();
    const pending = openList('call:pending', capture);
    const done = openList('call:done', capture);
    await lookedAt(pending, 5);
    await shows(pending, 1, 2, 3, 4);
    say(capture, sent, JSON.stringify({ id: '1', type: 'complete' }));
    await capture.flush();
    await shows(pending, 2, 4);
    await shows(done, 1, 3, 5);
    const { restarts } = pending.state;
    say(capture, state, JSON.stringify({ state: 'disconnected', text: '' }), 7);
    connect(8);
    subscribe('2');
    await capture.flush();
    await shows(pending, 2, 4, 8);
    assert.equal(pending.state.restarts, restarts);
  });

  it('counts what it hides of rows that fit later', async () => {
    const capture = openCapture('ws://test/');
    const handshake = { url: 'ws://test/', subprotocol: 'mqtt' };
    say(capture, state, JSON.stringify({ state: 'connected', text: '', handshake }));
    const packet = (flags: number, first: number) =>
      capture.append(0, flags, Uint8Array.of(first, 0));
    const binaryOut = flagsOf('binary', 'out');
    packet(binaryOut, 0xc0);
    await capture.flush();
    const done = openList('call:done', capture);
    const pending = openList('call:pending', capture);
    await lookedAt(done, 2);
    await stateOf(pending, ({ hidden }) => hidden === 1);
    assert.deepEqual([done.state.hidden, done.state.next], [0, done.state.first]);
    packet(flagsOf('binary', 'in'), 0xd0);
    await capture.flush();
    await stateOf(done, ({ hidden }) => hidden === 2);
    await stateOf(pending, ({ hidden }) => hidden === 0);
  });

  it('brings rows in once it is known how to decode them', async () => {
    const capture = openCapture('ws://test/');
    const list = openList('event:sum', capture);
    const call = (id: number) => say(capture, sent, `{"jsonrpc":"2.0","id":${id},"method":"sum"}`);
    for (let id = 0; id < 8; id++) {
      call(id);
      await capture.flush();
    }
    await shows(list, 0, 1, 2, 3, 4, 5, 6, 7);
  });

  it('brings a message in whose value the parts complete that follow it', async () => {
    const capture = openCapture();
    say(capture, sent, '451-["file",{"_placeholder":true,"num":0}]');
    await capture.flush();
    const list = openList('$[1].$bytes:~AQI', capture);
    await lookedAt(list, 1);
    assert.equal(list.state.next, list.state.first);
    capture.append(1, flagsOf('binary', 'out'), Uint8Array.of(1, 2, 3));
    await capture.flush();
    await shows(list, 0);
  });

  it('shows a conversation by the number of any of its rows, also of one to come', async () => {
    const capture = openCapture();
    for (const id of [1, 2]) {
      ask(capture, id);
    }
    await capture.flush();
    const lists = [0, 2, 3].map(row => openList(`call:#${row}`, capture));
    answer(capture, 2);
    answer(capture, 1);
    await capture.flush();
    const [first, second, third] = lists;
    assert.ok(first && second && third);
    await shows(first, 0, 3);
    await shows(second, 1, 2);
    await shows(third, 0, 3);
  });

  it('merges rows that fit later by time, and names one capture of several', async () => {
    const one = openCapture();
    const other = openCapture();
    ask(one, 1, 10);
    ask(other, 1, 11);
    ask(one, 2, 12);
    ask(other, 2, 13);
    answer(other, 2, 14);
    await Promise.all([one.flush(), other.flush()]);
    const list = openList('call:done', one, other);
    const named = openList('call:#0@1', one, other);
    const times = async (view: CaptureView) => {
      const { first, next } = view.state;
      return (await view.rows(first, next - first)).map(({ at }) => at);
    };
    await stateOf(list, ({ first, next }) => next - first === 2);
    answer(one, 1, 15);
    answer(other, 1, 16);
    await Promise.all([one.flush(), other.flush()]);
    await stateOf(list, ({ first, next }) => next - first === 6);
    assert.deepEqual(await times(list), [10, 11, 13, 14, 15, 16]);
    await stateOf(named, ({ first, next }) => next - first === 2);
    assert.deepEqual(await times(named), [11, 16]);
  });

  it('keeps up with a flood of answers, and restarts a few times a second at most', async () => {
    const capture = openCapture();
    const done = openList('call:done', capture);
    const count = 1500;
    const begun = performance.now();
    for (let id = 0; id < count; id++) {
      ask(capture, id, id);
      if (id >= 500) {
        answer(capture, id - 500, id);
      }
      if (id % 100 === 0) {
        await capture.flush();
      }
    }
    await capture.flush();
    const wanted = 2 * (count - 500);
    const { restarts = 0 } = await stateOf(done, ({ first, next }) => next - first === wanted);
    const { first } = done.state;
    const rows = await Promise.all([0, 1000].map(from => done.rows(first + from, 1000)));
    const seqs = rows.flat().map(({ seq }) => seq);
    assert.deepEqual(
      seqs,
      [...new Set(seqs)].sort((one, other) => one - other),
    );
    assert.equal(seqs.length, wanted);
    // More than one comes with each half second, at most.
    assert.ok(restarts <= 2 + (performance.now() - begun) / 500, String(restarts));
  });
});
