import { html, render } from 'lit/html.js';
import type { Formats } from '../../core/base/format.ts';
import type { ListView, PanelView, SavedFilter } from '../../shared/monitorProtocol.ts';
import { el } from '../widgets/dom.ts';
import { FilterDraft } from './filterDraft.ts';
import { FilterField } from './filterField.ts';
import { FilterHistory } from './filterHistory.ts';
import { filterHelp, savedFilters } from './filterPopups.ts';
import { filterStatus, progressOf, unreadWords, type FilterModel } from './filterStatus.ts';
import { Popup } from '../widgets/popup.ts';
import { RovingFocus } from '../widgets/rovingFocus.ts';
import { text } from '../widgets/strings.ts';
import { toolButton } from '../widgets/toolbar.ts';
import { LiveRegion } from '../widgets/liveRegion.ts';

interface FilterListener {
  /** Applies a filter; empty for none. */
  onFilter(text: string): void;
  onShow(change: Partial<Pick<PanelView, 'showHeartbeats' | 'showControl'>>): void;
  /** Saves a filter under a name. */
  onSave(text: string): void;
  onRemove(name: string): void;
  /** Moves the focus back to the list. */
  onLeave(): void;
  /** Moves the focus to a row of the list. */
  onEnterList(): void;
  /** Keeps the filters that were in effect before. */
  onRecent(filters: readonly string[]): void;
  /** JSON paths of messages, as `jsonPathsOf` returns them; called while the user types. */
  paths(): readonly string[];
}

/** What the line over the list shows. */
export interface BoxModel extends FilterModel {
  readonly filters: readonly SavedFilter[];
}

/** How many recent filters are listed; the arrow keys bring back more. */
const maxRecent = 6;

/** The user has stopped typing after a rest of this length. */
const announceAfterMs = 1000;

/** The line over the list: the filter, and how many rows match. */
export class FilterBox {
  readonly element: HTMLElement;
  readonly #formats: Formats;
  readonly #listener: FilterListener;
  readonly #draft: FilterDraft;
  readonly #field: FilterField;
  readonly #history: FilterHistory;
  readonly #tools = el('div', {
    'class': 'filter-tools',
    'role': 'toolbar',
    'aria-label': text('filterTools'),
  });
  readonly #toolKeys = new RovingFocus(this.#tools);
  readonly #status = el('div', {
    'class': 'filter-status',
    'role': 'toolbar',
    'aria-label': text('filterShown'),
  });
  readonly #statusKeys = new RovingFocus(this.#status);
  readonly #saved: Popup;
  readonly #help: Popup;
  /** Tells screen readers how much the filter found. */
  readonly #region = new LiveRegion();
  readonly #popupActions = {
    insert: (syntax: string) => {
      this.#help.close();
      this.#field.insert(syntax);
    },
    apply: (filter: string) => {
      this.#saved.close();
      this.#draft.set(filter);
      this.#field.focus();
    },
    save: () => {
      this.#saved.close();
      this.#listener.onSave(this.#draft.text);
    },
    remove: (name: string) => this.#listener.onRemove(name),
  };
  readonly #statusActions = {
    show: (change: Parameters<FilterListener['onShow']>[0]) => this.#listener.onShow(change),
    cancel: () => this.#clear(),
  };
  #model: BoxModel | undefined;
  /** The generation of the list whose result was said. */
  #announced: number | undefined;

  /** @param recent filters that were in effect before, the latest first */
  constructor(formats: Formats, recent: readonly string[], listener: FilterListener) {
    this.#formats = formats;
    this.#listener = listener;
    this.#history = new FilterHistory(recent);
    this.#draft = new FilterDraft({
      onApply: filter => listener.onFilter(filter),
      onChange: () => this.#draw(),
    });
    this.#field = new FilterField({
      onType: words => {
        this.#history.endBrowsing();
        this.#draft.type(words);
      },
      onEnter: () => this.#draft.apply(),
      onClear: () => this.#clear(),
      onLeave: () => listener.onLeave(),
      onBrowse: step => this.#browse(step),
      paths: () => listener.paths(),
    });
    this.#saved = new Popup({
      name: 'filterSaved',
      icon: 'bookmark',
      content: () =>
        savedFilters(
          this.#model?.filters ?? [],
          this.#history.entries.slice(0, maxRecent),
          this.#canSave,
          this.#popupActions,
        ),
    });
    this.#help = new Popup({
      name: 'filterHelp',
      hint: 'filterHelpHint',
      icon: 'question',
      content: () => filterHelp(this.#popupActions),
    });
    this.#field.element.append(this.#tools);
    const parts = [this.#field.element, this.#status, this.#region.element];
    const attributes = {
      'class': 'filter-box',
      'role': 'search',
      'aria-label': text('filterLabel'),
    };
    this.element = el('div', attributes, ...parts, this.#saved.element, this.#help.element);
  }

  focus(): void {
    this.#field.focus();
  }

  /** Adds a term to the filter, such as the value of a row. */
  add(term: string): void {
    this.#field.insert(term);
    this.#draft.apply();
  }

  render(model: BoxModel): void {
    this.#model = model;
    if (this.#history.note(model.view.filter)) {
      this.#listener.onRecent(this.#history.entries);
    }
    this.#draft.follow(model.view.filter);
    this.#draw();
    this.#saved.update();
  }

  get #canSave(): boolean {
    return this.#draft.text.trim() !== '' && this.#draft.problems.length === 0;
  }

  /** To an earlier filter; where there is no later one, into the list. */
  #browse(step: 'back' | 'forth'): void {
    const filter = this.#history.browse(step, this.#draft.text);
    if (filter !== undefined) {
      this.#draft.set(filter);
    } else if (step === 'forth') {
      this.#draft.apply();
      this.#listener.onEnterList();
    }
  }

  #clear(): void {
    this.#history.endBrowsing();
    this.#draft.set('');
    this.#field.focus();
  }

  #draw(): void {
    this.#field.show(this.#draft.text, this.#draft.problems);
    const isEmpty = this.#draft.text === '';
    const run = () => this.#clear();
    render(
      html`${isEmpty ? '' : toolButton({ name: 'filterClear', icon: 'close', run })}
      ${this.#saved.button} ${this.#help.button}`,
      this.#tools,
    );
    this.#toolKeys.refresh();
    if (this.#model) {
      const { view, list } = this.#model;
      render(filterStatus(this.#model, this.#formats, this.#statusActions), this.#status);
      this.#statusKeys.refresh();
      this.#announce(list, view.filter !== '');
    }
  }

  /** Says once for each filter what it found, when all rows have been looked at. */
  #announce(list: ListView, isFiltered: boolean): void {
    const isDone = list.isPending !== true && progressOf(list).percent === undefined;
    if (!isFiltered) {
      this.#announced = list.generation;
      this.#region.say('');
    } else if (isDone && this.#announced !== list.generation) {
      this.#announced = list.generation;
      this.#region.sayLater(announceAfterMs, () => this.#resultWords());
    }
  }

  #resultWords(): string {
    const { list } = this.#model ?? {};
    if (!list) {
      return '';
    }
    const { matches, total } = progressOf(list);
    const [found, all] = [this.#formats.count(matches), this.#formats.count(total)];
    const words = [text('filterCountSpoken', found, all), unreadWords(list, this.#formats)];
    return words.filter(part => part !== '').join('. ');
  }
}
