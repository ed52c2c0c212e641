/** The format of a capture file, for `PRAGMA user_version`. */
export const formatVersion = 1;

/**
 * Longer payloads have a table of their own, with their beginning beside them, so that the list of
 * rows never reads them.
 */
export const largePayloadByteLength = 64 * 1024;

export const pageByteLength = 4096;

export const settings = `
  PRAGMA page_size = ${pageByteLength};
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA journal_size_limit = 16777216;
`;

/**
 * The view `messages` is for people and their tools. The tables behind it are shaped for speed: a
 * row's facts are one integer, see `record.ts`.
 */
export const schema = `
  CREATE TABLE IF NOT EXISTS capture (
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    started REAL NOT NULL,
    format_version INTEGER NOT NULL,
    next_seq INTEGER NOT NULL,
    byte_length INTEGER NOT NULL
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
      coalesce(large_payload.size, length(CAST(record.payload AS BLOB))) AS size,
      coalesce(record.payload, large_payload.payload) AS payload
    FROM record LEFT JOIN large_payload
      ON record.payload IS NULL AND large_payload.seq = record.seq;
  PRAGMA user_version = ${formatVersion};
`;

/**
 * Stores `rowCount` rows. Its parameters: the first row's number; a blob with all payloads; and for
 * each row the time, the flags, where its payload begins in the blob, counted from 1, and its length,
 * NULL for none. They are not numbered, because Node binds numbered ones in quadratic time.
 */
export function insertRows(rowCount: number): string {
  const rows = Array.from({ length: rowCount }, (_, index) => `(?, ?, ?, ?, ${index})`);
  return `
    INSERT INTO record (seq, at, flags, payload)
    SELECT
      first + column5,
      column1,
      column2,
      iif(
        column2 & 14,
        substr(bytes, column3, column4),
        CAST(substr(bytes, column3, column4) AS TEXT)
      )
    FROM (SELECT ? AS first, ? AS bytes) CROSS JOIN (VALUES ${rows.join(', ')})`;
}

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

/** The last of the fewest of the oldest rows that hold at least so many bytes. */
export const selectEndOfBytes = `
  SELECT seq FROM (
    SELECT
      record.seq AS seq,
      sum(coalesce(size, octet_length(record.payload)))
        OVER (ORDER BY record.seq ROWS UNBOUNDED PRECEDING) AS total
    FROM record LEFT JOIN large_payload
      ON record.payload IS NULL AND large_payload.seq = record.seq
  ) WHERE total >= ? LIMIT 1`;

/** The payload bytes of all rows below the number, which is given twice. */
export const selectByteLengthBelow = `
  SELECT
    coalesce((SELECT sum(octet_length(payload)) FROM record WHERE seq < ?), 0)
    + coalesce((SELECT sum(size) FROM large_payload WHERE seq < ?), 0) AS total`;
