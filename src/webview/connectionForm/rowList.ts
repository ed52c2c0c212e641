import type { RowProblem } from '../../core/settings/draft/rowProblem.ts';
import { el, icon, setAttribute } from '../widgets/dom.ts';
import type { IconName } from '../widgets/icons.ts';
import { freshId, type Control } from './control.ts';
import { fieldLabel, formText } from './formText.ts';
import type { FormString } from '../../shared/formStrings.ts';

/** The fields of one row. */
export interface RowFields {
  /** Fields that stand beside the buttons that move the row. */
  readonly head: readonly HTMLElement[];
  readonly body: readonly HTMLElement[];
  /** The item for the settings; `undefined` if nothing was entered. */
  read(): unknown;
  /** Shows what is wrong with the row. */
  show(problems: readonly RowProblem[]): void;
  /** Names its fields for screen readers. @param number its place, counted from 1 */
  name(number: string): void;
  /** Focuses its first field, or the first that is wrong. */
  focus(): void;
}

interface Row extends RowFields {
  readonly element: HTMLElement;
  readonly title: HTMLElement;
  readonly buttons: readonly (readonly [HTMLButtonElement, FormString])[];
}

/** The texts of a list. */
interface RowListTexts {
  /** `{0}` is the number of a row. */
  readonly row: FormString;
  readonly add: FormString;
  /** What all connections have; `{0}` is how many. */
  readonly inherited: FormString;
  /** The button that inherits none of those. */
  readonly none: FormString;
  /** Shown if there is no row, and nothing is inherited. */
  readonly empty: FormString;
}

export interface RowListParts {
  readonly key: string;
  readonly value: unknown;
  readonly texts: RowListTexts;
  /** The fields for an item of the settings; `undefined` if the form has none for it. */
  readonly fieldsOf: (item: unknown, onChange: () => void) => RowFields | undefined;
  /** The fields of a new row. */
  readonly newFields: (onChange: () => void) => RowFields;
  readonly onChange: (value: unknown) => void;
  /** Opens settings.json at the list. */
  readonly openSettings: (key: string) => void;
}

/** A list of things in an order, one below the other, that can be added, moved and removed. */
export class RowList implements Control {
  readonly element: HTMLElement;
  readonly #parts: RowListParts;
  readonly #rows: Row[] = [];
  readonly #list = el('div', { class: 'form-rows' });
  readonly #hint = el('p', { class: 'form-hint' });
  readonly #problem = el('p', { class: 'form-problem', id: freshId() });
  readonly #add: HTMLButtonElement;
  /** Sets an empty list, or inherits again. */
  readonly #none: HTMLButtonElement;
  #isSet: boolean;
  #inheritedCount = 0;
  #problems: readonly RowProblem[] = [];

  constructor(parts: RowListParts) {
    const { key, value, texts } = parts;
    this.#parts = parts;
    this.#isSet = value !== undefined;
    this.#add = button('secondary', texts.add, () => {
      const row = this.#addRow(parts.newFields(() => this.#changed()));
      this.#settle();
      row.focus();
    });
    this.#add.prepend(icon('add'));
    this.#none = button('secondary', texts.none, () => {
      this.#isSet = !this.#isSet;
      this.#changed();
    });
    const link = button('link', 'editInSettings', () => parts.openSettings(key));
    link.setAttribute('aria-label', formText('editKeyInSettings', fieldLabel(key)));
    const title = el('span', { 'class': 'form-label', 'aria-hidden': 'true' }, fieldLabel(key));
    const bar = el('div', { class: 'form-row-bar' }, this.#add, this.#none, link);
    this.element = el(
      'div',
      { 'role': 'group', 'aria-label': fieldLabel(key), 'class': 'form-field' },
      title,
      this.#hint,
      this.#list,
      this.#problem,
      bar,
    );
    this.#problem.hidden = true;
    const items: readonly unknown[] = Array.isArray(value) ? value : [];
    for (const item of items) {
      this.#addRow(parts.fieldsOf(item, () => this.#changed()) ?? keptFields(item));
    }
    this.#settle();
  }

  show(
    problem: string | undefined,
    inherited: unknown,
    problems: readonly RowProblem[] = [],
  ): void {
    this.#inheritedCount = Array.isArray(inherited) ? inherited.length : 0;
    this.#problems = problems;
    this.#problem.hidden = problem === undefined;
    this.#problem.textContent = problem ?? '';
    this.#settle();
  }

  focus(): void {
    const [first] = this.#problems;
    const row = first && this.#written()[first.row]?.row;
    (row ?? this.#add).focus();
  }

  #addRow(fields: RowFields): Row {
    const title = el('span', { class: 'form-row-title' });
    const buttons = [
      [button('tool', undefined, () => this.#move(row, -1), 'arrow-up'), 'moveRowUp'],
      [button('tool', undefined, () => this.#move(row, 1), 'arrow-down'), 'moveRowDown'],
      [button('tool', undefined, () => this.#remove(row), 'close'), 'removeRow'],
    ] as const;
    const tools = el('span', { class: 'form-row-tools' }, ...buttons.map(([each]) => each));
    const element = el(
      'div',
      { role: 'group', class: 'form-row' },
      el('div', { class: 'form-row-head' }, title, ...fields.head, tools),
      ...fields.body,
    );
    element.addEventListener('keydown', event => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (by !== undefined && event.altKey && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        this.#move(row, by);
      }
    });
    const row: Row = { ...bound(fields), element, title, buttons };
    this.#rows.push(row);
    this.#list.append(element);
    return row;
  }

  /** Moves a row by one place; the focus stays where it is. */
  #move(row: Row, by: number): void {
    const from = this.#rows.indexOf(row);
    const to = from + by;
    if (to < 0 || to >= this.#rows.length) {
      return;
    }
    const focused = document.activeElement;
    this.#rows.splice(to, 0, ...this.#rows.splice(from, 1));
    const next = this.#rows[to + 1]?.element ?? null;
    this.#list.insertBefore(row.element, next);
    this.#changed();
    if (focused instanceof HTMLElement && row.element.contains(focused)) {
      const isUsable = !(focused instanceof HTMLButtonElement && focused.disabled);
      (isUsable ? focused : row.buttons.find(([each]) => !each.disabled)?.[0])?.focus();
    }
  }

  #remove(row: Row): void {
    const at = this.#rows.indexOf(row);
    this.#rows.splice(at, 1);
    row.element.remove();
    // Without rows nothing is set, rather than an empty list.
    this.#isSet = false;
    this.#changed();
    (this.#rows[at] ?? this.#rows[at - 1] ?? this.#add).focus();
  }

  /** The rows that have something in them, with their items. */
  #written(): readonly { readonly row: Row; readonly item: unknown }[] {
    return this.#rows
      .map(row => ({ row, item: row.read() }))
      .filter(({ item }) => item !== undefined);
  }

  #changed(): void {
    const items = this.#written().map(({ item }) => item);
    this.#isSet = this.#rows.length > 0 ? items.length > 0 : this.#isSet;
    this.#problems = [];
    this.#parts.onChange(this.#isSet ? items : undefined);
    this.#settle();
  }

  /** Shows numbers, problems and what can be done now. */
  #settle(): void {
    const { texts } = this.#parts;
    const written = this.#written();
    for (const [index, row] of this.#rows.entries()) {
      const number = String(index + 1);
      row.title.textContent = number;
      row.element.setAttribute('aria-label', formText(texts.row, number));
      row.name(number);
      for (const [each, name] of row.buttons) {
        const words = formText(name, formText(texts.row, number));
        each.setAttribute('aria-label', words);
        each.title = words;
      }
      const [up, down] = row.buttons;
      setDisabled(up?.[0], index === 0);
      setDisabled(down?.[0], index === this.#rows.length - 1);
      const place = written.findIndex(each => each.row === row);
      row.show(this.#problems.filter(problem => problem.row === place));
    }
    const isEmpty = this.#rows.length === 0;
    const inherited = this.#inheritedCount;
    const text =
      inherited > 0 ? formText(texts.inherited, String(inherited)) : formText(texts.empty);
    this.#hint.textContent = text;
    this.#hint.hidden = !isEmpty && inherited === 0;
    this.#none.hidden = !isEmpty || (inherited === 0 && !this.#isSet);
    this.#none.textContent = formText(this.#isSet ? 'useDefault' : texts.none);
    this.#hint.classList.toggle('struck', this.#isSet && inherited > 0);
  }
}

function setDisabled(target: HTMLButtonElement | undefined, isDisabled: boolean): void {
  if (target) {
    target.disabled = isDisabled;
  }
}

/** Methods stay methods of the object that has them. */
function bound(fields: RowFields): RowFields {
  return {
    head: fields.head,
    body: fields.body,
    read: () => fields.read(),
    show: problems => fields.show(problems),
    name: number => fields.name(number),
    focus: () => fields.focus(),
  };
}

/** A row for an item that only settings.json can change. */
function keptFields(item: unknown): RowFields {
  const text = el('code', { class: 'form-kept', tabindex: '-1' }, shortened(item));
  return {
    head: [text],
    body: [el('p', { class: 'form-hint' }, formText('keptRow'))],
    read: () => item,
    show: () => undefined,
    name: () => undefined,
    focus: () => text.focus(),
  };
}

function shortened(item: unknown): string {
  const json = JSON.stringify(item);
  return json.length > 80 ? `${json.slice(0, 80)}…` : json;
}

function button(
  className: string,
  label: FormString | undefined,
  press: () => void,
  iconName?: IconName,
): HTMLButtonElement {
  const made = el('button', { type: 'button', class: className });
  made.append(...(iconName ? [icon(iconName)] : []), label ? formText(label) : '');
  made.addEventListener('click', press);
  return made;
}

/** Marks a field as wrong, and says why below it. */
export class PartProblem {
  readonly element = el('p', { class: 'form-problem', id: freshId() });
  readonly #field: HTMLElement;

  constructor(field: HTMLElement) {
    this.#field = field;
    this.element.hidden = true;
  }

  /** Whether it shows one. */
  get isShown(): boolean {
    return !this.element.hidden;
  }

  show(sentence: string | undefined): void {
    this.element.hidden = sentence === undefined;
    this.element.textContent = sentence ?? '';
    setAttribute(this.#field, 'aria-invalid', sentence === undefined ? undefined : 'true');
    const id = sentence === undefined ? undefined : this.element.id;
    setAttribute(this.#field, 'aria-describedby', id);
  }

  focus(): void {
    this.#field.focus();
  }
}
