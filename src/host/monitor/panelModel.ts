import { messageOf } from '../../core/base/errors.ts';
import { Emitter } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { CaptureView, ViewQuery } from '../../core/capture/view.ts';
import { readKeptView } from '../../shared/keptView.ts';
import type { ListView, PanelView, Params } from '../../shared/monitorProtocol.ts';
import type { ShownRows } from '../captures/exportParts.ts';
import { sourceNames, type Source, type Sources } from '../captures/sources.ts';
import { userZone } from '../ui/userZone.ts';
import { ListModel } from './listModel.ts';

/** What the page may change of it; what is absent stays as it is. */
export type ViewChange = Params<'view.set'>;

export interface PanelModelPorts {
  readonly sources: Sources;
  readonly openView: (query: ViewQuery) => CaptureView;
  readonly now: () => number;
  readonly log: Logger;
}

/** What the monitor looks at and how, whether or not there is a page to show it. */
export class PanelModel implements Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: PanelModelPorts;
  readonly #onDidChangeList = this.#store.add(new Emitter<undefined>());
  readonly #list: ListModel;
  #wish: PanelView = {
    merged: [],
    following: true,
    filter: '',
    showHeartbeats: false,
    showControl: true,
  };
  #isOpen = false;

  /** The rows of the list have changed, or are others. */
  readonly onDidChangeList = this.#onDidChangeList.event;

  constructor(ports: PanelModelPorts) {
    const { sources, openView, now } = ports;
    this.#ports = ports;
    const onDidChange = () => this.#onDidChangeList.fire(undefined);
    this.#list = this.#store.add(new ListModel({ sources, openView, now, onDidChange }));
  }

  get view(): PanelView {
    const [first] = this.#shown;
    const { following, filter, showHeartbeats, showControl } = this.#wish;
    const merged = this.#merged.map(({ id }) => id);
    return {
      following,
      filter,
      showHeartbeats,
      showControl,
      merged: merged.length > 1 ? merged : [],
      ...(first ? { selected: first.id } : {}),
    };
  }

  get list(): ListView {
    return this.#list.list;
  }

  get rows(): ListModel {
    return this.#list;
  }

  /** What is in the list now, for who exports it; `undefined` while nobody looks. */
  get shownRows(): ShownRows | undefined {
    const { view } = this.#list;
    const connections = this.#shown.map(source => ({
      capture: source.capture.id,
      ...sourceNames(source),
    }));
    return view && { view, connections };
  }

  set(change: ViewChange): void {
    const { clock, ...view } = change;
    if (clock) {
      userZone.learn(clock.timeZone);
      this.#list.setClock(clock);
    }
    const given = Object.entries(view).filter(([, value]) => value !== undefined);
    this.#wish = { ...this.#wish, ...Object.fromEntries(given) };
    this.refresh();
  }

  /** Brings the list up to what there is to show. */
  refresh(): void {
    if (this.#isOpen) {
      this.#list.show(this.#shown, this.#wish);
    }
  }

  open(): void {
    this.#isOpen = true;
    this.refresh();
  }

  /** Nobody looks any more: the capture worker need not keep the view up. */
  close(): void {
    this.#isOpen = false;
    this.#list.dispose();
  }

  /** Takes over what a page kept, perhaps of an older version; what cannot be found is left out. */
  async restore(state: unknown): Promise<void> {
    const keptView = readKeptView(state);
    if (!keptView) {
      return;
    }
    const { captureKeys, ...kept } = keptView;
    const keys = [captureKeys.selected, ...captureKeys.merged].filter(key => key !== undefined);
    const found = await Promise.all(keys.map(key => this.#sourceWith(key)));
    const idOf = (key: string | undefined) =>
      key === undefined ? undefined : found[keys.indexOf(key)]?.id;
    const selected = idOf(captureKeys.selected);
    const merged = captureKeys.merged.map(idOf).filter(id => id !== undefined);
    this.set({ ...kept, merged, ...(selected === undefined ? {} : { selected }) });
  }

  dispose(): void {
    this.#store.dispose();
  }

  get #merged(): readonly Source[] {
    return this.#wish.merged
      .map(id => this.#ports.sources.find(id))
      .filter(source => source !== undefined);
  }

  get #shown(): readonly Source[] {
    const merged = this.#merged;
    if (merged.length > 1) {
      return merged;
    }
    const { sources } = this.#ports;
    const { selected } = this.#wish;
    const chosen = selected === undefined ? undefined : sources.find(selected);
    // Nothing chosen: the connection that was made last is the one that is of interest.
    const latest = sources.all.filter(({ kind }) => kind === 'connection').at(-1);
    const shown = chosen ?? latest ?? sources.all.at(-1);
    return shown ? [shown] : [];
  }

  async #sourceWith(key: string): Promise<Source | undefined> {
    try {
      return await this.#ports.sources.withKey(key);
    } catch (error) {
      this.#ports.log.info(`The monitor comes back without ${key}: ${messageOf(error)}`);
      return undefined;
    }
  }
}
