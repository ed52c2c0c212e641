import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** How many captures of editors that have ended are kept. */
const keptCaptures = 5;

const fileName = /^(\d{4}-\d\d-\d\dT[\d-]+Z-(\d+)-\d+)\.sqlite(?:-wal|-shm|-journal)?$/;

/**
 * The name of a capture's file. Nothing in it comes from a peer or a user; names sort by time, and
 * say which process writes to them.
 *
 * @param startedAt milliseconds since 1970
 */
export function captureFileName(startedAt: number, pid: number, ordinal: number): string {
  const time = new Date(startedAt).toISOString().replaceAll(/[:.]/g, '-');
  return `${time}-${pid}-${ordinal}.sqlite`;
}

/**
 * Removes the captures in `folder` but those of processes that live and the newest of the others.
 * Throws what the file system throws, except where there is no such folder.
 */
export function sweepCaptures(folder: string): void {
  const files = new Map<string, { pid: number; names: string[] }>();
  for (const name of namesIn(folder)) {
    const [, capture, pid] = fileName.exec(name) ?? [];
    if (capture !== undefined) {
      const entry = files.get(capture) ?? { pid: Number(pid), names: [] };
      entry.names.push(name);
      files.set(capture, entry);
    }
  }
  const abandoned = [...files].filter(([, { pid }]) => !isAlive(pid)).sort(newestFirst);
  for (const [, { names }] of abandoned.slice(keptCaptures)) {
    for (const name of names) {
      rmSync(join(folder, name), { force: true });
    }
  }
}

function newestFirst([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? 1 : -1;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      return [];
    }
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM'; // another user's
  }
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
