import assert from 'node:assert/strict';
import { letTimePass } from './letTimePass.ts';

/**
 * Waits until a condition holds that no event reports. The limit is for a condition that never comes
 * to hold: a slow machine with other work may take seconds for what is quick elsewhere.
 *
 * @param what the condition, for the error if it never holds
 */
export async function until(
  what: string | (() => string),
  holds: () => boolean | PromiseLike<boolean>,
  maxMs = 30_000,
): Promise<void> {
  const end = performance.now() + maxMs;
  while (!(await holds())) {
    assert.ok(
      performance.now() < end,
      `It never came to this: ${typeof what === 'string' ? what : what()}`,
    );
    await letTimePass(20, 'no event reports the condition');
  }
}
