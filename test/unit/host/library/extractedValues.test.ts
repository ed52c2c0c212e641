import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Condition } from '../../../../src/core/filter/condition.ts';
import { matcherOf } from '../../../../src/core/filter/matcher.ts';
import type { Extractor } from '../../../../src/core/library/library.ts';
import { flagsOf } from '../../../../src/core/record/record.ts';
import { valueAt } from '../../../../src/core/json/jsonPath.ts';
import type { OnMatch } from '../../../../src/core/connection/wire/messageTap.ts';
import { ExtractedValues } from '../../../../src/host/library/extractedValues.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const filterClock = { now: 0, startOfDay: 0 };
const flags = flagsOf('text', 'in');

type Written = Pick<Extractor, 'name' | 'path'> & Partial<Extractor>;

const extractor = (written: Written): Extractor => ({ origin: 'user', when: '', ...written });

function setUp() {
  const watches = new Set<(connection: string, payload: Uint8Array) => void>();
  const values = new ExtractedValues({
    filterClock: () => filterClock,
    originOf: connection => `ws://${connection}.example`,
    settle: () => Promise.resolve(),
    watch: (connection: string, condition: Condition, onMatch: OnMatch) => {
      const matches = matcherOf(condition, { decode: bytes => decoder.decode(bytes) });
      const watch = (from: string, payload: Uint8Array) => {
        if (
          from === connection &&
          matches({ at: 0, flags, size: payload.length, payload: () => payload })
        ) {
          onMatch({ payload, byteLength: payload.length });
        }
      };
      watches.add(watch);
      return { dispose: () => watches.delete(watch) };
    },
  });
  const receive = (connection: string, text: string) => {
    const payload = encoder.encode(text);
    for (const watch of watches) {
      watch(connection, payload);
    }
    payload.fill(0); // Whoever receives uses the buffer again.
  };
  const set = (...written: readonly Written[]) => values.setExtractors(written.map(extractor));
  const get = (name: string, connection?: string) => values.get(name, connection)?.text;
  return { values, watches, receive, set, get };
}

describe('Extracted values', () => {
  it('are those of the last message that has them', () => {
    const { values, receive, set, get } = setUp();
    const problems = set(
      { name: 'token', path: '$.token', when: '$.op:login' },
      { name: 'token', path: '$.renewed' },
      { name: 'id', path: '$.items[0].id' },
    );
    assert.deepEqual(problems, []);
    values.follow('c1', 'one');
    receive('c1', '{"op":"login","token":"a"}');
    receive('c1', '{"op":"other","token":"b"}');
    receive('c1', 'no JSON');
    receive('c1', '{"items":[{"id":7}]}');
    assert.deepEqual([get('token', 'c1'), get('id', 'c1')], ['a', '7']);
    receive('c1', '{"renewed":"c"}');
    assert.equal(get('token', 'c1'), 'c');
    assert.equal(get('nobody', 'c1'), undefined);
  });

  it('are literal, and know where they came from', () => {
    const { values, receive, set } = setUp();
    set({ name: 'session', path: '$.session' });
    values.follow('c1', 'one');
    receive('c1', '{"session":"${env:HOME}"}');
    assert.deepEqual(values.get('session', 'c1'), {
      kind: 'literal',
      source: 'peer',
      text: '${env:HOME}',
      from: 'ws://c1.example',
    });
  });

  it('serve no connection but the one that received them', () => {
    const { values, receive, set, get } = setUp();
    set({ name: 'token', path: '$.token' });
    values.follow('c1', 'one');
    values.follow('c2', 'two');
    receive('c1', '{"token":"of one"}');
    assert.deepEqual(
      [get('token', 'c1'), get('token', 'c2'), get('token')],
      ['of one', undefined, undefined],
    );
  });

  it('serve all where the extractor names the connection, and are taken from no other', () => {
    const { values, receive, set, get } = setUp();
    set({ name: 'token', path: '$.token', connection: 'one' });
    values.follow('c1', 'one');
    values.follow('c2', 'two');
    receive('c2', '{"token":"of two"}');
    assert.equal(get('token', 'c2'), undefined);
    receive('c1', '{"token":"of one"}');
    assert.deepEqual([get('token', 'c1'), get('token', 'c2')], ['of one', 'of one']);
    assert.equal(values.get('token', 'c2')?.from, undefined);
  });

  it('serve the same origin only where a workspace names the connection', () => {
    const { values, receive, set } = setUp();
    set({ name: 'token', path: '$.token', connection: 'one', origin: 'workspace' });
    values.follow('c1', 'one');
    values.follow('c2', 'two');
    receive('c1', '{"token":"of one"}');
    assert.equal(values.get('token', 'c2')?.from, 'ws://c1.example');
    assert.equal(values.get('token', undefined)?.from, 'ws://c1.example');
  });

  it('are dropped where the connection is dialled elsewhere', () => {
    const { values, receive, set, get } = setUp();
    set({ name: 'token', path: '$.token' });
    values.follow('c1', 'one');
    receive('c1', '{"token":"old"}');
    values.clear('c1');
    assert.equal(get('token', 'c1'), undefined);
    receive('c1', '{"token":"new"}');
    assert.equal(get('token', 'c1'), 'new');
  });

  it('are followed anew when the extractors change, and forgotten with their connection', () => {
    const { values, watches, receive, set, get } = setUp();
    values.follow('c1', 'one');
    assert.equal(watches.size, 0);
    set({ name: 'a', path: '$.a' });
    assert.equal(watches.size, 1);
    receive('c1', '{"a":1}');
    receive('c1', `{"a":"${'x'.repeat(1024 * 1024)}"}`);
    assert.equal(get('a', 'c1'), '1');
    set({ name: 'b', path: '$.b' }, { name: 'a', path: '$.a' });
    assert.equal(get('a', 'c1'), '1');
    set({ name: 'b', path: '$.b' });
    assert.equal(get('a', 'c1'), undefined, 'nobody asks for it any more');
    values.forget('c1');
    values.dispose();
    assert.equal(watches.size, 0);
  });

  it('of a workspace do not take the place of those of the user', () => {
    const { values, receive, set, get } = setUp();
    const problems = set(
      { name: 'session', path: '$.evil', origin: 'workspace' },
      { name: 'session', path: '$.session' },
    );
    assert.match(problems.join(), /"session" of the workspace is not used/);
    values.follow('c1', 'one');
    receive('c1', '{"session":"good"}');
    receive('c1', '{"evil":"bad"}');
    assert.equal(get('session', 'c1'), 'good');
  });

  it('are those that decoders have found, where these were asked', async () => {
    const given: OnMatch[] = [];
    const settled: string[] = [];
    const values = new ExtractedValues({
      filterClock: () => filterClock,
      originOf: () => 'ws://peer.example',
      settle: connection => Promise.resolve(void settled.push(connection)),
      watch: (_connection, _condition, onMatch, options) => {
        assert.deepEqual(options, { path: ['token'], wanted: 'last' });
        given.push(onMatch);
        return { dispose: () => undefined };
      },
    });
    values.setExtractors([
      extractor({ name: 'token', path: '$.token', when: 'event:login', connection: 'one' }),
    ]);
    values.follow('c1', 'one');
    values.follow('c2', 'two');
    values.follow('c3', 'three');
    given[0]?.({ payload: new Uint8Array(), byteLength: 7, decoded: { value: '${secret:a}' } });
    assert.deepEqual(values.get('token', 'c2'), {
      kind: 'literal',
      source: 'peer',
      text: '${secret:a}',
    });
    await values.settle('c2');
    assert.deepEqual(settled, ['c1', 'c2'], 'its own, and the one that the extractor names');
    values.dispose();
  });

  it('of a bad extractor are none, and it is named', () => {
    const { set } = setUp();
    const problems = set(
      { name: 'a', path: '$' },
      { name: 'b', path: '$.b:1' },
      { name: 'c', path: '$.c', when: 'size:x' },
      { name: 'd', path: '$.d', when: 'call:done' },
      { name: 'e', path: '@.e' },
    );
    assert.ok(problems.some(problem => problem.includes('"b"')));
    assert.ok(problems.some(problem => problem.includes('"c"')));
    assert.match(
      problems.join(),
      /"d" cannot be used: .* This asks for what only later messages tell/,
    );
    assert.match(problems.join(), /"e" needs a path such as \$\.data\.token/);
  });
});

describe('A value in a message', () => {
  const at = (json: unknown, ...path: Parameters<typeof valueAt>[1][number][]) =>
    valueAt(encoder.encode(JSON.stringify(json)), path);

  it('is found by its path', () => {
    assert.equal(at({ a: [{ b: 'x' }] }, 'a', 0, 'b'), 'x');
    assert.equal(at({ a: [{}, { b: null }] }, 'a', { any: true }, 'b'), 'null');
    assert.equal(at({ a: { b: true } }, 'a'), '{"b":true}');
    assert.equal(at({ a: 1 }, 'b'), undefined);
    assert.equal(at({}, '__proto__'), undefined);
    assert.equal(at('text', 'length'), undefined);
    assert.equal(valueAt(encoder.encode('{'), []), undefined);
  });
});
