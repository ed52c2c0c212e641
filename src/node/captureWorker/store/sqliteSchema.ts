import type { DatabaseSync } from 'node:sqlite';
import type { Extent } from '../../../core/capture/capture.ts';

/** The format of a saved capture, and of what early versions recorded, for `PRAGMA user_version`. */
export const formatVersion = 2;

/**
 * Longer payloads have a table of their own, with their beginning beside them, so that the list of
 * rows never reads them.
 */
export const largePayloadByteLength = 64 * 1024;

/**
 * For a file that counts only once it is complete and on the disk: one that is cut off is of no use, so
 * nothing is written twice to prevent that.
 */
export const settings = `
  PRAGMA page_size = 8192;
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = OFF;
  PRAGMA synchronous = OFF;
`;

/**
 * The view `messages` is for people and their tools. The tables behind it are shaped for speed: a
 * row's facts are one integer, see `record.ts`. Of the capture, `started` and `ended` are
 * milliseconds since 1970. `dropped` counts the oldest rows that the limits have dropped since it was
 * cleared. `window` is the same in all captures of one window. Of a capture that was read from another
 * file, `source` is the name of that, and `missing` counts the numbers between its first row and its
 * last that have no row. `frame` has a row for a message that came in several fragments or pieces, or
 * compressed: bytes of its frames, and milliseconds from the first to the last of them.
 *
 * In what an early version recorded, `ended` is empty if its window did not end it, and rows below
 * `cleared_below` were cleared and do not count.
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

/**
 * What a database has besides if decoders read its capture; whoever does not know it passes it by. The view
 * `calls` is for people. A `call` is a request or subscription: the row of its request, and which of several
 * records in it; what it is named; the row that ended it; `state`, see `CallState`; how many answers came before
 * the last, and milliseconds from the request to the first of them and to the end. `link` has all other rows of
 * calls: `role` is `item`, `response`, `cancel`, or `part` of the row `part_of`; `call` is empty if its request is
 * not known.
 */
export const callSchema = `
  CREATE TABLE call (
    id INTEGER PRIMARY KEY,
    request INTEGER NOT NULL,
    record INTEGER NOT NULL,
    name TEXT,
    topic TEXT,
    response INTEGER,
    state TEXT NOT NULL,
    items INTEGER NOT NULL,
    first_ms REAL,
    ms REAL
  );
  CREATE INDEX call_request ON call (request);
  CREATE TABLE link (
    seq INTEGER NOT NULL,
    record INTEGER NOT NULL,
    role TEXT NOT NULL,
    call INTEGER,
    part_of INTEGER
  );
  CREATE INDEX link_seq ON link (seq);
  CREATE INDEX link_call ON link (call);
  CREATE VIEW calls AS
    SELECT
      call.name AS name,
      call.topic AS topic,
      call.request AS request,
      call.response AS response,
      record.at AS at,
      call.ms AS ms,
      call.first_ms AS first_ms,
      call.items AS items,
      call.state AS state
    FROM call LEFT JOIN record ON record.seq = call.request;
`;

/** Its parameters: the columns in their order. */
export const insertCall = 'INSERT INTO call VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)';
export const insertLink = 'INSERT INTO link VALUES (?, ?, ?, ?, ?)';

/** The rows that count. Throws what SQLite throws, and a `TypeError` if there is no capture in the file. */
export function savedExtent(database: DatabaseSync): Extent {
  const found = database.prepare('SELECT * FROM capture').get();
  if (!found) {
    throw new TypeError('it has no capture');
  }
  const next = Number(found['next_seq']);
  const missing = Number(found['missing'] ?? 0);
  const first = database
    .prepare('SELECT min(seq) AS first FROM record WHERE seq >= ? AND seq < ?')
    .get(Number(found['cleared_below'] ?? 0), next);
  return {
    first: Number(first?.['first'] ?? next),
    next,
    byteLength: Number(found['byte_length']),
    dropped: Number(found['dropped']),
    ...(missing > 0 && { missing }),
  };
}

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

/** How the messages from the first parameter up to, not including, the second came. */
export const selectFrames = `
  SELECT seq, fragments, wire_size AS wireSize, duration, flags
  FROM frame JOIN record USING (seq) WHERE seq >= ? AND seq < ?`;
