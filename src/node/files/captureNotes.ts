import { closeSync, lstatSync, lutimesSync, openSync, rmSync } from 'node:fs';

/**
 * A note about a capture: an empty file beside its database, whose modification time is that of the
 * note:
 * - `offer`: a window crashed with the capture open, and the user was not notified yet;
 * - `offered`: the user was notified;
 * - `due`: the capture is too old.
 *
 * These are files so that windows that run at the same time agree without waiting for each other.
 */
type CaptureNote = 'offer' | 'offered' | 'due';

const notes: readonly CaptureNote[] = ['offer', 'offered', 'due'];

export const noteEndings = notes.map(note => `-${note}`);

export function notePath(path: string, note: CaptureNote): string {
  return `${path}-${note}`;
}

/**
 * When the note was made, milliseconds since 1970; `undefined` if there is no note. A time in the
 * future, of a clock that was wrong, becomes `now`.
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
 * Makes a note, unless it exists already. If several windows do so at the same time, only one gets
 * `true`. Throws the errors of the file system.
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
