import type { Row } from '../../core/capture/capture.ts';
import type { PayloadReader } from './payloadReader.ts';

/** A row that is to be shown. */
export interface ShownPayload {
  readonly row: Row;
  readonly reader: PayloadReader;
  /** Aborted when something else is to be shown. */
  readonly signal: AbortSignal;
  /** Hears of what fails after `show` is done. */
  readonly onFailure: (error: unknown) => void;
  /** The capture turned out to have it no longer. */
  readonly onGone: () => void;
}

/** What a form may ask for. */
export interface ViewerActions {
  onCopyText(text: string): void;
  /** Narrows the list down by a term of the filter language. */
  onFilter(term: string): void;
}

/** One way to show a payload. */
export interface PayloadViewer {
  readonly element: HTMLElement;
  /** Whether it scrolls by itself, in all the room there is. */
  readonly isFilling: boolean;
  /** Rejects where the payload cannot be read. */
  show(shown: ShownPayload): Promise<void>;
  /** A key that was pressed anywhere in the details. Returns whether it was for this form. */
  onKey?(event: KeyboardEvent): boolean;
}
