import { keyTarget, listCommand, type ListCommand } from './listKeys.ts';

/** What pointer and keys do in the list. */
export interface ListTarget {
  /** What is on screen is of this list, not of the one before. */
  readonly isCurrent: boolean;
  readonly active: number | undefined;
  /** What a key starts from. */
  readonly bounds: {
    readonly first: number;
    readonly next: number;
    readonly lastShown: number;
    readonly pageSize: number;
  };
  positionAt(target: EventTarget | null): number | undefined;
  /** Selects by pointer: the rows stay where they are. */
  choose(position: number, how: 'only' | 'extend' | 'add' | 'toggle'): void;
  /** Selects by key: the row comes into sight. */
  moveTo(position: number, how: 'only' | 'extend' | 'move', isEnd: boolean): void;
  /** Goes to the end of a list that has no rows yet. */
  follow(): void;
  toggle(): void;
  selectAll(): void;
  open(): void;
  /** The selection's menu, at a point or beside the active row. */
  openMenu(at: { readonly x: number; readonly y: number } | undefined): void;
  run(command: 'close' | 'copy' | 'goTo' | 'find' | 'findNext' | 'findPrevious'): void;
}

/** Hears pointer and keys for a list. */
export function listen(element: HTMLElement, target: ListTarget): void {
  element.addEventListener('mousedown', event => {
    const position = target.isCurrent ? target.positionAt(event.target) : undefined;
    if (event.button === 0 && position !== undefined) {
      onPress(event, position, target);
    }
  });
  element.addEventListener('contextmenu', event => {
    const position = target.isCurrent ? target.positionAt(event.target) : undefined;
    // The editor would open its own menu over ours.
    event.preventDefault();
    event.stopPropagation();
    if (position !== undefined) {
      target.choose(position, 'add');
      target.openMenu({ x: event.clientX, y: event.clientY });
    }
  });
  element.addEventListener('keydown', event => {
    const command = event.target === element ? listCommand(event) : undefined;
    if (command !== undefined && onCommand(command, event, target)) {
      event.preventDefault();
      if (command !== 'copy' && command !== 'close') {
        // The editor has commands of its own on these keys.
        event.stopPropagation();
      }
    }
  });
}

function onPress(event: MouseEvent, position: number, target: ListTarget): void {
  if (event.shiftKey) {
    target.choose(position, 'extend');
  } else if (event.ctrlKey || event.metaKey) {
    target.choose(position, 'toggle');
  } else {
    target.choose(position, 'only');
    target.open();
  }
}

/** @returns whether the key was ours */
function onCommand(command: ListCommand, { key }: KeyboardEvent, target: ListTarget): boolean {
  switch (command) {
    case 'only':
    case 'extend':
    case 'move':
      return onMove(key, command, target);
    case 'open':
      return onMove(key, 'only', target) && (target.open(), true);
    case 'toggle':
      target.toggle();
      return true;
    case 'all':
      target.selectAll();
      return true;
    case 'menu':
      target.openMenu(undefined);
      return true;
    case 'copy':
      if (getSelection()?.isCollapsed === false) {
        return false;
      }
      target.run('copy');
      return true;
    case 'close':
    case 'goTo':
    case 'find':
    case 'findNext':
    case 'findPrevious':
      target.run(command);
      return true;
  }
}

function onMove(key: string, how: 'only' | 'extend' | 'move', target: ListTarget): boolean {
  const position = keyTarget(key, { ...target.bounds, active: target.active });
  const isEnd = key === 'End';
  if (position !== undefined) {
    target.moveTo(position, how, isEnd);
  } else if (isEnd) {
    target.follow();
  }
  return position !== undefined || isEnd;
}
