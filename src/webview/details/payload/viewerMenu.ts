import { below, openMenu, type MenuItem } from '../../widgets/menu.ts';
import { text } from '../../widgets/strings.ts';

export interface ViewerMenuPorts {
  /** What is offered. @param target what was clicked; absent: a key was pressed */
  items(target?: EventTarget | null): readonly MenuItem[];
  /** Below it the menu opens when a key was pressed. */
  place(): Element;
}

/** The menu of a viewer: by a right click, or by the keys for menus. */
export class ViewerMenu {
  readonly #ports: ViewerMenuPorts;

  constructor(element: HTMLElement, ports: ViewerMenuPorts) {
    this.#ports = ports;
    element.addEventListener('contextmenu', event => {
      // The editor would open its own menu over ours.
      event.preventDefault();
      event.stopPropagation();
      this.#open(event.target, { x: event.clientX, y: event.clientY });
    });
  }

  /** @returns whether the key opens the menu */
  onKey({ key, shiftKey }: KeyboardEvent): boolean {
    const isMenuKey = key === 'ContextMenu' || (key === 'F10' && shiftKey);
    if (isMenuKey) {
      this.#open(undefined, below(this.#ports.place()));
    }
    return isMenuKey;
  }

  #open(target: EventTarget | null | undefined, at: { x: number; y: number }): void {
    const items = this.#ports.items(target);
    if (items.length > 0) {
      openMenu(text('details'), () => items, at);
    }
  }
}
