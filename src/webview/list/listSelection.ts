import type { ListView, PageRow } from '../../shared/monitorProtocol.ts';
import { RowSelection } from './rowSelection.ts';
import type { RowSource } from './rowSource.ts';

/** What is selected in a list, and the active row, which may be known only after it was chosen. */
export class ListSelection {
  readonly rows = new RowSelection();
  readonly #source: RowSource;
  readonly #onChange: (active: PageRow | undefined) => void;
  #isActiveKnown = false;

  /** @param onChange hears of each change, and of the active row when it is known */
  constructor(source: RowSource, onChange: (active: PageRow | undefined) => void) {
    this.#source = source;
    this.#onChange = onChange;
  }

  get active(): number | undefined {
    return this.rows.active;
  }

  get activeRow(): PageRow | undefined {
    const { active } = this.rows;
    return active === undefined ? undefined : this.#source.find(active);
  }

  choose(position: number, how: 'only' | 'extend' | 'add' | 'toggle'): void {
    if (how === 'extend') {
      this.rows.extend(position);
    } else if (how === 'toggle') {
      this.rows.toggle(position);
    } else if (how === 'only' || !this.rows.has(position)) {
      this.rows.only(position);
    } else {
      this.rows.move(position);
    }
    this.#changed();
  }

  moveTo(position: number, how: 'only' | 'extend' | 'move'): void {
    this.rows[how](position);
    this.#changed();
  }

  all({ first, next }: ListView): void {
    if (first < next) {
      this.rows.all(first, next);
      this.#changed();
    }
  }

  /** The list is another, in which nothing is selected yet. */
  forget(): void {
    this.rows.clear();
    this.#isActiveKnown = false;
  }

  /** Tells of the active row if it has come meanwhile; asks for it if it has not. */
  findActive({ first, next }: ListView): void {
    const { active } = this.rows;
    if (active === undefined || this.#isActiveKnown) {
      return;
    }
    if (this.#source.find(active)) {
      this.#changed();
    } else if (active >= first && active < next) {
      this.#source.want(active, active + 1);
    }
  }

  #changed(): void {
    const row = this.activeRow;
    this.#isActiveKnown = row !== undefined;
    this.#onChange(row);
  }
}
