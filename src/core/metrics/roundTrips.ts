/** Pings that wait for their pong; a peer that answers none makes no more of them. */
const maxWaiting = 64;

/**
 * Finds the ping that a pong answers, by the payload that both carry (RFC 6455, section 5.5.3). A
 * pong answers all pings before that one as well.
 */
export class RoundTrips {
  #waiting: { readonly at: number; readonly key: string }[] = [];

  sent(at: number, payload: Uint8Array): void {
    this.#waiting.push({ at, key: keyOf(payload) });
    if (this.#waiting.length > maxWaiting) {
      this.#waiting.shift();
    }
  }

  /** Milliseconds from ping to pong; `undefined` where the pong answers none that waits. */
  answered(at: number, payload: Uint8Array): number | undefined {
    const key = keyOf(payload);
    const index = this.#waiting.findIndex(ping => ping.key === key);
    const ping = this.#waiting[index];
    if (!ping) {
      return undefined;
    }
    this.#waiting = this.#waiting.slice(index + 1);
    return Math.max(0, at - ping.at);
  }
}

/** Cut at 125 bytes, the most that a control frame may hold: a file may claim anything. */
function keyOf(payload: Uint8Array): string {
  return String.fromCharCode(...payload.subarray(0, 125));
}
