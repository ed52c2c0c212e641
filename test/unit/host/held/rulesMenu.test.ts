import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Emitter } from '../../../../src/core/base/event.ts';
import { RuleSet } from '../../../../src/core/tap/rules/ruleSet.ts';
import type { RuleParts } from '../../../../src/host/held/addRule.ts';
import '../../../support/host/fakeVscode.ts';

const { window } = await import('vscode');
const { addTapRule } = await import('../../../../src/host/held/addRule.ts');
const { showTapRules } = await import('../../../../src/host/held/rulesMenu.ts');

it('The rules of a tap open with none but the first in focus, which keeps what the user went to', async () => {
  const onDidChange = new Emitter<undefined>();
  const onDidHide = new Emitter<undefined>();
  const tap = { name: 'api', rules: new RuleSet(), onDidChange: onDidChange.event };
  const parts = { taps: { all: [tap], find: () => tap } } as unknown as RuleParts;
  await addTapRule(parts, { tap: 'api', rule: { match: 'kind:text', do: 'hold' } });
  interface Item {
    readonly label: string;
  }
  const picker = {
    items: [] as readonly Item[],
    activeItems: [] as readonly Item[],
    selectedItems: [],
    onDidTriggerItemButton: new Emitter<never>().event,
    onDidAccept: new Emitter<never>().event,
    onDidHide: onDidHide.event,
    show: () => undefined,
    hide: () => undefined,
    dispose: () => undefined,
  };
  Object.assign(window, { createQuickPick: () => picker });
  const shown = showTapRules(parts, 'api');
  await Promise.resolve();
  assert.equal(picker.items.length, 2);
  // The editor focuses the first one itself.
  assert.deepEqual(picker.activeItems, []);
  picker.activeItems = picker.items.slice(1);
  const [rule] = tap.rules.rules;
  assert.ok(rule);
  tap.rules.setEnabled(rule.id, false);
  onDidChange.fire(undefined);
  assert.deepEqual(
    picker.activeItems.map(({ label }) => label),
    ['Add Rule…'],
  );
  onDidHide.fire(undefined);
  await shown;
});
