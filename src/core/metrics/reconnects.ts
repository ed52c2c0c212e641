import type { SeriesView } from './seriesView.ts';

export type Mark = SeriesView['marks'][number];

/** The newest are kept. */
const maxMarks = 500;
/** Enough for the member that `report.ts` writes first. */
const headByteLength = 40;

/** When an open connection was lost, and when it was back, as the state rows tell it. */
export class Reconnects {
  #marks: Mark[] = [];
  #isOpen = false;
  #wasOpen = false;
  readonly #decoder = new TextDecoder();

  get marks(): readonly Mark[] {
    return this.#marks;
  }

  /** @param payload the JSON of a state row, or its beginning */
  take(at: number, payload: Uint8Array): void {
    const head = this.#decoder.decode(payload.subarray(0, headByteLength));
    switch (/^\{"state":"(\w+)"/.exec(head)?.[1] ?? '') {
      case 'connected':
        if (!this.#isOpen && this.#wasOpen) {
          this.#add({ at, kind: 'opened' });
        }
        this.#isOpen = true;
        this.#wasOpen = true;
        break;
      case 'closing':
        // The user ends it, so what follows is no loss.
        this.#isOpen = false;
        break;
      case 'retry':
      case 'disconnected':
      case 'failed':
        if (this.#isOpen) {
          this.#add({ at, kind: 'lost' });
        }
        this.#isOpen = false;
        break;
    }
  }

  #add(mark: Mark): void {
    this.#marks.push(mark);
    if (this.#marks.length > maxMarks) {
      this.#marks.shift();
    }
  }
}
