import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertLinear } from '../../../../support/growth.ts';
import { flagsOf } from '../../../../../src/core/record/record.ts';
import { conditionOf, MessageTap } from '../../../../../src/core/connection/wire/messageTap.ts';

const encoder = new TextEncoder();
const clock = { now: 0, startOfDay: 0 };
const flags = flagsOf('text', 'in');

function setUp() {
  const said: string[] = [];
  const failures: unknown[] = [];
  const fail = (_: string, error?: unknown) => failures.push(error);
  const log = { trace: fail, debug: fail, info: fail, warn: fail, error: fail };
  const tap = new MessageTap(log, sentence => said.push(sentence));
  const heard: string[] = [];
  const watch = (filter: string) => tap.watch(conditionOf(filter, clock), () => heard.push(filter));
  const offer = (text: string) => tap.offer(0, flags, encoder.encode(text));
  return { tap, said, failures, heard, watch, offer };
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
