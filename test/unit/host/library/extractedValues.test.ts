import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Condition } from '../../../../src/core/filter/condition.ts';
import { matcherOf } from '../../../../src/core/filter/matcher.ts';
import { flagsOf } from '../../../../src/core/capture/record.ts';
import { valueAt } from '../../../../src/core/library/valueAt.ts';
import { ExtractedValues } from '../../../../src/host/library/extractedValues.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const filterClock = { now: 0, startOfDay: 0 };
const flags = flagsOf('text', 'in');

function setUp() {
  const watches = new Set<(connection: string, payload: Uint8Array) => void>();
  const values = new ExtractedValues({
    filterClock: () => filterClock,
    watch: (connection: string, condition: Condition, onMatch: (payload: Uint8Array) => void) => {
      const matches = matcherOf(condition, { decode: bytes => decoder.decode(bytes) });
      const watch = (from: string, payload: Uint8Array) => {
        if (
          from === connection &&
          matches({ at: 0, flags, size: payload.length, payload: () => payload })
        ) {
          onMatch(payload);
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
  return { values, watches, receive };
}

describe('Extracted values', () => {
  it('are those of the last message that has them, of the connection itself first', () => {
    const { values, receive } = setUp();
    const problems = values.setExtractors([
      { name: 'token', path: '$.token', when: '$.op:login' },
      { name: 'id', path: '$.items[0].id', when: '' },
    ]);
    assert.deepEqual(problems, []);
    values.follow('c1');
    values.follow('c2');
    receive('c1', '{"op":"login","token":"a"}');
    receive('c1', '{"op":"other","token":"b"}');
    receive('c1', 'no JSON');
    receive('c2', '{"op":"login","token":"c"}');
    receive('c2', '{"items":[{"id":7}]}');
    assert.equal(values.get('token', 'c1'), 'a');
    assert.equal(values.get('token', 'c2'), 'c');
    assert.equal(values.get('id', 'c1'), '7');
    assert.equal(values.get('nobody', 'c1'), undefined);
  });

  it('are followed anew when the extractors change, and forgotten with their connection', () => {
    const { values, watches, receive } = setUp();
    values.follow('c1');
    assert.equal(watches.size, 0);
    values.setExtractors([{ name: 'a', path: '$.a', when: '' }]);
    assert.equal(watches.size, 1);
    receive('c1', '{"a":1}');
    receive('c1', `{"a":"${'x'.repeat(1024 * 1024)}"}`);
    assert.equal(values.get('a', undefined), '1');
    values.forget('c1');
    assert.equal(values.get('a', 'c1'), undefined);
    values.dispose();
    assert.equal(watches.size, 0);
  });

  it('of a bad extractor are none, and it is named', () => {
    const { values } = setUp();
    const problems = values.setExtractors([
      { name: 'a', path: '$', when: '' },
      { name: 'b', path: '$.b:1', when: '' },
      { name: 'c', path: '$.c', when: 'size:x' },
    ]);
    assert.ok(problems.some(problem => problem.includes('"b"')));
    assert.ok(problems.some(problem => problem.includes('"c"')));
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
