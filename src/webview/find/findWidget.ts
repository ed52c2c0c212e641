import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import { messageOf } from '../../core/base/errors.ts';
import type { FindAnswer } from '../../core/capture/view.ts';
import { type Condition, findCondition, type FindQuery } from '../../core/filter/condition.ts';
import { longestFilter } from '../../core/filter/parseFilter.ts';
import type { PageString } from '../../shared/monitorStrings.ts';
import { el, setAttribute } from '../widgets/dom.ts';
import { text } from '../widgets/strings.ts';
import { toolButton } from '../widgets/toolbar.ts';

export type FindDirection = 'next' | 'previous';

interface FindListener {
  /**
   * @param isFirst the query has changed: the row where the search begins may be its result
   */
  find(query: FindQuery, direction: FindDirection, isFirst: boolean): Promise<FindAnswer>;
  onDidFind(position: number): void;
  /** What is to be marked has changed. */
  onDidChange(): void;
  onClose(): void;
}

type FindState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'busy' }
  | { readonly kind: 'found'; readonly wrapped?: FindDirection }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly sentence: string };

/** How long a text that is being typed has to rest before it is looked for. */
const restMs = 150;
/** A search that is done sooner does not say that it goes on. */
const patienceMs = 250;
const stateId = 'find-state';

/** Looks for the next or the previous row with a text, with the keys of an editor's find widget. */
export class FindWidget {
  readonly element: HTMLElement;
  readonly #listener: FindListener;
  readonly #input: HTMLInputElement;
  readonly #toggles = el('div', { class: 'find-toggles' });
  readonly #rest = el('div', { class: 'find-tools' });
  readonly #words = el('span', { id: stateId, class: 'find-state', role: 'status' });
  #isPattern = false;
  #isCaseSensitive = false;
  #state: FindState = { kind: 'idle' };
  /** Counts searches: the answer to an earlier one is of no use. */
  #search = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(listener: FindListener) {
    this.#listener = listener;
    this.#input = el('input', {
      'type': 'text',
      'aria-label': text('findInMessages'),
      'placeholder': text('findLabel'),
      'spellcheck': 'false',
      'autocomplete': 'off',
      'aria-describedby': stateId,
      'maxlength': String(longestFilter),
    });
    this.#input.addEventListener('input', () => this.#onQuery(restMs));
    const box = el('div', { class: 'field find-text' }, this.#input, this.#toggles);
    const attributes = {
      'class': 'find-widget',
      'role': 'search',
      'aria-label': text('findLabel'),
    };
    this.element = el('div', attributes, box, this.#words, this.#rest);
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

  /** What is looked for; `undefined` while it is closed, empty, or no regular expression. */
  get condition(): Condition | undefined {
    if (!this.isOpen || this.#input.value === '') {
      return undefined;
    }
    try {
      return findCondition(this.#query);
    } catch {
      return undefined;
    }
  }

  /** Opens it, or comes back to it. */
  open(): void {
    this.element.hidden = false;
    this.#input.focus();
    this.#input.select();
    this.#listener.onDidChange();
  }

  close(): void {
    if (this.isOpen) {
      this.#stop();
      this.element.hidden = true;
      this.#show({ kind: 'idle' });
      this.#listener.onDidChange();
      this.#listener.onClose();
    }
  }

  /** To the nearest row in a direction; opens the widget where there is nothing to look for yet. */
  go(direction: FindDirection): void {
    if (!this.isOpen || this.#input.value === '') {
      this.open();
    }
    void this.#find(direction, false);
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
    } else if (altKey && !ctrlKey && (code === 'KeyC' || code === 'KeyR')) {
      this.#toggle(code === 'KeyC' ? 'case' : 'pattern');
    } else {
      return false;
    }
    return true;
  }

  #toggle(what: 'case' | 'pattern'): void {
    if (what === 'case') {
      this.#isCaseSensitive = !this.#isCaseSensitive;
    } else {
      this.#isPattern = !this.#isPattern;
    }
    this.#onQuery(0);
  }

  #onQuery(waitMs: number): void {
    this.#stop();
    this.#show({ kind: 'idle' });
    this.#listener.onDidChange();
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
    const { state, position } = await this.#ask(query, direction, isFirst);
    if (search === this.#search) {
      clearTimeout(this.#patience);
      this.#show(state);
      if (position !== undefined) {
        this.#listener.onDidFind(position);
      }
    }
  }

  async #ask(
    query: FindQuery,
    direction: FindDirection,
    isFirst: boolean,
  ): Promise<{ readonly state: FindState; readonly position?: number }> {
    try {
      findCondition(query);
    } catch (error) {
      const reason = messageOf(error).replace(/^.*\/[imsu]*: /s, '');
      return { state: { kind: 'failed', sentence: text('findBadPattern', reason) } };
    }
    try {
      const { position, isWrapped } = await this.#listener.find(query, direction, isFirst);
      return position === undefined
        ? { state: { kind: 'none' } }
        : { state: { kind: 'found', ...(isWrapped ? { wrapped: direction } : {}) }, position };
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
    const isDisabled = this.#input.value === '';
    render(
      html`${toggle('findMatchCase', 'case-sensitive', this.#isCaseSensitive, () =>
        this.#toggle('case'),
      )}${toggle('findUsePattern', 'regex', this.#isPattern, () => this.#toggle('pattern'))}`,
      this.#toggles,
    );
    render(
      html`${toolButton({
        name: 'findPreviousRow',
        icon: 'arrow-up',
        isDisabled,
        run: () => this.go('previous'),
      })}
      ${toolButton({
        name: 'findNextRow',
        icon: 'arrow-down',
        isDisabled,
        run: () => this.go('next'),
      })}
      ${toolButton({ name: 'findCloseWidget', icon: 'close', run: () => this.close() })}`,
      this.#rest,
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
        ? ''
        : text(state.wrapped === 'next' ? 'findWrappedDown' : 'findWrappedUp');
  }
}

function toggle(
  name: PageString,
  icon: string,
  isPressed: boolean,
  run: () => void,
): TemplateResult | typeof nothing {
  return html`<button
    type="button"
    class="tool toggle"
    aria-label=${text(name)}
    aria-pressed=${String(isPressed)}
    title=${text(name)}
    @click=${run}
  >
    <span class="codicon codicon-${icon}" aria-hidden="true"></span>
  </button>`;
}
