import type { Clock } from '../../core/base/clock.ts';
import type { Disposable } from '../../core/base/lifecycle.ts';
import { Timer } from '../../core/base/timer.ts';
import type { Relay } from '../../core/tap/relay/relay.ts';
import type { Toxics } from '../../core/tap/toxics.ts';

/** What a bad network does to a tapped socket as a whole: resets and timeouts. Its legs delay bytes. */
export class SocketFaults implements Disposable {
  readonly #timer: Timer;
  #toxics: Toxics;
  #relay: Relay | undefined;
  #passedBytes = 0;

  constructor(toxics: Toxics, clock: Clock) {
    this.#toxics = toxics;
    this.#timer = new Timer(clock);
  }

  get toxics(): Toxics {
    return this.#toxics;
  }

  setToxics(toxics: Toxics): void {
    this.#toxics = toxics;
    this.#start();
  }

  /** The socket is open. */
  begin(relay: Relay): void {
    this.#relay = relay;
    this.#start();
  }

  /** So many bytes have come from a side. */
  count(byteLength: number): void {
    this.#passedBytes += byteLength;
    const { resetAfterBytes } = this.#toxics;
    if (resetAfterBytes > 0 && this.#passedBytes >= resetAfterBytes) {
      this.#reset();
    }
  }

  dispose(): void {
    this.#timer.dispose();
    this.#relay = undefined;
  }

  #start(): void {
    const { resetAfterMs, timeoutMs } = this.#toxics;
    this.#timer.dispose();
    if (!this.#relay) {
      return;
    }
    if (resetAfterMs > 0) {
      this.#timer.start(resetAfterMs, () => this.#reset());
    } else if (timeoutMs > 0) {
      this.#timer.start(timeoutMs, () => {
        this.#relay?.cut('Closed by the bad network of the tap: its timeout has passed.');
      });
    }
  }

  #reset(): void {
    this.#relay?.dispose('Reset by the bad network of the tap.');
  }
}
