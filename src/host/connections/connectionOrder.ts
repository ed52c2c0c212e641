/** What an order needs to know of a connection. */
interface Ordered {
  readonly id: string;
  readonly name: string;
}

/**
 * The order in which connections are offered: first the one on screen, then as in the tree: those of
 * the settings in their order, then the others as they were made.
 */
export class ConnectionOrder {
  /** The id of the connection that the monitor shows. */
  shown: string | undefined;
  /** The names of the configured connections, in their order. */
  configured: () => readonly string[] = () => [];

  /** @param connections as they were made */
  sorted<T extends Ordered>(connections: readonly T[]): readonly T[] {
    const names = this.configured();
    const rankOf = ({ id, name }: T) => {
      const index = names.indexOf(name);
      return id === this.shown ? -1 : index < 0 ? names.length : index;
    };
    return connections.toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}
