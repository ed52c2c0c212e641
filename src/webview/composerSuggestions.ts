import { html, render } from 'lit/html.js';
import { visibleLine } from '../core/payload/visibleText.ts';
import type { ReferenceCompletion } from './composerNames.ts';
import { el, setAttribute } from './dom.ts';
import { text } from './strings.ts';

const listId = 'composer-suggestions';

/** The variables over the text of a message, which keeps the focus and says which is active. */
export class ComposerSuggestions {
  readonly element: HTMLElement;
  readonly #input: HTMLTextAreaElement;
  readonly #onPick: (completion: ReferenceCompletion) => void;
  #items: readonly ReferenceCompletion[] = [];
  #active = 0;

  constructor(input: HTMLTextAreaElement, onPick: (completion: ReferenceCompletion) => void) {
    this.#input = input;
    this.#onPick = onPick;
    const name = text('composeSuggestions');
    this.element = el('ul', { 'id': listId, 'role': 'listbox', 'aria-label': name });
    this.element.className = 'filter-suggestions composer-suggestions';
    setAttribute(input, 'aria-controls', listId);
    this.close();
  }

  get isOpen(): boolean {
    return !this.element.hidden;
  }

  get active(): ReferenceCompletion | undefined {
    return this.#items[this.#active];
  }

  open(items: readonly ReferenceCompletion[]): void {
    this.#items = items;
    this.#active = 0;
    this.element.hidden = items.length === 0;
    this.#draw();
  }

  close(): void {
    this.open([]);
  }

  move(step: 1 | -1): void {
    const count = this.#items.length;
    this.#active = (this.#active + step + count) % count;
    this.#draw();
    this.element.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }

  #draw(): void {
    const active = this.isOpen ? `${listId}-${this.#active}` : undefined;
    setAttribute(this.#input, 'aria-activedescendant', active);
    render(
      this.#items.map((item, index) => {
        // Without the mousedown the text box keeps the focus.
        return html`<li
          id="${listId}-${index}"
          role="option"
          aria-selected=${String(index === this.#active)}
          @mousedown=${(event: Event) => event.preventDefault()}
          @click=${() => this.#onPick(item)}
        >
          <span class="label">${visibleLine(item.label)}</span>
          <span class="meaning">${text(item.meaning)}</span>
        </li>`;
      }),
      this.element,
    );
  }
}
