import type { PageRow } from '../../shared/monitorProtocol.ts';
import type { DetailPane } from './detailPane.ts';
import { text } from '../widgets/strings.ts';

/** The row that is looked at closely, and whether its details are open. */
export class DetailsState {
  readonly #details: DetailPane;
  readonly #onOpen: (isOpen: boolean) => void;
  #isOpen = false;
  #row: PageRow | undefined;
  /** The row is to be told yet. */
  #isAwaited = false;

  /** @param onOpen shows or hides the details */
  constructor(details: DetailPane, onOpen: (isOpen: boolean) => void) {
    this.#details = details;
    this.#onOpen = onOpen;
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
    this.#onOpen(isOpen);
  }

  #show(): void {
    if (this.#isOpen) {
      this.#details.show(this.#row, text(this.#isAwaited ? 'loading' : 'nothingSelected'));
    }
  }
}
