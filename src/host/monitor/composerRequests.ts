import { isCancellation } from '../../core/base/errors.ts';
import type { ComposerResults, ComposerView } from '../../shared/composerProtocol.ts';
import type { Params } from '../../shared/monitorProtocol.ts';
import type { Connections } from '../connections/connections.ts';
import type { MonitoredConnection } from '../connections/monitoredConnection.ts';
import type { MessageFiles } from '../sending/messageFiles.ts';
import type { Sender } from '../sending/sender.ts';

export interface ComposerParts {
  readonly connections: Connections;
  readonly sender: Sender;
  readonly files: MessageFiles;
}

type Sent = ComposerResults['compose.send'];

/** What the composer asks of sending; what it asks of the library is answered there. */
export function sendingRequests({ connections, sender, files }: ComposerParts) {
  return {
    'compose.check': ({ connection, body }: Params<'compose.check'>) =>
      sender.check(connections.get(connection), body, 'page'),
    'compose.send': async ({ connection, body }: Params<'compose.send'>): Promise<Sent> => {
      const monitored = connections.get(connection);
      try {
        return { delivery: await sender.send(monitored, body, 'page') };
      } catch (error) {
        if (isCancellation(error)) {
          return { delivery: 'cancelled' };
        }
        throw error;
      }
    },
    'compose.pickFile': async () => {
      const path = await files.pick();
      return path === undefined ? {} : { path };
    },
    'queue.cancel': ({ connection }: Params<'queue.cancel'>) => {
      connections.get(connection).connection.cancelQueued();
      return undefined;
    },
  };
}

/** The part of the composer's view that sending knows. */
export function sendingView(
  monitored: MonitoredConnection,
  sender: Sender,
): Pick<ComposerView, 'connection' | 'sends' | 'why' | 'queued' | 'history'> {
  const { id, connection } = monitored;
  const { takes, queue } = connection;
  const sends = takes === 'written' ? 'now' : takes === 'queued' ? 'queue' : 'never';
  return {
    connection: id,
    sends,
    ...(sends === 'never' ? { why: connection.refusalOf('message') } : {}),
    queued: queue.count,
    history: sender.history(monitored),
  };
}
