import { lowerBound } from '../../../core/base/lowerBound.ts';

/** Positions from the first up to, not including, the second. */
export type PositionRange = readonly [from: number, to: number];

/**
 * The selected rows, as ranges of positions, so that ten million cost as much as one; and the active
 * row, which keys start from and the details show.
 */
export class RowSelection {
  /** Sorted; they neither overlap nor touch. */
  #ranges: readonly PositionRange[] = [];
  #active: number | undefined;
  /** The row at which a range that grows with Shift begins. */
  #anchor: number | undefined;

  get ranges(): readonly PositionRange[] {
    return this.#ranges;
  }

  get active(): number | undefined {
    return this.#active;
  }

  get count(): number {
    return this.#ranges.reduce((sum, [from, to]) => sum + to - from, 0);
  }

  has(position: number): boolean {
    const isBefore = (index: number) => (this.#ranges[index]?.[1] ?? Infinity) <= position;
    const range = this.#ranges[lowerBound(0, this.#ranges.length, isBefore)];
    return range !== undefined && range[0] <= position;
  }

  clear(): void {
    this.#ranges = [];
    this.#active = undefined;
    this.#anchor = undefined;
  }

  only(position: number): void {
    this.#ranges = [[position, position + 1]];
    this.#active = position;
    this.#anchor = position;
  }

  /** Selects one more row, and leaves the active one as it is. */
  add(position: number): void {
    if (!this.has(position)) {
      this.#ranges = union(this.#ranges, [position, position + 1]);
    }
  }

  /** Makes a row that is selected the active one, and selects only this row if it is not. */
  keep(position: number): void {
    if (this.has(position)) {
      this.move(position);
    } else {
      this.only(position);
    }
  }

  /** Makes a row the active one and leaves the selection as it is. */
  move(position: number): void {
    this.#active = position;
  }

  toggle(position: number): void {
    const range: PositionRange = [position, position + 1];
    const rest = without(this.#ranges, range);
    this.#ranges = this.has(position) ? rest : union(rest, range);
    this.#active = position;
    this.#anchor = position;
  }

  /**
   * Selects from the row at which the selection began to this one.
   *
   * @param isAdded whether other selected rows stay selected
   */
  extend(position: number, isAdded = false): void {
    const anchor = this.#anchor ?? this.#active ?? position;
    const range: PositionRange = [Math.min(anchor, position), Math.max(anchor, position) + 1];
    this.#ranges = isAdded ? union(without(this.#ranges, range), range) : [range];
    this.#active = position;
    this.#anchor = anchor;
  }

  all(first: number, next: number): void {
    this.#ranges = first < next ? [[first, next]] : [];
    this.#anchor = first;
    this.#active ??= next - 1;
  }

  /** The rows before this position have left the list. */
  dropBelow(first: number): void {
    const [lowest] = this.#ranges;
    if (lowest && lowest[0] < first) {
      this.#ranges = without(this.#ranges, [0, first]);
    }
  }
}

function without(
  ranges: readonly PositionRange[],
  [from, to]: PositionRange,
): readonly PositionRange[] {
  return ranges.flatMap(([begin, end]): PositionRange[] => {
    const left: PositionRange = [begin, Math.min(end, from)];
    const right: PositionRange = [Math.max(begin, to), end];
    return [left, right].filter(([begin, end]) => begin < end);
  });
}

/** `range` overlaps none of the others. */
function union(ranges: readonly PositionRange[], range: PositionRange): readonly PositionRange[] {
  const merged: PositionRange[] = [];
  for (const next of [...ranges, range].sort(([one], [other]) => one - other)) {
    const last = merged.at(-1);
    if (last?.[1] === next[0]) {
      merged[merged.length - 1] = [last[0], next[1]];
    } else {
      merged.push(next);
    }
  }
  return merged;
}
