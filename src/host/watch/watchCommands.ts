import { debug, l10n, workspace, type DebugSession } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { GroupNode } from '../slots/slotNodes.ts';
import type { Slots } from '../slots/slots.ts';
import { inform } from '../ui/notify.ts';
import { pickOne } from '../ui/prompts.ts';
import { targetName } from '../ui/trees.ts';
import { programOf } from './debugSessions.ts';
import { sentenceOfLateWatch, type WatchService } from './watchService.ts';

export interface WatchCommandParts {
  readonly watch: WatchService;
  readonly slots: Pick<Slots, 'find' | 'all'>;
}

/**
 * *Watch WebSockets of Debug Session*: of the only one, or of one that the user picks.
 *
 * @param target the id of a session
 */
export async function watchDebugSession({ watch }: WatchCommandParts, target: unknown) {
  if (!workspace.isTrusted) {
    throw new UserError(
      l10n.t('Debug sessions are watched only in a workspace that you trust. Trust it first.'),
    );
  }
  const open = watch.unwatched;
  const given = targetName(target);
  if (typeof given === 'string') {
    const found = open.find(({ id, parentSession }) => id === given || parentSession?.id === given);
    if (!found) {
      throw new UserError(l10n.t('No debug session that is not watched has this id: {0}', given));
    }
    await watch.begin(found);
    return;
  }
  if (open.length === 0) {
    const problem = watch.isWatching
      ? l10n.t('All debug sessions that can be watched are watched.')
      : l10n.t(
          'No session of the JavaScript debugger is running. Start one with F5, then run this again.',
        );
    throw new UserError(problem);
  }
  const session = await pickSession(open, l10n.t('Whose WebSockets to watch'));
  await watch.begin(session);
  inform('information', sentenceOfLateWatch(session));
}

/**
 * *Stop Watching*: of the only session, or of one that the user picks. The program goes on.
 *
 * @param target the id of a session, or a row of the tree
 */
export async function stopWatching(parts: WatchCommandParts, target: unknown) {
  const { watch } = parts;
  const owner = ownerOf(parts, target);
  if (owner !== undefined) {
    watch.stop(owner);
    return;
  }
  const { watched } = watch;
  if (watched.length === 0) {
    throw new UserError(l10n.t('No debug session is watched.'));
  }
  if (target instanceof GroupNode) {
    watch.stopProgram(target.label);
    return;
  }
  watch.stop((await pickSession(watched, l10n.t('Whose WebSockets not to watch any more'))).id);
}

/**
 * *Reload Watched Page*: the only one, or one that the user picks.
 *
 * @param target the id of a session, or a row of the tree
 */
export async function reloadPage(parts: WatchCommandParts, target: unknown) {
  const { watch } = parts;
  const owner = ownerOf(parts, target);
  if (owner !== undefined) {
    await watch.reloadPage(owner);
    return;
  }
  if (watch.pages.length === 0) {
    throw new UserError(l10n.t('No page is watched. Debug one with F5 first.'));
  }
  await watch.reloadPage((await pickSession(watch.pages, l10n.t('Which page to reload'))).id);
}

/** The session or the owner of sockets that is meant, if one is. */
function ownerOf({ slots }: WatchCommandParts, target: unknown): string | undefined {
  const name = targetName(target);
  if (typeof name === 'string') {
    return slots.find(name)?.owner.id ?? name;
  }
  return undefined;
}

async function pickSession(
  sessions: readonly DebugSession[],
  title: string,
): Promise<DebugSession> {
  const [only, ...others] = sessions;
  if (only && others.length === 0) {
    return only;
  }
  const active = debug.activeDebugSession?.id;
  const choices = sessions
    .toSorted((one, other) => Number(other.id === active) - Number(one.id === active))
    .map(session => ({ label: session.name, description: programOf(session), session }));
  return (await pickOne(choices, { title })).session;
}
