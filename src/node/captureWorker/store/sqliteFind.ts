import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { BatchReader } from '../../../core/record/batch.ts';
import type { MatchedRows, StoredRecord } from '../../../core/capture/captureStore.ts';
import { isTextual, kindOf } from '../../../core/record/record.ts';
import { RowMatch, type ViewMatcher } from '../../../core/capture/viewMatcher.ts';
import {
  filterSql,
  opaqueSql,
  unreadSql,
  type FilterSql,
  type FilterSqlOptions,
} from './filterSql.ts';

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
  readonly verdict: RowMatch | null;
}

/** Reads and searches rows of a capture's tables. Throws what SQLite throws. */
export class RowFinder {
  readonly #database: DatabaseSync;
  readonly #records: RecordReader;
  readonly #searches = new WeakMap<ViewMatcher, Map<string, Search>>();
  /** Of rows before, which were stored by another, nothing is known. */
  readonly #knownFrom: number;
  /** In their order, the blocks with other rows than plain texts. */
  readonly #blocks = new Map<number, Known>();
  /** Whether all messages of a block are JSON, which takes long to find out; of whole blocks only. */
  readonly #areJson = new Map<number, boolean>();
  readonly #opaqueStatements = new Map<Known, StatementSync>();
  #nextSeq: number;

  /** @param nextSeq the number of the row that is stored next */
  constructor(database: DatabaseSync, nextSeq: number) {
    this.#database = database;
    this.#knownFrom = nextSeq;
    this.#nextSeq = nextSeq;
    this.#records = new RecordReader(database);
  }

  /** To be called with each batch: most rows are plain texts, which makes a search short. */
  appended(batch: BatchReader): void {
    const known = knownOf(batch);
    this.#nextSeq = batch.nextSeq;
    const end = blockOf(batch.nextSeq - 1) + 1;
    for (let block = blockOf(batch.firstSeq); known > Known.PlainTexts && block < end; block++) {
      this.#blocks.set(block, Math.max(known, this.#blocks.get(block) ?? known) as Known);
    }
  }

  /** Rows before `first` are gone. */
  dropped(first: number): void {
    for (const blocks of [this.#blocks, this.#areJson]) {
      for (const block of blocks.keys()) {
        if (block < blockOf(first)) {
          blocks.delete(block);
        }
      }
    }
  }

  records(from: number, to: number): Iterable<StoredRecord> {
    return this.#records.read(from, to);
  }

  *find(test: ViewMatcher, from: number, to: number, isEach: boolean): Generator<MatchedRows> {
    for (let seq = from, end = 0; seq < to; seq = end) {
      const block = blockOf(seq);
      end = Math.min(to, (block + 1) * rowsPerBlock);
      const known =
        seq < this.#knownFrom ? Known.Nothing : (this.#blocks.get(block) ?? Known.PlainTexts);
      const areJson = test.bestCase !== undefined && this.#isJson(block, known);
      const search = this.#searchFor(test, known, areJson);
      if (search.isBlind) {
        yield* this.#open(seq, end);
      } else if (isEach || !search.isByFacts) {
        yield* this.#select(search, seq, end);
      } else {
        yield* this.#count(search, seq, end);
      }
    }
  }

  *#open(from: number, to: number): Generator<MatchedRows> {
    for (const record of this.records(from, to)) {
      yield { is: 'open', record };
    }
  }

  /** Asks for the rows that are shown or for the others, of which there are fewer. */
  *#count(search: Search, from: number, to: number): Generator<MatchedRows> {
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

  *#select({ select, parameters }: Search, from: number, to: number): Generator<MatchedRows> {
    const rows = select.all(...parameters, from, to) as unknown as FoundRow[];
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index];
      if (row?.verdict === RowMatch.Hidden) {
        yield { is: 'hidden', count: 1 };
      } else if (row?.verdict === RowMatch.Unread) {
        let count = 1;
        for (; rows[index + 1]?.verdict === RowMatch.Unread; index++) {
          count++;
        }
        yield { is: 'unread', count };
      } else if (row?.verdict === RowMatch.Shown) {
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

  /** Cached, because each new filter searches the same blocks. */
  #isJson(block: number, known: Known): boolean {
    if (block >= blockOf(this.#nextSeq)) {
      return false;
    }
    const before = this.#areJson.get(block);
    if (before !== undefined) {
      return before;
    }
    const statement =
      this.#opaqueStatements.get(known) ??
      this.#database.prepare(`
        SELECT 1 FROM record WHERE seq >= ? AND seq < ? AND (${opaqueSql(optionsOf(known))}) IS NOT 0
        LIMIT 1`);
    this.#opaqueStatements.set(known, statement);
    const range = [block * rowsPerBlock, (block + 1) * rowsPerBlock] as const;
    const areJson = statement.get(...range) === undefined;
    this.#areJson.set(block, areJson);
    return areJson;
  }

  /** @param areJson all messages that are searched are JSON */
  #searchFor(test: ViewMatcher, known: Known, areJson: boolean): Search {
    const searches = this.#searches.get(test) ?? new Map<string, Search>();
    this.#searches.set(test, searches);
    const name = `${known} ${areJson}`;
    const search = searches.get(name) ?? this.#prepare(test, known, areJson);
    searches.set(name, search);
    return search;
  }

  #prepare({ query, bestCase: hope }: ViewMatcher, known: Known, areJson: boolean): Search {
    const options = optionsOf(known);
    const shows = query.condition ? filterSql(query.condition, options) : always;
    const hides = query.hide ? filterSql(query.hide, options) : never;
    const unread = hope && !areJson ? unreadSql(hope, options) : never;
    try {
      return this.#prepareSearch(shows, hides, unread);
    } catch {
      // More parts, or deeper, than SQLite takes: the matcher has no such limits.
      return this.#prepareSearch(undecided, never, never);
    }
  }

  #prepareSearch(shows: FilterSql, hides: FilterSql, unread: FilterSql): Search {
    const facts = `
      FROM (
        SELECT
          seq, at, (${shows.sql}) AS shows, (${hides.sql}) AS hides, (${unread.sql}) AS unread
        FROM record WHERE seq >= ? AND seq < ?
      )`;
    // Left out if the answer is known, because it is evaluated for each row that does not match.
    const orUnread = unread === never ? '' : 'OR (unread IS NOT 0 AND hides IS NOT 1)';
    return {
      isBlind: shows.sql === undecided.sql,
      isByFacts: shows.isByFacts && hides.isByFacts,
      select: this.#database.prepare(`
        SELECT
          seq, at,
          CASE
            WHEN shows IS NULL OR hides IS NULL OR (NOT shows AND unread IS NULL) THEN NULL
            WHEN shows THEN iif(hides, ${RowMatch.Hidden}, ${RowMatch.Shown})
            ELSE ${RowMatch.Unread}
          END AS verdict
        ${facts} WHERE shows IS NOT 0 ${orUnread} ORDER BY seq`),
      count: this.#database.prepare(`
        SELECT
          count(*) AS total,
          count(*) FILTER (WHERE shows AND NOT hides) AS shown,
          count(*) FILTER (WHERE shows AND hides) AS hidden
        ${facts}`),
      others: this.#database.prepare(`
        SELECT seq ${facts} WHERE NOT (shows AND NOT hides) ORDER BY seq`),
      parameters: [...shows.parameters, ...hides.parameters, ...unread.parameters],
    };
  }
}

const always: FilterSql = { sql: '1', parameters: [], isByFacts: true };
const never: FilterSql = { sql: '0', parameters: [], isByFacts: true };
const undecided: FilterSql = { sql: 'NULL', parameters: [], isByFacts: false };

function optionsOf(known: Known): FilterSqlOptions {
  return { areTexts: known === Known.PlainTexts, mayHoldNul: known === Known.Nothing };
}

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

/** Rows whose facts are read at once. */
const rowsPerRead = 512;

/** Bytes of payload that are read at once at most, unless one row has more. */
const byteLengthPerRead = 512 * 1024;

const selectFacts = `
  SELECT seq, at, flags, octet_length(payload) AS size FROM record
  WHERE seq >= ? AND seq < ? ORDER BY seq`;

/** One blob for all rows, which is cut here: to be handed one for each takes several times as long. */
const selectPayloads = `
  SELECT CAST(group_concat(payload, '') AS BLOB) AS payload
  FROM (SELECT payload FROM record WHERE seq >= ? AND seq <= ? ORDER BY seq)`;

const selectLarge = 'SELECT CAST(payload AS BLOB) AS payload FROM large_payload WHERE seq = ?';

/** A long payload is in the other table: its row has no size. */
type Facts = Omit<StoredRecord, 'payload'> & { readonly size: number | null };

/** Reads rows of a capture's tables with their payloads. Throws what SQLite throws. */
class RecordReader {
  readonly #selectFacts: StatementSync;
  readonly #selectPayloads: StatementSync;
  readonly #selectLarge: StatementSync;

  constructor(database: DatabaseSync) {
    this.#selectFacts = database.prepare(selectFacts);
    this.#selectPayloads = database.prepare(selectPayloads);
    this.#selectLarge = database.prepare(selectLarge);
  }

  /** Rows `from` up to, not including, `to`. */
  *read(from: number, to: number): Generator<StoredRecord> {
    for (let seq = from; seq < to; seq += rowsPerRead) {
      const end = Math.min(to, seq + rowsPerRead);
      const rows = this.#selectFacts.all(seq, end) as unknown as readonly Facts[];
      for (const part of partsOf(rows)) {
        yield* this.#readPart(part);
      }
    }
  }

  *#readPart(rows: readonly Facts[]): Generator<StoredRecord> {
    const bytes = bytesOf(this.#selectPayloads.get(rows[0]?.seq ?? 0, rows.at(-1)?.seq ?? -1));
    let offset = 0;
    for (const { seq, at, flags, size } of rows) {
      const end = offset + (size ?? 0);
      const payload =
        size === null ? bytesOf(this.#selectLarge.get(seq)) : bytes.subarray(offset, end);
      yield { seq, at, flags, payload };
      offset = end;
    }
  }
}

function* partsOf(rows: readonly Facts[]): Generator<readonly Facts[]> {
  let begin = 0;
  let byteLength = 0;
  for (const [index, { size }] of rows.entries()) {
    byteLength += size ?? 0;
    if (byteLength > byteLengthPerRead && index > begin) {
      yield rows.slice(begin, index);
      begin = index;
      byteLength = size ?? 0;
    }
  }
  if (begin < rows.length) {
    yield rows.slice(begin);
  }
}

function bytesOf(found: unknown): Uint8Array {
  return (
    (found as { readonly payload: Uint8Array | null } | undefined)?.payload ?? new Uint8Array()
  );
}
