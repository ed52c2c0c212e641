export type Sqlite = typeof import('node:sqlite');

/** Node's own SQLite, or `undefined` in an older Node and in an editor built without it. */
export function findSqlite(): Sqlite | undefined {
  return process.getBuiltinModule('node:sqlite');
}

/** The result codes of SQLite that are distinguished here. */
export const SqliteCode = {
  Busy: 5,
  ReadOnly: 8,
  Corrupt: 11,
  Full: 13,
  CannotOpen: 14,
  NotADatabase: 26,
} as const;

/** SQLite's result code, without its extension in the higher bits; `undefined` of another error. */
export function codeOf(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;
}

/** The same; throws a sentence if there is none. */
export function assertSqlite(): Sqlite {
  const sqlite = findSqlite();
  if (!sqlite) {
    throw new Error('This version of the editor has no SQLite. Update it to write such files.');
  }
  return sqlite;
}
