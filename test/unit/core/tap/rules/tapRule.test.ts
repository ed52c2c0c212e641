import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mayMatch, readRules, type TapRule } from '../../../../../src/core/tap/rules/tapRule.ts';

const clock = { now: 0, startOfDay: 0 };
const path = 'websocketMonitor.taps[0].rules';

function read(...rules: readonly unknown[]): {
  readonly rules: readonly TapRule[];
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  return { rules: readRules(rules, path, clock, problems), problems };
}

const problemOf = (rule: unknown) => read(rule).problems.join('\n');

describe('The rules of a tap', () => {
  it('are read with their actions and limits', () => {
    const { rules, problems } = read(
      { match: 'in: $.type:trade', do: 'hold' },
      { match: 'out:', do: 'drop', enabled: false, once: true, after: 3 },
      { match: 'in:', do: 'set', values: { '$.price': 0, '$.items[*].id': '${uuid}' } },
      { match: 'in: /\\bACME\\b/i', do: 'replace', with: 'DYNE' },
      { match: 'in: acme', do: 'replace', pattern: 'a.c', with: '' },
      { match: '', do: 'delay', ms: 250, jitter: 50 },
      { match: 'in:', do: 'close', code: 1012, reason: 'restart' },
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(
      rules.map(({ action }) => action),
      [
        { do: 'hold' },
        { do: 'drop' },
        {
          do: 'set',
          values: [
            { path: ['price'], value: 0 },
            { path: ['items', { any: true }, 'id'], value: '${uuid}' },
          ],
        },
        { do: 'replace', what: /\bACME\b/gi, with: 'DYNE' },
        { do: 'replace', what: /a\.c/g, with: '' },
        { do: 'delay', ms: 250, jitter: 50 },
        { do: 'close', code: 1012, reason: 'restart' },
      ],
    );
    const [, dropped] = rules;
    assert.deepEqual(
      [dropped?.isEnabled, dropped?.isOnce, dropped?.after, rules[0]?.isEnabled],
      [false, true, 3, true],
    );
  });

  it('that have an error are named with what is allowed, and the others work', () => {
    const { rules, problems } = read({ match: 'in:', do: 'pause' }, { match: 'in:', do: 'hold' });
    assert.deepEqual(problems, [
      `${path}[0].do must be hold, drop, set, replace, delay, duplicate or close, but is "pause". The rule is ignored.`,
    ]);
    assert.equal(rules.length, 1);
  });

  it('name each error by its key', () => {
    assert.match(problemOf(7), /rules\[0\] must be an object with match and do, but is 7\./);
    assert.match(problemOf({ do: 'hold' }), /\.match is missing: a filter/);
    assert.match(problemOf({ match: 'is:big', do: 'hold' }), /\.match is no filter: “is:” takes /);
    assert.match(
      problemOf({ match: '', do: 'hold', ms: 3 }),
      /\.ms is no key of a rule that does "hold"\. Its keys: match, do, enabled, once, after\./,
    );
    assert.match(problemOf({ match: '', do: 'delay' }), /\.ms is missing: a number from 0 to/);
    assert.match(problemOf({ match: '', do: 'delay', ms: '1' }), /\.ms must be .*, but is "1"/);
    assert.match(problemOf({ match: '', do: 'hold', once: 1 }), /\.once must be true or false/);
    assert.match(problemOf({ match: '', do: 'set', values: {} }), /\.values must be an object of/);
    assert.match(
      problemOf({ match: '', do: 'set', values: { price: 1 } }),
      /\.values: "price" is no path/,
    );
    assert.match(problemOf({ match: 'in:', do: 'replace', with: '' }), /\.pattern is missing/);
    assert.match(
      problemOf({ match: '', do: 'replace', pattern: '/(/', with: '' }),
      /\.pattern is no regular expression/,
    );
    assert.match(
      problemOf({ match: '', do: 'replace', pattern: '/(a+)+b/', with: '' }),
      /\.pattern: .* could take forever/,
    );
    for (const code of [1005, 1006, 1015, 2000, 5000, 1000.5]) {
      assert.match(problemOf({ match: '', do: 'close', code }), /\.code must be a code that may/);
    }
    assert.match(
      problemOf({ match: '', do: 'close', reason: 'x'.repeat(124) }),
      /\.reason must be a text of at most 123 bytes/,
    );
    const problems: string[] = [];
    assert.deepEqual(readRules('hold', path, clock, problems), []);
    assert.deepEqual(problems, [`${path} must be a list of rules, but is "hold". It is ignored.`]);
  });

  it('take null for no value', () => {
    const keys = {
      hold: ['match', 'enabled', 'once', 'after'],
      set: ['values'],
      replace: ['pattern', 'with'],
      delay: ['ms', 'jitter'],
      close: ['code', 'reason'],
    };
    const whole = { match: 'in:', values: { '$.a': 1 }, pattern: 'a', with: 'b', ms: 1 };
    for (const [action, names] of Object.entries(keys)) {
      const own = Object.entries(whole).filter(([key]) => key === 'match' || names.includes(key));
      for (const name of names) {
        const problem = problemOf({ ...Object.fromEntries(own), do: action, [name]: null });
        assert.match(problem, new RegExp(`\\.${name} must be .*, but is null`), name);
      }
    }
  });

  it('cannot ask for what no message on its way has, wherever it stands in the filter', () => {
    const vain = [
      [
        'after:10:30',
        /\.match has a time in “after:” or “before:”, .* The key "after" of the rule/,
      ],
      ['before:-5m', /\.match has a time/],
      ['is:injected', /\.match has “is:injected”, which says what a tap has done/],
      ['is:edited', /\.match has “is:edited”/],
      ['is:dropped', /\.match has “is:dropped”/],
      ['is:held', /\.match has “is:held”/],
      ['kind:text|state', /\.match has “kind:state”/],
      ['event:chat', /\.match is no filter: This asks for what decoders read, .* use quotes\./],
      ['@.id:5', /\.match is no filter: This asks for what decoders read/],
    ] as const;
    for (const [term, sentence] of vain) {
      for (const match of [term, `in: -${term}`, `(a or ${term}) b`]) {
        assert.match(problemOf({ match, do: 'hold' }), sentence, match);
      }
    }
    assert.equal(problemOf({ match: 'kind:close has:error', do: 'drop' }), '');
  });

  it('say which directions they can apply to', () => {
    const directions = (match: string) => {
      const [rule] = read({ match, do: 'drop' }).rules;
      assert.ok(rule);
      return (['in', 'out'] as const).filter(each => mayMatch(rule.condition, each)).join(' ');
    };
    assert.equal(directions('in: a'), 'in');
    assert.equal(directions('out: $.a:1'), 'out');
    assert.equal(directions('a'), 'in out');
    assert.equal(directions('-in:'), 'out');
    assert.equal(directions('in: or size:>1'), 'in out');
    assert.equal(directions('(in: or in:) b'), 'in');
  });
});
