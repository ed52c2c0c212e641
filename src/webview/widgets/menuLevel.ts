import { el } from './dom.ts';
import { itemElement, type MenuItem } from './menuItem.ts';

/** A point of the window, in pixels. */
export interface MenuPlace {
  readonly x: number;
  readonly y: number;
}

/** How far it stays away from the edges of the window, in pixels. */
const edge = 4;

interface MenuLevelListener {
  onChoose(index: number): void;
  onHover(index: number): void;
}

/** One box of items. */
export class MenuLevel {
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

  /** Builds the items anew: some hold now that did not. */
  refresh(): void {
    this.#fill();
    this.focus(this.active, 1);
  }

  boxOf(index: number): DOMRect {
    return (this.element.children[index] ?? this.element).getBoundingClientRect();
  }

  /**
   * Puts it where it is within the window.
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
