import { html, render } from 'lit/html.js';
import { completionsOf, type Completion, type Completions } from '../../core/filter/completions.ts';
import { longestFilter, type FilterProblem } from '../../core/filter/parseFilter.ts';
import { CompletionList } from '../widgets/completionList.ts';
import { el, setAttribute } from '../widgets/dom.ts';
import { meaningText } from './filterMeanings.ts';
import { text } from '../widgets/strings.ts';

interface FieldListener {
  onType(text: string): void;
  /** The text is to be put into effect at once. */
  onEnter(): void;
  onClear(): void;
  /** The user is done here. */
  onLeave(): void;
  /** Paths into JSON that the messages on screen have. */
  paths(): readonly string[];
}

const problemId = 'filter-problem';

/** The text box of a filter, with its suggestions, and with its errors marked where they are. */
export class FilterField {
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement;
  /** Lies under the text box with the same text, to carry the marks. */
  readonly #mirror = el('div', { 'class': 'mirror filter-mirror', 'aria-hidden': 'true' });
  readonly #problem = el('p', { id: problemId, class: 'popup filter-problem', role: 'alert' });
  readonly #suggestions: CompletionList<Completion>;
  readonly #listener: FieldListener;
  #problems: readonly FilterProblem[] = [];
  #offered: Completions | undefined;

  constructor(listener: FieldListener) {
    this.#listener = listener;
    this.#input = el('input', {
      'type': 'text',
      'role': 'combobox',
      'aria-label': text('filterLabel'),
      'aria-autocomplete': 'list',
      'spellcheck': 'false',
      'autocomplete': 'off',
      'placeholder': text('filterHint'),
      'maxlength': String(longestFilter),
    });
    this.#suggestions = new CompletionList(this.#input, {
      id: 'filter-suggestions',
      name: text('filterSuggestions'),
      meaningOf: ({ meaning }: Completion) => meaning && meaningText(meaning),
      onPick: item => this.#accept(item),
    });
    const box = el('div', { class: 'filter-text' }, this.#mirror, this.#input);
    this.element = el(
      'div',
      { class: 'field filter-field' },
      box,
      this.#suggestions.element,
      this.#problem,
    );
    this.#listen();
  }

  focus(): void {
    this.#input.focus();
    this.#input.select();
  }

  /** Adds a term behind what is there. */
  insert(term: string): void {
    const before = this.#input.value.trimEnd();
    this.#write(before === '' ? term : `${before} ${term}`);
    this.#input.focus();
  }

  show(words: string, problems: readonly FilterProblem[]): void {
    if (this.#input.value !== words) {
      this.#input.value = words;
      this.#suggestions.close();
    }
    this.#problems = problems;
    this.#draw();
  }

  #listen(): void {
    const input = this.#input;
    input.addEventListener('input', () => {
      this.#listener.onType(input.value);
      this.#offer(({ isBegun }) => isBegun);
    });
    input.addEventListener('keydown', event => {
      if (!event.isComposing && this.#onKey(event)) {
        event.preventDefault();
        event.stopPropagation();
      }
    });
    for (const name of ['scroll', 'keyup', 'click', 'focus', 'blur'] as const) {
      input.addEventListener(name, () => this.#align());
    }
    input.addEventListener('blur', () => this.#closeSuggestions());
  }

  /** Returns whether the key was for this box. */
  #onKey({ key, ctrlKey }: KeyboardEvent): boolean {
    const suggestions = this.#suggestions;
    switch (key) {
      case ' ':
        return ctrlKey && this.#offer(() => true);
      case 'ArrowDown':
      case 'ArrowUp':
        if (suggestions.isOpen || this.#offer(() => true)) {
          suggestions.move(key === 'ArrowDown' ? 1 : -1);
        }
        return true;
      case 'Tab':
        return this.#acceptActive();
      case 'Enter':
        if (!this.#acceptActive()) {
          this.#closeSuggestions();
          this.#listener.onEnter();
        }
        return true;
      case 'Escape':
        this.#onEscape();
        return true;
      default:
        return false;
    }
  }

  #onEscape(): void {
    if (this.#suggestions.isOpen) {
      this.#closeSuggestions();
    } else if (this.#input.value === '') {
      this.#listener.onLeave();
    } else {
      this.#listener.onClear();
    }
  }

  /** Returns whether there are any. */
  #offer(isWanted: (completions: Completions) => boolean): boolean {
    const { value, selectionStart } = this.#input;
    const paths = () => this.#listener.paths();
    this.#offered = completionsOf(value, selectionStart ?? value.length, { paths });
    if (isWanted(this.#offered)) {
      this.#suggestions.open(this.#offered.items);
    } else {
      this.#suggestions.close();
    }
    this.#draw();
    return this.#suggestions.isOpen;
  }

  #acceptActive(): boolean {
    const { active } = this.#suggestions;
    if (active) {
      this.#accept(active);
    }
    return active !== undefined;
  }

  #accept({ insert }: Completion): void {
    const { value } = this.#input;
    const { from, to } = this.#offered ?? { from: value.length, to: value.length };
    const caret = from + insert.length;
    const rest = value.slice(to);
    this.#write(value.slice(0, from) + insert + (insert.endsWith(' ') ? rest.trimStart() : rest));
    this.#input.setSelectionRange(caret, caret);
    this.#offer(({ isBegun }) => isBegun);
  }

  #write(value: string): void {
    this.#input.value = value;
    this.#listener.onType(value);
  }

  #closeSuggestions(): void {
    this.#suggestions.close();
    this.#draw();
  }

  #draw(): void {
    const problems = this.#problems;
    const isWrong = problems.length > 0;
    setAttribute(this.#input, 'aria-invalid', isWrong ? 'true' : undefined);
    setAttribute(this.#input, 'aria-describedby', isWrong ? problemId : undefined);
    const words = problems[0]?.message ?? '';
    if (this.#problem.textContent !== words) {
      this.#problem.textContent = words;
    }
    this.#problem.hidden = !isWrong || this.#suggestions.isOpen;
    render(
      partsOf(this.#input.value, problems).map(({ words, isWrong }) =>
        isWrong ? html`<span class="wrong">${words}</span>` : words,
      ),
      this.#mirror,
    );
    this.#align();
  }

  #align(): void {
    this.#mirror.scrollLeft = this.#input.scrollLeft;
  }
}

interface TextPart {
  readonly words: string;
  readonly isWrong: boolean;
}

/** A text cut where problems begin and end. */
export function partsOf(words: string, problems: readonly FilterProblem[]): readonly TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const { from, to } of problems) {
    const begin = Math.max(at, from);
    const end = Math.max(at, Math.min(to, words.length));
    parts.push({ words: words.slice(at, begin), isWrong: false });
    parts.push({ words: words.slice(begin, end), isWrong: true });
    at = end;
  }
  parts.push({ words: words.slice(at), isWrong: false });
  return parts.filter(part => part.words !== '');
}
