import { html, nothing, render } from 'lit/html.js';
import { visibleLine } from '../../core/text/visibleText.ts';
import { el, setAttribute } from './dom.ts';

export interface CompletionListParts<T> {
  /** The list's id in the page, with which the ids of its suggestions begin. */
  readonly id: string;
  /** The list's name for screen readers. */
  readonly name: string;
  /** Whether one suggestion is always active, at first the first; else keys make one active. */
  readonly hasAlwaysActive?: boolean;
  readonly meaningOf: (item: T) => string | undefined;
  readonly onPick: (item: T) => void;
}

/** The suggestions at a text box. The box keeps the focus and names the active one to ARIA. */
export class CompletionList<T extends { readonly label: string }> {
  readonly element: HTMLElement;
  readonly #input: HTMLElement;
  readonly #parts: CompletionListParts<T>;
  /** The first place that keys reach: -1 is the text box. */
  readonly #first: -1 | 0;
  #items: readonly T[] = [];
  #active = 0;

  constructor(input: HTMLElement, parts: CompletionListParts<T>) {
    const { id, name, hasAlwaysActive } = parts;
    this.#input = input;
    this.#parts = parts;
    this.#first = hasAlwaysActive ? 0 : -1;
    this.element = el('ul', {
      id,
      'class': 'popup suggestions',
      'role': 'listbox',
      'aria-label': name,
    });
    setAttribute(input, 'aria-controls', id);
    this.close();
  }

  get isOpen(): boolean {
    return !this.element.hidden;
  }

  get active(): T | undefined {
    return this.#items[this.#active];
  }

  open(items: readonly T[]): void {
    this.#items = items;
    this.#active = this.#first;
    this.element.hidden = items.length === 0;
    this.#draw();
  }

  close(): void {
    this.open([]);
  }

  /** Goes to the next or the previous place, and from either end to the other. */
  move(step: 1 | -1): void {
    const first = this.#first;
    const count = this.#items.length - first;
    this.#active = ((this.#active - first + step + count) % count) + first;
    this.#draw();
    this.element.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }

  #draw(): void {
    const { id, meaningOf, onPick } = this.#parts;
    // Of a text box's roles, only this one has the attribute.
    if (this.#input.role === 'combobox') {
      setAttribute(this.#input, 'aria-expanded', String(this.isOpen));
    }
    const active = this.active ? `${id}-${this.#active}` : undefined;
    setAttribute(this.#input, 'aria-activedescendant', active);
    render(
      this.#items.map((item, index) => {
        const meaning = meaningOf(item);
        // Without the mousedown the text box keeps the focus.
        return html`<li
          id="${id}-${index}"
          role="option"
          aria-selected=${String(index === this.#active)}
          @mousedown=${(event: Event) => event.preventDefault()}
          @click=${() => onPick(item)}
        >
          <span class="label">${visibleLine(item.label)}</span>
          ${meaning ? html`<span class="meaning">${meaning}</span>` : nothing}
        </li>`;
      }),
      this.element,
    );
  }
}
