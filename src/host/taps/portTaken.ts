import { isObject } from '../../core/json/json.ts';

/** Whether a tap could not be started because another program listens on its port. */
export function isPortTaken(error: unknown): boolean {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  return isObject(cause) && cause['code'] === 'EADDRINUSE';
}
