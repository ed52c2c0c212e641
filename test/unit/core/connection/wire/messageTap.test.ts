import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertLinear } from '../../../../support/growth.ts';
import { flagsOf } from '../../../../../src/core/record/record.ts';
import {
  conditionOf,
  MessageTap,
  type WatchOptions,
} from '../../../../../src/core/connection/wire/messageTap.ts';
import { AskedDecoders, judged } from '../../../../support/capture/askedDecoders.ts';
import { ManualClock } from '../../../../support/manualClock.ts';

const encoder = new TextEncoder();
const filterClock = { now: 0, startOfDay: 0 };
const flags = flagsOf('text', 'in');

function setUp() {
  const said: string[] = [];
  const failures: unknown[] = [];
  const fail = (_: string, error?: unknown) => failures.push(error);
  const log = { trace: fail, debug: fail, info: fail, warn: fail, error: fail };
  const decoders = new AskedDecoders();
  const clock = new ManualClock();
  const notice = (sentence: string) => void said.push(sentence);
  const tap = new MessageTap({ clock, log, notice, decoders });
  const heard: string[] = [];
  const watch = (filter: string, options?: WatchOptions) =>
    tap.watch(
      conditionOf(filter, filterClock),
      ({ row }) => heard.push(row === undefined ? filter : `${row} ${filter}`),
      options,
    );
  const offer = (text: string) => tap.offer(0, flags, encoder.encode(text), undefined);
  const store = (text: string) => tap.offer(0, flags, encoder.encode(text), decoders.nextSeq++);
  return { tap, said, failures, heard, watch, offer, store, decoders, clock };
}

describe('MessageTap', () => {
  it('shows each watcher what it waits for', () => {
    const { heard, watch, offer, failures } = setUp();
    const first = watch('$.op:login');
    watch('/^.*pong.*$/');
    watch('ready');
    offer('{"op":"login"}');
    offer('x pong');
    offer('READY');
    first.dispose();
    offer('{"op":"login"}');
    assert.deepEqual(heard, ['$.op:login', '/^.*pong.*$/', 'ready']);
    assert.deepEqual(failures, []);
  });

  it('parses a message at most once for all watchers', context => {
    const { heard, watch, offer } = setUp();
    for (let number = 0; number < 100; number++) {
      watch(`$.a:${number}`);
    }
    const parse = context.mock.method(JSON, 'parse');
    offer('{"a":7}');
    assert.equal(parse.mock.callCount(), 1);
    assert.deepEqual(heard, ['$.a:7']);
  });

  it('says once for each watcher that a message is too long or a pattern too slow', () => {
    const { said, failures, heard, watch, offer } = setUp();
    const long = `{"a":"${'x'.repeat(1024 * 1024)}"}`;
    watch('$.a');
    watch('-$.b');
    watch('/xx/');
    watch('size:>1m');
    watch('xxx');
    watch('out: $.a');
    offer(long);
    offer(long);
    assert.equal(said.length, 3);
    assert.match(said[0] ?? '', /longer than 1 MiB/);
    watch('/(a+)\\1b/');
    offer('{"a":1}');
    offer('{"a":1}');
    assert.equal(said.length, 4);
    assert.match(said[3] ?? '', /the pattern \/\(a\+\)\\1b\//);
    assert.deepEqual(heard, ['size:>1m', 'xxx', 'size:>1m', 'xxx', '$.a', '-$.b', '$.a', '-$.b']);
    assert.deepEqual(failures, []);
  });

  it('takes no longer than in proportion for what a hostile peer sends', () => {
    for (const filter of [
      '/(\\w+\\s?)*:ok$/',
      '/a.*b.*c.*d/',
      '$.a:1',
      '$[*][*].a',
      'abababc',
      'é',
    ]) {
      const { watch, offer, said } = setUp();
      watch(filter);
      assertLinear(
        size => ['ab'.repeat(4 * size), `[${'["ab"],'.repeat(size)}[]]`, 'é'.repeat(4 * size)],
        texts => texts.forEach(offer),
        12_500,
      );
      assert.deepEqual(said, []);
    }
  });
});

describe('A MessageTap of decoded messages', () => {
  it('asks no decoder about JSON, about words, or while nobody waits', () => {
    const { watch, store, clock, decoders, heard } = setUp();
    store('no JSON');
    watch('$.a');
    watch('word');
    store('{"a":1}');
    store('{"b":1}');
    store('[]');
    clock.advance(60_000);
    assert.deepEqual([heard, decoders.asked, decoders.holders], [['1 $.a'], [], 0]);
  });

  it('asks at once about all that has come, and keeps the order of what matches', async () => {
    const { watch, store, clock, decoders, heard } = setUp();
    watch('$.a');
    store('42["x"]');
    store('{"a":1}');
    clock.advance(0);
    assert.deepEqual(
      decoders.asked.map(({ to, questions }) => [to, questions.map(({ from }) => from)]),
      [[2, [0]]],
    );
    store('{"a":2}');
    clock.advance(60_000);
    assert.deepEqual([heard, decoders.asked.length, decoders.holders], [[], 1, 1]);
    await decoders.answer({ matches: [judged(0)] });
    clock.advance(0);
    assert.deepEqual([heard, decoders.asked.at(-1)?.questions[0]?.from], [['0 $.a'], 1]);
    await decoders.answer({ matches: [judged(1)] });
    clock.advance(0);
    await decoders.answer({ matches: [judged(2)] });
    store('{"a":3}');
    assert.deepEqual(heard, ['0 $.a', '1 $.a', '2 $.a', '3 $.a']);
  });

  it('asks for no message again that was judged while it came in', () => {
    const { watch, store, clock, decoders, heard } = setUp();
    watch('$.a');
    store('{"a":1}');
    store('{"b":1}');
    store('x');
    clock.advance(0);
    assert.deepEqual([heard, decoders.asked.at(-1)?.questions[0]?.from], [['0 $.a'], 2]);
  });

  it('asks decoders for what only they know, also of JSON', async () => {
    const { watch, store, clock, decoders, heard } = setUp();
    const watching = watch('event:login or @.x');
    store('{"a":1}');
    clock.advance(0);
    await decoders.answer({ matches: [judged(0)] });
    assert.deepEqual([heard, decoders.holders], [['0 event:login or @.x'], 1]);
    watching.dispose();
    assert.equal(decoders.holders, 0, 'nobody waits any more');
  });

  it('tells nothing to whoever has stopped waiting while decoders were asked', async () => {
    const { watch, store, clock, decoders, heard } = setUp();
    const watching = watch('$.a');
    store('x');
    clock.advance(0);
    watching.dispose();
    await decoders.answer({ matches: [judged(0)] });
    clock.advance(60_000);
    assert.deepEqual([heard, decoders.asked.length, decoders.holders], [[], 1, 0]);
  });

  it('asks again about messages that may be read otherwise when more are known', async () => {
    const { watch, store, clock, decoders, heard } = setUp();
    watch('$.a');
    store('x');
    clock.advance(0);
    await decoders.answer({ settledTo: 0 });
    clock.advance(60_000);
    assert.equal(decoders.asked.length, 1, 'nothing else has come');
    store('{"b":1}');
    clock.advance(0);
    await decoders.answer({ matches: [judged(0)], settledTo: 2 });
    assert.deepEqual(heard, ['0 $.a']);
  });

  it('is in no hurry where only the last match counts, unless the value is wanted', async () => {
    const { tap, watch, store, clock, decoders, heard } = setUp();
    watch('$.a', { path: ['a'], wanted: 'last' });
    store('x');
    clock.advance(500);
    assert.equal(decoders.asked.length, 0);
    clock.advance(500);
    assert.deepEqual(decoders.asked[0]?.questions[0]?.path, ['a']);
    await decoders.answer();
    store('y');
    const settling = tap.settle();
    await decoders.answer({ matches: [judged(1)] });
    await settling;
    assert.deepEqual(heard, ['1 $.a']);
  });

  it('does not wait for ever for decoders that do not answer', async () => {
    const { tap, watch, store, clock } = setUp();
    watch('$.a');
    store('x');
    const settling = tap.settle();
    clock.advance(2000);
    await settling;
  });

  it('knows why something may have been missed', async () => {
    const { watch, store, offer, clock, decoders } = setUp();
    const watching = watch('$.a');
    store('x');
    clock.advance(0);
    assert.match(watching.whyNot ?? '', /had not been decoded by then/);
    await decoders.answer({ undecoded: 1, offered: 'MessagePack' });
    assert.match(watching.whyNot ?? '', /binary and not decoded.* look like MessagePack/);
    store('y');
    clock.advance(0);
    await decoders.answer('none');
    assert.match(watching.whyNot ?? '', /could not be asked/);
    const later = watch('$.a');
    offer('z');
    assert.match(later.whyNot ?? '', /faster than they could be stored/);
    assert.equal(watch('$.a').whyNot, undefined);
  });

  it('says once what decoders could not look into', async () => {
    const { watch, store, clock, decoders, said } = setUp();
    watch('$.a');
    for (const text of ['x', 'y']) {
      store(text);
      clock.advance(0);
      await decoders.answer({ limited: 'it is longer than 1 MiB' });
    }
    assert.equal(said.length, 1);
  });

  it('asks nothing more once it is disposed of', async () => {
    const { tap, watch, store, clock, decoders } = setUp();
    watch('$.a');
    store('x');
    clock.advance(0);
    store('y');
    tap.dispose();
    await decoders.answer();
    clock.advance(60_000);
    assert.deepEqual([decoders.asked.length, decoders.holders], [1, 0]);
  });
});
