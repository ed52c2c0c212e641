import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Lets real time pass, for what no condition, event or manual clock can show: silence of the network,
 * a load with pauses, the pause of a polling loop. ESLint forbids other sleeps in tests.
 *
 * @param reason why nothing can be waited for instead
 */
export function letTimePass(ms: number, reason: string): Promise<void> {
  assert.notEqual(reason, '');
  return delay(ms);
}
