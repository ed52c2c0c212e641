import { el, icon } from './dom.ts';

/** What a menu offers. `label` may be a peer's text, and is shown as text. */
export type MenuItem =
  | {
      readonly kind: 'action';
      readonly label: string;
      /** The keys that do the same, as shown to users. */
      readonly keys?: string;
      readonly isDisabled?: boolean;
      readonly run: () => void;
    }
  | {
      readonly kind: 'choice';
      readonly label: string;
      readonly isChecked: boolean;
      /** Whether it is one of several of which exactly one is checked. */
      readonly isRadio?: boolean;
      /** Whether the menu stays open for the next choice. */
      readonly staysOpen?: boolean;
      readonly isDisabled?: boolean;
      /** The classes of a sign that stands beside it. */
      readonly sign?: string;
      readonly run: () => void;
    }
  | { readonly kind: 'menu'; readonly label: string; readonly items: () => readonly MenuItem[] }
  | { readonly kind: 'line' };

/** A point of the window, in pixels. */
interface MenuPlace {
  readonly x: number;
  readonly y: number;
}

/** The distance from the edges of the window, in pixels. */
const edge = 4;

interface MenuLevelListener {
  onChoose(index: number): void;
  onHover(index: number): void;
}

/** Keys pressed within this time spell one name. */
const spellingMs = 700;

let current: Menu | undefined;

/** Opens a menu at a point of the window. Closes another that is open. */
export function openMenu(
  label: string,
  items: () => readonly MenuItem[],
  place: MenuPlace,
  onClose?: () => void,
): void {
  current?.close();
  current = new Menu(label, items, place, () => {
    current = undefined;
    onClose?.();
  });
}

/** The point below an element at which its menu opens. */
export function below(element: Element): MenuPlace {
  const { left, right, bottom } = element.getBoundingClientRect();
  const isRightToLeft = getComputedStyle(element).direction === 'rtl';
  return { x: isRightToLeft ? right : left, y: bottom };
}

/** The open menu with its submenus. Takes the focus, and returns it when it closes. */
class Menu {
  readonly #stop = new AbortController();
  readonly #returnTo = document.activeElement;
  readonly #onClose: () => void;
  readonly #levels: MenuLevel[] = [];
  #spelled = '';
  #spelledAt = 0;

  constructor(
    label: string,
    items: () => readonly MenuItem[],
    place: MenuPlace,
    onClose: () => void,
  ) {
    this.#onClose = onClose;
    const { signal } = this.#stop;
    document.addEventListener('pointerdown', event => this.#onPointer(event), {
      signal,
      capture: true,
    });
    window.addEventListener('blur', () => this.close(), { signal });
    window.addEventListener('resize', () => this.close(), { signal });
    this.#open(label, items, place, undefined);
  }

  close(): void {
    if (this.#stop.signal.aborted) {
      return;
    }
    this.#stop.abort();
    const hadFocus = this.#levels.some(({ element }) => element.contains(document.activeElement));
    for (const level of this.#levels) {
      level.element.remove();
    }
    if (hadFocus && this.#returnTo instanceof HTMLElement) {
      this.#returnTo.focus({ preventScroll: true });
    }
    this.#onClose();
  }

  #open(
    label: string,
    items: () => readonly MenuItem[],
    place: MenuPlace,
    beside: DOMRect | undefined,
  ): void {
    const depth = this.#levels.length;
    const level = new MenuLevel(label, items, {
      onChoose: index => this.#choose(depth, index),
      onHover: index => this.#hover(depth, index),
    });
    this.#levels.push(level);
    level.element.addEventListener('keydown', event => this.#onKey(depth, event));
    (document.querySelector('main') ?? document.body).append(level.element);
    level.put(place, beside);
    level.focus(0, 1);
  }

  #shut(depth: number): void {
    for (const level of this.#levels.splice(depth)) {
      level.element.remove();
    }
  }

  #choose(depth: number, index: number): void {
    const level = this.#levels[depth];
    const item = level?.items[index];
    if (!level || !item || item.kind === 'line') {
      return;
    }
    if (item.kind === 'menu') {
      this.#shut(depth + 1);
      const box = level.boxOf(index);
      this.#open(item.label, item.items, { x: box.right, y: box.top }, box);
    } else if (item.isDisabled !== true) {
      if (item.kind === 'choice' && item.staysOpen === true) {
        item.run();
        level.refresh();
      } else {
        this.close();
        item.run();
      }
    }
  }

  #hover(depth: number, index: number): void {
    const level = this.#levels[depth];
    if (!level || level.active === index) {
      return;
    }
    this.#shut(depth + 1);
    level.focus(index, 1);
    if (level.items[index]?.kind === 'menu') {
      this.#choose(depth, index);
    }
  }

  #onPointer({ target }: PointerEvent): void {
    if (!this.#levels.some(({ element }) => element.contains(target as Node))) {
      this.close();
    }
  }

  #onKey(depth: number, event: KeyboardEvent): void {
    const level = this.#levels[depth];
    // The editor has commands of its own on Escape, F10 and the arrows.
    event.stopPropagation();
    if (event.key === 'Tab') {
      this.close();
      return;
    }
    event.preventDefault();
    const isRightToLeft = level && getComputedStyle(level.element).direction === 'rtl';
    const [inward, outward] = isRightToLeft
      ? ['ArrowLeft', 'ArrowRight']
      : ['ArrowRight', 'ArrowLeft'];
    if (event.key === 'Escape' || (event.key === outward && depth > 0)) {
      this.#leave(depth);
    } else if (event.key === 'Enter' || event.key === ' ') {
      this.#choose(depth, level?.active ?? -1);
    } else if (event.key === inward && level?.items[level.active]?.kind === 'menu') {
      this.#choose(depth, level.active);
    } else {
      this.#move(level, event.key);
    }
  }

  #leave(depth: number): void {
    if (depth === 0) {
      this.close();
    } else {
      this.#shut(depth);
      const parent = this.#levels[depth - 1];
      parent?.focus(parent.active, 1);
    }
  }

  #move(level: MenuLevel | undefined, key: string): void {
    switch (key) {
      case 'ArrowDown':
        level?.focus(level.active + 1, 1);
        break;
      case 'ArrowUp':
        level?.focus(level.active - 1, -1);
        break;
      case 'Home':
        level?.focus(0, 1);
        break;
      case 'End':
        level?.focus(-1, -1);
        break;
      default:
        if (key.length === 1) {
          this.#spell(level, key);
        }
    }
  }

  #spell(level: MenuLevel | undefined, key: string): void {
    const now = performance.now();
    this.#spelled = now - this.#spelledAt < spellingMs ? this.#spelled + key : key;
    this.#spelledAt = now;
    level?.focusName(this.#spelled.toLocaleLowerCase());
  }
}

/** One box of items. */
class MenuLevel {
  readonly element: HTMLElement;
  readonly #build: () => readonly MenuItem[];
  readonly #listener: MenuLevelListener;
  items: readonly MenuItem[] = [];
  active = 0;

  constructor(label: string, build: () => readonly MenuItem[], listener: MenuLevelListener) {
    this.#build = build;
    this.#listener = listener;
    this.element = el('div', { 'class': 'menu', 'role': 'menu', 'aria-label': label });
    this.element.addEventListener('contextmenu', event => event.preventDefault());
    this.#fill();
  }

  /** Builds the items again, since a choice has changed what is checked. */
  refresh(): void {
    this.#fill();
    this.focus(this.active, 1);
  }

  boxOf(index: number): DOMRect {
    return (this.element.children[index] ?? this.element).getBoundingClientRect();
  }

  /**
   * Moves it to a place at which it is within the window.
   *
   * @param beside the item that opened it, which it must not cover
   */
  put({ x, y }: MenuPlace, beside: DOMRect | undefined): void {
    const { style } = this.element;
    const { width, height } = this.element.getBoundingClientRect();
    const isRightToLeft = getComputedStyle(this.element).direction === 'rtl';
    const start = isRightToLeft ? (beside?.left ?? x) - width : x;
    const room = innerWidth - edge - width;
    const isOutside = isRightToLeft ? start < edge : start > room;
    const other = isRightToLeft ? (beside?.right ?? x) : (beside?.left ?? x) - width;
    style.left = `${Math.max(edge, Math.min(isOutside ? other : start, room))}px`;
    style.top = `${Math.max(edge, Math.min(y, innerHeight - edge - height))}px`;
  }

  /** Focuses an item, or the nearest one in the direction of `step` that is not a line. */
  focus(index: number, step: 1 | -1): void {
    const count = this.items.length;
    for (let tries = 0, at = index; tries < count; tries++, at += step) {
      const wrapped = ((at % count) + count) % count;
      if (this.items[wrapped]?.kind !== 'line') {
        this.active = wrapped;
        (this.element.children[wrapped] as HTMLElement).focus();
        return;
      }
    }
  }

  focusName(spelled: string): void {
    const count = this.items.length;
    const from = spelled.length === 1 ? 1 : 0;
    for (let step = from; step < count + from; step++) {
      const at = (this.active + step) % count;
      const item = this.items[at];
      if (item && item.kind !== 'line' && item.label.toLocaleLowerCase().startsWith(spelled)) {
        this.focus(at, 1);
        return;
      }
    }
  }

  #fill(): void {
    this.items = this.#build();
    const rows = this.items.map((item, index) => {
      const row = itemElement(item);
      row.addEventListener('click', () => this.#listener.onChoose(index));
      row.addEventListener('pointermove', () => this.#listener.onHover(index));
      return row;
    });
    this.element.replaceChildren(...rows);
  }
}

/** The element of an item. */
function itemElement(item: MenuItem): HTMLElement {
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
      if (item.sign !== undefined) {
        row.children[0]?.after(el('span', { 'class': item.sign, 'aria-hidden': 'true' }));
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
