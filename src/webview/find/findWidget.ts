import { html, render } from 'lit/html.js';
import { messageOf } from '../../core/base/errors.ts';
import { findCondition, type Condition, type FindQuery } from '../../core/filter/condition.ts';
import { maxFilterLength } from '../../core/filter/parseFilter.ts';
import { el, setAttribute } from '../widgets/dom.ts';
import { text } from '../widgets/strings.ts';
import { toolButton } from '../widgets/toolbar.ts';

export type FindDirection = 'next' | 'previous';

/** One place where the text was found. */
export interface FindResult {
  /** The search continued at the other end. */
  readonly isWrapped?: boolean;
  /** Which of how many results this is, in words. */
  readonly place?: string;
  /** Shows the place; not called if another search has begun since. */
  readonly show: () => void;
}

interface FindOptions {
  /** What is searched, as a name for the text box. */
  readonly label: 'findInMessages' | 'findInJson';
  /** Offers case and regular expressions. */
  readonly hasPatterns: boolean;
  /**
   * Resolves to `undefined` if there is no result.
   *
   * @param isFirst the query has changed: the place where the search begins may be its result
   */
  find(
    query: FindQuery,
    direction: FindDirection,
    isFirst: boolean,
  ): Promise<FindResult | undefined>;
  /** What is to be marked has changed. */
  onDidChange(): void;
  onClose(): void;
}

type FindState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'busy' }
  | {
      readonly kind: 'found';
      readonly place: string | undefined;
      readonly wrapped: FindDirection | undefined;
    }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly sentence: string };

/** How long a text that is being typed has to rest before it is searched for. */
const restMs = 150;
/** A search that ends sooner shows no "Searching…". */
const patienceMs = 250;

/** Searches for the next or the previous place of a text, with the keys of an editor's find widget. */
export class FindWidget {
  readonly element: HTMLElement;
  readonly #options: FindOptions;
  readonly #input: HTMLInputElement;
  readonly #toggles = el('div', { class: 'find-toggles' });
  readonly #tools = el('div', { class: 'find-tools' });
  readonly #words: HTMLElement;
  #isPattern = false;
  #isCaseSensitive = false;
  #state: FindState = { kind: 'idle' };
  /** Counts searches, so that the answer to an earlier one is dropped. */
  #search = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(options: FindOptions) {
    this.#options = options;
    const label = text(options.label);
    const stateId = `${options.label}-state`;
    this.#words = el('span', { id: stateId, class: 'find-state', role: 'status' });
    this.#input = el('input', {
      'type': 'text',
      'aria-label': label,
      'placeholder': text('findLabel'),
      'spellcheck': 'false',
      'autocomplete': 'off',
      'aria-describedby': stateId,
      'maxlength': String(maxFilterLength),
    });
    this.#input.addEventListener('input', () => this.#onQuery(restMs));
    const box = el('div', { class: 'field find-text' }, this.#input, this.#toggles);
    const attributes = { 'class': 'find-widget', 'role': 'search', 'aria-label': label };
    this.element = el('div', attributes, box, this.#words, this.#tools);
    this.element.hidden = true;
    this.element.addEventListener('keydown', event => {
      if (!event.isComposing && this.#onKey(event)) {
        event.preventDefault();
        event.stopPropagation();
      }
    });
    this.#draw();
  }

  get isOpen(): boolean {
    return !this.element.hidden;
  }

  /** The text to mark; empty while the widget is closed. */
  get words(): string {
    return this.isOpen ? this.#input.value : '';
  }

  /** The search as a condition; `undefined` while closed, empty, or not a regular expression. */
  get condition(): Condition | undefined {
    if (this.words === '') {
      return undefined;
    }
    try {
      return findCondition(this.#query);
    } catch {
      return undefined;
    }
  }

  /** Opens it, or moves the focus back to it. */
  open(): void {
    this.element.hidden = false;
    this.#input.focus();
    this.#input.select();
    this.#options.onDidChange();
  }

  close(): void {
    if (this.isOpen) {
      this.hide();
      this.#options.onClose();
    }
  }

  /** Closes it and leaves the focus where it is. */
  hide(): void {
    this.#stop();
    this.element.hidden = true;
    this.#show({ kind: 'idle' });
    this.#options.onDidChange();
  }

  /** Goes to the nearest result in a direction; opens the widget if there is nothing to search for. */
  go(direction: FindDirection): void {
    if (this.words === '') {
      this.open();
    }
    void this.#find(direction, false);
  }

  /** Searches again if it is open: what is searched has changed. */
  searchAgain(): void {
    if (this.isOpen) {
      this.#onQuery(0);
    }
  }

  get #query(): FindQuery {
    const text = this.#input.value;
    return { text, isPattern: this.#isPattern, isCaseSensitive: this.#isCaseSensitive };
  }

  #onKey({ key, code, altKey, shiftKey, ctrlKey, metaKey }: KeyboardEvent): boolean {
    const isPlain = !altKey && !ctrlKey && !metaKey;
    if ((key === 'Enter' && isPlain && document.activeElement === this.#input) || key === 'F3') {
      this.go(shiftKey ? 'previous' : 'next');
    } else if (key === 'Escape') {
      this.close();
    } else if (this.#options.hasPatterns && altKey && !ctrlKey && code === 'KeyC') {
      this.#toggleCase();
    } else if (this.#options.hasPatterns && altKey && !ctrlKey && code === 'KeyR') {
      this.#togglePattern();
    } else {
      return false;
    }
    return true;
  }

  #toggleCase(): void {
    this.#isCaseSensitive = !this.#isCaseSensitive;
    this.#onQuery(0);
  }

  #togglePattern(): void {
    this.#isPattern = !this.#isPattern;
    this.#onQuery(0);
  }

  #onQuery(waitMs: number): void {
    this.#stop();
    this.#show({ kind: 'idle' });
    this.#options.onDidChange();
    this.#timer = setTimeout(() => void this.#find('next', true), waitMs);
  }

  #stop(): void {
    this.#search++;
    clearTimeout(this.#timer);
    clearTimeout(this.#patience);
  }

  async #find(direction: FindDirection, isFirst: boolean): Promise<void> {
    this.#stop();
    const search = this.#search;
    const query = this.#query;
    if (query.text === '') {
      this.#show({ kind: 'idle' });
      return;
    }
    this.#patience = setTimeout(() => this.#show({ kind: 'busy' }), patienceMs);
    const { state, show } = await this.#ask(query, direction, isFirst);
    if (search === this.#search) {
      clearTimeout(this.#patience);
      this.#show(state);
      show?.();
    }
  }

  async #ask(
    query: FindQuery,
    direction: FindDirection,
    isFirst: boolean,
  ): Promise<{ readonly state: FindState; readonly show?: () => void }> {
    try {
      findCondition(query);
    } catch (error) {
      const reason = messageOf(error).replace(/^.*\/[imsu]*: /s, '');
      return { state: { kind: 'failed', sentence: text('findBadPattern', reason) } };
    }
    try {
      const result = await this.#options.find(query, direction, isFirst);
      if (!result) {
        return { state: { kind: 'none' } };
      }
      const { isWrapped, place, show } = result;
      return { state: { kind: 'found', place, wrapped: isWrapped ? direction : undefined }, show };
    } catch (error) {
      return { state: { kind: 'failed', sentence: messageOf(error) } };
    }
  }

  #show(state: FindState): void {
    this.#state = state;
    this.#draw();
  }

  #draw(): void {
    const { kind } = this.#state;
    const words = wordsOf(this.#state);
    this.#words.textContent = words;
    this.#words.title = words;
    this.#words.classList.toggle('error', kind === 'none' || kind === 'failed');
    setAttribute(this.#input, 'aria-invalid', kind === 'failed' ? 'true' : undefined);
    if (this.#options.hasPatterns) {
      this.#drawToggles();
    }
    const isDisabled = this.#input.value === '';
    render(
      html`${toolButton({
        name: 'findPrevious',
        icon: 'arrow-up',
        isDisabled,
        isIcon: true,
        run: () => this.go('previous'),
      })}
      ${toolButton({
        name: 'findNext',
        icon: 'arrow-down',
        isDisabled,
        isIcon: true,
        run: () => this.go('next'),
      })}
      ${toolButton({ name: 'findClose', icon: 'close', isIcon: true, run: () => this.close() })}`,
      this.#tools,
    );
  }

  #drawToggles(): void {
    render(
      html`${toolButton({
        name: 'findMatchCase',
        icon: 'case-sensitive',
        isPressed: this.#isCaseSensitive,
        isOption: true,
        isIcon: true,
        run: () => this.#toggleCase(),
      })}${toolButton({
        name: 'findUsePattern',
        icon: 'regex',
        isPressed: this.#isPattern,
        isOption: true,
        isIcon: true,
        run: () => this.#togglePattern(),
      })}`,
      this.#toggles,
    );
  }
}

function wordsOf(state: FindState): string {
  switch (state.kind) {
    case 'idle':
      return '';
    case 'busy':
      return text('findBusy');
    case 'none':
      return text('findNoResults');
    case 'failed':
      return state.sentence;
    case 'found':
      return state.wrapped === undefined
        ? (state.place ?? '')
        : text(state.wrapped === 'next' ? 'findWrappedDown' : 'findWrappedUp');
  }
}
