import { html, render } from 'lit/html.js';
import type { Formats } from '../../core/base/format.ts';
import { el } from '../widgets/dom.ts';
import { text } from '../widgets/strings.ts';
import { toolButton } from '../widgets/toolbar.ts';

interface FindBarListener {
  onWords(words: string): void;
  onGo(way: 'next' | 'previous'): void;
  onClose(): void;
}

/** Where a search stands. */
export interface FindState {
  readonly isSearching: boolean;
  readonly count: number;
  /** Which of them is shown, from 0. */
  readonly current: number;
}

/** How long a word may grow before it is looked for. */
const restMs = 120;

/** A box for what is looked for, with a count and ways to the next and the previous one. */
export class FindBar {
  readonly element = el('div', { class: 'find-bar', role: 'search' });
  readonly #formats: Formats;
  readonly #listener: FindBarListener;
  readonly #input: HTMLInputElement;
  readonly #rest = el('span', { class: 'find-rest' });
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(formats: Formats, listener: FindBarListener) {
    this.#formats = formats;
    this.#listener = listener;
    this.#input = el('input', {
      'type': 'text',
      'class': 'field',
      'placeholder': text('findInJson'),
      'aria-label': text('findInJson'),
      'spellcheck': 'false',
      'autocomplete': 'off',
    });
    this.#input.addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => listener.onWords(this.#input.value), restMs);
    });
    this.element.append(this.#input, this.#rest);
    this.element.addEventListener('keydown', event => this.#onKey(event));
    this.element.hidden = true;
  }

  get words(): string {
    return this.element.hidden ? '' : this.#input.value;
  }

  open(): void {
    this.element.hidden = false;
    this.#input.focus();
    this.#input.select();
  }

  close(): void {
    this.hide();
    this.#listener.onClose();
  }

  /** Takes it away where there is nothing to look through. */
  hide(): void {
    clearTimeout(this.#timer);
    this.element.hidden = true;
  }

  show({ isSearching, count, current }: FindState): void {
    const place =
      count > 0
        ? text('findPlace', this.#formats.count(current + 1), this.#formats.count(count))
        : text(isSearching ? 'finding' : 'findNothing');
    const isDisabled = count === 0;
    render(
      html`<span class="find-count" role="status">${this.#input.value === '' ? '' : place}</span>
        ${toolButton({
          name: 'findPrevious',
          icon: 'arrow-up',
          isDisabled,
          run: () => this.#listener.onGo('previous'),
        })}
        ${toolButton({
          name: 'findNext',
          icon: 'arrow-down',
          isDisabled,
          run: () => this.#listener.onGo('next'),
        })}
        ${toolButton({ name: 'closeFind', icon: 'close', run: () => this.close() })}`,
      this.#rest,
    );
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === 'Enter' && event.target === this.#input) {
      this.#listener.onGo(event.shiftKey ? 'previous' : 'next');
    } else if (event.key === 'Escape') {
      this.close();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
