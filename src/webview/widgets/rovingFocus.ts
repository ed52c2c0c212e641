const controls = 'button, select';

/**
 * The keys of a toolbar, as ARIA's practices have them: Tab comes to one control of it, to which the
 * arrow keys, Home and End then give others. Controls that are hidden or disabled are left out.
 */
export class RovingFocus {
  readonly #root: HTMLElement;
  #current: HTMLElement | undefined;
  /** The place of the current one, for when it goes. */
  #index = 0;
  #hasFocus = false;

  constructor(root: HTMLElement) {
    this.#root = root;
    root.addEventListener('keydown', event => this.#onKey(event));
    root.addEventListener('focusin', ({ target }) => {
      this.#hasFocus = true;
      const item = this.#items().find(each => each.contains(target as Node));
      if (item) {
        this.#choose(item);
      }
    });
    root.addEventListener('focusout', ({ relatedTarget }) => {
      // The focus also goes when its element is removed, and then goes nowhere.
      if (relatedTarget !== null) {
        this.#hasFocus = false;
      }
    });
    new ResizeObserver(() => this.#leaveHidden()).observe(root);
  }

  /** To be called when the controls may be others than before, or others are disabled. */
  refresh(): void {
    const current = this.#current;
    const items = this.#items();
    if (current && items.includes(current)) {
      this.#choose(current);
      return;
    }
    const next = items[Math.min(this.#index, items.length - 1)];
    const hadFocus =
      this.#hasFocus &&
      (document.activeElement === current || document.activeElement === document.body);
    this.#choose(next);
    if (hadFocus) {
      next?.focus();
    }
  }

  /** All that can be used, also what there is no room for. */
  #items(): readonly HTMLElement[] {
    return [...this.#root.querySelectorAll<HTMLButtonElement | HTMLSelectElement>(controls)].filter(
      ({ disabled }) => !disabled,
    );
  }

  #visible(): readonly HTMLElement[] {
    return this.#items().filter(item => item.checkVisibility());
  }

  #choose(chosen: HTMLElement | undefined): void {
    this.#current = chosen;
    for (const [index, item] of this.#items().entries()) {
      const tabIndex = item === chosen ? 0 : -1;
      if (item.tabIndex !== tabIndex) {
        item.tabIndex = tabIndex;
      }
      if (item === chosen) {
        this.#index = index;
      }
    }
  }

  #leaveHidden(): void {
    if (this.#current?.checkVisibility() !== true) {
      const [first] = this.#visible();
      if (first) {
        this.#choose(first);
      }
    }
  }

  #onKey(event: KeyboardEvent): void {
    const { key, target, altKey, ctrlKey, metaKey, shiftKey } = event;
    const items = this.#visible();
    const at = items.findIndex(item => item === target);
    if (at < 0 || altKey || ctrlKey || metaKey || shiftKey) {
      return;
    }
    const way = getComputedStyle(this.#root).direction === 'rtl' ? -1 : 1;
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: at + way,
      ArrowLeft: at - way,
      Home: 0,
      End: -1,
    };
    const to = steps[key];
    if (to === undefined) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    items.at(to % items.length)?.focus();
  }
}
