import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { UserError } from '../../../../src/core/base/errors.ts';
import { RuleSet } from '../../../../src/core/tap/rules/ruleSet.ts';
import { ruleTitle } from '../../../../src/core/tap/rules/tapRule.ts';
import type { RuleParts } from '../../../../src/host/held/addRule.ts';
import type { Slot } from '../../../../src/host/slots/slot.ts';
import type { Tap } from '../../../../src/host/taps/tap.ts';
import { editor } from '../../../support/host/fakeVscode.ts';

const { addRuleLike, addTapRule } = await import('../../../../src/host/held/addRule.ts');

const entry = { name: 'api', upstream: 'ws://localhost:3000' };

/** As much of a tap as rules need. */
function tapNamed(name: string, isConfigured: boolean): Tap {
  const profile = { isConfigured, folder: undefined, scope: 'workspace', entry };
  return { name, rules: new RuleSet(), profile } as unknown as Tap;
}

function setUp(...taps: readonly Tap[]) {
  const written: unknown[] = [];
  const parts = {
    taps: { all: taps, find: (name: string) => taps.find(tap => tap.name === name) },
    files: {
      write: (scope: string, changes: unknown) =>
        Promise.resolve(void written.push(scope, changes)),
    },
  } as unknown as RuleParts;
  return { parts, written };
}

/** A slot of a tap with one row. */
function slotOf(tap: string, text: string, kind: 'tap' | 'watch' = 'tap'): Slot {
  const row = { seq: 3, kind: 'text', direction: 'in' };
  return {
    owner: { kind, id: tap, label: tap },
    capture: {
      rows: (seq: number) => Promise.resolve(seq === row.seq ? [row] : []),
      payload: () => Promise.resolve({ bytes: new TextEncoder().encode(text) }),
    },
  } as unknown as Slot;
}

const rulesOf = ({ rules }: Tap) =>
  rules.rules.map(({ rule, isOfSession }) => [ruleTitle(rule), isOfSession]);
const asked = () => editor.shown.map(({ as }) => as);

describe('A rule that holds messages like a row', () => {
  beforeEach(() => {
    editor.shown.length = 0;
    editor.answer = ({ as, value }) => (as === 'input' ? value : undefined);
  });

  it('is proposed once, and added for the session, on a tap that is in no settings', async () => {
    const tap = tapNamed('localhost:3000', false);
    const { parts, written } = setUp(tap);
    await addRuleLike(parts, slotOf(tap.name, '{"type":"trade"}'), 3);
    assert.deepEqual(rulesOf(tap), [['hold in: $.type:trade', true]]);
    assert.deepEqual(asked(), ['input', 'information']);
    assert.match(editor.shown[1]?.text ?? '', /localhost:3000.*in: \$\.type:trade.*Rules of Tap/);
    assert.deepEqual(written, []);
  });

  it('is kept where the user wants on a tap of the settings, before its other rules', async () => {
    const rules = [{ match: 'in:', do: 'drop' }];
    const tap = tapNamed('api', true);
    Object.assign(tap.profile, { entry: { ...entry, rules } });
    editor.files.set(
      editor.workspaceFile,
      JSON.stringify({ 'websocketMonitor.taps': [{ ...entry, rules }] }),
    );
    const { parts, written } = setUp(tap);
    editor.answer = ({ as, value, choices }) => (as === 'input' ? value : choices[0]);
    await addRuleLike(parts, slotOf('api', 'plain'), 3);
    assert.deepEqual(asked(), ['input', 'pick', 'information']);
    assert.deepEqual(editor.shown[1]?.choices, ['For this session', 'In the settings of the tap']);
    assert.deepEqual(rulesOf(tap), [['hold in: kind:text', true]]);
    assert.deepEqual(written, []);
    editor.answer = ({ as, value, choices }) => (as === 'input' ? value : choices[1]);
    await addRuleLike(parts, slotOf('api', 'plain'), 3);
    const path = [0, 'rules'];
    assert.deepEqual(written, [
      'workspace',
      [
        {
          setting: 'taps',
          kind: 'append',
          path,
          value: { match: 'in: kind:text', do: 'hold' },
        },
        { setting: 'taps', kind: 'move', path, from: 1, to: 0 },
      ],
    ]);
  });

  it('is refused with a sentence where nothing can be held, or the row has gone', async () => {
    const tap = tapNamed('api', false);
    const { parts } = setUp(tap);
    const slot = slotOf('api', 'a', 'watch');
    await assert.rejects(addRuleLike(parts, slot, 3), /can be held in a tap only/);
    await assert.rejects(addRuleLike(parts, slotOf('api', 'a'), 4), /no longer in the capture/);
    assert.deepEqual([rulesOf(tap), asked()], [[], []]);
  });

  it('is not added when the question is cancelled', async () => {
    const tap = tapNamed('api', false);
    editor.answer = () => undefined;
    await assert.rejects(addRuleLike(setUp(tap).parts, slotOf('api', 'a'), 3));
    assert.deepEqual(rulesOf(tap), []);
  });
});

describe('Add Tap Rule', () => {
  beforeEach(() => {
    editor.shown.length = 0;
    editor.answer = ({ as, value }) => (as === 'input' ? value : undefined);
  });

  it('adds what code gives it without a question, or says what is wrong with it', async () => {
    const tap = tapNamed('api', true);
    const { parts } = setUp(tap);
    await addTapRule(parts, { tap: 'api', rule: { match: 'out:', do: 'drop' } });
    assert.deepEqual([rulesOf(tap), asked()], [[['drop out:', true]], []]);
    const wrong = [
      [{ tap: 'api', rule: { match: 'out:', do: 'stop' } }, /do must be hold, drop/],
      [{ tap: 'api', rule: { match: 'after:10:30', do: 'hold' } }, /has a time/],
      [{ tap: 'other', rule: { match: '', do: 'hold' } }, /There is no tap "other"/],
      [7, /There is no tap "7"/],
    ] as const;
    for (const [target, sentence] of wrong) {
      await assert.rejects(addTapRule(parts, target), error => {
        return error instanceof UserError && sentence.test(error.message);
      });
    }
    assert.equal(tap.rules.rules.length, 1);
  });

  it('asks for the tap only if there are several', async () => {
    const [one, two] = [tapNamed('one', false), tapNamed('two', false)];
    await addTapRule(setUp(one).parts);
    assert.deepEqual(asked(), ['input', 'information']);
    editor.answer = ({ as, value }) => (as === 'input' ? value : 'two');
    await addTapRule(setUp(one, two).parts);
    assert.deepEqual(rulesOf(two), [['hold in: kind:text', true]]);
    await assert.rejects(addTapRule(setUp().parts), /There is no tap\. Start one first\./);
  });
});
