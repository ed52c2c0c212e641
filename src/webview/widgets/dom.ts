import { iconClass, type IconName } from './icons.ts';

/** Makes an element. Children that are strings become text, so markup in them stays text. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** An icon of VS Code's icon font, hidden from screen readers: there are words beside it. */
export function icon(name: IconName): HTMLElement {
  return el('span', { 'class': iconClass(name), 'aria-hidden': 'true' });
}

/** Sets an attribute, or removes it if there is no value. */
export function setAttribute(element: Element, name: string, value: string | undefined): void {
  if (value === undefined) {
    element.removeAttribute(name);
  } else {
    element.setAttribute(name, value);
  }
}

/** Runs `task` in the next animation frame, once for any number of calls until then. */
export function oncePerFrame(task: () => void): () => void {
  let isPlanned = false;
  return () => {
    if (!isPlanned) {
      isPlanned = true;
      requestAnimationFrame(() => {
        isPlanned = false;
        task();
      });
    }
  };
}
