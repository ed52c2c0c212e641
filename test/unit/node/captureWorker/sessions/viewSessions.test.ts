import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Capture } from '../../../../../src/core/capture/capture.ts';
import { flagsOf } from '../../../../../src/core/record/record.ts';
import type {
  CaptureView,
  ViewQuery,
  ViewReport,
  ViewRow,
  ViewState,
} from '../../../../../src/core/capture/view.ts';
import type { Condition } from '../../../../../src/core/filter/condition.ts';
import type { CaptureService } from '../../../../../src/node/capture/captureService.ts';
import {
  startCaptures,
  stateOf,
  type StartedCaptures,
} from '../../../../support/capture/captureService.ts';

const encoder = new TextEncoder();
const text = flagsOf('text', 'in');
const heartbeat = flagsOf('ping', 'out', true);
const word = (what: string): Condition => ({ is: 'text', text: what, exact: false });

let service: CaptureService;
let workers: StartedCaptures['workers'];
let end: StartedCaptures['end'];

beforeEach(() => ({ service, workers, end } = startCaptures()));
afterEach(() => end());

function openCapture(maxRows = Infinity): Capture {
  return service.open({ name: 'test', url: 'ws://test', maxRows, maxBytes: Infinity });
}

function append(capture: Capture, texts: readonly string[], at = 0): void {
  for (const [index, payload] of texts.entries()) {
    capture.append(at + index, text, encoder.encode(payload));
  }
}

const caughtUp = (total: number) => (state: ViewState) =>
  state.total === total && state.scanned === total;

async function previews(view: CaptureView): Promise<readonly string[]> {
  const { first, next } = view.state;
  return (await view.rows(first, next - first)).map(row => row.preview);
}

const open = (query: ViewQuery) => service.openView(query);

/** Two captures in one view of 3,000 rows, of which `a` has every third. */
async function openMerged() {
  const [a, b] = [openCapture(), openCapture()];
  for (let at = 0; at < 3000; at++) {
    (at % 3 === 0 ? a : b).append(at, text, encoder.encode(String(at)));
  }
  await Promise.all([a.flush(), b.flush()]);
  const view = open({ captures: [a.id, b.id] });
  await stateOf(view, ({ first, next }) => next - first === 3000);
  return { a, b, view };
}

describe('a view', { timeout: 180_000 }, () => {
  it('shows what matches, counts what it hides and goes on with the stream', async () => {
    const capture = openCapture();
    append(capture, ['apple', 'pear', 'Pineapple']);
    capture.append(3, heartbeat, encoder.encode('apple'));
    await capture.flush();
    const query = { captures: [capture.id], condition: word('APPLE'), hide: { is: 'heartbeat' } };
    const view = open(query as ViewQuery);
    assert.equal((await stateOf(view, caughtUp(4))).hidden, 1);
    assert.deepEqual(await previews(view), ['apple', 'Pineapple']);
    assert.deepEqual(view.state.newest, { capture: capture.id, seq: 3 });
    append(capture, ['plum', 'crab apple']);
    await stateOf(view, caughtUp(6));
    assert.deepEqual(await previews(view), ['apple', 'Pineapple', 'crab apple']);
    const [row] = await view.rows(view.state.next - 1, 10);
    assert.deepEqual([row?.capture, row?.seq, row?.position], [capture.id, 5, view.state.next - 1]);
  });

  it('names the newest row of its captures, also one that it leaves out', async () => {
    const [one, other] = [openCapture(), openCapture()];
    const view = open({ captures: [one.id, other.id], condition: word('apple') });
    assert.equal((await stateOf(view, caughtUp(0))).newest, undefined);
    append(one, ['apple', 'pear'], 20);
    append(other, ['plum'], 10);
    await Promise.all([one.flush(), other.flush()]);
    assert.deepEqual((await stateOf(view, caughtUp(3))).newest, { capture: other.id, seq: 0 });
    const later = open({ captures: [other.id, one.id] });
    assert.deepEqual((await stateOf(later, caughtUp(3))).newest, { capture: one.id, seq: 1 });
  });

  it('misses and repeats nothing in a flood, whenever it is opened', async () => {
    const capture = openCapture();
    const count = 60_000;
    const views: CaptureView[] = [];
    for (let index = 0; index < count; index++) {
      capture.append(
        index,
        text,
        encoder.encode(`${index} ${index % 7 === 0 ? 'seven' : 'other'}`),
      );
      if (index % 20_000 === 10_000) {
        views.push(open({ captures: [capture.id], condition: word('seven') }));
        views.push(open({ captures: [capture.id] }));
        await turn();
      }
    }
    for (const [index, view] of views.entries()) {
      const { first, next } = await stateOf(view, caughtUp(count));
      const step = index % 2 === 0 ? 7 : 1;
      assert.equal(next - first, Math.ceil(count / step));
      const rows = await view.rows(first + 1000, 2000);
      const wanted = rows.map((_, offset) => (1000 + offset) * step);
      assert.equal(rows.length, 2000);
      assert.deepEqual(rows.map(row => row.seq), wanted); // prettier-ignore
    }
  });

  it('reports its newest rows while somebody looks at them, each once and so many at most', async () => {
    const capture = openCapture();
    append(capture, ['a', 'b', 'c', 'd']);
    await capture.flush();
    const view = service.openView({ captures: [capture.id] }, 3);
    const reports: ViewReport[] = [];
    view.onDidChange(report => reports.push(report));
    const tails = () =>
      reports.splice(0).map(({ tail = [] }) => tail.map(({ preview }) => preview));
    await stateOf(view, caughtUp(4));
    append(capture, ['e']);
    await stateOf(view, caughtUp(5));
    assert.deepEqual(tails().filter(tail => tail.length > 0), [['b', 'c', 'd'], ['e']]); // prettier-ignore
    append(
      capture,
      Array.from({ length: 500 }, (_, index) => `#${index}`),
    );
    await stateOf(view, caughtUp(505));
    const last = tails();
    assert.ok(last.every(tail => tail.length <= 3));
    assert.deepEqual(last.at(-1), ['#497', '#498', '#499']);
    view.setTail(0);
    append(capture, ['f']);
    await stateOf(view, caughtUp(506));
    assert.deepEqual(tails().flat(), []);
    view.setTail(2);
    append(capture, ['g']);
    await stateOf(view, caughtUp(507));
    assert.deepEqual(tails().at(-1), ['f', 'g']);
  });

  it('reports what a filter shows, and no rows when only the counts have changed', async () => {
    const capture = openCapture();
    const view = service.openView({ captures: [capture.id], condition: word('apple') }, 10);
    await stateOf(view, caughtUp(0));
    const tails: (readonly string[])[] = [];
    view.onDidChange(({ tail = [] }) => tails.push(tail.map(({ preview }) => preview)));
    append(capture, ['apple', 'pear']);
    await stateOf(view, caughtUp(2));
    append(capture, ['plum']);
    await stateOf(view, caughtUp(3));
    assert.deepEqual(tails.filter(tail => tail.length > 0), [['apple']]); // prettier-ignore
  });

  it('tells of dropped rows in a row of its own, and keeps all positions', async () => {
    const capture = openCapture(1000);
    const view = open({ captures: [capture.id] });
    append(
      capture,
      Array.from({ length: 800 }, (_, index) => `#${index}`),
    );
    await stateOf(view, caughtUp(800));
    const [before] = await view.rows(view.state.first + 700, 1);
    append(
      capture,
      Array.from({ length: 800 }, (_, index) => `#${800 + index}`),
    );
    const state = await stateOf(
      view,
      ({ dropped, scanned, total }) => dropped > 0 && scanned === total,
    );
    const [note, oldest] = await view.rows(state.first, 2);
    assert.equal(note?.kind, 'state');
    assert.match(note.preview, new RegExp(`"${state.dropped} older rows were dropped`));
    assert.equal(oldest?.preview, `#${state.dropped}`);
    assert.deepEqual((await view.rows(before?.position ?? 0, 1))[0], before);
    assert.equal(state.next - state.first, 1600 - state.dropped + 1);
  });

  it('is empty after a clear, at new positions', async () => {
    const capture = openCapture();
    const view = open({ captures: [capture.id] });
    append(capture, ['a', 'b']);
    const { next } = await stateOf(view, caughtUp(2));
    await capture.clear();
    const state = await stateOf(view, ({ total }) => total === 0);
    assert.deepEqual([state.first, state.next, state.hidden], [next, next, 0]);
    append(capture, ['c']);
    await stateOf(view, caughtUp(1));
    assert.deepEqual(await previews(view), ['c']);
    assert.equal((await view.rows(next, 1))[0]?.preview, 'c');
  });

  it('has all rows again, at new positions, when they are brought back', async () => {
    const capture = openCapture();
    const captures = [capture.id];
    const [all, some] = [open({ captures }), open({ captures, condition: word('odd') })];
    append(capture, ['0 even', '1 odd', '2 even', '3 odd']);
    const { next } = await stateOf(all, caughtUp(4));
    await stateOf(some, caughtUp(4));
    await capture.clear();
    append(capture, ['4 even', '5 odd']);
    await stateOf(all, ({ total, scanned }) => total === 2 && scanned === 2);
    await capture.restore();
    const state = await stateOf(all, ({ restarts, scanned }) => restarts === 1 && scanned === 6);
    await stateOf(some, ({ restarts, scanned }) => restarts === 1 && scanned === 6);
    assert.ok(state.first > next);
    assert.deepEqual(await previews(all), ['0 even', '1 odd', '2 even', '3 odd', '4 even', '5 odd']); // prettier-ignore
    assert.deepEqual(await previews(some), ['1 odd', '3 odd', '5 odd']);
    assert.equal((await all.locate({ capture: capture.id, seq: 1 })).position, state.first + 1);
  });

  it('has no gap in a merged list when one capture of it is cleared, and brought back', async () => {
    const { b, view } = await openMerged();
    await b.clear();
    const left = await stateOf(view, ({ first, next }) => next - first === 1000);
    const rows = await view.rows(left.first, 1000);
    assert.deepEqual(rows.map(row => row.preview), rows.map((_, index) => String(3 * index))); // prettier-ignore
    const found = await view.find(word('1'), left.first, 'next');
    assert.equal((await view.rows(found.position ?? 0, 1))[0]?.preview, '12');
    await b.restore();
    const back = await stateOf(view, ({ first, next }) => next - first === 3000);
    const all = await view.rows(back.first, 2000);
    assert.deepEqual(all.map(row => row.preview), all.map((_, index) => String(index))); // prettier-ignore
  });

  it('merges captures by time, what is stored and what comes in', async () => {
    const { a, b, view } = await openMerged();
    const wanted = Array.from({ length: 2000 }, (_, at) => String(at));
    const rows = await view.rows(view.state.first, 2000);
    assert.deepEqual(rows.map(row => row.preview), wanted); // prettier-ignore
    const now = Date.now();
    b.append(now + 25, text, encoder.encode('second'));
    void b.flush();
    a.append(now + 20, text, encoder.encode('first'));
    await stateOf(view, ({ first, next }) => next - first === 3002);
    const last = await view.rows(view.state.next - 2, 2);
    assert.deepEqual(last.map(row => [row.capture, row.preview]), [[a.id, 'first'], [b.id, 'second']]); // prettier-ignore
    const located = await view.locate({ capture: b.id, seq: 1 });
    assert.deepEqual(located, { position: view.state.first + 2, isExact: true, isScanned: true });
  });

  it('locates rows and moments', async () => {
    const capture = openCapture();
    append(capture, ['yes 0', 'no 1', 'yes 2', 'no 3'], 100);
    await capture.flush();
    const view = open({ captures: [capture.id], condition: word('yes') });
    const { first, next } = await stateOf(view, caughtUp(4));
    const at = (position: number, isExact: boolean) => ({ position, isExact, isScanned: true });
    assert.deepEqual(await view.locate({ capture: capture.id, seq: 2 }), at(first + 1, true));
    assert.deepEqual(await view.locate({ capture: capture.id, seq: 1 }), at(first + 1, false));
    assert.deepEqual(await view.locate({ capture: capture.id, seq: 3 }), at(next, false));
    assert.deepEqual(await view.locate({ at: 100 }), at(first, true));
    assert.deepEqual(await view.locate({ at: 101 }), at(first + 1, false));
    assert.deepEqual(await view.locate({ at: 1000 }), at(next, false));
  });

  it('finds in both directions, goes on at the other end, and a search ends the one before', async () => {
    const capture = openCapture();
    const texts = Array.from({ length: 5000 }, (_, index) => (index % 1000 === 500 ? 'x' : 'y'));
    append(capture, texts);
    await capture.flush();
    const view = open({ captures: [capture.id] });
    const { first } = await stateOf(view, caughtUp(5000));
    const at = (index: number, isWrapped = false) => ({ position: first + index, isWrapped });
    assert.deepEqual(await view.find(word('X'), first, 'next'), at(500));
    assert.deepEqual(await view.find(word('x'), first + 500, 'next'), at(1500));
    assert.deepEqual(await view.find(word('x'), first + 4500, 'next'), at(500, true));
    assert.deepEqual(await view.find(word('x'), first + 500, 'previous'), at(4500, true));
    assert.deepEqual(await view.find(word('x'), first + 2000, 'previous'), at(1500));
    assert.deepEqual(await view.find(word('z'), first, 'next'), { isWrapped: false });
    const ended = view.find(word('z'), first, 'next');
    const found = view.find(word('x'), first, 'next');
    assert.deepEqual(await Promise.all([ended, found]), [{ isWrapped: false }, at(500)]);
  });

  it('counts messages that a path could not look into, those of later batches too', async () => {
    const capture = openCapture();
    append(capture, ['{"a":1}', '{"a":1}\x1e', 'plain', '{"b":1}']);
    await capture.flush();
    const condition: Condition = { is: 'field', path: ['a'], comparison: '=', value: 1 };
    const view = open({ captures: [capture.id], condition });
    const state = await stateOf(view, caughtUp(4));
    assert.deepEqual([await previews(view), state.unread], [['{"a":1}'], 2]);
    append(capture, ['42["a"]', '{"a":1}']);
    assert.equal((await stateOf(view, caughtUp(6))).unread, 3);
    const words = open({ captures: [capture.id], condition: word('plain') });
    assert.equal((await stateOf(words, caughtUp(6))).unread, undefined);
  });

  it('leaves out rows whose pattern takes too long, names one, and gives up on many', async () => {
    const capture = openCapture();
    const pattern: Condition = { is: 'pattern', source: '^(a+)+$', flags: '' };
    const evil = `${'a'.repeat(40)}!`;
    append(capture, ['aa', evil, 'aaa']);
    await capture.flush();
    const view = open({ captures: [capture.id], condition: pattern });
    const state = await stateOf(view, caughtUp(3));
    assert.deepEqual(await previews(view), ['aa', 'aaa']);
    assert.deepEqual([state.slow, state.problem], [{ count: 1, seq: 1 }, undefined]);
    append(
      capture,
      Array.from({ length: 40 }, () => evil),
    );
    assert.match((await stateOf(view, ({ problem }) => !!problem)).problem ?? '', /takes too long/);
    await capture.flush();
    assert.equal(capture.extent.next, 43);
  });

  it('reads by decoders, at the positions of a view that has none', async () => {
    const capture = service.open({
      name: 'test',
      url: 'ws://test/socket.io/?EIO=4',
      maxRows: Infinity,
      maxBytes: Infinity,
    });
    const request = flagsOf('text', 'out');
    const say = (flags: number, at: number, words: string) =>
      capture.append(at, flags, encoder.encode(words));
    say(text, 0, '40');
    say(request, 10, '421["ask",1]');
    say(text, 20, '2');
    say(text, 35, '431[2]');
    const captures = [capture.id];
    const plain = service.openView({ captures });
    const { first } = await stateOf(plain, caughtUp(4));
    const view = service.openView({
      captures,
      condition: { is: 'not', of: { is: 'heartbeat' } },
      isDecoded: true,
    });
    const state = await stateOf(view, ({ scanned, decoding }) => scanned === 4 && !!decoding);
    assert.deepEqual([state.first, state.next], [first, first + 3]);
    assert.equal(state.restarts, undefined);
    assert.deepEqual(
      (await view.rows(first, 3)).map(({ decoded }) =>
        decoded === 'waiting' ? decoded : [decoded?.event, decoded?.ms],
      ),
      [
        ['CONNECT', undefined],
        ['ask', 25],
        ['ask', 25],
      ],
    );
    capture.setDecoders([{ use: [] }]);
    const raw = await stateOf(view, ({ restarts, scanned }) => restarts === 1 && scanned === 4);
    assert.deepEqual([raw.next - raw.first, raw.first > state.next], [4, true]);
    const rows = await view.rows(raw.first, 4);
    assert.deepEqual(
      rows.map(({ decoded }) => decoded),
      [undefined, undefined, undefined, undefined],
    );
  });

  it('is opened again when the worker is replaced, at positions that were not used', async () => {
    const capture = openCapture();
    append(capture, ['a', 'b']);
    await capture.flush();
    const view = service.openView({ captures: [capture.id] }, 1);
    const { next } = await stateOf(view, caughtUp(2));
    view.setTail(2);
    const tails: (readonly ViewRow[])[] = [];
    view.onDidChange(({ tail = [] }) => tails.push(tail));
    await workers[0]?.terminate();
    const state = await stateOf(view, ({ first }) => first >= next);
    await stateOf(view, caughtUp(2));
    assert.ok(state.first >= next);
    assert.deepEqual(await previews(view), ['a', 'b']);
    append(capture, ['c']);
    await stateOf(view, caughtUp(3));
    assert.deepEqual(await previews(view), ['a', 'b', 'c']);
    const rows = tails.flat().filter(({ position }) => position >= next);
    assert.deepEqual(rows.map(({ preview }) => preview), ['a', 'b', 'c']); // prettier-ignore
  });

  it('refuses reads after disposal, and says what is wrong with a filter', async () => {
    const capture = openCapture();
    const condition: Condition = { is: 'pattern', source: '(', flags: '' };
    const broken = open({ captures: [capture.id], condition });
    assert.match(
      (await stateOf(broken, ({ problem }) => !!problem)).problem ?? '',
      /regular expression/,
    );
    const view = open({ captures: [capture.id] });
    const pending = view.find(word('x'), 0, 'next');
    view.dispose();
    view.dispose();
    await assert.rejects(pending, /closed/);
    await assert.rejects(view.rows(0, 1), /closed/);
  });
});
