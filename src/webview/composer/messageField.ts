import { html, render } from 'lit/html.js';
import type { ComposerView } from '../../shared/composerProtocol.ts';
import type { PageString } from '../../shared/monitorStrings.ts';
import { CompletionList } from '../widgets/completionList.ts';
import { isAtEdge } from './composerCaret.ts';
import type { Draft, DraftProblem } from './draft.ts';
import {
  referenceCompletions,
  type ReferenceCompletion,
  type ReferenceCompletions,
} from './referenceCompletions.ts';
import { el, setAttribute } from '../widgets/dom.ts';
import { partsOf } from '../filter/filterField.ts';
import { text } from '../widgets/strings.ts';

export interface MessageFieldListener {
  onType(text: string): void;
  onSend(): void;
  onFormat(): void;
  /** To an older message, 1, or a newer one, -1. */
  onHistory(step: 1 | -1): void;
  /** Whether an earlier message is shown as it was. */
  isInHistory(): boolean;
  /** The user is done here. */
  onLeave(): void;
  names(): ComposerView['names'];
}

/** Says why what is composed cannot be sent. */
export const composerProblemId = 'composer-problem';

/** A longer text is not drawn a second time for its marks. */
const longestMarked = 100_000;

/** The text of a message, with completion of references, and with its error marked where it is. */
export class MessageField {
  readonly element: HTMLElement;
  readonly #input: HTMLTextAreaElement;
  /** Lies under the text box with the same text, to carry the marks. */
  readonly #mirror = el('div', { 'class': 'mirror composer-mirror', 'aria-hidden': 'true' });
  readonly #suggestions: CompletionList<ReferenceCompletion>;
  readonly #listener: MessageFieldListener;
  #offered: ReferenceCompletions | undefined;

  constructor(listener: MessageFieldListener) {
    this.#listener = listener;
    this.#input = el('textarea', {
      'aria-label': text('composeMessage'),
      'aria-autocomplete': 'list',
      'spellcheck': 'false',
      'autocomplete': 'off',
      'rows': '3',
    });
    this.#suggestions = new CompletionList(this.#input, {
      id: 'composer-suggestions',
      name: text('composeSuggestions'),
      hasAlwaysActive: true,
      meaningOf: ({ meaning }: ReferenceCompletion) => text(meaning),
      onPick: item => this.#accept(item),
    });
    const box = el('div', { class: 'field composer-text' }, this.#mirror, this.#input);
    this.element = el('div', { class: 'composer-field' }, box, this.#suggestions.element);
    this.#listen();
  }

  focus(): void {
    this.#input.focus();
  }

  /** Where the user is elsewhere by now, selecting would take the focus away from there. */
  selectAllIfFocused(): void {
    if (document.activeElement === this.#input) {
      this.#input.select();
    }
  }

  /** Selects a part of the text where it can be seen. */
  reveal(from: number, to: number): void {
    // Only a text box that gets the focus scrolls to its caret.
    this.#input.blur();
    this.#input.setSelectionRange(from, to);
    this.#input.focus();
  }

  show({ kind, text: words }: Draft, problem: DraftProblem | undefined): void {
    const input = this.#input;
    if (input.value !== words) {
      input.value = words;
      this.#suggestions.close();
    }
    input.placeholder = text(placeholders[kind] ?? 'composePlaceholder');
    setAttribute(input, 'aria-invalid', problem ? 'true' : undefined);
    setAttribute(input, 'aria-describedby', problem ? composerProblemId : undefined);
    const marked = problem && words.length <= longestMarked ? [problem] : [];
    render(
      marked.length === 0
        ? ''
        : partsOf(`${words} `, marked).map(({ words, isWrong }) =>
            isWrong ? html`<span class="wrong">${words}</span>` : words,
          ),
      this.#mirror,
    );
    this.#align();
  }

  #listen(): void {
    const input = this.#input;
    input.addEventListener('input', () => {
      this.#listener.onType(input.value);
      this.#offer();
    });
    input.addEventListener('keydown', event => {
      if (!event.isComposing && this.#onKey(event)) {
        event.preventDefault();
        event.stopPropagation();
      }
    });
    input.addEventListener('scroll', () => this.#align());
    input.addEventListener('blur', () => this.#suggestions.close());
    input.addEventListener('click', () => this.#suggestions.close());
  }

  /** Returns whether the key was for this box. */
  #onKey(event: KeyboardEvent): boolean {
    const { key, ctrlKey, metaKey, shiftKey, altKey, code } = event;
    if (key === 'Enter' && (ctrlKey || metaKey)) {
      this.#suggestions.close();
      this.#listener.onSend();
      return true;
    }
    if (shiftKey && altKey && code === 'KeyF') {
      this.#listener.onFormat();
      return true;
    }
    if (key === ' ' && ctrlKey) {
      return this.#offer();
    }
    if (key === 'ArrowUp' || key === 'ArrowDown') {
      return !shiftKey && !ctrlKey && !metaKey && this.#onArrow(key === 'ArrowUp' ? 1 : -1, altKey);
    }
    if (key === 'Escape') {
      this.#onEscape();
      return true;
    }
    const isAccepting = (key === 'Enter' || key === 'Tab') && !shiftKey && this.#suggestions.isOpen;
    const { active } = this.#suggestions;
    if (isAccepting && active) {
      this.#accept(active);
    }
    return isAccepting;
  }

  #onArrow(step: 1 | -1, isAnywhere: boolean): boolean {
    if (this.#suggestions.isOpen && !isAnywhere) {
      this.#suggestions.move(step === 1 ? -1 : 1);
      return true;
    }
    const isAtEnd = isAtEdge(this.#input, step === 1 ? 'first' : 'last');
    if (!isAnywhere && !isAtEnd && !this.#listener.isInHistory()) {
      return false;
    }
    this.#listener.onHistory(step);
    return true;
  }

  #onEscape(): void {
    if (this.#suggestions.isOpen) {
      this.#suggestions.close();
    } else {
      this.#listener.onLeave();
    }
  }

  /** Returns whether there is anything to offer. */
  #offer(): boolean {
    const { value, selectionStart } = this.#input;
    this.#offered = referenceCompletions(value, selectionStart, this.#listener.names());
    this.#suggestions.open(this.#offered?.items ?? []);
    return this.#suggestions.isOpen;
  }

  #accept({ insert, caret }: ReferenceCompletion): void {
    if (!this.#offered) {
      return;
    }
    const { from, to } = this.#offered;
    const { value } = this.#input;
    this.#input.value = value.slice(0, from) + insert + value.slice(to);
    this.#input.setSelectionRange(from + caret, from + caret);
    this.#listener.onType(this.#input.value);
    if (caret < insert.length) {
      this.#offer();
    } else {
      this.#suggestions.close();
    }
  }

  #align(): void {
    this.#mirror.scrollTop = this.#input.scrollTop;
  }
}

const placeholders: Partial<Record<Draft['kind'], PageString>> = {
  hex: 'composePlaceholderHex',
  base64: 'composePlaceholderBase64',
  ping: 'composePlaceholderPing',
};
