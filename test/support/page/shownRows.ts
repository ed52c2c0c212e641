// The fake host's list: which of the made-up rows it shows, and where.
import type { Row } from '../../../src/core/capture/capture.ts';
import type { Located } from '../../../src/core/capture/view.ts';
import type {
  ConnectionView,
  ListView,
  PageRow,
  PanelView,
} from '../../../src/shared/monitorProtocol.ts';
import { rowAt, rowMs, start } from './fakeRows.ts';

interface Place {
  readonly connection: string;
  readonly seq: number;
}

/**
 * What the list shows of the made-up rows. The filter `every:5` leaves every fifth, `none` no row;
 * a merged timeline takes one row of each connection in turn.
 */
export class ShownRows {
  readonly #sources: readonly ConnectionView[];
  readonly #step: number;

  constructor(connections: readonly ConnectionView[], view: PanelView) {
    const ids = view.merged.length > 1 ? view.merged : [view.selected ?? connections[0]?.id];
    this.#sources = connections.filter(({ id }) => ids.includes(id));
    this.#step =
      view.filter === 'none' ? Infinity : Number(/^every:(\d+)$/.exec(view.filter)?.[1] ?? 1);
  }

  list(share: number): Omit<ListView, 'generation'> {
    const count = this.#sources.length;
    const extents = this.#sources.map(({ extent }) => extent);
    const largest = Math.max(0, ...extents.map(({ next }) => next));
    const next = Math.min(largest, ...extents.map(({ next }) => Math.floor(next * share)));
    const total = extents.reduce((sum, { first, next }) => sum + next - first, 0);
    return {
      first: this.#positionAfter(Math.max(0, ...extents.map(({ first }) => first))),
      next: count * Math.ceil(next / this.#step),
      scanned: Math.floor(total * share),
      total,
      hidden: 0,
      dropped: extents.reduce((sum, { dropped }) => sum + dropped, 0),
    };
  }

  at(position: number): PageRow | undefined {
    const source = this.#sources[position % this.#sources.length];
    if (!source) {
      return undefined;
    }
    const seq = Math.floor(position / this.#sources.length) * this.#step;
    const dropped = this.list(1);
    if (dropped.dropped > 0 && position === dropped.first) {
      return { ...dropRow(dropped.dropped), position, connection: source.id };
    }
    return { ...rowAt(seq), position, connection: source.id };
  }

  locate(place: Place | { readonly at: number }, share: number): Located {
    const seq = 'at' in place ? Math.ceil((place.at - start) / rowMs) : place.seq;
    const index = 'at' in place ? 0 : this.#sources.findIndex(({ id }) => id === place.connection);
    const { first, next } = this.list(share);
    const position = this.#positionAfter(seq) + Math.max(0, index);
    return {
      position: Math.min(next, Math.max(first, position)),
      isExact: seq % this.#step === 0 && position >= first && position < next,
      isScanned: share === 1 || position < next,
    };
  }

  #positionAfter(seq: number): number {
    return this.#sources.length * (this.#step === Infinity ? 0 : Math.ceil(seq / this.#step));
  }
}

/** Stands where the oldest rows were, and is in no capture. */
function dropRow(count: number): Row {
  const text = `${count} older rows were dropped to keep within history.maxMessages.`;
  const json = JSON.stringify({ severity: 'warning', text });
  return {
    seq: 0,
    at: start,
    kind: 'state',
    direction: 'in',
    heartbeat: false,
    byteLength: json.length,
    preview: json,
  };
}
