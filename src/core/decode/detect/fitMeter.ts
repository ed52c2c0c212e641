/** The messages that count. */
const remembered = 100;
const leastMisfits = 5;
const mostShare = 0.05;

/** Counts which of the last messages do not fit the decoder that reads them. */
export class FitMeter {
  readonly #misfits: boolean[] = [];
  #at = 0;

  take(isMisfit: boolean): void {
    this.#misfits[this.#at] = isMisfit;
    this.#at = (this.#at + 1) % remembered;
  }

  /** Of as many messages as are remembered. */
  get counts(): { readonly misfits: number; readonly messages: number } {
    return { misfits: this.#misfits.filter(Boolean).length, messages: this.#misfits.length };
  }

  /** Whether they are so many that the decoder is perhaps the wrong one. */
  get warns(): boolean {
    const { misfits, messages } = this.counts;
    return misfits >= leastMisfits && misfits > mostShare * messages;
  }
}
