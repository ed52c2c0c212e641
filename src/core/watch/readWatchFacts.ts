import { isObject } from '../json/json.ts';
import type { ScriptPlace, WatchFacts } from '../record/watchFacts.ts';

/** Reads what a state row records of a watched program. A file of another window may hold anything. */
export function readWatchFacts(value: unknown): WatchFacts | undefined {
  if (!isObject(value) || typeof value['session'] !== 'string') {
    return undefined;
  }
  const { session, openedAt, canReload } = value;
  const calls = Array.isArray(openedAt) ? (openedAt as unknown[]).filter(isPlace) : [];
  return {
    session,
    ...(calls.length > 0 && { openedAt: calls }),
    ...(canReload === true && { canReload }),
  };
}

function isPlace(value: unknown): value is ScriptPlace {
  return (
    isObject(value) &&
    typeof value['url'] === 'string' &&
    typeof value['functionName'] === 'string' &&
    isOrdinal(value['line']) &&
    isOrdinal(value['column'])
  );
}

function isOrdinal(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) > 0;
}
