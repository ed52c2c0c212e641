import { html, nothing, render } from 'lit/html.js';
import type { Completion, Completions } from '../core/filter/completions.ts';
import { visibleLine } from '../core/payload/visibleText.ts';
import { el, setAttribute } from './dom.ts';
import { meaningText } from './filterMeanings.ts';
import { text } from './strings.ts';

const listId = 'filter-suggestions';

/** The suggestions under a text box, which keeps the focus and says which of them is active. */
export class CompletionList {
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #onPick: (completion: Completion) => void;
  #items: readonly Completion[] = [];
  #active = -1;

  constructor(input: HTMLInputElement, onPick: (completion: Completion) => void) {
    this.#input = input;
    this.#onPick = onPick;
    const name = text('filterSuggestions');
    this.element = el('ul', { 'id': listId, 'role': 'listbox', 'aria-label': name });
    this.element.className = 'filter-suggestions';
    setAttribute(input, 'aria-controls', listId);
    this.close();
  }

  get isOpen(): boolean {
    return !this.element.hidden;
  }

  /** The suggestion that was gone to. */
  get active(): Completion | undefined {
    return this.#items[this.#active];
  }

  open({ items }: Completions): void {
    this.#items = items;
    this.#active = -1;
    this.element.hidden = items.length === 0;
    this.#draw();
  }

  close(): void {
    this.open({ from: 0, to: 0, items: [], isBegun: false });
  }

  /** To the next or the previous one, and from either end over the text box to the other. */
  move(step: 1 | -1): void {
    const places = this.#items.length + 1;
    this.#active = ((this.#active + 1 + step + places) % places) - 1;
    this.#draw();
    this.element.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }

  #draw(): void {
    setAttribute(this.#input, 'aria-expanded', String(this.isOpen));
    const active = this.#active < 0 ? undefined : `${listId}-${this.#active}`;
    setAttribute(this.#input, 'aria-activedescendant', active);
    render(
      this.#items.map((item, index) => {
        const { label, meaning } = item;
        // Without the mousedown the text box keeps the focus.
        return html`<li
          id="${listId}-${index}"
          role="option"
          aria-selected=${String(index === this.#active)}
          @mousedown=${(event: Event) => event.preventDefault()}
          @click=${() => this.#onPick(item)}
        >
          <span class="label">${visibleLine(label)}</span>
          ${meaning ? html`<span class="meaning">${meaningText(meaning)}</span>` : nothing}
        </li>`;
      }),
      this.element,
    );
  }
}
