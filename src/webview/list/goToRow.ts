import { el } from '../widgets/dom.ts';
import { text } from '../widgets/strings.ts';

/** A row by its number, or a moment in milliseconds since 1970, to as much as was written of it. */
export type Goal = { readonly seq: number } | { readonly at: number; readonly spanMs: number };

const dayMs = 86_400_000;

/**
 * Reads a row number (`1204`, `#1,204`) or a time of day (`10:30`, `10:30:05.250`).
 *
 * @param near a moment of the capture, in milliseconds since 1970; the time is read as of that day, or
 *   of the day before or after if that is nearer
 */
export function readGoal(input: string, near: number): Goal | undefined {
  const words = input.trim();
  const number = /^#?(\d[\d,._ ']*)$/.exec(words)?.[1]?.replaceAll(/\D/g, '');
  if (number !== undefined) {
    const seq = Number(number);
    return Number.isSafeInteger(seq) ? { seq } : undefined;
  }
  const parts = /^(\d{1,2}):(\d\d)(?::(\d\d(?:[.,]\d{1,3})?))?$/.exec(words);
  if (!parts) {
    return undefined;
  }
  const [hours, minutes] = [Number(parts[1]), Number(parts[2])];
  const seconds = Number((parts[3] ?? '0').replace(',', '.'));
  if (hours > 23 || minutes > 59 || seconds >= 60) {
    return undefined;
  }
  const at = new Date(near).setHours(hours, minutes, 0, Math.round(seconds * 1000));
  const off = Math.round((near - at) / dayMs);
  const spanMs = parts[3] === undefined ? 60_000 : /[.,]/.test(parts[3]) ? 1 : 1000;
  return { at: at + off * dayMs, spanMs };
}

/** The small field for the row or the moment to go to. Escape and a loss of focus close it. */
export class GoToRow {
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #problem = el('p', { id: 'go-problem', class: 'go-problem', role: 'alert' });
  readonly #near: () => number;
  readonly #go: (goal: Goal) => void;
  readonly #onClose: () => void;

  /** @param near a moment of what is on screen, in milliseconds since 1970 */
  constructor(near: () => number, go: (goal: Goal) => void, onClose: () => void) {
    this.#near = near;
    this.#go = go;
    this.#onClose = onClose;
    this.#input = el('input', {
      'type': 'text',
      'class': 'field',
      'aria-label': text('goToRow'),
      'placeholder': text('goToRowHint'),
      'spellcheck': 'false',
      'autocomplete': 'off',
      'aria-describedby': 'go-problem',
    });
    this.element = el('div', { class: 'go-to-row' }, this.#input, this.#problem);
    this.element.hidden = true;
    this.#input.addEventListener('blur', () => (this.element.hidden = true));
    this.#input.addEventListener('input', () => this.#say(''));
    this.#input.addEventListener('keydown', event => this.#onKey(event));
  }

  open(): void {
    this.element.hidden = false;
    this.#say('');
    this.#input.focus();
    this.#input.select();
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key !== 'Enter' && event.key !== 'Escape') {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const goal = event.key === 'Enter' ? readGoal(this.#input.value, this.#near()) : undefined;
    if (event.key === 'Enter' && !goal) {
      this.#say(text('goToRowBad'));
      return;
    }
    this.#onClose();
    if (goal) {
      this.#go(goal);
    }
  }

  #say(problem: string): void {
    this.#problem.textContent = problem;
    this.#input.ariaInvalid = problem === '' ? 'false' : 'true';
  }
}
