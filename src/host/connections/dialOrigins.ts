import type { TransportListener } from '../../core/connection/wire/transport.ts';

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
export class DialOrigins {
  readonly #places = new Map<string, Place>();
  readonly #onDidMove: (connection: string, origin: string) => void;

  /** @param onDidMove called with the id of a connection that leads elsewhere than before, and where */
  constructor(onDidMove: (connection: string, origin: string) => void) {
    this.#onDidMove = onDidMove;
  }

  /**
   * What listens to a transport in place of `listener`, so that it is known where a redirect has led:
   * what comes then is told by somebody else than who was dialled.
   *
   * @param now in milliseconds since 1970
   */
  following(connection: string, listener: TransportListener, now: () => number): TransportListener {
    return {
      ...listener,
      onHandshake: facts => {
        const last = facts.redirects.at(-1);
        if (last) {
          this.note(connection, originIn(last.to), now());
        }
        listener.onHandshake(facts);
      },
    };
  }

  /**
   * To be called right before a connection is dialled.
   *
   * @param now in milliseconds since 1970
   */
  note(connection: string, origin: string, now: number): void {
    const before = this.#places.get(connection);
    if (before?.origin === origin) {
      return;
    }
    this.#places.set(connection, { origin, since: before ? now : 0 });
    if (before) {
      this.#onDidMove(connection, origin);
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

/** None where what is shown of a URL has a mask for its host: then it is nobody's. */
function originIn(shown: string): string {
  return URL.canParse(shown) ? new URL(shown).origin : 'unknown:';
}
