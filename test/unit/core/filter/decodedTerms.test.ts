import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Condition, DecodedQuestion } from '../../../../src/core/filter/condition.ts';
import { asksDecoding, asksValue } from '../../../../src/core/filter/conditionParts.ts';
import { conversationTerm } from '../../../../src/core/filter/decodedTerms.ts';
import {
  parseAwaitedFilter,
  parseFilter,
  parseLiveFilter,
} from '../../../../src/core/filter/parseFilter.ts';

const clock = { now: 0, startOfDay: 0, timeZone: 'UTC' };

function conditionOf(text: string): Condition {
  const { condition, problems } = parseFilter(text, clock);
  assert.deepEqual(problems, [], text);
  assert.ok(condition);
  return condition;
}

function assertAsks(text: string, asks: DecodedQuestion): void {
  assert.deepEqual(conditionOf(text), { is: 'decoded', asks }, text);
}

describe('Terms for what decoders know', () => {
  it('take a text, several, a part, and what it is not', () => {
    for (const key of ['event', 'topic', 'type', 'id'] as const) {
      assertAsks(`${key}:Chat`, { of: key, comparison: '=', texts: ['Chat'] });
      assertAsks(`${key}:=Chat`, { of: key, comparison: '=', texts: ['Chat'] });
      assertAsks(`${key.toUpperCase()}:a|b/c`, { of: key, comparison: '=', texts: ['a', 'b/c'] });
      assertAsks(`${key}:!=a|"b c"|d`, { of: key, comparison: '!=', texts: ['a', 'b c', 'd'] });
      assertAsks(`${key}:~"a|b"`, { of: key, comparison: '~', texts: ['a|b'] });
      assertAsks(`${key}:f(a|b)`, { of: key, comparison: '=', texts: ['f(a|b)'] });
    }
    assertAsks('topic:""', { of: 'topic', comparison: '=', texts: [''] });
    assertAsks('id:>=5', { of: 'id', comparison: '>=', texts: ['5'] });
    assertAsks('as:socketio|raw', { of: 'as', comparison: '=', texts: ['socketio', 'raw'] });
    assertAsks('as:~proto', { of: 'as', comparison: '~', texts: ['proto'] });
    assertAsks('is:undecodable', { of: 'undecodable' });
  });

  it('take states of calls, and the number of a row as it is shown', () => {
    assertAsks('call:Failed|pending', { of: 'call', states: ['pending', 'failed'] });
    assertAsks('call:#0', { of: 'conversation', row: 0 });
    assertAsks('call:#3@trades', { of: 'conversation', row: 3, connection: 'trades' });
    assert.deepEqual(conditionOf('call:#12|orphan'), {
      is: 'any',
      of: [
        { is: 'decoded', asks: { of: 'call', states: ['orphan'] } },
        { is: 'decoded', asks: { of: 'conversation', row: 12 } },
      ],
    });
  });

  it('name the connection of a row, whatever its name is', () => {
    fc.assert(
      fc.property(fc.nat(), fc.string({ unit: 'grapheme', minLength: 1 }), (row, connection) => {
        assertAsks(conversationTerm(row, connection), { of: 'conversation', row, connection });
      }),
    );
    assertAsks(conversationTerm(3), { of: 'conversation', row: 3 });
  });

  it('take times', () => {
    const limits: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
      '>200ms': [['>', 200]],
      '200': [['=', 200]],
      '<=1.5S': [['<=', 1500]],
      '0.5s..2s': [
        ['>=', 500],
        ['<=', 2000],
      ],
    };
    for (const [text, expected] of Object.entries(limits)) {
      assert.deepEqual(conditionOf(`latency:${text}`), {
        is: 'decoded',
        asks: { of: 'latency', limits: expected.map(([comparison, ms]) => ({ comparison, ms })) },
      });
    }
  });

  it('take paths into the envelope', () => {
    assertAsks('@.headers["a b"]:>5', {
      of: 'envelope',
      path: ['headers', 'a b'],
      comparison: '>',
      value: 5,
    });
    assertAsks('@.id', { of: 'envelope', path: ['id'], comparison: 'has', value: null });
    assert.deepEqual(conditionOf('@a'), { is: 'text', text: '@a', exact: false });
  });

  it('say what is allowed', () => {
    const wrong = {
      'event:': /^“event:” takes a name, several with “\|” between them, /,
      'topic:a||b': /^“topic:” takes a topic/,
      'type:>5': /^“type:” takes a type/,
      'id:>5|6': /^“id:” takes an id/,
      'as:!=x': /^“as:” takes a decoder/,
      'call:open': /^“call:” takes pending, done, failed or orphan/,
      'call:#': /^“call:” takes/,
      'call:': /^“call:” takes/,
      'latency:fast': /^“latency:” takes a time such as >200ms/,
      'latency:1s..': /^“latency:” takes/,
      'latency:>5m': /^“latency:” takes/,
      'event:"a': /^The closing quote is missing/,
      '@.': /^A path is like/,
    };
    for (const [text, message] of Object.entries(wrong)) {
      const { problems } = parseFilter(text, clock);
      assert.match(problems[0]?.message ?? '', message, text);
      assert.deepEqual(
        [problems[0]?.from, problems[0]?.to],
        [text.indexOf('"') + 1 && 6, text.length],
      );
    }
  });

  it('give the text back in quotes', () => {
    assert.deepEqual(conditionOf('"id:5"'), { is: 'text', text: 'id:5', exact: true });
  });

  it('are told apart from what needs no decoder', () => {
    for (const text of ['id:5', 'a -(b or call:done)', 'as:raw', 'is:undecodable', '@.a']) {
      assert.ok(asksDecoding(conditionOf(text)), text);
      assert.ok(!asksValue(conditionOf(text)), text);
    }
    for (const text of ['is:heartbeat', 'has:error', 'kind:text', '/a/']) {
      assert.ok(!asksDecoding(conditionOf(text)), text);
      assert.ok(!asksValue(conditionOf(text)), text);
    }
    assert.ok(asksValue(conditionOf('-(a or $.b)')));
    assert.ok(!asksDecoding(conditionOf('-(a or $.b)')));
  });

  it('are refused for messages as they come', () => {
    const { condition, problems } = parseLiveFilter(
      'in: $.a:1 -(b or type:x) @.a is:heartbeat',
      clock,
    );
    assert.equal(condition, undefined);
    assert.deepEqual(
      problems.map(({ from, to }) => [from, to]),
      [
        [17, 23],
        [25, 28],
      ],
    );
    assert.match(problems[0]?.message ?? '', /^This asks for what decoders read/);
    assert.deepEqual(
      parseLiveFilter('in: $.a:1 "type:x"', clock),
      parseFilter('in: $.a:1 "type:x"', clock),
    );
  });

  it('are refused for messages that are waited for only where later ones answer', () => {
    const refused = (text: string) => parseAwaitedFilter(text, clock).problems[0]?.message ?? '';
    for (const text of ['call:pending', '-call:#1', 'a (latency:>1s or b)']) {
      assert.match(refused(text), /^This asks for what only later messages tell/, text);
    }
    const allowed = 'event:a topic:b type:c id:1 as:socketio @.a $.b is:undecodable -has:error';
    assert.deepEqual(parseAwaitedFilter(allowed, clock), parseFilter(allowed, clock));
  });

  it('read back what was written', () => {
    fc.assert(
      fc.property(questions, asks => {
        const plain = JSON.parse(JSON.stringify(asks)) as DecodedQuestion;
        assertAsks(write(asks), plain);
      }),
      { numRuns: 1000 },
    );
  });
});

const comparisons = fc.constantFrom('=', '!=', '<', '<=', '>', '>=');
const texts = fc.array(fc.string(), { minLength: 1, maxLength: 3 });
const questions: fc.Arbitrary<DecodedQuestion> = fc.oneof(
  fc.record({
    of: fc.constantFrom('event', 'topic', 'type', 'id'),
    comparison: fc.constantFrom('=', '!=', '~'),
    texts,
  }),
  fc.record({ of: fc.constant('id'), comparison: comparisons, texts: fc.tuple(fc.string()) }),
  fc.record({ of: fc.constant('as'), comparison: fc.constantFrom('=', '~'), texts }),
  fc.record({
    of: fc.constant('call'),
    states: fc.subarray(['pending', 'done', 'failed', 'orphan'] as const, { minLength: 1 }),
  }),
  fc.record({ of: fc.constant('conversation'), row: fc.nat() }),
  fc.record({
    of: fc.constant('latency'),
    limits: fc.record({ comparison: comparisons, ms: fc.nat() }).map(limit => [limit]),
  }),
  fc.record({
    of: fc.constant('envelope'),
    path: fc.array(fc.oneof(fc.stringMatching(/^[a-z$]\w{0,5}$/), fc.nat(99)), {
      minLength: 1,
      maxLength: 4,
    }),
    comparison: comparisons,
    value: fc.oneof(fc.integer(), fc.boolean(), fc.constant(null)),
  }),
);

function write(asks: DecodedQuestion): string {
  switch (asks.of) {
    case 'event':
    case 'topic':
    case 'type':
    case 'id':
    case 'as':
      return `${asks.of}:${asks.comparison}${asks.texts.map(quoted).join('|')}`;
    case 'call':
      return `call:${asks.states.join('|')}`;
    case 'conversation':
      return `call:#${asks.row}`;
    case 'latency':
      return `latency:${asks.limits.map(({ comparison, ms }) => `${comparison}${ms}ms`).join('')}`;
    case 'undecodable':
      return 'is:undecodable';
    case 'envelope': {
      const steps = asks.path.map(step =>
        typeof step === 'string' ? `.${step}` : JSON.stringify([step]),
      );
      return `@${steps.join('')}:${asks.comparison}${JSON.stringify(asks.value)}`;
    }
  }
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
