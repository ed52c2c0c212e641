import type { RowProblem } from '../../core/settings/draft/rowProblem.ts';
import { el, setAttribute } from '../widgets/dom.ts';

/** One field of the form. */
export interface Control {
  readonly element: HTMLElement;
  /** A problem that only the page can find, as a sentence. */
  readonly ownProblem?: string | undefined;
  /**
   * Shows a problem, and the value that applies if nothing is set.
   *
   * @param rows what is wrong with single rows, if it is a list
   */
  show(problem: string | undefined, inherited: unknown, rows?: readonly RowProblem[]): void;
  focus(): void;
}

/** The id of the list of references to stored secrets. */
export const secretListId = 'secrets';

let lastId = 0;

/** An id that is unique on the page. */
export function freshId(): string {
  lastId++;
  return `field${lastId}`;
}

/** A label, a native control, and a place for its problem. */
export class FieldFrame {
  readonly element: HTMLElement;
  readonly #input: HTMLElement;
  readonly #problem = el('p', { class: 'form-problem', id: freshId() });
  readonly #hint = el('p', { class: 'form-hint', id: freshId() });
  readonly #warning = el('p', { class: 'form-warning', id: freshId() });

  constructor(label: string, input: HTMLElement, ...beside: readonly HTMLElement[]) {
    this.#input = input;
    input.id = freshId();
    this.#problem.hidden = true;
    this.#hint.hidden = true;
    this.#warning.hidden = true;
    this.element = el(
      'div',
      { class: 'form-field' },
      el('label', { for: input.id }, label),
      el('div', { class: 'form-line' }, input, ...beside),
      this.#hint,
      this.#warning,
      this.#problem,
    );
  }

  showProblem(problem: string | undefined): void {
    this.#problem.hidden = problem === undefined;
    this.#problem.textContent = problem ?? '';
    setAttribute(this.#input, 'aria-invalid', problem === undefined ? undefined : 'true');
    this.#describe();
  }

  showHint(hint: string): void {
    this.#hint.hidden = hint === '';
    this.#hint.textContent = hint;
    this.#describe();
  }

  showWarning(warning: string): void {
    this.#warning.hidden = warning === '';
    this.#warning.textContent = warning;
    this.#describe();
  }

  #describe(): void {
    const shown = [this.#hint, this.#warning, this.#problem]
      .filter(each => !each.hidden)
      .map(({ id }) => id);
    setAttribute(this.#input, 'aria-describedby', shown.join(' ') || undefined);
  }
}

/** A text field. */
export function textInput(value: string, className = ''): HTMLInputElement {
  const input = el('input', {
    type: 'text',
    class: `field form-input ${className}`.trim(),
    spellcheck: 'false',
    autocomplete: 'off',
  });
  input.value = value;
  return input;
}

/** Options of a select by value. */
export function selectOf(
  options: readonly (readonly [value: string, label: string])[],
  value: string,
): HTMLSelectElement {
  const select = el(
    'select',
    { class: 'form-select' },
    ...options.map(([each, label]) => el('option', { value: each }, label)),
  );
  select.value = value;
  return select;
}
