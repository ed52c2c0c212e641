import { el, icon } from './dom.ts';

/** What a menu offers. `label` may hold a stranger's words: it is shown as text. */
export type MenuItem =
  | {
      readonly kind: 'action';
      readonly label: string;
      /** The keys that do the same, as users read them. */
      readonly keys?: string;
      readonly isDisabled?: boolean;
      readonly run: () => void;
    }
  | {
      readonly kind: 'choice';
      readonly label: string;
      readonly isChecked: boolean;
      /** Whether it is one of several of which one holds. */
      readonly isRadio?: boolean;
      /** Whether the menu stays for the next choice. */
      readonly staysOpen?: boolean;
      readonly isDisabled?: boolean;
      /** A colour of the theme's charts that stands for it. */
      readonly colour?: number;
      readonly run: () => void;
    }
  | { readonly kind: 'menu'; readonly label: string; readonly items: () => readonly MenuItem[] }
  | { readonly kind: 'line' };

/** The row of a menu that stands for an item. */
export function itemElement(item: MenuItem): HTMLElement {
  switch (item.kind) {
    case 'line':
      return el('div', { role: 'separator', class: 'menu-line' });
    case 'menu': {
      const attributes = { 'role': 'menuitem', 'aria-haspopup': 'menu', 'tabindex': '-1' };
      const label = el('span', { class: 'menu-label' }, item.label);
      return el(
        'div',
        { class: 'menu-item', ...attributes },
        checkPlace(false),
        label,
        icon('chevron-right'),
      );
    }
    case 'action':
      return itemRow('menuitem', item, checkPlace(false), item.keys ?? '');
    case 'choice': {
      const role = item.isRadio === true ? 'menuitemradio' : 'menuitemcheckbox';
      const row = itemRow(role, item, checkPlace(item.isChecked), '');
      row.ariaChecked = item.isChecked ? 'true' : 'false';
      if (item.colour !== undefined) {
        row.children[0]?.after(el('span', { class: `dot colour-${item.colour}` }));
      }
      return row;
    }
  }
}

function itemRow(
  role: string,
  { label, isDisabled }: { label: string; isDisabled?: boolean },
  check: HTMLElement,
  keys: string,
): HTMLElement {
  const words = el('span', { class: 'menu-label' }, label);
  const hint = el('span', { 'class': 'menu-keys', 'aria-hidden': 'true' }, keys);
  const row = el('div', { class: 'menu-item', role, tabindex: '-1' }, check, words, hint);
  if (isDisabled === true) {
    row.ariaDisabled = 'true';
  }
  return row;
}

function checkPlace(isChecked: boolean): HTMLElement {
  const place = el('span', { 'class': 'menu-check', 'aria-hidden': 'true' });
  if (isChecked) {
    place.append(icon('check'));
  }
  return place;
}
