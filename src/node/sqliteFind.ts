import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { BatchReader } from '../core/capture/batch.ts';
import type { Found, StoredRecord } from '../core/capture/captureStore.ts';
import { isTextual, kindOf } from '../core/capture/record.ts';
import { Verdict, type ViewTest } from '../core/capture/viewTest.ts';
import { filterSql, type FilterSql } from './filterSql.ts';
import { RecordReader } from './sqliteRecords.ts';

/** Rows that are looked through at once, and of which it is known together what they hold. */
const rowsPerBlock = 1024;

interface Search {
  /** Nothing is known of any row without its payload. */
  readonly isBlind: boolean;
  /** No payload is looked at, and nothing is left for the matcher to decide on. */
  readonly isByFacts: boolean;
  /** The rows that are shown, are hidden, or may be. */
  readonly select: StatementSync;
  /** How many there are, are shown, and are hidden. */
  readonly count: StatementSync;
  /** The rows that are not shown. */
  readonly others: StatementSync;
  /** Of each; the range follows. */
  readonly parameters: readonly (string | number)[];
}

/** What is known of the rows of a block, from the most to the least. */
const Known = { PlainTexts: 0, NoNul: 1, Nothing: 2 } as const;
type Known = (typeof Known)[keyof typeof Known];

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
  readonly #searches = new WeakMap<ViewTest, Map<Known, Search>>();
  /** Of rows before, which were stored by another, nothing is known. */
  readonly #knownFrom: number;
  /** In their order, the blocks with other rows than plain texts. */
  readonly #blocks = new Map<number, Known>();

  /** @param nextSeq the number of the row that is stored next */
  constructor(database: DatabaseSync, nextSeq: number) {
    this.#database = database;
    this.#knownFrom = nextSeq;
    this.#records = new RecordReader(database);
  }

  /** Must be told of each batch: most rows are plain texts, which makes a search short. */
  appended(batch: BatchReader): void {
    const known = knownOf(batch);
    const end = blockOf(batch.nextSeq - 1) + 1;
    for (let block = blockOf(batch.firstSeq); known > Known.PlainTexts && block < end; block++) {
      this.#blocks.set(block, Math.max(known, this.#blocks.get(block) ?? known) as Known);
    }
  }

  /** Rows before `first` are gone. */
  dropped(first: number): void {
    for (const block of this.#blocks.keys()) {
      if (block >= blockOf(first)) {
        break;
      }
      this.#blocks.delete(block);
    }
  }

  records(from: number, to: number): Iterable<StoredRecord> {
    return this.#records.read(from, to);
  }

  *find(test: ViewTest, from: number, to: number, isEach: boolean): Generator<Found> {
    for (let seq = from, end = 0; seq < to; seq = end) {
      const block = blockOf(seq);
      end = Math.min(to, (block + 1) * rowsPerBlock);
      const known = seq < this.#knownFrom ? Known.Nothing : this.#blocks.get(block);
      const search = this.#searchFor(test, known ?? Known.PlainTexts);
      if (search.isBlind) {
        yield* this.#open(seq, end);
      } else if (isEach || !search.isByFacts) {
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

  #searchFor(test: ViewTest, known: Known): Search {
    const searches = this.#searches.get(test) ?? new Map<Known, Search>();
    this.#searches.set(test, searches);
    const search = searches.get(known) ?? this.#prepare(test, known);
    searches.set(known, search);
    return search;
  }

  #prepare({ query }: ViewTest, known: Known): Search {
    const options = {
      areTexts: known === Known.PlainTexts,
      mayHoldNul: known === Known.Nothing,
    };
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
      isByFacts: shows.isByFacts && hides.isByFacts,
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

const always: FilterSql = { sql: '1', parameters: [], isByFacts: true };
const never: FilterSql = { sql: '0', parameters: [], isByFacts: true };
const undecided: FilterSql = { sql: 'NULL', parameters: [], isByFacts: false };

function blockOf(seq: number): number {
  return Math.floor(seq / rowsPerBlock);
}

function knownOf(batch: BatchReader): Known {
  if (holdsNul(batch)) {
    return Known.Nothing;
  }
  const areTexts = batch.flags.every(flags => kindOf(flags) === 'text');
  return areTexts ? Known.PlainTexts : Known.NoNul;
}

/** Whether a text does. */
function holdsNul({ rowCount, flags, lengths, payload }: BatchReader): boolean {
  // A `Uint8Array` searches shared memory byte by byte, a `Buffer` does not.
  if (!Buffer.from(payload.buffer, payload.byteOffset, payload.length).includes(0)) {
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
