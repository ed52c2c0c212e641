/** Round-trip times, smoothed as TCP does it (RFC 6298, section 2). Milliseconds. */
export class RoundTrip {
  #smoothed: number | undefined;
  #variation = 0;

  /** The smoothed time; `undefined` before the first answer. */
  get smoothedMs(): number | undefined {
    return this.#smoothed;
  }

  get variationMs(): number {
    return this.#variation;
  }

  add(elapsedMs: number): void {
    if (this.#smoothed === undefined) {
      this.#smoothed = elapsedMs;
      this.#variation = elapsedMs / 2;
      return;
    }
    this.#variation = 0.75 * this.#variation + 0.25 * Math.abs(this.#smoothed - elapsedMs);
    this.#smoothed = 0.875 * this.#smoothed + 0.125 * elapsedMs;
  }
}
