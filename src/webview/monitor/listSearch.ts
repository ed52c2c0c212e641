import { jsonPathsOf } from '../../core/json/jsonPath.ts';
import type { Condition } from '../../core/filter/condition.ts';
import { parseFilter } from '../../core/filter/parseFilter.ts';
import type { Formats } from '../../core/base/format.ts';
import type { PanelView } from '../../shared/monitorProtocol.ts';
import { FilterBox, type BoxModel } from '../filter/filterBox.ts';
import { FindWidget } from '../find/findWidget.ts';
import type { Request } from '../link/hostLink.ts';
import { Marks } from '../find/marks.ts';
import type { MessageList } from '../list/messageList.ts';

/** How long the page waits for the list that the host has already. */
const maxTurnMs = 1000;

interface ListSearchListener {
  setView(change: Partial<PanelView>): void;
  /** Asks for something that the user wants done now. */
  onSave(filter: string): void;
  onRemove(name: string): void;
  /** Keeps the filters that were in effect before. */
  onRecent(filters: readonly string[]): void;
}

/** What narrows the list down, what goes through it, and the marks of both in the rows. */
export class ListSearch {
  readonly filter: FilterBox;
  readonly find: FindWidget;
  readonly #list: MessageList;
  readonly #marks = new Marks();
  #filter = '';
  #paths: readonly string[] = [];
  #filterCondition: Condition | undefined;
  #onList: () => void = () => undefined;

  /** @param recent filters that were in effect before, the latest first */
  constructor(
    formats: Formats,
    list: MessageList,
    request: Request,
    recent: readonly string[],
    listener: ListSearchListener,
  ) {
    this.#list = list;
    this.filter = new FilterBox(formats, recent, {
      onSave: filter => listener.onSave(filter),
      onRemove: name => listener.onRemove(name),
      onShow: change => listener.setView(change),
      onFilter: filter => listener.setView({ filter }),
      onLeave: () => list.element.focus(),
      onEnterList: () => list.enter(),
      onRecent: filters => listener.onRecent(filters),
      paths: () => {
        const paths = jsonPathsOf(Array.from(list.previews(), ({ data }) => data));
        this.#paths = paths.length > 0 ? paths : this.#paths;
        return paths;
      },
    });
    this.find = new FindWidget({
      label: 'findInMessages',
      hasPatterns: true,
      find: async ({ text, isPattern, isCaseSensitive }, direction, isFirst) => {
        const ask = () => {
          // The first result may be the row where the search begins.
          const from = Math.max(0, list.position - (isFirst ? 1 : 0));
          const { generation } = list;
          return request('find', { generation, text, isPattern, isCaseSensitive, from, direction });
        };
        const { generation } = list;
        const { position, isWrapped } = await ask().catch(async (error: unknown) => {
          if (await this.#hasTurned(generation)) {
            return ask();
          }
          throw error;
        });
        return position === undefined ? undefined : { isWrapped, show: () => list.goTo(position) };
      },
      onDidChange: () => this.#mark(),
      onClose: () => list.element.focus(),
    });
  }

  /** The JSON paths that were last offered: of rows that a filter may leave out now. */
  get knownPaths(): readonly string[] {
    return this.#paths;
  }

  /** To be called when the list is, perhaps, another one. */
  listChanged(): void {
    this.#onList();
  }

  render(model: BoxModel): void {
    this.filter.render(model);
    const { view } = model;
    if (view.filter !== this.#filter) {
      this.#filter = view.filter;
      // Only what is looked for in texts is marked, so that the time of day does not matter.
      this.#filterCondition = parseFilter(view.filter, { now: 0, startOfDay: 0 }).condition;
      this.#mark();
    }
  }

  /** The rows on screen are others. */
  drawn(): void {
    this.#marks.draw(this.#list.previews());
  }

  #mark(): void {
    this.#marks.show({ filter: this.#filterCondition, find: this.find.condition });
  }

  /** Whether the list is another one by now, or soon: the host is the first to know. */
  #hasTurned(generation: number): Promise<boolean> {
    return new Promise(resolve => {
      const timer = setTimeout(() => resolve(false), maxTurnMs);
      this.#onList = () => {
        if (this.#list.generation !== generation) {
          clearTimeout(timer);
          resolve(true);
        }
      };
      this.#onList();
    });
  }
}
