import type { TransportListener } from '../../../core/connection/wire/transport.ts';

interface Place {
  /** The origin (RFC 6454) of the URL. */
  readonly origin: string;
  /** Milliseconds since 1970: earlier messages came from another origin. */
  readonly since: number;
}

/**
 * The origin that each connection was last dialled with. What came from one origin is not sent to
 * another one, also on the same connection: its URL, or a variable in it, may have changed.
 */
export class DialOrigins {
  readonly #places = new Map<string, Place>();
  readonly #onDidMove: (connection: string, origin: string) => void;

  /**
   * @param onDidMove called with the id of a connection whose origin has changed, and the new
   * origin
   */
  constructor(onDidMove: (connection: string, origin: string) => void) {
    this.#onDidMove = onDidMove;
  }

  /**
   * Wraps the listener of a transport to note the origin that a redirect has led to: messages come
   * from there then.
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
   * To be called immediately before a connection is dialled.
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

  /** To be called when the connection was removed. */
  forget(connection: string): void {
    this.#places.delete(connection);
  }

  /** Empty if it was never dialled. */
  originOf(connection: string): string {
    return this.#places.get(connection)?.origin ?? '';
  }

  /** Milliseconds since 1970: what a connection received earlier came from another origin. */
  sinceOf(connection: string): number {
    return this.#places.get(connection)?.since ?? 0;
  }
}

/** An origin that equals no other one if the host is masked in the shown URL. */
function originIn(shown: string): string {
  return URL.canParse(shown) ? new URL(shown).origin : 'unknown:';
}
