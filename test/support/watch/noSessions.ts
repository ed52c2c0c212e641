import { LeftAlone } from '../../../src/host/watch/sessionRoots.ts';
import type { WatchableSessions } from '../../../src/host/watch/watchService.ts';

/** No session is debugged, and no Node program may be watched. */
export const noSessions = (): WatchableSessions => ({
  get: () => undefined,
  targets: [],
  leftAlone: new LeftAlone(),
  nodeHook: {
    choice: { isWanted: false, ask: () => Promise.resolve(false) },
    expression: () => Promise.resolve(''),
  },
});
