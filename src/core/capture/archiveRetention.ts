const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** How long what was found, offered or marked stays before anything is deleted for it. */
export const graceMs = dayMs;

/** A file may bear a time of so much later: clocks of network drives differ. */
const clockSlackMs = hourMs;

/** What the user lets the captures of ended windows take. `Infinity` is no limit. */
export interface RetentionLimits {
  /** Milliseconds since the end of the window. */
  readonly maxAgeMs: number;
  /** Bytes of all of them together. */
  readonly maxByteLength: number;
}

/** The capture of a window that has ended, as far as it matters here. */
export interface RetentionCandidate {
  readonly key: string;
  /** The same for all captures of one window. */
  readonly window: string;
  /** When it was created and written, as far as is known; milliseconds since 1970. */
  readonly times: readonly number[];
  readonly byteLength: number;
  /** It must stay, and all of its window: it is in use, or was not yet offered after a crash. */
  readonly isProtected: boolean;
  /** Its content is not known, so only its age counts. */
  readonly isUnreadable: boolean;
  /** When an earlier look found it too old. */
  readonly dueSince: number | undefined;
}

export type RemovalReason = 'age' | 'size';

interface RetentionDecision {
  /** What is too old, and will be deleted if a look `graceMs` later finds so again. */
  readonly due: ReadonlySet<string>;
  /** What is to be deleted now. */
  readonly removed: ReadonlyMap<string, RemovalReason>;
}

interface WindowCaptures {
  readonly id: string;
  readonly captures: readonly RetentionCandidate[];
  /** When it ended; `undefined` if all known times are in the future, as after a wrong clock. */
  readonly endedAt: number | undefined;
  readonly latest: number;
}

/**
 * Decides which captures stay. All of one window stay or go together.
 *
 * No single reading of the clock is trusted: a window goes by its age only if two sweeps, a day apart,
 * find it too old, since a clock that is wrong for some hours would make all of them old at once.
 * Where the windows together are too large the oldest go at once, but never the newest; what is
 * protected does not count for that.
 *
 * @param protectedWindows windows that still write
 * @param now milliseconds since 1970
 */
export function decideRetention(
  captures: readonly RetentionCandidate[],
  protectedWindows: ReadonlySet<string>,
  limits: RetentionLimits,
  now: number,
): RetentionDecision {
  const due = new Set<string>();
  const removed = new Map<string, RemovalReason>();
  let byteLength = 0;
  let isNewest = true;
  for (const window of windowsOf(captures, now)) {
    if (protectedWindows.has(window.id) || window.captures.some(({ isProtected }) => isProtected)) {
      continue;
    }
    byteLength += sizeOf(window);
    const isTooOld = now - (window.endedAt ?? now) > limits.maxAgeMs;
    if (isTooOld && window.captures.every(capture => wasDueLongAgo(capture, now))) {
      window.captures.forEach(({ key }) => removed.set(key, 'age'));
    } else if (!isNewest && byteLength > limits.maxByteLength) {
      const readable = window.captures.filter(({ isUnreadable }) => !isUnreadable);
      readable.forEach(({ key }) => removed.set(key, 'size'));
    } else if (isTooOld) {
      window.captures.forEach(({ key }) => due.add(key));
    }
    isNewest = false;
  }
  return { due, removed };
}

/** The latest of `times` that is not in the future; `undefined` if all are. */
function latestKnown(times: readonly number[], now: number): number | undefined {
  const past = times.filter(time => time <= now + clockSlackMs);
  return past.length === 0 ? undefined : Math.max(...past);
}

/** Newest first; those of which only the future is known are the last. */
function windowsOf(
  captures: readonly RetentionCandidate[],
  now: number,
): readonly WindowCaptures[] {
  return [...new Set(captures.map(({ window }) => window))]
    .map(id => {
      const own = captures.filter(({ window }) => window === id);
      const times = own.flatMap(capture => capture.times);
      return { id, captures: own, endedAt: latestKnown(times, now), latest: Math.max(...times) };
    })
    .sort((a, b) => orderOf(b) - orderOf(a) || b.latest - a.latest);
}

function orderOf({ endedAt }: WindowCaptures): number {
  return endedAt ?? -Infinity;
}

function sizeOf({ captures }: WindowCaptures): number {
  return captures.reduce((sum, { isUnreadable, byteLength }) => {
    return sum + (isUnreadable ? 0 : byteLength);
  }, 0);
}

function wasDueLongAgo({ dueSince }: RetentionCandidate, now: number): boolean {
  return dueSince !== undefined && now - dueSince >= graceMs;
}
