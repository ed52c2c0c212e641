import type { MessageBody } from '../../core/message/messageBody.ts';
import type { ComposerView } from '../../shared/composerProtocol.ts';
import type { Params } from '../../shared/monitorProtocol.ts';
import { saveMessage, type ItemCommandParts } from '../library/itemCommands.ts';
import type { Environments } from '../library/environments.ts';
import type { LibraryRuns } from '../library/libraryRuns.ts';

export interface LibraryRequestsParts extends ItemCommandParts {
  readonly runs: LibraryRuns;
  readonly environments: Environments;
}

/** What the composer asks of the library. */
export function libraryRequests(parts: LibraryRequestsParts) {
  const { runs } = parts;
  const done = undefined;
  return {
    'compose.save': async ({ body }: Params<'compose.save'>) => {
      await saveMessage(parts, body);
      return done;
    },
    'library.run': async ({ connection, path, origin }: Params<'library.run'>) => {
      await runs.startByPath(path, origin, connection);
      return done;
    },
    'library.body': ({ path, origin }: Params<'library.body'>): { readonly body: MessageBody } => ({
      body: runs.bodyOf(path, origin),
    }),
    'run.stop': ({ id }: Params<'run.stop'>) => {
      runs.stop(id);
      return done;
    },
  };
}

/** The part of the composer's view that the library knows. */
export function libraryView(
  connection: string,
  { runs, environments }: Pick<LibraryRequestsParts, 'runs' | 'environments'>,
): Pick<ComposerView, 'items' | 'runs' | 'environment'> & { readonly named: readonly string[] } {
  const { active } = environments;
  return {
    items: runs.items,
    runs: runs.runsOn(connection),
    named: environments.names,
    ...(active && { environment: { name: active.name, isProduction: active.isProduction } }),
  };
}
