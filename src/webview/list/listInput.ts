import { keyTarget, listCommand, type KeyPosition, type ListCommand } from './listKeys.ts';

/** How a row that is pressed, or that a key leads to, changes the selection. */
export type SelectionChange = 'only' | 'keep' | 'extend' | 'toggle' | 'move';

/** What only the page can do for the list. */
export type PageCommand =
  | 'close'
  | 'copy'
  | 'goTo'
  | 'find'
  | 'findNext'
  | 'findPrevious'
  | 'filter'
  | 'context'
  | 'conversation';

interface ListInputPorts {
  /** The row that an event happened in; `undefined` also while the rows on screen are of the list before. */
  positionOf(target: EventTarget | null): number | undefined;
  keyPosition(): KeyPosition;
  /** The user goes to a row. */
  go(how: SelectionChange, position: number, isEnd?: boolean): void;
  /** The user acts on a row where it is. */
  pick(how: SelectionChange, position: number): void;
  /** The user goes to the end of a list that has no rows yet. */
  followEmpty(): void;
  selectAll(): void;
  openMenuAtActive(): void;
  onOpen(): void;
  onMenu(at: { readonly x: number; readonly y: number }): void;
  /** The latency of the active row was pressed. */
  onCall(): void;
  run(command: PageCommand): void;
}

/** Keys that the editor may act on as well: what it does with them does no harm, or is wanted. */
const shared: readonly ListCommand[] = ['copy', 'close'];

/** What pointer and keys do in the list. */
export class ListInput {
  readonly #element: HTMLElement;
  readonly #ports: ListInputPorts;

  constructor(element: HTMLElement, ports: ListInputPorts) {
    this.#element = element;
    this.#ports = ports;
    element.addEventListener('mousedown', event => this.#onPress(event));
    element.addEventListener('contextmenu', event => this.#onContextMenu(event));
    element.addEventListener('keydown', event => this.#onKey(event));
  }

  #onPress(event: MouseEvent): void {
    const position = this.#ports.positionOf(event.target);
    if (event.button !== 0 || position === undefined) {
      return;
    }
    if (event.shiftKey) {
      this.#ports.pick('extend', position);
    } else if (event.ctrlKey || event.metaKey) {
      this.#ports.pick('toggle', position);
    } else {
      this.#ports.pick('only', position);
      if (event.target instanceof Element && event.target.closest('.of-call')) {
        this.#ports.onCall();
      } else {
        this.#ports.onOpen();
      }
    }
  }

  #onContextMenu(event: MouseEvent): void {
    const position = this.#ports.positionOf(event.target);
    // The editor would open its own menu over ours.
    event.preventDefault();
    event.stopPropagation();
    if (position !== undefined) {
      this.#ports.pick('keep', position);
      this.#ports.onMenu({ x: event.clientX, y: event.clientY });
    }
  }

  #onKey(event: KeyboardEvent): void {
    const command = event.target === this.#element ? listCommand(event) : undefined;
    if (command === undefined || !this.#run(command, event.key)) {
      return;
    }
    event.preventDefault();
    if (!shared.includes(command)) {
      event.stopPropagation();
    }
  }

  /** @returns whether the key was for the list */
  #run(command: ListCommand, key: string): boolean {
    const ports = this.#ports;
    switch (command) {
      case 'only':
      case 'extend':
      case 'move':
        return this.#move(command, key);
      case 'open':
        if (!this.#move('only', key)) {
          return false;
        }
        ports.onOpen();
        break;
      case 'toggle': {
        const { active, lastShown } = ports.keyPosition();
        ports.pick('toggle', active ?? lastShown);
        break;
      }
      case 'all':
        ports.selectAll();
        break;
      case 'menu':
        ports.openMenuAtActive();
        break;
      case 'copy':
        if (getSelection()?.isCollapsed === false) {
          return false;
        }
        ports.run('copy');
        break;
      case 'close':
      case 'context':
      case 'filter':
      case 'find':
      case 'findNext':
      case 'findPrevious':
      case 'goTo':
        ports.run(command);
        break;
    }
    return true;
  }

  /** @returns whether the key leads anywhere */
  #move(how: 'only' | 'extend' | 'move', key: string): boolean {
    const position = keyTarget(key, this.#ports.keyPosition());
    const isEnd = key === 'End';
    if (position !== undefined) {
      this.#ports.go(how, position, isEnd);
    } else if (isEnd) {
      this.#ports.followEmpty();
    }
    return position !== undefined || isEnd;
  }
}
