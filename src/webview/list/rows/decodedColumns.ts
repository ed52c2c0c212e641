import type { ListDecoding, PageRow } from '../../../shared/monitorProtocol.ts';
import type { ColumnName, DecodedTraits } from './columns.ts';

/**
 * Which columns of decoders the connections have. What one has it keeps, whatever its next session is, so that
 * columns do not come and go: until the user wants its messages as they are.
 */
export class DecodedColumns {
  readonly #known = new Map<string, Set<ColumnName>>();
  readonly #raw = new Set<string>();

  /** How the newest session is decoded. */
  note({ connection, shown, from }: ListDecoding): void {
    const isRaw = shown === 'none' && from === 'setting';
    this.#raw[isRaw ? 'add' : 'delete'](connection);
    if (isRaw) {
      this.#known.delete(connection);
    } else if (shown === 'applied' || shown === 'applied?') {
      this.#knownOf(connection);
    }
  }

  /** A row is to be drawn. @returns whether it has something that its connection did not have before */
  see({ connection, decoded }: PageRow): boolean {
    if (decoded === undefined || decoded === 'waiting' || this.#raw.has(connection)) {
      return false;
    }
    const known = this.#knownOf(connection);
    const before = known.size;
    if (decoded.event !== undefined) {
      known.add('event');
    }
    if (decoded.role !== undefined && decoded.role !== 'part') {
      known.add('latency');
    }
    return known.size > before;
  }

  /** Of a list of these connections. */
  of(connections: readonly string[]): DecodedTraits {
    const all = connections.flatMap(connection => this.#known.get(connection) ?? []);
    return { isDecoded: all.length > 0, known: new Set(all.flatMap(known => [...known])) };
  }

  #knownOf(connection: string): Set<ColumnName> {
    const known = this.#known.get(connection) ?? new Set<ColumnName>();
    this.#known.set(connection, known);
    return known;
  }
}
