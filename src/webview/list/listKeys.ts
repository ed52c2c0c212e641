export interface KeyPosition {
  readonly first: number;
  readonly next: number;
  readonly active: number | undefined;
  /** The last row on screen. */
  readonly lastShown: number;
  readonly pageSize: number;
}

/**
 * The row that a key leads to, within the list; `undefined` for keys that do not move. Without an
 * active row the arrows begin at the last row on screen.
 */
export function keyTarget(key: string, position: KeyPosition): number | undefined {
  const target = unbounded(key, position);
  return target === undefined || position.first === position.next
    ? undefined
    : Math.max(position.first, Math.min(target, position.next - 1));
}

function unbounded(key: string, position: KeyPosition): number | undefined {
  const { first, next, active, lastShown } = position;
  const page = Math.max(1, position.pageSize - 1);
  switch (key) {
    case 'ArrowUp':
      return active === undefined ? lastShown : active - 1;
    case 'ArrowDown':
      return active === undefined ? lastShown : active + 1;
    case 'PageUp':
      return (active ?? lastShown) - page;
    case 'PageDown':
      return (active ?? lastShown) + page;
    case 'Home':
      return first;
    case 'End':
      return next - 1;
    case 'Enter':
    case ' ':
      return active ?? lastShown;
    default:
      return undefined;
  }
}

type KeyChord = Pick<KeyboardEvent, 'key' | 'altKey' | 'shiftKey' | 'ctrlKey' | 'metaKey'>;

/** What a key does in the list; `keyTarget` says where it leads. */
export type ListCommand =
  | 'only'
  | 'extend'
  | 'move'
  | 'toggle'
  | 'all'
  | 'open'
  | 'close'
  | 'copy'
  | 'menu'
  | 'goTo'
  | 'find'
  | 'findNext'
  | 'findPrevious'
  | 'filter'
  | 'context';

/** `undefined` for keys that the list leaves to the editor. */
export function listCommand(chord: KeyChord): ListCommand | undefined {
  const { altKey, shiftKey } = chord;
  const isCommand = chord.ctrlKey || chord.metaKey;
  const key = chord.key.length === 1 ? chord.key.toLowerCase() : chord.key;
  if (altKey) {
    return undefined;
  }
  if (key === 'ContextMenu' || (key === 'F10' && shiftKey && !isCommand)) {
    return 'menu';
  }
  if (key === 'F3' && !isCommand) {
    return shiftKey ? 'findPrevious' : 'findNext';
  }
  if (isCommand) {
    return commandKey(key, shiftKey);
  }
  switch (key) {
    case 'Escape':
      return 'close';
    case 'Enter':
    case ' ':
      return 'open';
    case '/':
      return 'filter';
    case 'ArrowUp':
    case 'ArrowDown':
    case 'PageUp':
    case 'PageDown':
    case 'Home':
    case 'End':
      return shiftKey ? 'extend' : 'only';
    default:
      return undefined;
  }
}

function commandKey(key: string, shiftKey: boolean): ListCommand | undefined {
  switch (key) {
    case 'ArrowUp':
    case 'ArrowDown':
      return shiftKey ? undefined : 'move';
    case 'Home':
    case 'End':
      return shiftKey ? 'extend' : 'only';
    case ' ':
      return 'toggle';
    case 'Enter':
      return shiftKey ? undefined : 'context';
    case 'a':
      return shiftKey ? undefined : 'all';
    case 'c':
      return shiftKey ? undefined : 'copy';
    case 'g':
      return shiftKey ? undefined : 'goTo';
    case 'f':
      return shiftKey ? undefined : 'find';
    default:
      return undefined;
  }
}
