import { layoutNames, type SavedState } from './savedState.ts';

/**
 * The part of the page's state that outlives its tab: how things are arranged, and nothing that was
 * received or written. `readSavedState` reads it.
 */
export function layoutOf(state: SavedState): string {
  const kept = Object.fromEntries(layoutNames.map(name => [name, state[name]]));
  const { isOpen, height } = state.composer;
  return JSON.stringify({ ...kept, composer: { isOpen, height } });
}

/** The layout that the host has put into the page; `undefined` if there is none. */
export function hostLayout(element: Element | null): unknown {
  try {
    const text: unknown = JSON.parse(element?.textContent ?? '');
    return typeof text === 'string' ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
