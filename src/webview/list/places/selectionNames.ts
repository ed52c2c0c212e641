import type { PageRow } from '../../../shared/monitorProtocol.ts';
import { rowName, type RowName } from './rowSeeker.ts';
import type { RowSelection } from './rowSelection.ts';

/** Of more rows than these only the active one is selected in another list. */
const maxNames = 100;

export function areTooMany({ count }: Pick<RowSelection, 'count'>): boolean {
  return count > maxNames;
}

/** The names of the selected rows, learnt while these are known: they may be far apart. */
export class SelectionNames {
  #names = new Map<number, RowName>();

  /** The list has become another. */
  clear(): void {
    this.#names.clear();
  }

  learn(position: number, name: RowName): void {
    this.#names.set(position, name);
  }

  /** The names of all selected rows; `undefined` if it is one, or if they are too many. */
  of(
    selection: RowSelection,
    find: (position: number) => PageRow | undefined,
  ): readonly RowName[] | undefined {
    const before = this.#names;
    this.#names = new Map();
    if (areTooMany(selection)) {
      return undefined;
    }
    const { ranges, count } = selection;
    for (const [from, to] of ranges) {
      for (let position = from; position < to; position++) {
        const row = find(position);
        const name = row ? rowName(row) : before.get(position);
        if (name) {
          this.#names.set(position, name);
        }
      }
    }
    return count > 1 ? [...this.#names.values()] : undefined;
  }
}
