import { visibleLine } from '../../../core/text/visibleText.ts';
import { el } from '../../widgets/dom.ts';

export interface RecordListListener {
  /** The user has chosen a record. */
  onChoose(index: number): void;
  /** The user wants to go to the value of the chosen record. */
  onEnter(): void;
}

/** Lines that are passed by Page Up and Page Down. */
const pageLength = 8;

/** The records of a message, one of them chosen. */
export class RecordList {
  readonly element = el('div', { class: 'decoded-records', role: 'listbox' });
  readonly #listener: RecordListListener;
  #chosen = 0;

  constructor(listener: RecordListListener) {
    this.#listener = listener;
    this.element.addEventListener('keydown', event => this.#onKey(event));
    this.element.addEventListener('click', ({ target }) => {
      const option = target instanceof Element ? target.closest('[role=option]') : null;
      const index = option ? this.#options.indexOf(option as HTMLElement) : -1;
      if (index >= 0) {
        this.#choose(index);
      }
    });
  }

  get #options(): readonly HTMLElement[] {
    return [...this.element.children] as HTMLElement[];
  }

  /** @param summaries of the records; one record needs no list */
  show(label: string, summaries: readonly string[], chosen: number): void {
    this.element.hidden = summaries.length < 2;
    this.element.ariaLabel = label;
    this.element.replaceChildren(
      ...summaries.map(summary => el('div', { role: 'option' }, visibleLine(summary))),
    );
    this.mark(chosen);
  }

  /** Shows which record is chosen. */
  mark(chosen: number): void {
    this.#chosen = chosen;
    for (const [index, option] of this.#options.entries()) {
      option.ariaSelected = String(index === chosen);
      option.tabIndex = index === chosen ? 0 : -1;
    }
    if (!this.element.hidden) {
      this.#options[chosen]?.scrollIntoView({ block: 'nearest' });
    }
  }

  #choose(index: number): void {
    this.mark(index);
    this.#options[index]?.focus({ preventScroll: true });
    this.#listener.onChoose(index);
  }

  #onKey(event: KeyboardEvent): void {
    const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
    if (ctrlKey || metaKey || altKey || shiftKey) {
      return;
    }
    const last = this.#options.length - 1;
    const targets: Readonly<Record<string, number>> = {
      ArrowUp: this.#chosen - 1,
      ArrowDown: this.#chosen + 1,
      PageUp: this.#chosen - pageLength,
      PageDown: this.#chosen + pageLength,
      Home: 0,
      End: last,
    };
    const target = targets[key];
    if (key === 'Enter' || key === 'ArrowRight') {
      this.#listener.onEnter();
    } else if (target !== undefined) {
      const index = Math.max(0, Math.min(target, last));
      if (index !== this.#chosen) {
        this.#choose(index);
      }
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
