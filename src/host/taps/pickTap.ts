import { l10n, QuickPickItemKind, ThemeIcon } from 'vscode';
import { messageOf } from '../../core/base/errors.ts';
import { parseUpstream, upstreamsMeantBy } from '../../core/endpoint/upstream.ts';
import { chosenIn, createPicker, type Choice } from '../ui/prompts.ts';
import type { Tap } from './tap.ts';
import { tapDescription } from './tapWords.ts';
import { tapsAreIgnored, type Taps } from './taps.ts';

/** A tap that exists, or the upstream of a new one. */
export type PickedTap =
  { readonly kind: 'tap'; readonly tap: Tap } | { readonly kind: 'upstream'; readonly url: string };

type Item = Choice & { readonly choice?: PickedTap };

/**
 * Offers the taps that can be started; a typed address, such as `localhost:5173`, counts as an upstream.
 *
 * Rejects with a CancellationError if the user chooses none.
 *
 * @param areIgnored whether taps of the workspace do not count, in Restricted Mode
 */
export function pickTap(taps: Taps, areIgnored: boolean): Promise<PickedTap> {
  const { picker, offer } = createPicker<Item>(
    l10n.t('WebSocket Monitor: Start Tap'),
    taps.all.length === 0
      ? l10n.t('Type the address of your server, such as localhost:5173')
      : l10n.t('Type the address of your server, such as localhost:5173, or choose'),
  );
  picker.matchOnDescription = true;
  const fixed = taps.all.map((tap): Item => ({
    label: tap.name,
    iconPath: new ThemeIcon('radio-tower'),
    description: tapDescription(tap),
    choice: { kind: 'tap', tap },
  }));
  const ignored: readonly Item[] = areIgnored
    ? [{ label: tapsAreIgnored(), iconPath: new ThemeIcon('shield'), alwaysShow: true }]
    : [];
  const list: readonly Item[] =
    fixed.length === 0
      ? []
      : [{ label: l10n.t('taps'), kind: QuickPickItemKind.Separator }, ...fixed];
  const show = () => offer([...typedItems(picker.value), ...list, ...ignored]);
  show();
  picker.onDidChangeValue(show);
  // Enter may be faster than the offer for what was typed.
  return chosenIn(picker, selected => (selected ?? typedItems(picker.value)[0])?.choice);
}

function typedItems(value: string): readonly Item[] {
  const text = value.trim();
  if (text === '') {
    return [];
  }
  try {
    return [upstreamItem(parseUpstream(text).url)];
  } catch (error) {
    const meant = upstreamsMeantBy(text).map(({ url }) => upstreamItem(url));
    if (meant.length > 0) {
      return meant;
    }
    // A word may filter the list below.
    return /[:/]/.test(text)
      ? [{ label: messageOf(error), iconPath: new ThemeIcon('error'), alwaysShow: true }]
      : [];
  }
}

function upstreamItem(url: string): Item {
  return {
    label: l10n.t('Start a tap in front of {0}', url),
    iconPath: new ThemeIcon('radio-tower'),
    alwaysShow: true,
    choice: { kind: 'upstream', url },
  };
}
