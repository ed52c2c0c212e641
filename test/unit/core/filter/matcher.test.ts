import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type Direction,
  flagsOf,
  flagsOfTap,
  RowFlag,
  type RowKind,
  rowKinds,
  tapActions,
} from '../../../../src/core/record/record.ts';
import { type Condition, asksForControlFrames } from '../../../../src/core/filter/condition.ts';
import { matcherOf } from '../../../../src/core/filter/matcher.ts';
import { parseFilter } from '../../../../src/core/filter/parseFilter.ts';

const clock = { now: 1e12, startOfDay: 1e12, timeZone: 'UTC' };
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const decode = (bytes: Uint8Array) => decoder.decode(bytes);

function conditionOf(filter: string): Condition {
  const { condition, problems } = parseFilter(filter, clock);
  assert.ok(condition, JSON.stringify(problems));
  return condition;
}

function rowOf(payload: string | Uint8Array, flags: number) {
  const bytes = typeof payload === 'string' ? encoder.encode(payload) : payload;
  return { flags, at: clock.now - 1000, size: bytes.length, payload: () => bytes };
}

function matches(
  filter: string,
  payload: string | Uint8Array,
  kind: RowKind = 'text',
  direction: Direction = 'in',
  more = 0,
): boolean {
  const matcher = matcherOf(conditionOf(filter), { decode });
  return matcher(rowOf(payload, flagsOf(kind, direction) | more));
}

/** Asserts that a row's payload meets some filters and not others. */
function check(
  payload: string | Uint8Array,
  kind: RowKind,
  meets: readonly string[],
  misses: readonly string[],
): void {
  for (const filter of meets) {
    assert.ok(matches(filter, payload, kind), `${filter} should match`);
  }
  for (const filter of misses) {
    assert.ok(!matches(filter, payload, kind), `${filter} should not match`);
  }
}

const wholes = fc.oneof(
  fc.constantFrom('9007199254740991', '9007199254740992', '9007199254740993', '9007199254740994'),
  fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }).map(String),
  fc.integer().map(String),
);

describe('matcherOf', () => {
  it('compares numbers of any length as they were written, in each comparison', () => {
    const holds = {
      '=': (a: bigint, b: bigint) => a === b,
      '!=': (a: bigint, b: bigint) => a !== b,
      '<': (a: bigint, b: bigint) => a < b,
      '<=': (a: bigint, b: bigint) => a <= b,
      '>': (a: bigint, b: bigint) => a > b,
      '>=': (a: bigint, b: bigint) => a >= b,
    };
    fc.assert(
      fc.property(wholes, wholes, (value, wanted) => {
        for (const [comparison, test] of Object.entries(holds)) {
          for (const json of [value, `"${value}"`, `${value}.0`, `${value}e0`]) {
            assert.equal(
              matches(`$.id:${comparison}${wanted}`, `{"id":${json}}`),
              test(BigInt(value), BigInt(wanted)),
              `${json} ${comparison} ${wanted}`,
            );
          }
        }
      }),
    );
    check('{"p":1.50,"q":[0.10]}', 'text', ['$.p:~.50', '$.q:~0.10', '$.p:1.5'], ['$.p:~1.51']);
    check(
      '{"p":0.1}',
      'text',
      ['$.p:0.1', '$.p:<0.1000000000000000055'],
      ['$.p:0.1000000000000000055'],
    );
    check('{"p":1e400}', 'text', ['$.p:>1e399', '$.p:1e400', '$.p:10e399'], ['$.p:>1e400']);
  });

  it('looks into what is near to JSON', () => {
    check(
      '{"a":NaN,"b":-Infinity,"c":5}',
      'text',
      ['$.a', '$.a:NaN', '$.c:5', '$.b:-Infinity', '$.b:<0', '$.a:!=5'],
      ['$.a:5', '$.a:>0', '$.a:<0', '$.b:>0'],
    );
    check('\ufeff{"a":1}', 'text', ['$.a:1'], ['$.a:2']);
    check(
      "{'a': None, 'ok': True, 'b': ['x']}",
      'text',
      ['$.a:null', '$.ok:true', '$.b[0]:x'],
      ['$.c'],
    );
  });

  it('looks for parts of a value of any size', () => {
    check(`{"a":[${'1e400,'.repeat(200_000)}55]}`, 'text', ['$.a:~55', '$.a:~1E400'], ['$.a:~56']);
  });

  it('looks for words in either case and for exact texts in theirs', () => {
    check(
      'Price UPDATE straße ÉCLAIR 中文',
      'text',
      ['price', 'update price', '"UPDATE s"', 'éclair', 'STRAßE', '中文', '"É"', '/^p/i', '/É/'],
      ['"price"', 'prices', '"é"', '/^p/', 'price -update', '-price'],
    );
  });

  it('combines', () => {
    check(
      'a b',
      'text',
      ['a b', 'a or x', 'x or b', '-x', '(a or x) -(x or y)'],
      ['a x', 'x or y'],
    );
  });

  it('finds text in binary messages, whatever stands around it', () => {
    const bytes = Uint8Array.of(0xff, 0xc3, 0x4d, 0x51, 0x00, 0xc3, 0xa9, 0xe2, 0x82, 0x54, 0xf0);
    check(bytes, 'binary', ['mq', '"MQ"', 'é', 'É', '"é"', '/T.?$/', '"\ufffdT"'], ['"mq"', 'qt']);
  });

  it('takes texts that UTF-8 cannot hold for what they decode to', () => {
    check(Uint8Array.of(0x61, 0xff), 'text', ['"a\ufffd"', '\ufffd'], ['"a\ud800"']);
  });

  it('sees the sentence of a state change and the fields of its JSON', () => {
    const state = JSON.stringify({ state: 'retry', severity: 'warning', text: 'Say "hi" again.' });
    check(
      state,
      'state',
      ['"Say \\"hi\\""', 'SAY', 'has:error', '$.severity:warning', '/^Say/'],
      ['severity', '-has:error', '$.severity:error'],
    );
    check('no JSON', 'state', ['json'], ['has:error', '$.text']);
    check('{"severity":"info","text":"x"}', 'state', ['-has:error'], ['has:error']);
  });

  it('sees code and reason of a close frame', () => {
    const close = (code: number, reason: string) =>
      Uint8Array.of(code >> 8, code & 255, ...encoder.encode(reason));
    check(
      close(1006, 'going Away'),
      'close',
      ['1006', '"1006 going"', 'AWAY', 'has:error'],
      ['1000'],
    );
    check(close(1001, ''), 'close', ['1001', '/^1001$/'], ['has:error']);
    check(new Uint8Array(), 'close', ['-has:error'], ['1005', '1000']);
    check(Uint8Array.of(3), 'close', ['-has:error'], ['3']);
  });

  it('asks for direction, kind, heartbeat, compression, size and time', () => {
    const out = RowFlag.Heartbeat | RowFlag.Compressed;
    const filters = ['out:', 'kind:ping', 'kind:text,ping', 'is:heartbeat', 'is:compressed'];
    for (const filter of [
      ...filters,
      'size:4',
      'size:<=4',
      'size:1..4',
      'after:-1s',
      'before:-900ms',
    ]) {
      assert.ok(matches(filter, 'beat', 'ping', 'out', out), filter);
    }
    for (const filter of [
      'in:',
      'kind:pong',
      'size:>4',
      'size:!=4',
      'after:-900ms',
      'before:-1s',
    ]) {
      assert.ok(!matches(filter, 'beat', 'ping', 'out', out), filter);
    }
    assert.ok(!matches('is:heartbeat', '', 'ping'));
    assert.ok(!matches('is:compressed', '', 'ping'));
  });

  it('asks what a tap did; an original that was edited is both edited and dropped', () => {
    const found = tapActions.map(action =>
      ['is:injected', 'is:edited', 'is:dropped'].filter(filter =>
        matches(filter, 'a', 'text', 'in', flagsOfTap(action)),
      ),
    );
    assert.deepEqual(found, [
      ['is:injected'],
      ['is:edited'],
      ['is:dropped'],
      ['is:edited', 'is:dropped'],
    ]);
    assert.ok(!matches('is:injected or is:edited or is:dropped or is:held', 'a', 'text'));
    assert.ok(matches('is:held -is:dropped', 'a', 'text', 'in', RowFlag.Held));
    assert.ok(!matches('is:held', 'a', 'text', 'in', flagsOfTap('original')));
  });

  it('compares fields', () => {
    check(
      '{"n":5,"s":"abc","p":"50000.10","t":true,"z":null,"big":9007199254740993,"o":{"k":[1,{"id":7}]}}',
      'text',
      [
        '$.n',
        '$.n:5',
        '$.n:>4.5',
        '$.n:>=5',
        '$.n:!=6',
        '$.n<6',
        '$.s:abc',
        '$.s:"abc"',
        '$.s:~B',
        '$.s:>abb',
        '$.s:!=5',
        '$.p:>50000',
        '$.p:50000.1',
        '$.t:true',
        '$.z:null',
        '$.z',
        '$.z:!=true',
        '$.o.k[0]:1',
        '$.o.k[*].id:7',
        '$.o.*[1].id:7',
        '$.o.k:~"id"',
        '$.big:9007199254740993',
        '$["o"]["k"]',
        '$.o:!=5',
      ],
      [
        '$.m',
        '$.n:6',
        '$.n:"5"',
        '$.n:!=5',
        '$.n>5',
        '$.s:ABC',
        '$.s:5',
        '$.p:"50000.1"',
        '$.t:false',
        '$.t:>true',
        '$.z:!=null',
        '$.o.k[2]',
        '$.o.k.length',
        '$.o.k[*].id:8',
        '$.big:9007199254740992',
        '$.__proto__',
        '$.s[0]',
        '$.o:1',
        '$[0]',
      ],
    );
  });

  it('finds names that are written with escapes', () => {
    check('{"\\u0061b":{"c\\"d":1}}', 'text', ['$.ab', '$.ab["c\\"d"]:1'], ['$.b']);
  });

  it('takes fields of text messages alone, and no JSON for none', () => {
    check('{"a":1}', 'binary', ['-$.a'], ['$.a']);
    check('{"a":1', 'text', ['-$.a'], ['$.a']);
    check(`${'['.repeat(100_000)}{"a":1}`, 'text', [], ['$.a']);
    check(`{"a":${'['.repeat(5000)}1${']'.repeat(5000)}}`, 'text', ['$.a', '-$.a:~2'], ['$.a:1']);
  });

  it('decodes at most once, and only where the rest does not decide', () => {
    let decoded = 0;
    const counting = (bytes: Uint8Array) => {
      decoded++;
      return decode(bytes);
    };
    const row = { ...rowOf('{"a":1,"b":"É"}', flagsOf('text', 'in')) };
    let read = 0;
    const counted = { ...row, payload: () => (read++, row.payload()) };
    const run = (filter: string) => matcherOf(conditionOf(filter), { decode: counting })(counted);

    assert.ok(!run('/a/ $.a:1 kind:ping'));
    assert.deepEqual([decoded, read], [0, 0]);
    assert.ok(run('"É" b in:'));
    assert.deepEqual([decoded, read], [0, 1]);
    assert.ok(run('/a/ $.a:1 $.b:É é /b/'));
    assert.deepEqual([decoded, read], [1, 2]);
  });

  it('forgets the last row', () => {
    const matcher = matcherOf(conditionOf('$.a:1 /a/'), { decode });
    const flags = flagsOf('text', 'in');
    const answers = ['{"a":1}', '{"a":2}', 'x', '{"a":1}'].map(text => matcher(rowOf(text, flags)));
    assert.deepEqual(answers, [true, false, false, true]);
  });

  it('answers as a plain reading of the conditions does', () => {
    fc.assert(
      fc.property(conditions, rows, (condition, row) => {
        assert.equal(matcherOf(condition, { decode })(row), naive(condition, row));
      }),
      { numRuns: 5000 },
    );
  });
});

describe('mentionsControl', () => {
  it('tells filters that ask for control frames', () => {
    for (const filter of ['kind:ping', 'a or kind:text|close', '(is:heartbeat a)']) {
      assert.ok(asksForControlFrames(conditionOf(filter)), filter);
    }
    for (const filter of [
      'ping',
      'kind:text',
      '-kind:ping',
      'a -(is:heartbeat or b)',
      'has:error',
    ]) {
      assert.ok(!asksForControlFrames(conditionOf(filter)), filter);
    }
  });
});

// A small alphabet with letters of several lengths in UTF-8, so that texts meet.
const letters = fc.constantFrom('a', 'A', 'b', 'B', 'é', 'É', '中', '😀', '\ufffd', ' ');
const texts = fc.string({ unit: letters, minLength: 1, maxLength: 4 });
const payloads = fc
  .array(fc.oneof(letters, fc.constantFrom(0xff, 0xc3, 0xe4, 0xf0, 0x80)), { maxLength: 40 })
  .map(parts =>
    Uint8Array.from(
      parts.flatMap(part => (typeof part === 'number' ? [part] : [...encoder.encode(part)])),
    ),
  );
const rows = fc
  .record({
    kind: fc.constantFrom(...rowKinds.filter(kind => kind !== 'state' && kind !== 'close')),
    direction: fc.constantFrom('in' as const, 'out' as const),
    beat: fc.boolean(),
    payload: payloads,
  })
  .map(({ kind, direction, beat, payload }) => rowOf(payload, flagsOf(kind, direction, beat)));

const { conditions } = fc.letrec<{ conditions: Condition }>(tie => ({
  conditions: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.record({ is: fc.constant('text' as const), text: texts, exact: fc.boolean() }),
    fc.record({ is: fc.constant('direction' as const), direction: fc.constantFrom('in', 'out') }),
    fc.record({ is: fc.constant('kind' as const), kinds: fc.subarray([...rowKinds]) }),
    fc.constant({ is: 'heartbeat' } as const),
    fc.record({
      is: fc.constant('size' as const),
      comparison: fc.constantFrom('=', '!=', '<', '<=', '>', '>='),
      bytes: fc.nat(40),
    }),
    tie('conditions').map(of => ({ is: 'not', of }) as const),
    fc.record({ is: fc.constantFrom('all', 'any'), of: fc.array(tie('conditions')) }),
  ),
}));

function naive(condition: Condition, row: ReturnType<typeof rowOf>): boolean {
  const text = decode(row.payload());
  switch (condition.is) {
    case 'all':
      return condition.of.every(of => naive(of, row));
    case 'any':
      return condition.of.some(of => naive(of, row));
    case 'not':
      return !naive(condition.of, row);
    case 'text':
      return condition.exact
        ? text.includes(condition.text)
        : text.toLowerCase().includes(condition.text.toLowerCase());
    case 'direction':
      return ((row.flags & RowFlag.Out) !== 0) === (condition.direction === 'out');
    case 'kind':
      return condition.kinds.some(kind => flagsOf(kind, 'in') === (row.flags & RowFlag.OpcodeMask));
    case 'heartbeat':
      return (row.flags & RowFlag.Heartbeat) !== 0;
    case 'size': {
      const difference = row.size - condition.bytes;
      const { comparison } = condition;
      return difference === 0
        ? ['=', '<=', '>='].includes(comparison)
        : comparison === '!=' || comparison.startsWith(difference < 0 ? '<' : '>');
    }
    case 'pattern':
    case 'time':
    case 'field':
    case 'decoded':
    case 'error':
    case 'compressed':
    case 'tap':
      throw new Error('not among these');
  }
}
