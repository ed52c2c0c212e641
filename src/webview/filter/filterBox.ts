import { html, render } from 'lit/html.js';
import type { Formats } from '../../core/base/format.ts';
import type { ListView, PanelView, SavedFilter } from '../../shared/monitorProtocol.ts';
import { el } from '../widgets/dom.ts';
import { FilterDraft } from './filterDraft.ts';
import { FilterField } from './filterField.ts';
import { filterHelp, savedFilters } from './filterPopups.ts';
import { filterStatus, progressOf, unreadWords } from './filterStatus.ts';
import { Popup } from '../widgets/popup.ts';
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
  /** JSON paths of messages, as `jsonPathsOf` returns them; called while the user types. */
  paths(): readonly string[];
}

interface FilterModel {
  readonly view: PanelView;
  readonly list: ListView;
  readonly filters: readonly SavedFilter[];
}

/** The user has stopped typing after a rest of this length. */
const announceAfterMs = 1000;

/** The line over the list: the filter, and how many rows match. */
export class FilterBox {
  readonly element: HTMLElement;
  readonly #formats: Formats;
  readonly #listener: FilterListener;
  readonly #draft: FilterDraft;
  readonly #field: FilterField;
  readonly #tools = el('div', { class: 'filter-tools' });
  readonly #status = el('div', { class: 'filter-status' });
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
  #model: FilterModel | undefined;
  /** The generation of the list whose result was said. */
  #announced: number | undefined;

  constructor(formats: Formats, listener: FilterListener) {
    this.#formats = formats;
    this.#listener = listener;
    this.#draft = new FilterDraft({
      onApply: filter => listener.onFilter(filter),
      onChange: () => this.#draw(),
    });
    this.#field = new FilterField({
      onType: words => this.#draft.type(words),
      onEnter: () => this.#draft.apply(),
      onClear: () => this.#clear(),
      onLeave: () => listener.onLeave(),
      paths: () => listener.paths(),
    });
    this.#saved = new Popup({
      name: 'filterSaved',
      icon: 'bookmark',
      content: () => savedFilters(this.#model?.filters ?? [], this.#canSave, this.#popupActions),
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

  render(model: FilterModel): void {
    this.#model = model;
    this.#draft.follow(model.view.filter);
    this.#draw();
    this.#saved.update();
  }

  get #canSave(): boolean {
    return this.#draft.text.trim() !== '' && this.#draft.problems.length === 0;
  }

  #clear(): void {
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
    if (this.#model) {
      const { view, list } = this.#model;
      render(filterStatus(view, list, this.#formats, this.#statusActions), this.#status);
      this.#announce(list, view.filter !== '');
    }
  }

  /** Says once for each filter what it found, when all rows have been looked at. */
  #announce(list: ListView, isFiltered: boolean): void {
    const isDone = progressOf(list).percent === undefined;
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
