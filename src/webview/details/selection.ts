import type { PageRow } from '../../shared/monitorProtocol.ts';
import type { DetailPane } from './detailPane.ts';
import type { Splitter } from '../widgets/splitter.ts';
import { text } from '../widgets/strings.ts';

/** The row that is looked at closely, and whether its details are open. */
export class Selection {
  readonly #body: HTMLElement;
  readonly #splitter: Splitter;
  readonly #details: DetailPane;
  #isOpen = false;
  #row: PageRow | undefined;
  /** The row is to be told yet. */
  #isAwaited = false;

  constructor(body: HTMLElement, splitter: Splitter, details: DetailPane) {
    this.#body = body;
    this.#splitter = splitter;
    this.#details = details;
    this.#place(false);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get row(): PageRow | undefined {
    return this.#row;
  }

  /** @param row absent while it is not known yet */
  select(row: PageRow | undefined): void {
    this.#row = row;
    this.#isAwaited = row === undefined;
    this.#show();
  }

  /** What was awaited is not in the list. A row that is shown stays, though the list may hide it. */
  awaitNothing(): void {
    if (this.#isAwaited) {
      this.#isAwaited = false;
      this.#show();
    }
  }

  clear(): void {
    this.#row = undefined;
    this.#isAwaited = false;
    this.close();
  }

  open(): void {
    if (!this.#isOpen) {
      this.#place(true);
      this.#show();
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

  #show(): void {
    if (this.#isOpen) {
      this.#details.show(this.#row, text(this.#isAwaited ? 'loading' : 'nothingSelected'));
    }
  }
}
