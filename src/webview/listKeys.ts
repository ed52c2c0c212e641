interface KeyPosition {
  readonly first: number;
  readonly next: number;
  readonly selected: number | undefined;
  /** The last row on screen. */
  readonly lastShown: number;
  readonly pageSize: number;
}

/**
 * The row that a key leads to, within the list; `undefined` for keys that do not move. Without a
 * selection the arrows begin at the last row on screen.
 */
export function keyTarget(key: string, position: KeyPosition): number | undefined {
  const target = unbounded(key, position);
  return target === undefined || position.first === position.next
    ? undefined
    : Math.max(position.first, Math.min(target, position.next - 1));
}

function unbounded(key: string, position: KeyPosition): number | undefined {
  const { first, next, selected, lastShown } = position;
  const page = Math.max(1, position.pageSize - 1);
  switch (key) {
    case 'ArrowUp':
      return selected === undefined ? lastShown : selected - 1;
    case 'ArrowDown':
      return selected === undefined ? lastShown : selected + 1;
    case 'PageUp':
      return (selected ?? lastShown) - page;
    case 'PageDown':
      return (selected ?? lastShown) + page;
    case 'Home':
      return first;
    case 'End':
      return next - 1;
    case 'Enter':
    case ' ':
      return selected ?? lastShown;
    default:
      return undefined;
  }
}
