import type { ComposerView } from '../../shared/composerProtocol.ts';
import type { PageString } from '../../shared/monitorStrings.ts';
import { CompletionField } from '../widgets/completionField.ts';
import type { Draft, DraftProblem } from './draft.ts';
import { referenceCompletions, type ReferenceCompletion } from './referenceCompletions.ts';
import { el } from '../widgets/dom.ts';
import { text } from '../widgets/strings.ts';

interface MessageFieldListener {
  onType(text: string): void;
  onSend(): void;
  onFormat(): void;
  /** To an older message, 1, or a newer one, -1. */
  onHistory(step: 1 | -1): void;
  /** Whether a sent message is shown unchanged. */
  isInHistory(): boolean;
  /** The user leaves the field. */
  onLeave(): void;
  names(): ComposerView['names'];
}

/** The id of the sentence that says why the draft cannot be sent. */
export const composerProblemId = 'composer-problem';

/** The text of a message, with completion of references, and with its error underlined. */
export class MessageField {
  readonly element: HTMLElement;
  readonly #input: HTMLTextAreaElement;
  readonly #field: CompletionField<ReferenceCompletion>;
  readonly #listener: MessageFieldListener;

  constructor(listener: MessageFieldListener) {
    this.#listener = listener;
    this.#input = el('textarea', {
      'aria-label': text('composeMessage'),
      'aria-autocomplete': 'list',
      'spellcheck': 'false',
      'autocomplete': 'off',
      'rows': '3',
    });
    this.#field = new CompletionField(this.#input, 'field composer-text', {
      id: 'composer-suggestions',
      name: text('composeSuggestions'),
      selectsFirst: true,
      opensWithArrows: false,
      meaningOf: ({ meaning }: ReferenceCompletion) => text(meaning),
      complete: (words, caret) => referenceCompletions(words, caret, listener.names()),
      onType: words => listener.onType(words),
      onKey: event => this.#onKey(event),
    });
    const { element, list } = this.#field;
    this.element = el('div', { class: 'composer-field' }, element, list);
  }

  focus(): void {
    this.#input.focus();
  }

  /** Without the check, selecting would move the focus. */
  selectAllIfFocused(): void {
    if (document.activeElement === this.#input) {
      this.#input.select();
    }
  }

  /** Selects a part of the text, and scrolls to it. */
  reveal(from: number, to: number): void {
    // Only a text box that gets the focus scrolls to its caret.
    this.#input.blur();
    this.#input.setSelectionRange(from, to);
    this.#input.focus();
  }

  show({ kind, text: words }: Draft, problem: DraftProblem | undefined): void {
    this.#input.placeholder = text(placeholders[kind] ?? 'composePlaceholder');
    this.#field.show(words, problem ? [problem] : [], composerProblemId);
  }

  /** Returns whether the key was for this box. */
  #onKey(event: KeyboardEvent): boolean {
    const { key, ctrlKey, metaKey, shiftKey, altKey, code } = event;
    if (key === 'Enter' && (ctrlKey || metaKey)) {
      this.#field.close();
      this.#listener.onSend();
      return true;
    }
    if (shiftKey && altKey && code === 'KeyF') {
      this.#listener.onFormat();
      return true;
    }
    if (key === 'ArrowUp' || key === 'ArrowDown') {
      return !shiftKey && !ctrlKey && !metaKey && this.#onArrow(key === 'ArrowUp' ? 1 : -1, altKey);
    }
    if (key === 'Escape') {
      this.#listener.onLeave();
      return true;
    }
    return false;
  }

  /** Goes through the history at the first and the last line, or, with Alt, from anywhere. */
  #onArrow(step: 1 | -1, isAnywhere: boolean): boolean {
    const isAtEnd = isAtEdge(this.#input, step === 1 ? 'first' : 'last');
    if (!isAnywhere && !isAtEnd && !this.#listener.isInHistory()) {
      return false;
    }
    this.#listener.onHistory(step);
    return true;
  }
}

const placeholders: Partial<Record<Draft['kind'], PageString>> = {
  hex: 'composePlaceholderHex',
  base64: 'composePlaceholderBase64',
  ping: 'composePlaceholderPing',
};

/** In a longer text only newlines count as line breaks. */
const maxMeasuredLength = 100_000;

/**
 * Whether the caret is on the first or the last line as it is laid out. The start of a selection
 * counts for the first line, its end for the last.
 */
function isAtEdge(input: HTMLTextAreaElement, edge: 'first' | 'last'): boolean {
  const { value, selectionStart, selectionEnd } = input;
  const isFirst = edge === 'first';
  const caret = isFirst ? selectionStart : selectionEnd;
  const part = isFirst ? value.slice(0, caret) : value.slice(caret);
  if (part.includes('\n')) {
    return false;
  }
  if (part === '' || value.length > maxMeasuredLength) {
    return true;
  }
  return isOnOneLine(input, caret, isFirst ? 0 : value.length);
}

/** Copies the text into an element of the same size and style, in which positions can be measured. */
function isOnOneLine(input: HTMLTextAreaElement, one: number, other: number): boolean {
  const words = new Text(input.value);
  const box = el('div', { 'class': 'mirror', 'aria-hidden': 'true' }, words);
  input.before(box);
  const topOf = (offset: number) => {
    const range = new Range();
    range.setStart(words, offset);
    return range.getBoundingClientRect().top;
  };
  const distance = Math.abs(topOf(one) - topOf(other));
  box.remove();
  return distance < 4;
}
