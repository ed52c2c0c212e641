import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Waits until something holds that nobody reports. The limit is for what never comes: a slow machine
 * with other work may take seconds for what is quick elsewhere.
 */
export async function until(
  what: string | (() => string),
  holds: () => boolean | Promise<boolean>,
  longestMs = 30_000,
): Promise<void> {
  const end = performance.now() + longestMs;
  while (!(await holds())) {
    assert.ok(
      performance.now() < end,
      `It never came to this: ${typeof what === 'string' ? what : what()}`,
    );
    await wait(20);
  }
}
