import type { FindBytes } from './literalSearch.ts';
import { isOpaque, rowScreen, type RowScreen } from './rowScreen.ts';
import { Known, SearchedRows } from './searchedRows.ts';
import type { Block } from '../record/block.ts';
import type { BlockRows, MatchedRows, OpenRecord } from '../capture/matchedRows.ts';
import { RowMatch, type BlockSearch, type ViewMatcher } from '../capture/viewMatcher.ts';

/** What becomes of a row; or the matcher must decide. */
const Verdict = { ...RowMatch, Open: 4 } as const;
type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** From so many rows in a hundred on that are open, the payloads are taken at once. */
const manyOpen = 25;

/** Blocks with more payload are not lent, but have memory of their own. */
const maxLentByteLength = 1024 * 1024;

/**
 * Classifies rows by their bytes, a block at a time: as the matcher would classify each, but much faster.
 * What is not so simple is left to the matcher.
 */
export class ScreenSearch implements BlockSearch {
  readonly #test: ViewMatcher;
  readonly #shows: RowScreen | undefined;
  readonly #hides: RowScreen | undefined;
  /** Of the condition at its best, see `ViewMatcher.bestCase`. */
  readonly #mayMatch: RowScreen | undefined;

  constructor(test: ViewMatcher, find: FindBytes) {
    const { bestCase, query } = test;
    this.#test = test;
    this.#shows = query.condition && rowScreen(query.condition, find);
    this.#hides = query.hide && rowScreen(query.hide, find);
    this.#mayMatch = bestCase && rowScreen(bestCase, find);
  }

  /** @param areJson whether all messages of the block are known to be JSON */
  *find(
    { block, begin, end }: BlockRows,
    isEach: boolean,
    areJson: () => boolean,
  ): Generator<MatchedRows> {
    const rows = new SearchedRows(block, begin, end, this.#test.decode);
    const verdicts = this.#verdictsOn(rows, areJson);
    if (!verdicts) {
      return;
    }
    const recordOf = openRecords(rows, isOpenOften(verdicts));
    for (let row = 0; row < rows.count;) {
      const start = row;
      const verdict = verdicts[start];
      do {
        row++;
      } while (verdicts[row] === verdict && !(isEach && verdict === Verdict.Shown));
      const count = row - start;
      if (verdict === Verdict.Shown) {
        yield { is: 'shown', seq: block.firstSeq + begin + start, count, at: rows.timeOf(start) };
      } else if (verdict === Verdict.Hidden) {
        yield { is: 'hidden', count };
      } else if (verdict === Verdict.Unread) {
        yield { is: 'unread', count };
      } else if (verdict === Verdict.Open) {
        for (let open = start; open < row; open++) {
          yield { is: 'open', record: recordOf(open) };
        }
      }
    }
  }

  /** Whether all messages of a block are JSON for sure. */
  isJson(block: Block): boolean {
    const rows = new SearchedRows(block, 0, block.rowCount, this.#test.decode);
    for (let row = 0; row < rows.count; row++) {
      if (isOpaque(rows, row) !== Known.No) {
        return false;
      }
    }
    return true;
  }

  /** `undefined` if all rows are out. */
  #verdictsOn(rows: SearchedRows, areJson: () => boolean): Uint8Array | undefined {
    const shown = new Uint8Array(rows.count).fill(Known.Yes);
    this.#shows?.(rows, shown);
    const areOut = isFilledWith(shown, Known.No);
    if (areOut && !this.#mayMatch) {
      return undefined;
    }
    const hidden = new Uint8Array(rows.count);
    this.#hides?.(rows, hidden);
    const unread = this.#unreadAmong(rows, shown, hidden, areJson);
    if (areOut && !unread) {
      return undefined;
    }
    for (let row = 0; row < rows.count; row++) {
      shown[row] = verdictOf(shown[row], hidden[row], unread?.[row]);
    }
    return shown;
  }

  /** Which of the rows that are not shown could not be looked into; `undefined` if none. */
  #unreadAmong(
    rows: SearchedRows,
    shown: Uint8Array,
    hidden: Uint8Array,
    areJson: () => boolean,
  ): Uint8Array | undefined {
    if (!this.#mayMatch) {
      return undefined;
    }
    const unread = new Uint8Array(rows.count);
    this.#mayMatch(rows, unread);
    let isAny = false;
    for (let row = 0; row < rows.count; row++) {
      const isOut = shown[row] === Known.No;
      unread[row] = isOut ? Math.min(unread[row] ?? 0, Known.Yes - (hidden[row] ?? 0)) : Known.No;
      isAny ||= unread[row] !== Known.No;
    }
    if (!isAny || areJson()) {
      return undefined;
    }
    for (let row = 0; row < rows.count; row++) {
      if (unread[row] !== Known.No) {
        unread[row] = Math.min(unread[row] ?? 0, isOpaque(rows, row));
      }
    }
    return unread;
  }
}

function verdictOf(shown = 0, hidden = 0, unread = 0): Verdict {
  if (shown === Known.No) {
    return unread === Known.No ? Verdict.Out : unread === Known.Yes ? Verdict.Unread : Verdict.Open;
  }
  if (shown === Known.Open || hidden === Known.Open) {
    return Verdict.Open;
  }
  return hidden === Known.Yes ? Verdict.Hidden : Verdict.Shown;
}

function isFilledWith(all: Uint8Array, known: Known): boolean {
  for (const each of all) {
    if (each !== known) {
      return false;
    }
  }
  return true;
}

function isOpenOften(verdicts: Uint8Array): boolean {
  let count = 0;
  for (const verdict of verdicts) {
    count += verdict === Verdict.Open ? 1 : 0;
  }
  return count > 1 && 100 * count >= manyOpen * verdicts.length;
}

/** Copies what is lent: all at once if many rows are open. */
function openRecords(rows: SearchedRows, areMany: boolean): (row: number) => OpenRecord {
  let all: { readonly bytes: Uint8Array; readonly texts: string | undefined } | undefined;
  return row => {
    const areLent = rows.bytes.length <= maxLentByteLength;
    all ??= {
      bytes: areMany && areLent ? rows.bytes.slice() : rows.bytes,
      texts: areMany ? rows.ascii : undefined,
    };
    const begin = rows.beginOf(row);
    const end = rows.endOf(row);
    return {
      seq: rows.block.firstSeq + rows.begin + row,
      at: rows.timeOf(row),
      flags: rows.flagsOf(row),
      payload: areLent && !areMany ? all.bytes.slice(begin, end) : all.bytes.subarray(begin, end),
      text: all.texts?.slice(begin, end),
    };
  };
}
