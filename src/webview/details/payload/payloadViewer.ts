import type { Row } from '../../../core/capture/capture.ts';
import type { PayloadReader } from './payloadReader.ts';

/** A row to show. */
export interface ShownPayload {
  readonly row: Row;
  readonly reader: PayloadReader;
  /** Aborted when something else is to be shown. */
  readonly signal: AbortSignal;
  /** Reports a failure after `show` has resolved. */
  readonly onFailure: (error: unknown) => void;
  /** Reports that the capture no longer has the payload. */
  readonly onGone: () => void;
}

/** Actions of viewers outside of the details. */
export interface ViewerActions {
  onCopyText(text: string): void;
  /** Adds a term to the filter. */
  onFilter(term: string): void;
}

/** What is done with what is selected in a viewer. */
export interface SelectionActions {
  /** Asks the user what the bytes are, and shows them decoded. */
  readonly onDecode: (bytes: Uint8Array) => void;
}

/** One way to show a payload. */
export interface PayloadViewer {
  readonly element: HTMLElement;
  /** Whether it fills the panel and scrolls its content itself. */
  readonly isFilling: boolean;
  /** Rejects if the payload cannot be read. */
  show(shown: ShownPayload): Promise<void>;
  /** Handles a key pressed anywhere in the details. Returns whether it was used. */
  onKey?(event: KeyboardEvent): boolean;
}
