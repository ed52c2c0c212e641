import { html, render, type TemplateResult } from 'lit/html.js';
import type { PageString } from '../../shared/monitorStrings.ts';
import { el } from './dom.ts';
import { iconClass, type IconName } from './icons.ts';
import { text } from './strings.ts';

interface PopupOptions {
  readonly name: PageString;
  readonly hint?: PageString;
  readonly icon: IconName;
  readonly content: () => TemplateResult;
}

/**
 * A small dialogue over the page, and the button that opens it. Escape, the button and a click outside
 * close it, and the browser returns the focus.
 */
export class Popup {
  readonly element: HTMLElement;
  readonly #options: PopupOptions;

  constructor(options: PopupOptions) {
    this.#options = options;
    const attributes = { 'role': 'dialog', 'aria-label': text(options.name), 'tabindex': '-1' };
    this.element = el('div', { ...attributes, class: 'popup filter-popup', popover: 'auto' });
    this.element.addEventListener('beforetoggle', ({ newState }) => {
      if (newState === 'open') {
        render(options.content(), this.element);
        // The browser gives it the focus once the popup is open.
        this.#focusables[0]?.setAttribute('autofocus', '');
      }
    });
    this.element.addEventListener('keydown', event => this.#onKey(event));
  }

  get button(): TemplateResult {
    const { name, hint = name, icon } = this.#options;
    return html`<button
      type="button"
      class="tool"
      aria-label=${text(name)}
      title=${text(hint)}
      aria-haspopup="dialog"
      .popoverTargetElement=${this.element}
    >
      <span class=${iconClass(icon)} aria-hidden="true"></span>
    </button>`;
  }

  close(): void {
    this.element.hidePopover();
  }

  /** Draws it again with what has changed. */
  update(): void {
    if (this.#isOpen) {
      render(this.#options.content(), this.element);
    }
  }

  get #isOpen(): boolean {
    return this.element.matches(':popover-open');
  }

  get #focusables(): readonly HTMLButtonElement[] {
    return [...this.element.querySelectorAll('button:enabled')].filter(
      element => element instanceof HTMLButtonElement,
    );
  }

  /** The arrows go from one button to the next. */
  #onKey(event: KeyboardEvent): void {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      const buttons = this.#focusables;
      const at = buttons.findIndex(button => button === document.activeElement);
      buttons[(at + step + buttons.length) % buttons.length]?.focus();
      event.preventDefault();
    }
    // Other keys must not move the list under the popup either.
    event.stopPropagation();
  }
}
