import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { BatchReader } from '../core/capture/batch.ts';
import type { Found, StoredRecord } from '../core/capture/captureStore.ts';
import { isTextual } from '../core/capture/record.ts';
import { Verdict, type ViewTest } from '../core/capture/viewTest.ts';
import { filterSql, type FilterSql } from './filterSql.ts';
import { RecordReader } from './sqliteRecords.ts';

/** Rows that are looked through at once. */
const rowsPerSearch = 2048;

interface Search {
  /** Nothing is known of any row without its payload. */
  readonly isBlind: boolean;
  /** Nothing is left for the matcher to decide on. */
  readonly isDecided: boolean;
  /** The rows that are shown, are hidden, or may be. */
  readonly select: StatementSync;
  /** How many there are, are shown, and are hidden. */
  readonly count: StatementSync;
  /** The rows that are not shown. */
  readonly others: StatementSync;
  /** Of each; the range follows. */
  readonly parameters: readonly (string | number)[];
}

interface Counts {
  readonly total: number;
  readonly shown: number;
  readonly hidden: number;
}

interface FoundRow {
  readonly seq: number;
  readonly at: number;
  readonly verdict: Verdict | null;
}

/** Reads and searches rows of a capture's tables. Throws what SQLite throws. */
export class RowFinder {
  readonly #database: DatabaseSync;
  readonly #records: RecordReader;
  #searches = new WeakMap<ViewTest, Search>();
  #mayHoldNul: boolean;

  /** @param hasRows rows were stored by another, so that nothing is known of them */
  constructor(database: DatabaseSync, hasRows: boolean) {
    this.#database = database;
    this.#mayHoldNul = hasRows;
    this.#records = new RecordReader(database);
  }

  /** Must be told of each batch: most captures hold no NUL in any text, which makes a search short. */
  appended(batch: BatchReader): void {
    if (!this.#mayHoldNul && holdsNul(batch)) {
      this.#mayHoldNul = true;
      this.#searches = new WeakMap();
    }
  }

  records(from: number, to: number): Iterable<StoredRecord> {
    return this.#records.read(from, to);
  }

  *find(test: ViewTest, from: number, to: number, isEach: boolean): Generator<Found> {
    const search = this.#searchFor(test);
    if (search.isBlind) {
      yield* this.#open(from, to);
      return;
    }
    for (let seq = from; seq < to; seq += rowsPerSearch) {
      const end = Math.min(to, seq + rowsPerSearch);
      if (isEach || !search.isDecided) {
        yield* this.#select(search, seq, end);
      } else {
        yield* this.#count(search, seq, end);
      }
    }
  }

  *#open(from: number, to: number): Generator<Found> {
    for (const record of this.records(from, to)) {
      yield { is: 'open', record };
    }
  }

  /** Asks for the rows that are shown or for the others, of which there are fewer. */
  *#count(search: Search, from: number, to: number): Generator<Found> {
    const counts = search.count.get(...search.parameters, from, to);
    const { total, shown, hidden } = counts as unknown as Counts;
    if (total !== to - from || shown < total / 2) {
      if (shown + hidden > 0) {
        yield* this.#select(search, from, to);
      }
      return;
    }
    yield { is: 'hidden', count: hidden };
    const others = shown < total ? search.others.all(...search.parameters, from, to) : [];
    let seq = from;
    for (const other of [...(others as unknown as { readonly seq: number }[]), { seq: to }]) {
      if (other.seq > seq) {
        yield { is: 'shown', seq, count: other.seq - seq, at: 0 };
      }
      seq = other.seq + 1;
    }
  }

  *#select({ select, parameters }: Search, from: number, to: number): Generator<Found> {
    const rows = select.all(...parameters, from, to) as unknown as FoundRow[];
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index];
      if (row?.verdict === Verdict.Hidden) {
        yield { is: 'hidden', count: 1 };
      } else if (row?.verdict === Verdict.Shown) {
        yield { is: 'shown', seq: row.seq, count: 1, at: row.at };
      } else if (row) {
        const { seq } = row;
        let next = seq + 1;
        for (; rows[index + 1]?.verdict === null && rows[index + 1]?.seq === next; index++) {
          next++;
        }
        yield* this.#open(seq, next);
      }
    }
  }

  #searchFor(test: ViewTest): Search {
    let search = this.#searches.get(test);
    if (!search) {
      search = this.#prepare(test);
      this.#searches.set(test, search);
    }
    return search;
  }

  #prepare({ query }: ViewTest): Search {
    const options = { mayHoldNul: this.#mayHoldNul };
    const shows = query.condition ? filterSql(query.condition, options) : always;
    const hides = query.hide ? filterSql(query.hide, options) : never;
    try {
      return this.#prepareSearch(shows, hides);
    } catch {
      // More parts, or deeper, than SQLite takes: the matcher has no such limits.
      return this.#prepareSearch(undecided, never);
    }
  }

  #prepareSearch(shows: FilterSql, hides: FilterSql): Search {
    const facts = `
      FROM (
        SELECT seq, at, (${shows.sql}) AS shows, (${hides.sql}) AS hides FROM record
        WHERE seq >= ? AND seq < ?
      )`;
    return {
      isBlind: shows.sql === undecided.sql,
      isDecided: shows.isDecided && hides.isDecided,
      select: this.#database.prepare(`
        SELECT
          seq, at,
          CASE
            WHEN shows IS NULL OR hides IS NULL THEN NULL
            WHEN hides THEN ${Verdict.Hidden} ELSE ${Verdict.Shown}
          END AS verdict
        ${facts} WHERE shows IS NOT 0 ORDER BY seq`),
      count: this.#database.prepare(`
        SELECT
          count(*) AS total,
          count(*) FILTER (WHERE shows AND NOT hides) AS shown,
          count(*) FILTER (WHERE shows AND hides) AS hidden
        ${facts}`),
      others: this.#database.prepare(`
        SELECT seq ${facts} WHERE NOT (shows AND NOT hides) ORDER BY seq`),
      parameters: [...shows.parameters, ...hides.parameters],
    };
  }
}

const always: FilterSql = { sql: '1', parameters: [], isDecided: true };
const never: FilterSql = { sql: '0', parameters: [], isDecided: true };
const undecided: FilterSql = { sql: 'NULL', parameters: [], isDecided: false };

function holdsNul({ rowCount, flags, lengths, payload }: BatchReader): boolean {
  if (!payload.includes(0)) {
    return false;
  }
  let offset = 0;
  for (let row = 0; row < rowCount; row++) {
    const end = offset + (lengths[row] ?? 0);
    if (isTextual(flags[row] ?? 0) && payload.subarray(offset, end).includes(0)) {
      return true;
    }
    offset = end;
  }
  return false;
}
