import type { Call, Reading } from '../reading.ts';

/** The calls of one row; the first is the one that is shown. */
export function callsOf(
  ...calls: readonly (Call | undefined)[]
): Pick<Reading, 'call' | 'moreCalls'> {
  const [call, ...moreCalls] = calls.filter(each => each !== undefined);
  return { call, ...(moreCalls.length > 0 && { moreCalls }) };
}
