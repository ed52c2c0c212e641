import type { PageRow } from '../../shared/monitorProtocol.ts';
import type { DetailPane } from './detailPane.ts';
import { text } from '../widgets/strings.ts';

/** Which row the details show, and whether they are open. */
export class DetailsState {
  readonly #details: DetailPane;
  readonly #onOpen: (isOpen: boolean) => void;
  #isOpen = false;
  #row: PageRow | undefined;
  /** The row is still to be loaded. */
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

  /** @param row absent until it is loaded */
  select(row: PageRow | undefined): void {
    this.#row = row;
    this.#isAwaited = row === undefined;
    this.#show();
  }

  /** The row being loaded is not in the list. A shown row stays, even if the list hides it. */
  awaitNothing(): void {
    if (this.#isAwaited) {
      this.#isAwaited = false;
      this.#show();
    }
  }

  /** Shows the row being loaded although the list does not have it; another that is shown stays. */
  selectHidden(row: PageRow): void {
    if (this.#isAwaited) {
      this.select(row);
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
