import {
  columnHeadings,
  isOfList,
  layOut,
  moveColumn,
  maxWidth,
  minWidth,
  placeColumn,
  timeModes,
  defaultColumns,
  widthOf,
  type ColumnLayout,
  type ColumnName,
  type ColumnSettings,
  type ListRoom,
  type ListTraits,
  type TimeMode,
} from './rows/columns.ts';
import { el } from '../widgets/dom.ts';
import { Sash } from '../widgets/sash.ts';
import { below, openMenu, type MenuItem } from '../widgets/menu.ts';
import { text } from '../widgets/strings.ts';

const timeNames = {
  clock: 'timeClock',
  start: 'timeStart',
  previous: 'timePrevious',
  selected: 'timeSelected',
} as const;

const timeHeadings = {
  clock: 'time',
  start: 'timeStartHeading',
  previous: 'timePreviousHeading',
  selected: 'timeSelectedHeading',
} as const;

interface Heading {
  readonly name: ColumnName;
  readonly element: HTMLElement;
  readonly words: HTMLElement;
  readonly sash: Sash | undefined;
}

/** How far a pointer moves, in pixels, before a press is a drag. */
const dragPixels = 5;

/**
 * The headings, by which the user chooses the columns, their order and their widths, by pointer and by
 * keyboard. One heading at a time can be reached by Tab, and from it the sash of its width.
 */
export class ListHead {
  readonly element: HTMLElement;
  readonly #row = el('div', { 'role': 'row', 'class': 'row', 'aria-rowindex': '1' });
  readonly #headings: readonly Heading[];
  readonly #onChange: (settings: ColumnSettings) => void;
  #settings: ColumnSettings;
  #layout: ColumnLayout;
  #traits: ListTraits = { isMerged: false, isDecoded: false, known: new Set() };
  #room: ListRoom | undefined;
  #current: ColumnName = 'time';

  constructor(settings: ColumnSettings, onChange: (settings: ColumnSettings) => void) {
    this.#settings = settings;
    this.#onChange = onChange;
    this.#layout = layOut(settings, this.#traits);
    this.#headings = defaultColumns.order.map(name => this.#heading(name));
    this.element = el('div', { role: 'rowgroup', class: 'head' }, this.#row);
    this.#arrange();
  }

  get settings(): ColumnSettings {
    return this.#settings;
  }

  get layout(): ColumnLayout {
    return this.#layout;
  }

  /** @returns whether the columns are others than before */
  take(traits: ListTraits): boolean {
    const { isMerged, isDecoded, known } = this.#traits;
    if (
      traits.isMerged === isMerged &&
      traits.isDecoded === isDecoded &&
      traits.known.size === known.size &&
      [...known].every(name => traits.known.has(name))
    ) {
      return false;
    }
    this.#traits = traits;
    this.#arrange();
    return true;
  }

  /** @returns whether the columns are others than before */
  fit(room: ListRoom): boolean {
    const known = this.#room;
    if (room.width === known?.width && room.rowWidth === known.rowWidth && room.em === known.em) {
      return false;
    }
    this.#room = room;
    this.#arrange();
    return true;
  }

  /** The menu items that show and hide columns. */
  columnItems(): readonly MenuItem[] {
    const { hidden } = this.#settings;
    return [
      ...defaultColumns.order
        .filter(name => name !== 'preview' && isOfList(name, this.#traits))
        .map((name): MenuItem => {
          const isChecked = !hidden.includes(name);
          const others = hidden.filter(each => each !== name);
          return {
            kind: 'choice',
            label: text(columnHeadings[name]),
            isChecked,
            staysOpen: true,
            run: () => this.#change({ hidden: isChecked ? [...hidden, name] : others }),
          };
        }),
      { kind: 'line' },
      { kind: 'action', label: text('resetColumns'), run: () => this.#change(defaultColumns) },
    ];
  }

  /** The menu items that choose what the time of a row is counted from. */
  timeItems(): readonly MenuItem[] {
    return timeModes.map(time => ({
      kind: 'choice',
      label: text(timeNames[time]),
      isRadio: true,
      isChecked: this.#settings.time === time,
      run: () => this.#change({ time }),
    }));
  }

  #headingItems(name: ColumnName): readonly MenuItem[] {
    const { shown } = this.#layout;
    const at = shown.indexOf(name);
    const move = (by: -1 | 1): MenuItem => ({
      kind: 'action',
      label: text(by === -1 ? 'moveColumnBack' : 'moveColumnOn'),
      keys: by === -1 ? 'Alt+Shift+←' : 'Alt+Shift+→',
      isDisabled: shown[at + by] === undefined,
      run: () => this.#change(moveColumn(this.#settings, shown, name, by)),
    });
    return [
      ...(name === 'time' ? [...this.timeItems(), { kind: 'line' } as const] : []),
      move(-1),
      move(1),
      { kind: 'line' },
      ...this.columnItems(),
    ];
  }

  #change(change: Partial<ColumnSettings>): void {
    this.#settings = { ...this.#settings, ...change };
    this.#arrange();
    this.#onChange(this.#settings);
  }

  #arrange(): void {
    this.#layout = layOut(this.#settings, this.#traits, this.#room);
    const { shown } = this.#layout;
    if (!shown.includes(this.#current)) {
      this.#current = shown[0] ?? 'preview';
    }
    const headings = shown.flatMap(name => this.#headings.find(each => each.name === name) ?? []);
    this.#order(headings.map(({ element }) => element));
    headings.forEach((heading, index) => this.#update(heading, index));
  }

  /** Moves the others around the focused heading, which would lose focus and pointer if it moved. */
  #order(elements: readonly HTMLElement[]): void {
    const { children } = this.#row;
    if (
      children.length === elements.length &&
      elements.every((element, at) => children[at] === element)
    ) {
      return;
    }
    const held = elements.findIndex(element => element.contains(document.activeElement));
    const pivot = elements[held];
    if (!pivot) {
      this.#row.replaceChildren(...elements);
      return;
    }
    for (const child of [...children]) {
      if (child !== pivot) {
        child.remove();
      }
    }
    pivot.before(...elements.slice(0, held));
    pivot.after(...elements.slice(held + 1));
  }

  #update({ name, element, words, sash }: Heading, index: number): void {
    const { time } = this.#settings;
    element.ariaColIndex = String(index + 1);
    element.tabIndex = name === this.#current ? 0 : -1;
    words.textContent = text(name === 'time' ? timeHeadings[time] : columnHeadings[name]);
    const isBehind = index > this.#layout.shown.indexOf('preview');
    if (sash) {
      sash.element.hidden = name === 'connection' && this.#layout.isMarkOnly;
      sash.element.classList.toggle('behind', isBehind);
      sash.element.tabIndex = name === this.#current ? 0 : -1;
      sash.edge = isBehind ? 'start' : 'end';
      sash.refresh();
    }
  }

  #heading(name: ColumnName): Heading {
    const words = el('span', { class: 'heading' });
    const element = el(
      'div',
      { 'role': 'columnheader', 'class': name, 'aria-haspopup': 'menu' },
      words,
    );
    const sash = name === 'preview' ? undefined : this.#makeSash(name);
    if (sash) {
      element.append(sash.element);
    }
    element.title = text('headingHint');
    element.addEventListener('pointerdown', event => this.#onPress(name, event));
    element.addEventListener('keydown', event => this.#onKey(name, event));
    element.addEventListener('contextmenu', event => {
      event.preventDefault();
      event.stopPropagation();
      this.#openMenu(name, { x: event.clientX, y: event.clientY });
    });
    return { name, element, words, sash };
  }

  #makeSash(name: ColumnName): Sash {
    return new Sash({
      className: 'column-handle',
      label: text('resizeColumn', text(columnHeadings[name])),
      edge: 'end',
      step: 0.5,
      keys: { Home: 'min', Escape: 'default' },
      ariaScale: 10,
      size: () => this.#widthOf(name),
      // The content keeps its half of the list.
      bounds: () => {
        const width = this.#widthOf(name);
        return [Math.min(width, minWidth), Math.min(maxWidth, width + this.#layout.spare)];
      },
      unitPixels: () => Number.parseFloat(getComputedStyle(document.body).fontSize),
      onResize: width => this.#resize(name, width),
    });
  }

  #widthOf(name: ColumnName): number {
    return this.#layout.widths.get(name) ?? widthOf(name, this.#settings);
  }

  #resize(name: ColumnName, width: number | undefined): void {
    const others = Object.entries(this.#settings.widths).filter(([other]) => other !== name);
    this.#change({
      widths: Object.fromEntries(
        width === undefined ? others : [...others, [name, Math.round(width * 100) / 100]],
      ),
    });
  }

  #of(name: ColumnName): HTMLElement | undefined {
    return this.#headings.find(each => each.name === name)?.element;
  }

  #focus(name: ColumnName): void {
    this.#current = name;
    this.#arrange();
    this.#of(name)?.focus();
  }

  /** A press without a move opens the menu; with one it drags the column. */
  #onPress(name: ColumnName, event: PointerEvent): void {
    const element = this.#of(name);
    if (event.button !== 0 || !element || event.target === null) {
      return;
    }
    event.preventDefault();
    this.#focus(name);
    element.setPointerCapture(event.pointerId);
    const stop = new AbortController();
    const { signal } = stop;
    let isDragged = false;
    element.addEventListener(
      'pointermove',
      ({ clientX }) => {
        isDragged ||= Math.abs(clientX - event.clientX) > dragPixels;
        if (isDragged) {
          element.classList.add('dragged');
          this.#dragTo(name, clientX);
        }
      },
      { signal },
    );
    element.addEventListener(
      'lostpointercapture',
      () => {
        stop.abort();
        element.classList.remove('dragged');
        if (!isDragged) {
          this.#openMenu(name, below(element));
        }
      },
      { signal },
    );
  }

  #dragTo(name: ColumnName, clientX: number): void {
    const from = this.#layout.shown.indexOf(name);
    const over = this.#layout.shown.findIndex(each => {
      const box = this.#of(each)?.getBoundingClientRect();
      return box && clientX >= box.left && clientX <= box.right;
    });
    const other = this.#layout.shown[over];
    const box = other && this.#of(other)?.getBoundingClientRect();
    const own = this.#of(name)?.getBoundingClientRect();
    if (other === undefined || over === from || !box || !own) {
      return;
    }
    // The column moves only once it would be under the pointer in its new place.
    const isLeftOf = box.left < own.left;
    if (isLeftOf ? clientX < box.left + own.width : clientX > box.right - own.width) {
      this.#change(placeColumn(this.#settings, name, other, over > from ? 1 : -1));
    }
  }

  #onKey(name: ColumnName, event: KeyboardEvent): void {
    const { key, altKey, shiftKey } = event;
    if (event.target !== this.#of(name) || event.ctrlKey || event.metaKey) {
      return;
    }
    const isRightToLeft = getComputedStyle(this.#row).direction === 'rtl';
    const way = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
    const by = isRightToLeft ? -way : way;
    const { shown } = this.#layout;
    if (by !== 0 && altKey && shiftKey) {
      this.#change(moveColumn(this.#settings, shown, name, by === 1 ? 1 : -1));
    } else if (by !== 0 && !altKey && !shiftKey) {
      this.#focus(shown[shown.indexOf(name) + by] ?? name);
    } else if (key === ' ' && name === 'time') {
      const { time } = this.#settings;
      const next: TimeMode = timeModes[(timeModes.indexOf(time) + 1) % timeModes.length] ?? 'clock';
      this.#change({ time: next });
    } else if (isMenuKey(event)) {
      const element = this.#of(name);
      if (element) {
        this.#openMenu(name, below(element));
      }
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #openMenu(name: ColumnName, place: { x: number; y: number }): void {
    openMenu(text(columnHeadings[name]), () => this.#headingItems(name), place);
  }
}

function isMenuKey({ key, altKey, shiftKey }: KeyboardEvent): boolean {
  if (altKey) {
    return false;
  }
  return shiftKey ? key === 'F10' : ['Enter', ' ', 'ContextMenu', 'ArrowDown'].includes(key);
}
