import type { Clock } from './clock.ts';

/** Waits for something, but not for ever: resolves to whether it came in time. Rejects as it does. */
export async function withinTime(
  work: PromiseLike<unknown>,
  longestMs: number,
  clock: Clock,
): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = clock.schedule(longestMs, () => late.resolve(false));
  try {
    return await Promise.race([Promise.resolve(work).then(() => true), late.promise]);
  } finally {
    timer.dispose();
  }
}
