import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { rowKinds } from '../../../../src/core/record/record.ts';
import type { Condition } from '../../../../src/core/filter/condition.ts';
import type { PathStep } from '../../../../src/core/json/jsonPath.ts';
import { filterKeys } from '../../../../src/core/filter/keyTerms.ts';
import { parseFilter } from '../../../../src/core/filter/parseFilter.ts';
import { filterReference } from '../../../../src/core/filter/hints/reference.ts';

const startOfDay = Date.UTC(2026, 10, 22);
const clock = { now: startOfDay + 12 * 3_600_000, startOfDay, timeZone: 'UTC' };

function conditionOf(text: string): Condition | undefined {
  const { condition, problems } = parseFilter(text, clock);
  assert.deepEqual(problems, [], text);
  return condition;
}

/** Each problem as the part of the text it is about, and its message. */
function problemsOf(text: string): readonly (readonly [part: string, message: string])[] {
  const { condition, problems } = parseFilter(text, clock);
  assert.equal(condition, undefined, text);
  return problems.map(({ from, to, message }) => [text.slice(from, to), message] as const);
}

function word(text: string): Condition {
  return { is: 'text', text, exact: false };
}

const bothSides =
  'Something to look for stands on both sides of “or”. To look for the word, use quotes.';
const noPath =
  'A path is like $.price, $.items[0].id, $.items[*].id or $["a name"]; a comparison follows a colon.';
const kindRule =
  '“kind:” takes state, text, binary, close, ping or pong, or several with “|” between them.';
const slashRule = 'A regular expression ends with “/”. To look for a slash, use quotes.';

describe('parseFilter', () => {
  it('asks for nothing where there is nothing', () => {
    assert.deepEqual(parseFilter(' \t ', clock), { problems: [] });
  });

  it('reads words, exact texts and regular expressions', () => {
    assert.deepEqual(conditionOf('Price'), word('Price'));
    assert.deepEqual(conditionOf(String.raw`"a \"b\" \\ \d"`), {
      is: 'text',
      text: String.raw`a "b" \ \d`,
      exact: true,
    });
    assert.deepEqual(conditionOf(String.raw`/a\/[/"] b/is`), {
      is: 'pattern',
      source: String.raw`a\/[/"] b`,
      flags: 'is',
    });
  });

  it('takes what only looks like syntax for words', () => {
    for (const text of ['http://x', 'a"b', '$', '$5', '-', 'f(x)', 'order', 'x:', 'a/b', 'in']) {
      assert.deepEqual(conditionOf(text), word(text));
    }
  });

  it('ands terms, and binds or less', () => {
    assert.deepEqual(conditionOf('a b or c'), {
      is: 'any',
      of: [{ is: 'all', of: [word('a'), word('b')] }, word('c')],
    });
    assert.deepEqual(conditionOf('a (b OR c)'), {
      is: 'all',
      of: [word('a'), { is: 'any', of: [word('b'), word('c')] }],
    });
  });

  it('negates terms and groups', () => {
    assert.deepEqual(conditionOf('-a'), { is: 'not', of: word('a') });
    assert.deepEqual(conditionOf('-(a -kind:ping)'), {
      is: 'not',
      of: {
        is: 'all',
        of: [word('a'), { is: 'not', of: { is: 'kind', kinds: ['ping'] } }],
      },
    });
  });

  it('reads keys in either case', () => {
    assert.deepEqual(conditionOf('in:'), { is: 'direction', direction: 'in' });
    assert.deepEqual(conditionOf('IS:out'), { is: 'direction', direction: 'out' });
    assert.deepEqual(conditionOf('Kind:text|Ping,ping'), { is: 'kind', kinds: ['text', 'ping'] });
    assert.deepEqual(conditionOf('has:error'), { is: 'error' });
    assert.deepEqual(conditionOf('is:heartbeat'), { is: 'heartbeat' });
    assert.deepEqual(conditionOf('is:compressed'), { is: 'compressed' });
    assert.deepEqual(conditionOf('is:Edited'), { is: 'tap', action: 'edited' });
  });

  it('reads sizes in powers of 1024', () => {
    const size = (comparison: string, bytes: number) => ({ is: 'size', comparison, bytes });
    assert.deepEqual(conditionOf('size:100'), size('=', 100));
    assert.deepEqual(conditionOf('size:>1k'), size('>', 1024));
    assert.deepEqual(conditionOf('size:<=1.5KB'), size('<=', 1536));
    assert.deepEqual(conditionOf('size:!=2mb'), size('!=', 2 * 1024 * 1024));
    assert.deepEqual(conditionOf('size:1.5k..2m'), {
      is: 'all',
      of: [size('>=', 1536), size('<=', 2 * 1024 * 1024)],
    });
  });

  it('reads times', () => {
    assert.deepEqual(conditionOf('after:-5m'), {
      is: 'time',
      comparison: '>=',
      at: clock.now - 300_000,
    });
    assert.deepEqual(conditionOf('before:"2026-11-21 10:30"'), {
      is: 'time',
      comparison: '<',
      at: Date.UTC(2026, 10, 21, 10, 30),
    });
  });

  it('reads paths', () => {
    const paths: Readonly<Record<string, readonly PathStep[]>> = {
      '$.error': ['error'],
      '$.a[0].b': ['a', 0, 'b'],
      '$[*].id': [{ any: true }, 'id'],
      '$.a.*.b': ['a', { any: true }, 'b'],
      '$["a \\"name\\""].größe-1': ['a "name"', 'größe-1'],
    };
    for (const [text, path] of Object.entries(paths)) {
      assert.deepEqual(conditionOf(text), { is: 'field', path, comparison: 'has', value: null });
    }
  });

  it('reads values of paths', () => {
    const values: Readonly<Record<string, readonly [comparison: string, value: unknown]>> = {
      ':5': ['=', 5],
      ':"5"': ['=', '5'],
      ':005': ['=', '005'],
      ':>=-1.5e3': ['>=', -1500],
      '>100': ['>', 100],
      ':true': ['=', true],
      ':!=null': ['!=', null],
      ':"null"': ['=', 'null'],
      ':~5': ['~', '5'],
      ':""': ['=', ''],
      ':~"x y"': ['~', 'x y'],
      ':1e999': ['=', { exact: '1e999' }],
      ':1e+02': ['=', 100],
      ':0.1': ['=', 0.1],
      ':>0.10000000000000001': ['>', { exact: '0.10000000000000001' }],
      ':f(x)': ['=', 'f(x)'],
      ':"a\\n\\u0041\\"\\\\"': ['=', 'a\nA"\\'],
      ':"\\d"': ['=', '\\d'],
    };
    for (const [text, [comparison, value]] of Object.entries(values)) {
      const expected = { is: 'field', path: ['a'], comparison, value };
      assert.deepEqual(conditionOf(`($.a${text})`), expected, text);
    }
  });

  it('tells apart numbers that JavaScript cannot', () => {
    assert.deepEqual(conditionOf('$.id:9007199254740993'), {
      is: 'field',
      path: ['id'],
      comparison: '=',
      value: { exact: '9007199254740993' },
    });
  });

  it('says what is wrong, where, and what is allowed', () => {
    const wrong: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
      'a "b c': [['"b c', 'The closing quote is missing.']],
      'a ""': [['""', 'Nothing stands between the quotes.']],
      '//': [['//', 'Nothing stands between the slashes.']],
      '/ab c': [['/ab', slashRule]],
      '/(/ a': [['/(/', 'Not a regular expression: Unterminated group.']],
      '/a/gi': [
        [
          '/a/gi',
          'After “/” there may be i, m, s and u, each once. To look for a slash, use quotes.',
        ],
      ],
      'a or': [['or', bothSides]],
      'or': [['or', bothSides]],
      'a or or b': [['or', bothSides]],
      '(a': [['(', 'The closing bracket is missing.']],
      'a) b': [[')', 'No bracket was opened before it.']],
      'a ( )': [['( )', 'Nothing stands between the brackets.']],
      'kind:txt a': [['kind:txt', kindRule]],
      'kind:': [['kind:', kindRule]],
      'in:x': [['in:x', '“in:” stands alone, without a value.']],
      'is:big': [
        [
          'is:big',
          '“is:” takes in, out, heartbeat, compressed, injected, edited, dropped, held, undecodable or error.',
        ],
      ],
      'has:x': [['has:x', '“has:” takes error.']],
      'size:big': [['size:big', '“size:” takes bytes such as >1k, <=2mb, =100 or 1k..2k.']],
      'size:1k..': [['size:1k..', '“size:” takes bytes such as >1k, <=2mb, =100 or 1k..2k.']],
      '$.': [['$.', noPath]],
      '$.a[x]': [['$.a[x]', noPath]],
      '$.a..b': [['$.a..b', noPath]],
      '$.a: b': [['$.a:', 'A value is missing: a number, a word, or text in quotes.']],
      [`$${'.a'.repeat(33)}`]: [[`$${'.a'.repeat(33)}`, 'A path has at most 32 steps.']],
    };
    for (const [text, expected] of Object.entries(wrong)) {
      assert.deepEqual(problemsOf(text), expected, text);
    }
  });

  it('reads on after a bad term', () => {
    const parts = problemsOf('kind:x good size:y ) "open').map(([part]) => part);
    assert.deepEqual(parts, ['kind:x', 'size:y', ')', '"open']);
  });

  it('refuses what would exhaust the stack', () => {
    for (const text of ['('.repeat(1900), '-'.repeat(1900) + 'a', `${'-('.repeat(900)}a`]) {
      assert.match(problemsOf(text)[0]?.[1] ?? '', /Groups go at most 50 deep|closing bracket/);
    }
    assert.equal(problemsOf('a'.repeat(2001))[0]?.[1], 'A filter has at most 2000 characters.');
    assert.ok(conditionOf(`${'('.repeat(50)}a${')'.repeat(50)}`));
  });

  it('knows every example of its own reference', () => {
    for (const { syntax } of filterReference) {
      assert.ok(conditionOf(syntax), syntax);
    }
  });

  it('never throws, and says where within the text', () => {
    const pieces = [
      '"',
      '/',
      '(',
      ')',
      '-',
      ' or ',
      '$',
      '.',
      '[',
      ']',
      '*',
      ':',
      '>',
      '~',
      '\\',
      ' ',
      'i',
      ...filterKeys.map(key => `${key}:`),
      '1k..',
      '-5m',
      '10:30',
      '2026-01-31',
      'a',
      '\ud800',
      'é',
    ];
    const soup = fc
      .array(fc.constantFrom(...pieces), { maxLength: 40 })
      .map(parts => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(soup, fc.string({ unit: 'binary' })), text => {
        const { condition, problems } = parseFilter(text, clock);
        assert.ok(condition === undefined || problems.length === 0);
        for (const { from, to, message } of problems) {
          assert.ok(0 <= from && from < to && to <= text.length, `${text}: ${from} to ${to}`);
          assert.match(message, /\.$/);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('reads back what was written', () => {
    fc.assert(
      fc.property(conditions, condition => {
        const plain: unknown = JSON.parse(JSON.stringify(condition));
        assert.deepEqual(conditionOf(write(condition)), plain);
      }),
      { numRuns: 1000 },
    );
  });
});

const names = fc.stringMatching(/^[a-zé_$][\wé-]{0,6}$/u);
const steps = fc.oneof(names, fc.nat(99), fc.constant({ any: true } as const));
const leaves: fc.Arbitrary<Condition> = fc.oneof(
  fc.string({ minLength: 1 }).map(text => ({ is: 'text', text, exact: true }) as const),
  fc.constantFrom('in', 'out').map(direction => ({ is: 'direction', direction }) as const),
  fc
    .uniqueArray(fc.constantFrom(...rowKinds), { minLength: 1 })
    .map(kinds => ({ is: 'kind', kinds }) as const),
  fc.record({
    is: fc.constant('size' as const),
    comparison: fc.constantFrom('=', '!=', '<', '<=', '>', '>='),
    bytes: fc.nat(),
  }),
  fc.record({
    is: fc.constant('field' as const),
    path: fc.array(steps, { minLength: 1, maxLength: 4 }),
    comparison: fc.constantFrom('=', '!=', '<', '<=', '>', '>='),
    value: fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
  }),
  fc.constantFrom<Condition>({ is: 'error' }, { is: 'heartbeat' }, { is: 'compressed' }),
);
const { conditions } = fc.letrec<{ conditions: Condition }>(tie => ({
  conditions: fc.oneof(
    { maxDepth: 4 },
    leaves,
    tie('conditions').map(of => ({ is: 'not', of }) as const),
    fc.record({
      is: fc.constantFrom('all', 'any'),
      of: fc.array(tie('conditions'), { minLength: 2, maxLength: 4 }),
    }),
  ),
}));

function writeValue(value: (Condition & { is: 'field' })['value']): string {
  if (typeof value === 'object' && value !== null) {
    return value.exact;
  }
  return typeof value === 'string' ? quoted(value) : String(value);
}

function write(condition: Condition): string {
  switch (condition.is) {
    case 'all':
      return `(${condition.of.map(write).join(' ')})`;
    case 'any':
      return `(${condition.of.map(write).join(' or ')})`;
    case 'not':
      return `-${write(condition.of)}`;
    case 'text':
      return quoted(condition.text);
    case 'direction':
      return `${condition.direction}:`;
    case 'kind':
      return `kind:${condition.kinds.join('|')}`;
    case 'size':
      return `size:${condition.comparison}${condition.bytes}`;
    case 'field': {
      const { path, comparison, value } = condition;
      return `$${path.map(writeStep).join('')}:${comparison}${writeValue(value)}`;
    }
    case 'error':
      return 'has:error';
    case 'heartbeat':
    case 'compressed':
      return `is:${condition.is}`;
    case 'tap':
      return `is:${condition.action}`;
    case 'pattern':
    case 'time':
    case 'decoded':
      throw new Error('not among these');
  }
}

function writeStep(step: PathStep): string {
  return typeof step === 'object' ? '[*]' : typeof step === 'number' ? `[${step}]` : `.${step}`;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
