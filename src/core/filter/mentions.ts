import type { RowKind } from '../record/record.ts';
import type { Condition } from './condition.ts';

const controlKinds: readonly RowKind[] = ['ping', 'pong', 'close'];

/**
 * Whether a filter asks for control frames or the heartbeat by name, so that they must not be hidden
 * from it. To leave them out by name is not to ask for them.
 */
export function mentionsControl(condition: Condition): boolean {
  if (condition.is === 'all' || condition.is === 'any') {
    return condition.of.some(mentionsControl);
  }
  if (condition.is === 'kind') {
    return condition.kinds.some(kind => controlKinds.includes(kind));
  }
  return condition.is === 'heartbeat';
}
