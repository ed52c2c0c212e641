import type { ConnectionView, PanelView } from '../../shared/monitorProtocol.ts';
import type { ListSources } from '../list/rowGrid.ts';
import type { ListPlace } from '../list/scrollAnchor.ts';
import type { RowName } from '../list/rowSeeker.ts';
import type { SavedRow, SavedState } from './savedState.ts';

type Kept = Pick<SavedState, 'place' | 'pausedAfter' | 'active'>;

/** How many colours of the theme's charts tell connections apart. */
const colours = 6;

/** The connections and captures that there are, and which of them are looked at. */
export class PageSources {
  readonly #connections: readonly ConnectionView[];
  readonly #view: PanelView;

  constructor(connections: readonly ConnectionView[], view: PanelView) {
    this.#connections = connections;
    this.#view = view;
  }

  get all(): readonly ConnectionView[] {
    return this.#connections;
  }

  /** The one that the header is about. */
  get selected(): ConnectionView | undefined {
    const { selected } = this.#view;
    return this.#connections.find(({ id }) => id === selected) ?? this.#connections[0];
  }

  /** Those of a merged timeline; empty while one is shown. */
  get merged(): readonly ConnectionView[] {
    const merged = this.#connections.filter(({ id }) => this.#view.merged.includes(id));
    return merged.length > 1 ? merged : [];
  }

  get shown(): readonly ConnectionView[] {
    const { merged, selected } = this;
    return merged.length > 0 ? merged : selected ? [selected] : [];
  }

  colourOf(id: string): number {
    return this.#connections.findIndex(each => each.id === id) % colours;
  }

  /** What the list must know to tell rows apart. */
  get forList(): ListSources {
    const { shown } = this;
    const names = new Map(
      shown.map(({ id, name }) => [id, { name, colour: this.colourOf(id) }] as const),
    );
    const starts = shown.map(({ startedAt }) => startedAt);
    return {
      startedAt: starts.length === 0 ? 0 : Math.min(...starts),
      isMerged: shown.length > 1,
      labelOf: id => names.get(id),
    };
  }

  /** Differs where `forList` does. */
  get nameForList(): string {
    return JSON.stringify(this.shown.map(({ id, name, startedAt }) => [id, name, startedAt]));
  }

  /** Which are looked at, by names that hold when their ids are others. */
  get keys(): { readonly selected?: string; readonly merged: readonly string[] } {
    const { selected, merged } = this;
    return {
      ...(selected ? { selected: selected.captureKey } : {}),
      merged: merged.map(({ captureKey }) => captureKey),
    };
  }

  toSaved(place: ListPlace): { readonly [K in keyof Kept]: Kept[K] | undefined } {
    const anchor = place.anchor && this.#saved(place.anchor.name);
    return {
      place: anchor ? { ...anchor, offset: place.anchor.offset } : undefined,
      pausedAfter: place.pausedAfter && this.#saved(place.pausedAfter),
      active: place.active && this.#saved(place.active),
    };
  }

  fromSaved({ place, pausedAfter, active }: Kept): ListPlace {
    const anchor = place && this.#named(place);
    const after = pausedAfter && this.#named(pausedAfter);
    const activeName = active && this.#named(active);
    return {
      ...(anchor ? { anchor: { name: anchor, offset: place.offset } } : {}),
      ...(after ? { pausedAfter: after } : {}),
      ...(activeName ? { active: activeName } : {}),
    };
  }

  #saved({ connection, seq }: RowName): SavedRow | undefined {
    const source = this.#connections.find(({ id }) => id === connection);
    return source && { captureKey: source.captureKey, seq };
  }

  #named({ captureKey, seq }: SavedRow): RowName | undefined {
    const source = this.#connections.find(each => each.captureKey === captureKey);
    return source && { connection: source.id, seq };
  }
}
