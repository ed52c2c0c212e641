interface Place {
  /** Of the URL (RFC 6454). */
  readonly origin: string;
  /** Milliseconds since 1970: nothing before came from there. */
  readonly since: number;
}

/**
 * Where each connection was dialled last. What came from one origin is not told to another, also where
 * it is the same connection: its URL may have been changed, or a variable in it.
 */
export class Dialled {
  readonly #places = new Map<string, Place>();
  readonly #onDidMove: (connection: string) => void;

  /** @param onDidMove called with the id of a connection that is dialled elsewhere than before */
  constructor(onDidMove: (connection: string) => void) {
    this.#onDidMove = onDidMove;
  }

  /** To be called right before a connection is dialled. */
  note(connection: string, origin: string, now: number): void {
    const before = this.#places.get(connection);
    if (before?.origin === origin) {
      return;
    }
    this.#places.set(connection, { origin, since: before ? now : 0 });
    if (before) {
      this.#onDidMove(connection);
    }
  }

  /** The connection is gone. */
  forget(connection: string): void {
    this.#places.delete(connection);
  }

  /** Empty where it was never dialled. */
  originOf(connection: string): string {
    return this.#places.get(connection)?.origin ?? '';
  }

  /** Milliseconds since 1970: what a connection received earlier came from elsewhere. */
  sinceOf(connection: string): number {
    return this.#places.get(connection)?.since ?? 0;
  }
}
