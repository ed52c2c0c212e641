import { completionsOf, type Completion } from '../../core/filter/hints/completions.ts';
import { maxFilterLength, type FilterProblem } from '../../core/filter/parseFilter.ts';
import { CompletionField } from '../widgets/completionField.ts';
import { el } from '../widgets/dom.ts';
import { text } from '../widgets/strings.ts';
import { meaningText } from './filterPopups.ts';

interface FieldListener {
  onType(text: string): void;
  /** The text is to be applied at once. */
  onEnter(): void;
  onClear(): void;
  /** The user leaves the field. */
  onLeave(): void;
  /** An earlier filter is wanted, or a later one again. */
  onBrowse(step: 'back' | 'forth'): void;
  /** JSON paths of the messages on screen. */
  paths(): readonly string[];
}

const problemId = 'filter-problem';

/** The text box of a filter, with suggestions, and with its errors underlined. */
export class FilterField {
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #problem = el('p', { id: problemId, class: 'popup filter-problem', role: 'alert' });
  readonly #field: CompletionField<Completion>;
  readonly #listener: FieldListener;

  constructor(listener: FieldListener) {
    this.#listener = listener;
    this.#input = el('input', {
      'type': 'text',
      'role': 'combobox',
      'aria-label': text('filterLabel'),
      'aria-autocomplete': 'list',
      'aria-keyshortcuts': 'Control+Alt+F',
      'spellcheck': 'false',
      'autocomplete': 'off',
      'placeholder': text('filterHint'),
      'maxlength': String(maxFilterLength),
    });
    this.#field = new CompletionField(this.#input, 'filter-text', {
      id: 'filter-suggestions',
      name: text('filterSuggestions'),
      selectsFirst: false,
      opensWithArrows: false,
      meaningOf: ({ meaning }: Completion) => meaning && meaningText(meaning),
      complete: (words, caret, isRequested) => {
        const found = completionsOf(words, caret, { paths: () => listener.paths() });
        return isRequested || found.isBegun ? found : undefined;
      },
      onType: words => listener.onType(words),
      onKey: event => this.#onKey(event),
    });
    const { element, list } = this.#field;
    this.element = el('div', { class: 'field filter-field' }, element, list, this.#problem);
  }

  focus(): void {
    this.#input.focus();
    this.#input.select();
  }

  /** Adds a term at the end. */
  insert(term: string): void {
    const before = this.#input.value.trimEnd();
    this.#input.value = before === '' ? term : `${before} ${term}`;
    this.#listener.onType(this.#input.value);
    this.#input.focus();
  }

  show(words: string, problems: readonly FilterProblem[]): void {
    this.#field.show(words, problems, problemId);
    const sentence = problems[0]?.message ?? '';
    this.#problem.hidden = sentence === '';
    // Screen readers would read the same text again.
    if (this.#problem.textContent !== sentence) {
      this.#problem.textContent = sentence;
    }
  }

  #onKey({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): boolean {
    const isPlain = !ctrlKey && !metaKey && !shiftKey && !altKey;
    if (isPlain && (key === 'ArrowUp' || key === 'ArrowDown')) {
      this.#listener.onBrowse(key === 'ArrowUp' ? 'back' : 'forth');
    } else if (key === 'Enter') {
      this.#field.close();
      this.#listener.onEnter();
    } else if (key === 'Escape' && this.#input.value === '') {
      this.#listener.onLeave();
    } else if (key === 'Escape') {
      this.#listener.onClear();
    } else {
      return false;
    }
    return true;
  }
}
