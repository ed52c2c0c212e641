import type { MenuItem } from './menuItem.ts';
import { MenuLevel, type MenuPlace } from './menuLevel.ts';

/** Keys pressed within this time spell one name. */
const spellingMs = 700;

let current: Menu | undefined;

/** Opens a menu at a point of the window, in place of another that may be open. */
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

/** The point below an element where its menu belongs. */
export function below(element: Element): MenuPlace {
  const { left, right, bottom } = element.getBoundingClientRect();
  const isRightToLeft = getComputedStyle(element).direction === 'rtl';
  return { x: isRightToLeft ? right : left, y: bottom };
}

/** The menu that is open, with its submenus. Has the focus, and gives it back. */
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
    // The editor has its own mind about Escape, F10 and the arrows.
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
