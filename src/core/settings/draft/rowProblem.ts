/** What is wrong with one row of a list while it is edited. */
export interface RowProblem {
  /** The place of the row in the list, counted from 0. */
  readonly row: number;
  /** Which part of the row, such as `content`. */
  readonly part: string;
  readonly sentence: string;
}

/** A number as it was typed, with a decimal point or comma; text that is none stays text. */
export function typedNumber(text: string): number | string {
  const number = Number(text.trim().replace(',', '.'));
  return Number.isFinite(number) ? number : text.trim();
}
