import { html, nothing, render } from 'lit/html.js';
import { visibleLine } from '../../core/text/visibleText.ts';
import { el, setAttribute } from './dom.ts';

/** One suggestion. */
export interface CompletionItem {
  readonly label: string;
  readonly insert: string;
  /** The place of the caret in `insert` afterwards; its end if absent. */
  readonly caret?: number;
}

/** The suggestions at a caret; the accepted one replaces the text between `from` and `to`. */
interface CompletionItems<T> {
  readonly from: number;
  readonly to: number;
  readonly items: readonly T[];
}

/** A part of the text that is wrong, in UTF-16 units. */
interface MarkedRange {
  readonly from: number;
  readonly to: number;
}

interface CompletionFieldOptions<T> {
  /** Of the list of suggestions, in the page. */
  readonly id: string;
  /** Of the list of suggestions, for a screen reader. */
  readonly name: string;
  /** The first suggestion is selected at once; otherwise the user selects one. */
  readonly selectsFirst: boolean;
  /** Up and down open the list. */
  readonly opensWithArrows: boolean;
  readonly meaningOf: (item: T) => string | undefined;
  /** @param isRequested the user asked for suggestions; otherwise the text has changed */
  readonly complete: (
    words: string,
    caret: number,
    isRequested: boolean,
  ) => CompletionItems<T> | undefined;
  readonly onType: (words: string) => void;
  /** A key that is not for the list. Returns whether it was handled. */
  readonly onKey: (event: KeyboardEvent) => boolean;
}

/** A longer text is not laid out a second time for its marks. */
const maxMarkedLength = 100_000;

/**
 * A text box with a list of suggestions, and with its mistakes underlined. The box keeps the focus
 * and tells screen readers which suggestion is selected.
 */
export class CompletionField<T extends CompletionItem> {
  /** The text box, with its copy below it. */
  readonly element: HTMLElement;
  readonly list: HTMLElement;
  readonly #input: HTMLInputElement | HTMLTextAreaElement;
  /** Has the same text as the box, and shows the marks. */
  readonly #mirror: HTMLElement;
  readonly #options: CompletionFieldOptions<T>;
  #offered: CompletionItems<T> | undefined;
  #items: readonly T[] = [];
  /** -1 if none. */
  #selected = -1;

  /** @param className of the element; its copy of the text has the class `mirror` as well */
  constructor(
    input: HTMLInputElement | HTMLTextAreaElement,
    className: string,
    options: CompletionFieldOptions<T>,
  ) {
    const { id, name } = options;
    this.#input = input;
    this.#options = options;
    this.#mirror = el('div', { 'class': 'mirror', 'aria-hidden': 'true' });
    this.element = el('div', { class: className }, this.#mirror, input);
    this.list = el('ul', {
      id,
      'class': 'popup suggestions',
      'role': 'listbox',
      'aria-label': name,
    });
    setAttribute(input, 'aria-controls', id);
    this.close();
    this.#listen();
  }

  get isOpen(): boolean {
    return this.#items.length > 0;
  }

  /** @param problemId of the element that says what is wrong */
  show(words: string, problems: readonly MarkedRange[], problemId: string): void {
    const input = this.#input;
    if (input.value !== words) {
      input.value = words;
      this.close();
    }
    const isWrong = problems.length > 0;
    setAttribute(input, 'aria-invalid', isWrong ? 'true' : undefined);
    setAttribute(input, 'aria-describedby', isWrong ? problemId : undefined);
    // Below an empty last line there is something only with a blank in it.
    const parts = isWrong && words.length <= maxMarkedLength ? partsOf(`${words} `, problems) : [];
    render(
      parts.map(({ words, isWrong }) =>
        isWrong ? html`<span class="wrong">${words}</span>` : words,
      ),
      this.#mirror,
    );
    this.#align();
  }

  close(): void {
    this.#open(undefined);
  }

  #listen(): void {
    const input = this.#input;
    input.addEventListener('input', () => {
      this.#options.onType(input.value);
      this.#complete(false);
    });
    // Both kinds of text boxes have the events of an element.
    const element: HTMLElement = input;
    element.addEventListener('keydown', event => {
      if (!event.isComposing && this.#onKey(event)) {
        event.preventDefault();
        event.stopPropagation();
      }
    });
    for (const name of ['scroll', 'keyup', 'click', 'focus', 'blur']) {
      input.addEventListener(name, () => this.#align());
    }
    // The caret may be elsewhere now.
    for (const name of ['blur', 'click']) {
      input.addEventListener(name, () => this.close());
    }
  }

  /** Returns whether the key was for this field. */
  #onKey(event: KeyboardEvent): boolean {
    const { key, ctrlKey, metaKey, shiftKey, altKey } = event;
    if (key === ' ' && ctrlKey) {
      return this.#complete(true);
    }
    const isPlain = !ctrlKey && !metaKey && !shiftKey && !altKey;
    const step = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : undefined;
    if (step !== undefined && isPlain && (this.isOpen || this.#options.opensWithArrows)) {
      if (this.isOpen || this.#complete(true)) {
        this.#move(step);
      }
      return true;
    }
    if (this.isOpen && key === 'Escape') {
      this.close();
      return true;
    }
    const selected = this.#items[this.#selected];
    if (selected && isPlain && (key === 'Enter' || key === 'Tab')) {
      this.#accept(selected);
      return true;
    }
    return this.#options.onKey(event);
  }

  /** Returns whether there are any suggestions. */
  #complete(isRequested: boolean): boolean {
    const { value, selectionStart } = this.#input;
    this.#open(this.#options.complete(value, selectionStart ?? value.length, isRequested));
    return this.isOpen;
  }

  #open(offered: CompletionItems<T> | undefined): void {
    this.#offered = offered;
    this.#items = offered?.items ?? [];
    this.#selected = this.#options.selectsFirst && this.isOpen ? 0 : -1;
    this.list.hidden = !this.isOpen;
    this.#draw();
  }

  /** To the next or the previous suggestion, and from either end, over the text box, to the other. */
  #move(step: 1 | -1): void {
    const first = this.#options.selectsFirst ? 0 : -1;
    const count = this.#items.length - first;
    this.#selected = ((this.#selected - first + step + count) % count) + first;
    this.#draw();
    this.list.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }

  #accept({ insert, caret = insert.length }: T): void {
    if (!this.#offered) {
      return;
    }
    const { from, to } = this.#offered;
    const input = this.#input;
    const rest = input.value.slice(to);
    const after = insert.endsWith(' ') ? rest.trimStart() : rest;
    input.value = input.value.slice(0, from) + insert + after;
    input.setSelectionRange(from + caret, from + caret);
    this.#options.onType(input.value);
    this.#complete(false);
  }

  #align(): void {
    this.#mirror.scrollLeft = this.#input.scrollLeft;
    this.#mirror.scrollTop = this.#input.scrollTop;
  }

  #draw(): void {
    const { id, meaningOf } = this.#options;
    // Of the roles of a text box only this one has the attribute.
    if (this.#input.role === 'combobox') {
      setAttribute(this.#input, 'aria-expanded', String(this.isOpen));
    }
    const selected = this.#selected < 0 ? undefined : `${id}-${this.#selected}`;
    setAttribute(this.#input, 'aria-activedescendant', selected);
    render(
      this.#items.map((item, index) => {
        const meaning = meaningOf(item);
        // Without the mousedown the text box keeps the focus.
        return html`<li
          id="${id}-${index}"
          role="option"
          aria-selected=${String(index === this.#selected)}
          @mousedown=${(event: Event) => event.preventDefault()}
          @click=${() => this.#accept(item)}
        >
          <span class="label">${visibleLine(item.label)}</span>
          ${meaning ? html`<span class="meaning">${meaning}</span>` : nothing}
        </li>`;
      }),
      this.list,
    );
  }
}

interface TextPart {
  readonly words: string;
  readonly isWrong: boolean;
}

/** The text, cut where marks begin and end. */
export function partsOf(words: string, marks: readonly MarkedRange[]): readonly TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const { from, to } of marks) {
    const begin = Math.max(at, from);
    const end = Math.max(at, Math.min(to, words.length));
    parts.push({ words: words.slice(at, begin), isWrong: false });
    parts.push({ words: words.slice(begin, end), isWrong: true });
    at = end;
  }
  parts.push({ words: words.slice(at), isWrong: false });
  return parts.filter(part => part.words !== '');
}
