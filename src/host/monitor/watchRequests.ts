import { l10n } from 'vscode';
import type { Clock } from '../../core/base/clock.ts';
import { UserError } from '../../core/base/errors.ts';
import { isObject } from '../../core/json/json.ts';
import type { WatchFacts } from '../../core/record/watchFacts.ts';
import { readWatchFacts } from '../../core/watch/readWatchFacts.ts';
import type { Params } from '../../shared/monitorProtocol.ts';
import type { Sources } from '../captures/sources.ts';
import type { WatchService } from '../watch/watchService.ts';

export interface WatchRequestParts {
  readonly clock: Clock;
  readonly sources: Pick<Sources, 'get'>;
  readonly watch: Pick<WatchService, 'reloadPage' | 'sessionOf' | 'scriptOf'>;
}

const maxRowBytes = 1024 * 1024;

/** The handlers of requests about sockets of programs that are debugged. */
export function watchRequests({ clock, sources, watch }: WatchRequestParts) {
  // The page shows what strangers sent, so what is opened is read from the row, not from the request.
  const factsOf = async ({ connection, seq }: Params<'page.reload'>): Promise<WatchFacts> => {
    const part = await sources.get(connection).capture.payload(seq, 0, maxRowBytes);
    const row = part && parsed(new TextDecoder().decode(part.bytes));
    const facts = isObject(row) ? readWatchFacts(row['watch']) : undefined;
    if (!facts) {
      throw new UserError(l10n.t('This row is no longer in the capture.'));
    }
    return facts;
  };
  return {
    'script.open': async ({ call, ...row }: Params<'script.open'>) => {
      const { session, openedAt = [] } = await factsOf(row);
      const place = openedAt[call];
      if (place) {
        const { openScript } = await import('../watch/openScript.ts');
        await openScript({ clock, watch }, session, place);
      }
      return undefined;
    },
    'page.reload': async (row: Params<'page.reload'>) => {
      await watch.reloadPage((await factsOf(row)).session);
      return undefined;
    },
  };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined; // A file may hold anything.
  }
}
