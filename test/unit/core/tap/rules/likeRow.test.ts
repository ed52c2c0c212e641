import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { matchLike } from '../../../../../src/core/tap/rules/likeRow.ts';
import { RuleSet } from '../../../../../src/core/tap/rules/ruleSet.ts';
import { readRules } from '../../../../../src/core/tap/rules/tapRule.ts';
import { flagsOf } from '../../../../../src/core/record/record.ts';

const encoder = new TextEncoder();

/** Whether the filter, as a rule, takes a message with that text. */
function takes(match: string, text: string): boolean {
  const problems: string[] = [];
  const rules = new RuleSet();
  rules.setRules(readRules([{ match, do: 'hold' }], 'rules', { now: 0, startOfDay: 0 }, problems));
  assert.deepEqual(problems, [], match);
  const payload = encoder.encode(text);
  const message = { flags: flagsOf('text', 'in'), at: 0, payload, isControl: false };
  return rules.take(message, sentence => assert.fail(sentence)) !== undefined;
}

describe('The filter for messages like a row', () => {
  it('is that of its direction and type', () => {
    assert.equal(matchLike('in', '{"type":"trade","price":1}'), 'in: $.type:trade');
    assert.equal(matchLike('out', '{"op":7}'), 'out: $.op:7');
    assert.equal(matchLike('in', '{"method":"a.b/c"}'), 'in: $.method:"a.b/c"');
    assert.equal(matchLike('in', '{"op":"x","type":"y"}'), 'in: $.type:y');
  });

  it('is that of its kind where nothing names a type', () => {
    assert.equal(matchLike('in', undefined), 'in: kind:binary');
    for (const text of ['', 'hello', '[1]', '{"price":1}', '{"type":null}', '{"type":""}']) {
      assert.equal(matchLike('out', text), 'out: kind:text', text);
    }
    assert.equal(matchLike('in', `{"type":"${'x'.repeat(101)}"}`), 'in: kind:text');
  });

  it('matches the row that it was made for, whatever its peer calls the type', () => {
    const types = [
      'trade',
      'a b',
      '"',
      '\\',
      '\\"',
      '',
      '*',
      '$.x',
      'or',
      '-in:',
      '7',
      'null',
      'ü',
    ];
    for (const type of [...types, 'a"b\\c', '(', '/x/', '<b>', 'a|b', '>1', '..', '\n', '\u0000']) {
      const text = JSON.stringify({ type });
      const match = matchLike('in', text);
      assert.ok(takes(match, text), match);
    }
  });
});
