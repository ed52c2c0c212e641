import { l10n, ThemeIcon, type QuickInputButton } from 'vscode';
import { DisposableStore } from '../../core/base/lifecycle.ts';
import { ruleTitle } from '../../core/tap/rules/tapRule.ts';
import type { Tap } from '../taps/tap.ts';
import { ruleFacts } from '../taps/tapWords.ts';
import { createPicker, type Choice } from '../ui/prompts.ts';
import { targetName } from '../ui/trees.ts';
import { askAndAdd, tapFrom, type RuleParts } from './addRule.ts';

/** A rule by its id, or the line that adds one. */
type Item = Choice & { readonly id: number | undefined };

/**
 * Lists the rules of a tap with how often each took effect. The list stays open while the user switches
 * them on and off, and removes those of this session.
 */
export async function showTapRules(parts: RuleParts, target?: unknown): Promise<void> {
  const tap = await tapFrom(parts, targetName(target));
  if (await changeRules(tap)) {
    await askAndAdd(parts, tap);
  }
}

/** @returns whether the user wants to add one; false when the list is closed */
function changeRules(tap: Tap): Promise<boolean> {
  const { rules } = tap;
  const remove = { iconPath: new ThemeIcon('trash'), tooltip: l10n.t('Remove') };
  const store = new DisposableStore();
  const { picker, offer } = createPicker<Item>(
    [l10n.t('WebSocket Monitor: Rules of the Tap "{0}"'), tap.name],
    l10n.t('Select a rule to switch it on or off for this session'),
  );
  store.add(picker);
  let faces = '';
  const refresh = () => {
    const items = itemsOf(tap, remove);
    const next = JSON.stringify(items.map(({ id, description }) => [id, description]));
    if (next !== faces) {
      faces = next;
      const [active] = picker.activeItems;
      // When it opens nothing is active yet; the id of the line that adds a rule is `undefined`, too.
      offer(items, ({ id }) => active !== undefined && id === active.of.id);
    }
  };
  refresh();
  store.add(tap.onDidChange(refresh));
  return new Promise(resolve => {
    store.add(
      picker.onDidTriggerItemButton(({ item: { of } }) => {
        if (of.id !== undefined) {
          rules.remove(of.id);
          refresh();
        }
      }),
    );
    store.add(
      picker.onDidAccept(() => {
        const [chosen] = picker.selectedItems;
        const state = rules.rules.find(({ id }) => id === chosen?.of.id);
        if (state) {
          rules.setEnabled(state.id, !state.isEnabled);
          refresh();
        } else {
          resolve(chosen !== undefined);
          picker.hide();
        }
      }),
    );
    store.add(
      picker.onDidHide(() => {
        resolve(false);
        store.dispose();
      }),
    );
    picker.show();
  });
}

function itemsOf(tap: Tap, remove: QuickInputButton): readonly Item[] {
  return [
    ...tap.rules.rules.map(state => ({
      id: state.id,
      label: ruleTitle(state.rule),
      description: ruleFacts(state),
      iconPath: new ThemeIcon(state.isEnabled ? 'check' : 'circle-outline'),
      ...(state.isOfSession && { buttons: [remove] }),
    })),
    { id: undefined, label: l10n.t('Add Rule…'), iconPath: new ThemeIcon('add') },
  ];
}
