import type { Row } from '../core/capture/capture.ts';
import type { DetailPane } from './detailPane.ts';
import type { Splitter } from './splitter.ts';
import { text } from './strings.ts';

/** The selected row and whether its details are open. */
export class Selection {
  readonly #body: HTMLElement;
  readonly #splitter: Splitter;
  readonly #details: DetailPane;
  #isOpen = false;
  #seq: number | undefined;
  #row: Row | undefined;

  constructor(body: HTMLElement, splitter: Splitter, details: DetailPane) {
    this.#body = body;
    this.#splitter = splitter;
    this.#details = details;
    this.#place(false);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** @param row absent while it is not known yet */
  select(seq: number, row: Row | undefined, isKept: boolean): void {
    this.#seq = seq;
    this.#row = row;
    this.#show(isKept ? '' : text('goneMessage'));
  }

  clear(): void {
    this.#seq = undefined;
    this.#row = undefined;
    this.close();
  }

  open(): void {
    if (this.#seq !== undefined && !this.#isOpen) {
      this.#place(true);
      this.#show('');
    }
  }

  close(): void {
    if (this.#isOpen) {
      this.#place(false);
    }
  }

  #place(isOpen: boolean): void {
    this.#isOpen = isOpen;
    this.#splitter.element.hidden = !isOpen;
    this.#details.element.hidden = !isOpen;
    this.#body.classList.toggle('with-details', isOpen);
  }

  #show(sentence: string): void {
    if (this.#isOpen) {
      this.#details.show(this.#row, sentence);
    }
  }
}
