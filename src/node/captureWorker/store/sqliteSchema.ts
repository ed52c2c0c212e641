import type { DatabaseSync } from 'node:sqlite';
import type { Extent } from '../../../core/capture/capture.ts';

/** The format of a capture file, for `PRAGMA user_version`. */
export const formatVersion = 2;

/**
 * Longer payloads have a table of their own, with their beginning beside them, so that the list of
 * rows never reads them.
 */
export const largePayloadByteLength = 64 * 1024;

export const pageByteLength = 8192;

/** How long the write-ahead log gets before it is brought into the database, which waits for the disk. */
const logByteLength = 16 * 1024 * 1024;

export const settings = `
  PRAGMA page_size = ${pageByteLength};
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA wal_autocheckpoint = ${logByteLength / pageByteLength};
  PRAGMA journal_size_limit = ${logByteLength};
`;

/**
 * The view `messages` is for people and their tools. The tables behind it are shaped for speed: a
 * row's facts are one integer, see `record.ts`. Of the capture, `started` and `ended` are
 * milliseconds since 1970; a window that did not end it leaves `ended` empty. `dropped` counts the
 * oldest rows that the limits have dropped since it was cleared. `window` is the same in all captures
 * of one window; early ones lack it. Rows below `cleared_below`, which early ones lack too, were
 * cleared: they do not count, and are removed soon. While those from `cleared_from` on can be brought
 * back, `cleared_bytes` and `cleared_dropped` are what `byte_length` and `dropped` are of the others.
 * Of a capture that was read from another file, `source` is the name of that, and `missing` counts the
 * numbers between its first row and its last that have no row.
 * `frame` has a row for a message that
 * came in several fragments or pieces, or compressed: bytes of its frames, and milliseconds from the
 * first to the last of them.
 */
export const schema = `
  CREATE TABLE IF NOT EXISTS capture (
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    started REAL NOT NULL,
    format_version INTEGER NOT NULL,
    next_seq INTEGER NOT NULL,
    byte_length INTEGER NOT NULL,
    dropped INTEGER NOT NULL,
    ended REAL,
    window TEXT,
    cleared_from INTEGER,
    cleared_below INTEGER,
    cleared_bytes INTEGER,
    cleared_dropped INTEGER,
    source TEXT,
    missing INTEGER
  );
  CREATE TABLE IF NOT EXISTS record (
    seq INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    flags INTEGER NOT NULL,
    payload BLOB
  );
  CREATE TABLE IF NOT EXISTS large_payload (
    seq INTEGER PRIMARY KEY,
    size INTEGER NOT NULL,
    head BLOB NOT NULL,
    payload BLOB NOT NULL
  );
  CREATE TABLE IF NOT EXISTS frame (
    seq INTEGER PRIMARY KEY,
    fragments INTEGER NOT NULL,
    wire_size INTEGER NOT NULL,
    duration REAL NOT NULL
  );
  CREATE VIEW IF NOT EXISTS messages AS
    SELECT
      record.seq AS seq,
      record.at AS at,
      CASE record.flags & 16 WHEN 0 THEN 'in' ELSE 'out' END AS direction,
      CASE record.flags & 15
        WHEN 0 THEN 'state' WHEN 1 THEN 'text' WHEN 8 THEN 'close' WHEN 9 THEN 'ping'
        WHEN 10 THEN 'pong' ELSE 'binary'
      END AS kind,
      (record.flags & 32) <> 0 AS heartbeat,
      nullif(trim(
        CASE record.flags & 3584
          WHEN 0 THEN '' WHEN 1024 THEN 'edited' WHEN 2048 THEN 'dropped' WHEN 3072 THEN 'original'
          ELSE 'injected'
        END || CASE record.flags & 4096 WHEN 0 THEN '' ELSE ' held' END
      ), '') AS tap,
      coalesce(large_payload.size, length(CAST(record.payload AS BLOB))) AS size,
      coalesce(record.payload, large_payload.payload) AS payload
    FROM record LEFT JOIN large_payload
      ON record.payload IS NULL AND large_payload.seq = record.seq
    WHERE record.seq >= (SELECT coalesce(max(cleared_below), 0) FROM capture);
  PRAGMA user_version = ${formatVersion};
`;

/** What a capture's file says of its rows. */
export interface StoredExtents {
  readonly extent: Extent;
  /** The rows that can be brought back. */
  readonly cleared?: Extent;
  /** There are rows that are to be removed. */
  readonly hasForgotten: boolean;
}

/** Throws what SQLite throws, and a `TypeError` if there is no capture in the file. */
export function storedExtents(database: DatabaseSync): StoredExtents {
  const found = database.prepare('SELECT * FROM capture').get();
  if (!found) {
    throw new TypeError('it has no capture');
  }
  const next = Number(found['next_seq']);
  const below = Number(found['cleared_below'] ?? 0);
  const select = database.prepare(selectFirst);
  const firstOf = (from: number, to: number) => Number(select.get(from, to)?.['first'] ?? to);
  const extent = {
    first: firstOf(below, next),
    next,
    byteLength: Number(found['byte_length']),
    dropped: Number(found['dropped']),
    ...(Number(found['missing'] ?? 0) > 0 && { missing: Number(found['missing']) }),
  };
  const from = Number(found['cleared_from'] ?? below);
  const hasForgotten = firstOf(0, from) < from;
  const bytes = found['cleared_bytes'] ?? null;
  return bytes === null
    ? { extent, hasForgotten }
    : {
        extent,
        cleared: {
          first: firstOf(from, below),
          next: below,
          byteLength: Number(bytes),
          dropped: Number(found['cleared_dropped']),
        },
        hasForgotten,
      };
}

/** The first row in a range, of which the end is not included. */
export const selectFirst = 'SELECT min(seq) AS first FROM record WHERE seq >= ? AND seq < ?';

/** Its parameters: of the rows that count, and of those that were cleared; see `schema`. */
export const updateExtents = `
  UPDATE capture SET
    next_seq = ?, byte_length = ?, dropped = ?,
    cleared_from = ?, cleared_below = ?, cleared_bytes = ?, cleared_dropped = ?`;

const flagsBits = 16;
const lengthBits = 17;

/**
 * What `insertRows` takes of a row, in one number, because binding is what costs most.
 *
 * @param flags below 2 ** 16, which all of record.ts are
 * @param offset where the payload begins in the bytes that go with it
 */
export function packRow(flags: number, offset: number, length: number): number {
  return ((offset + 1) * 2 ** lengthBits + length) * 2 ** flagsBits + flags;
}

const unpackedFlags = `column1 & ${2 ** flagsBits - 1}`;
const unpackedPayload = `
  substr(bytes, column1 >> ${flagsBits + lengthBits}, column1 >> ${flagsBits} & ${2 ** lengthBits - 1})`;
const text = `CAST(${unpackedPayload} AS TEXT)`;
const textOrBlob = `iif(column1 & 14, ${unpackedPayload}, ${text})`;

/**
 * Stores a row. Its parameters: the number; the payload, NULL if it is in the other table; what
 * `packRow` makes of the rest; the time.
 */
export const insertRow = `
  INSERT INTO record (seq, at, flags, payload)
  SELECT seq, column2, ${unpackedFlags}, ${textOrBlob}
  FROM (SELECT ? AS seq, ? AS bytes) CROSS JOIN (VALUES (?, ?))`;

/** What the rows of one statement have in common, which takes less time each. */
export interface RowsInCommon {
  /** They are texts or state changes. */
  readonly areTexts: boolean;
  /** They came with the same bytes. */
  readonly haveOneTime: boolean;
}

/**
 * Stores rows that follow the last one. Its parameters: a blob with all payloads; their time, if
 * it is the same; and for each row the result of `packRow` and, if times differ, the time. The
 * rows are not given their numbers, because SQLite finds the next one in less time than it takes to
 * see that a given one is free. The parameters have no numbers, because Node binds those that have in
 * quadratic time.
 */
export function insertRows(rowCount: number, { areTexts, haveOneTime }: RowsInCommon): string {
  const row = haveOneTime ? '(?)' : '(?, ?)';
  return `
    INSERT INTO record (at, flags, payload)
    SELECT ${haveOneTime ? 'at' : 'column2'}, ${unpackedFlags}, ${areTexts ? text : textOrBlob}
    FROM (SELECT ? AS bytes ${haveOneTime ? ', ? AS at' : ''})
    CROSS JOIN (VALUES ${Array(rowCount).fill(row).join(', ')})`;
}

/** Its parameters: the number, the size, the beginning; and the payload, either binary or a text. */
export const insertLargePayload = `
  INSERT INTO large_payload (seq, size, head, payload)
  VALUES (?, ?, ?, coalesce(?, CAST(? AS TEXT)))`;

/** How a message came. Its parameters: the number, fragments, bytes on the wire, milliseconds. */
export const insertFrame = `
  INSERT INTO frame (seq, fragments, wire_size, duration) VALUES (?, ?, ?, ?)`;

/** How one message came; `flags` has whether it was compressed. */
export const selectFrame = `
  SELECT fragments, wire_size AS wireSize, duration, flags
  FROM frame JOIN record USING (seq) WHERE seq = ?`;

/** Rows from the first parameter up to, not including, the second: all of a state, the head of others. */
export const selectRows = `
  SELECT
    record.seq AS seq,
    at,
    flags,
    coalesce(size, octet_length(record.payload)) AS size,
    coalesce(
      head,
      iif(
        flags & 15,
        substr(CAST(record.payload AS BLOB), 1, 2048),
        CAST(record.payload AS BLOB)
      )
    ) AS head
  FROM record LEFT JOIN large_payload
    ON record.payload IS NULL AND large_payload.seq = record.seq
  WHERE record.seq >= ? AND record.seq < ?
  ORDER BY record.seq`;

/** The size of a payload and a part of it. Parameters: its begin, counted from 1; its length; the row. */
export const selectPayload = `
  SELECT
    coalesce(size, octet_length(record.payload)) AS size,
    substr(CAST(coalesce(record.payload, large_payload.payload) AS BLOB), ?, ?) AS part
  FROM record LEFT JOIN large_payload
    ON record.payload IS NULL AND large_payload.seq = record.seq
  WHERE record.seq = ?`;

/** The last row of the shortest run of rows from a number on that has at least the given bytes. */
export const selectEndOfBytes = `
  SELECT seq FROM (
    SELECT
      record.seq AS seq,
      sum(coalesce(size, octet_length(record.payload)))
        OVER (ORDER BY record.seq ROWS UNBOUNDED PRECEDING) AS total
    FROM record LEFT JOIN large_payload
      ON record.payload IS NULL AND large_payload.seq = record.seq
    WHERE record.seq >= ?
  ) WHERE total >= ? LIMIT 1`;

/** The payload bytes of the rows of a range, of which the end is not included; it is given twice. */
export const selectByteLength = `
  SELECT
    coalesce((SELECT sum(octet_length(payload)) FROM record WHERE seq >= ? AND seq < ?), 0)
    + coalesce((SELECT sum(size) FROM large_payload WHERE seq >= ? AND seq < ?), 0) AS total`;
