import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Layer } from '../../../../../src/core/decode/layer.ts';
import { answerReading } from '../../../../../src/core/decode/script/answerReading.ts';
import {
  keptAnswer,
  openAnswer,
  type CheckedAnswer,
} from '../../../../../src/core/decode/script/keptAnswer.ts';
import { readAnswer } from '../../../../../src/core/decode/script/readAnswer.ts';
import { assertSoundReading } from '../../../../support/decode/soundReading.ts';

const isDecoder = (name: string) => name === 'json';
/** As it comes from the process of the script. */
const check = (value: unknown, byteLength = 8): CheckedAnswer =>
  readAnswer(structuredClone(value), byteLength, isDecoder);
const problemOf = (value: unknown) => check(value).problem?.message;

const layer = Layer.ofBytes(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), 0);

function reading(value: unknown, of: Layer = layer, direction: 'in' | 'out' = 'in') {
  const opened = openAnswer(keptAnswer(check(value, of.bytes.length)));
  assert.ok(opened);
  return answerReading(opened, { layer: of, direction, decodersOf: () => undefined });
}

describe('The answer of a script', () => {
  it('has its names as texts, and its value in the form of exports', () => {
    const value = { n: 1, f: 1.5, big: 12345678901234567890n, b: Uint8Array.of(1), d: new Date(0) };
    const answer = check({ event: 'op1', id: 7, value, envelope: { a: [1, null] }, other: true });
    assert.deepEqual(answer, {
      event: 'op1',
      id: '7',
      value:
        '{"n":1,"f":1.5,"big":12345678901234567890,"b":{"$bytes":"AQ=="},"d":{"$time":"1970-01-01T00:00:00.000Z"}}',
      envelope: '{"a":[1,null]}',
    });
  });

  it('has maps, sets and what JSON leaves out in the form of exports', () => {
    const value = {
      map: new Map<unknown, unknown>([[1, 'a']]),
      names: new Map([['k', -0]]),
      set: new Set([NaN]),
      gone: undefined,
      list: [undefined, 1e21],
    };
    assert.equal(
      check({ value }).value,
      '{"map":{"$map":[[1,"a"]]},"names":{"k":-0.0},"set":["NaN"],"list":[null,1e+21]}',
    );
  });

  for (const [what, answer, problem] of [
    ['is no object', [1], 'the decoder gave something that is no object'],
    ['has fields that are no list', { fields: {} }, 'the decoder gave "fields" that are no list'],
    [
      'has a field outside of the bytes',
      { fields: [['$.a', 4, 9]] },
      'the decoder gave "fields" of which "$.a" is not within the 8 bytes',
    ],
    [
      'has fields that overlap',
      { fields: [['$.a', 0, 4], ['$.b', 2, 6]] }, // prettier-ignore
      'the decoder gave "fields" of which "$.b" begins in another one, but does not end there',
    ],
    ['names an event by an object', { event: {} }, 'the decoder gave "event" that is no text'],
    ['has an unknown severity', { severity: 'bad' }, /^the decoder gave "severity" that is/],
    ['has a role without a key', { role: 'request' }, /"role" without a "key" or an "id"/],
    [
      'names an unknown decoder',
      { as: 'xml' },
      'the decoder gave "as" that names no decoder: "xml"',
    ],
    ['hands on a number', { next: 5 }, 'the decoder gave "next" that is neither bytes nor a text'],
    ['has a record that is none', { records: [1] }, /"records" of which one is no object/],
    [
      'has an envelope that is a list',
      { envelope: [] },
      'the decoder gave "envelope" that is no object',
    ],
    ['has a flag that is a text', { isFailed: 'no' }, /"isFailed" that is neither true nor false/],
  ] as const) {
    it(`is told of where it ${what}`, () => {
      const message = problemOf(answer);
      if (typeof problem === 'string') {
        assert.equal(message, problem);
      } else {
        assert.match(message ?? '', problem);
      }
    });
  }

  it('keeps what is right of it beside what is wrong', () => {
    const answer = check({ event: 'a', topic: {}, fields: [['b', 0, 1], 5] }); // prettier-ignore
    assert.equal(answer.event, 'a');
    assert.deepEqual(answer.fields, [['$.b', 0, 1, '', '']]);
    assert.match(answer.problem?.message ?? '', /"topic"/);
  });

  it('says the problem of the script itself before any other', () => {
    const { problem } = check({ event: {}, problem: { at: 99, message: 'odd length' } });
    assert.deepEqual(problem, { at: 8, is: 'script', message: 'odd length' });
  });

  it('has an end, whatever it holds', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    assert.match(problemOf({ value: cyclic }) ?? '', /"value" that is nested too deep/);
    let shared: unknown = 'x';
    for (let depth = 0; depth < 60; depth++) {
      shared = [shared, shared];
    }
    assert.match(problemOf({ value: shared }) ?? '', /"value" with too many values/);
    assert.match(problemOf({ value: new Array(4e9) }) ?? '', /"value" with too many values/);
    assert.match(problemOf({ value: 'x'.repeat(5e6) }) ?? '', /"value" that is too long/);
    assert.match(problemOf({ value: 1n << 5000n }) ?? '', /an integer that is too long/);
    assert.match(problemOf({ next: new Uint8Array(2e7) }) ?? '', /"next" that is too long/);
    assert.match(problemOf({ records: new Array(20_000).fill({}) }) ?? '', /more than 10000 "rec/);
    assert.ok((check({ event: 'x'.repeat(1e6) }).event ?? '').length <= 512);
  });

  it('keeps no more of a buffer than the part that is handed on', () => {
    const { next } = check({ next: new Uint8Array(1e6).subarray(0, 4) });
    assert.ok(next instanceof Uint8Array);
    assert.equal(next.buffer.byteLength, 4);
  });

  it('never throws, and what is read of it is sound', () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom('$', '$.a', '@.b', 'json', 'request', 'error'),
    );
    const scalar = fc.oneof(
      text,
      fc.integer({ min: -2, max: 10 }),
      fc.double(),
      fc.bigInt(),
      fc.boolean(),
      fc.constantFrom(null, undefined, NaN),
      fc.date(),
      fc.uint8Array({ maxLength: 10 }),
    );
    const anything = fc.oneof(
      scalar,
      fc.anything({ withMap: true, withSet: true, withBigInt: true, withTypedArray: true, withSparseArray: true, withObjectString: true, withDate: true }), // prettier-ignore
    );
    const place = fc.oneof({ weight: 9, arbitrary: fc.nat(8) }, { weight: 1, arbitrary: anything });
    const fields = fc.oneof(
      fc.array(fc.oneof(fc.tuple(text, place, place), fc.tuple(text, place, place, scalar, scalar), anything)), // prettier-ignore
      anything,
    );
    const names = ['type', 'event', 'topic', 'id', 'role', 'key', 'severity', 'isHeartbeat', 'isFailed', 'summary', 'value', 'envelope', 'next', 'as', '__proto__'] as const; // prettier-ignore
    const one = fc.record(
      {
        ...Object.fromEntries(names.map(name => [name, anything])),
        role: fc.oneof(fc.constantFrom('request', 'open', 'item', 'response', 'cancel'), anything),
        fields,
        problem: fc.oneof(fc.record({ at: scalar, message: scalar }), anything),
      },
      { requiredKeys: [] },
    );
    const answer = fc.oneof(
      anything,
      fc
        .tuple(one, fc.oneof(fc.array(fc.oneof(one, anything)), anything))
        .map(([whole, records]) => ({ ...whole, records })),
    );
    const texts = fc.oneof(
      fc.constant(layer),
      fc.string().map(each => Layer.ofText(each, 0)),
    );
    fc.assert(
      fc.property(
        answer,
        texts,
        fc.constantFrom('in' as const, 'out' as const),
        (value, of, way) => {
          const { onward, ...said } = reading(value, of, way);
          assert.ok(onward);
          assertSoundReading(said, of);
        },
      ),
      { numRuns: 1000, interruptAfterTimeLimit: 2500 },
    );
  });
});

describe('What a script says of a message', () => {
  it('is a call by its id and who asks, or by its own key', () => {
    const calls = [
      reading({ role: 'request', id: 1 }, layer, 'out').call,
      reading({ role: 'response', id: 1, isFailed: true }, layer, 'in').call,
      reading({ role: 'request', id: 1 }, layer, 'in').call,
      reading({ role: 'item', id: 1, key: 'k' }, layer, 'in').call,
    ];
    assert.deepEqual(calls, [
      { role: 'request', key: 'out 1' },
      { role: 'response', key: 'out 1', isFailed: true },
      { role: 'request', key: 'in 1' },
      { role: 'item', key: 'key k' },
    ]);
  });

  it('is told in one line as other decoders do', () => {
    const lines = [
      reading({ event: 'op', value: { a: 1 } }),
      reading({ event: 'op', role: 'response', key: 1, value: 2 }),
      reading({ event: 'op', role: 'response', key: 1 }),
      reading({ event: 'op', role: 'cancel', key: 1 }),
      reading({ event: 'op', isFailed: true, value: 'no' }),
      reading({ event: 'op', summary: 'a\nb' }),
      reading({ isHeartbeat: true, value: undefined }),
      reading({ topic: 'x' }),
    ].map(each => each.summary());
    assert.deepEqual(lines, [
      'op {"a":1}',
      'op = 2',
      'op done',
      'op cancelled',
      'op ! "no"',
      'a b',
      '8 bytes',
      '8 bytes',
    ]);
  });

  it('leaves lists the preview where it says nothing in its place', () => {
    assert.equal(reading({ problem: 'no' }).isPreviewed, true);
    assert.equal(reading({ event: 'op' }).isPreviewed, undefined);
  });

  it('knows where in the message the bytes are that it hands on', () => {
    assert.equal(reading({ next: layer.bytes.subarray(3) }).next?.begin, 3);
    assert.equal(reading({ next: Uint8Array.of(9) }).next?.begin, undefined);
    assert.equal(reading({ next: 'text' }).next?.text, 'text');
  });
});
