import { closeSync, lstatSync, lutimesSync, openSync, rmSync } from 'node:fs';

/**
 * What is noted of a capture beside its database, as an empty file whose own time is when:
 * - `offer`: a window went down with it, and nobody was told;
 * - `offered`: somebody was;
 * - `due`: it was found too old.
 *
 * Files, so that windows that run at the same time agree without waiting for each other.
 */
export type CaptureNote = 'offer' | 'offered' | 'due';

const notes: readonly CaptureNote[] = ['offer', 'offered', 'due'];

export const noteEndings = notes.map(note => `-${note}`);

export function notePath(path: string, note: CaptureNote): string {
  return `${path}-${note}`;
}

/**
 * When it was noted, milliseconds since 1970; `undefined` where it was not. A time in the future, of
 * a clock that was wrong, becomes `now`.
 */
export function notedAt(path: string, note: CaptureNote, now: number): number | undefined {
  const at = lstatSync(notePath(path, note), { throwIfNoEntry: false })?.mtimeMs;
  if (at !== undefined && at > now) {
    setTime(path, note, now);
    return now;
  }
  return at;
}

/**
 * Notes it, unless that was done before: of several windows that do so at the same time, one is
 * answered `true`. Throws what the file system throws.
 */
export function makeNote(path: string, note: CaptureNote, now: number): boolean {
  try {
    closeSync(openSync(notePath(path, note), 'wx', 0o600));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      return false;
    }
    throw error;
  }
  setTime(path, note, now);
  return true;
}

export function dropNote(path: string, note: CaptureNote): void {
  rmSync(notePath(path, note), { force: true });
}

function setTime(path: string, note: CaptureNote, now: number): void {
  lutimesSync(notePath(path, note), now / 1000, now / 1000);
}
