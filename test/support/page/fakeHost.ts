// Runs in the harness's page in place of VS Code and the extension: a capture of any length whose
// rows are made up from their numbers, so that ten million of them take no memory.
import { messageOf } from '../../../src/core/base/errors.ts';
import type { FindAnswer } from '../../../src/core/capture/view.ts';
import type { SeriesView } from '../../../src/core/metrics/seriesView.ts';
import type { ComposerView } from '../../../src/shared/composerProtocol.ts';
import type {
  ConnectionView,
  ListView,
  PageRow,
  PanelView,
  Params,
  RowsAnswer,
  SavedFilter,
  ToHost,
  ToPage,
} from '../../../src/shared/monitorProtocol.ts';
import './pageSurroundings.ts';
import { FakeComposer } from './fakeComposer.ts';
import { bytesOf, start } from './fakeRows.ts';
import { ShownRows } from './shownRows.ts';

export interface FakeHost {
  readonly connections: ConnectionView[];
  view: PanelView;
  readonly list: ListView;
  /** Every request, as the page sent it. */
  readonly requests: ToHost[];
  /** The most `rows` requests that were open at once. */
  readonly mostRowsAsked: number;
  savedState: unknown;
  /** How long an answer takes. */
  delayMs: number;
  readonly composer: FakeComposer;
  /** Replaces parts of a connection and tells the page. */
  change(index: number, change: Partial<ConnectionView>): void;
  setView(change: Partial<PanelView>): void;
  /** How much of the rows the view has looked at, from 0 to 1, and tells the page. */
  setScanned(share: number): void;
  /** Adds rows at this rate, told to the page twenty times a second. Returns what stops it. */
  flood(rowsPerSecond: number): () => void;
}

declare global {
  interface Window {
    fakeHost: FakeHost;
    scenario?: { readonly connections: ConnectionView[]; readonly view: Partial<PanelView> };
    acquireVsCodeApi(): unknown;
  }
}

const nothingShown: PanelView = {
  merged: [],
  following: true,
  filter: '',
  showHeartbeats: false,
  showControl: true,
};

/** A capture of which no numbers are known. */
const emptySeries: SeriesView = {
  startAt: start,
  stepMs: 1000,
  received: [],
  sent: [],
  receivedBytes: [],
  sentBytes: [],
  largest: [],
  longestGapMs: [],
  roundTripMs: [],
  marks: [],
};

class Host implements FakeHost {
  readonly connections: ConnectionView[];
  view: PanelView;
  filters: SavedFilter[] = [];
  readonly requests: ToHost[] = [];
  mostRowsAsked = 0;
  readonly composer = new FakeComposer(() => this.#postComposer());
  savedState: unknown;
  delayMs = 3;
  #rowsAsked = 0;
  #share = 1;
  #generation = 1;
  #query = '';

  constructor(connections: ConnectionView[], view: Partial<PanelView>) {
    this.connections = connections;
    this.view = { ...nothingShown, ...view };
    const saved = sessionStorage.getItem('state');
    this.savedState = saved === null ? undefined : JSON.parse(saved);
  }

  get list(): ListView {
    const { selected, merged, filter, showHeartbeats, showControl } = this.view;
    const query = JSON.stringify([selected, merged, filter, showHeartbeats, showControl]);
    this.#generation += this.#query !== '' && this.#query !== query ? 1 : 0;
    this.#query = query;
    return { ...this.#rows.list(this.#share), generation: this.#generation };
  }

  setState(state: unknown): void {
    this.savedState = state;
    sessionStorage.setItem('state', JSON.stringify(state));
  }

  async take(message: ToHost): Promise<void> {
    this.requests.push(message);
    const isRows = message.request === 'rows';
    this.#rowsAsked += isRows ? 1 : 0;
    this.mostRowsAsked = Math.max(this.mostRowsAsked, this.#rowsAsked);
    if (message.request === 'ready') {
      // The host does not know when the page begins to listen: a list may come before the answer.
      this.#post({ event: 'list.changed', value: this.list });
    }
    await new Promise(resolve => setTimeout(resolve, this.delayMs));
    try {
      this.#post({ id: message.id, result: this.#answer(message) });
    } catch (error) {
      this.#post({ id: message.id, error: messageOf(error) });
    }
    this.#rowsAsked -= isRows ? 1 : 0;
  }

  change(index: number, change: Partial<ConnectionView>): void {
    const connection = this.connections[index];
    if (connection) {
      this.connections[index] = { ...connection, ...change };
    }
    this.#post({ event: 'connections.changed', value: this.connections });
    this.#postComposer();
    this.#post({ event: 'list.changed', value: this.list });
  }

  setView(change: Partial<PanelView>): void {
    this.view = { ...this.view, ...change };
    this.#post({ event: 'view.changed', value: this.view });
    this.#postComposer();
    this.#post({ event: 'list.changed', value: this.list });
  }

  setScanned(share: number): void {
    this.#share = share;
    this.#post({ event: 'list.changed', value: this.list });
  }

  flood(rowsPerSecond: number): () => void {
    const timer = setInterval(() => {
      const connection = this.connections[0];
      if (connection) {
        const { extent, received } = connection;
        const more = rowsPerSecond / 20;
        this.change(0, {
          extent: { ...extent, next: extent.next + more },
          receivedRate: rowsPerSecond,
          received: received + more,
        });
      }
    }, 50);
    return () => clearInterval(timer);
  }

  get #rows(): ShownRows {
    return new ShownRows(this.connections, this.view);
  }

  #answer({ request, params }: ToHost): unknown {
    switch (request) {
      case 'ready': {
        const { connections, view, list, filters } = this;
        return { connections, view, list, filters, composer: this.#composerView };
      }
      case 'view.set':
        this.setView(params as Partial<PanelView>);
        return undefined;
      case 'rows':
        return this.#answerRows(params as Params<'rows'>);
      case 'locate':
        return this.#rows.locate((params as Params<'locate'>).place, this.#share);
      case 'find':
        return this.#find(params as Params<'find'>);
      case 'payload': {
        const { seq, from, length } = params as Record<'seq' | 'from' | 'length', number>;
        const bytes = bytesOf(seq);
        return { bytes: bytes.slice(from, from + length), byteLength: bytes.length };
      }
      case 'frame':
      case 'handshake.plain':
        return {};
      case 'series':
        return emptySeries;
      case 'clear': {
        const extent = this.connections[0]?.extent;
        if (extent) {
          this.change(0, {
            extent: { first: extent.next, next: extent.next, byteLength: 0, dropped: 0 },
          });
        }
        return undefined;
      }
      case 'filter.save':
        this.#setFilters([...this.filters, { name: 'Saved', ...(params as { text: string }) }]);
        return undefined;
      case 'filter.remove': {
        const { name } = params as { name: string };
        this.#setFilters(this.filters.filter(filter => filter.name !== name));
        return undefined;
      }
      case 'compose.check':
      case 'compose.send':
      case 'compose.pickFile':
      case 'compose.save':
      case 'queue.cancel':
      case 'library.run':
      case 'library.body':
      case 'run.stop':
        return this.composer.answer(request, params);
      case 'connect.ask':
      case 'connect':
      case 'disconnect':
      case 'reconnect':
      case 'setting.open':
      case 'copy':
      case 'copy.text':
      case 'editor.open':
      case 'editor.compare':
      case 'export':
      case 'output.show':
        return undefined;
    }
  }

  #answerRows({ generation, from, count }: Params<'rows'>): RowsAnswer {
    const { list } = this;
    const shown = this.#rows;
    const rows: PageRow[] = [];
    const next = generation === list.generation ? Math.min(from + count, list.next) : from;
    for (let position = Math.max(from, list.first); position < next; position++) {
      const row = shown.at(position);
      if (row) {
        rows.push(row);
      }
    }
    return { list, rows };
  }

  #find({ text, from, direction }: Params<'find'>): FindAnswer {
    const { first, next } = this.list;
    const shown = this.#rows;
    const count = Math.min(next - first, 10_000);
    const step = direction === 'next' ? 1 : -1;
    for (let tries = 1; tries <= count; tries++) {
      const position = first + ((((from - first + step * tries) % count) + count) % count);
      if (shown.at(position)?.preview.toLowerCase().includes(text.toLowerCase()) === true) {
        return { position, isWrapped: step * (position - from) < 0 };
      }
    }
    return { isWrapped: false };
  }

  #setFilters(filters: SavedFilter[]): void {
    this.filters = filters;
    this.#post({ event: 'filters.changed', value: filters });
  }

  get #composerView(): ComposerView | undefined {
    return this.composer.viewOf(this.connections.find(({ id }) => id === this.view.selected));
  }

  #postComposer(): void {
    this.#post({ event: 'composer.changed', value: this.#composerView });
  }

  #post(message: ToPage): void {
    window.postMessage(message, '*');
  }
}

const scenario = window.scenario ?? { connections: [], view: {} };
const host = new Host(scenario.connections, scenario.view);
window.fakeHost = host;
window.acquireVsCodeApi = () => ({
  postMessage: (message: ToHost) => void host.take(message),
  getState: () => host.savedState,
  setState: (state: unknown) => host.setState(state),
});
