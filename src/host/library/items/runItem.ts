import { l10n } from 'vscode';
import { UserError } from '../../../core/base/errors.ts';
import type { Targets } from '../../connections/targets.ts';
import type { LibraryRuns } from '../runs/libraryRuns.ts';
import type { Found, LibraryStore } from '../files/libraryStore.ts';
import type { Origin } from '../../../core/variables/value.ts';
import { origins } from '../files/libraryContent.ts';
import type { SequenceRunner } from '../runs/sequenceRunner.ts';
import { ItemNode } from './libraryNodes.ts';
import { pickOne, pickSeveral } from '../../ui/prompts.ts';
import { chooseConnection } from '../../connections/commands/connectionCommands.ts';

export interface RunItemParts {
  readonly targets: Targets;
  readonly library: LibraryStore;
  readonly runs: LibraryRuns;
  readonly runner: SequenceRunner;
}

/** The argument of the command; a string is a path. */
interface Asked {
  readonly path: string;
  readonly origin: Origin | undefined;
  readonly connection: string | undefined;
}

/**
 * Runs a saved message or sequence. Called from a tree it resolves when the run has started, since
 * the tree shows its progress; called from code it resolves at the end, and rejects if the run
 * failed.
 */
export async function runItem(parts: RunItemParts, target: unknown): Promise<void> {
  await parts.library.ready();
  if (target instanceof ItemNode || target === undefined) {
    const found = target ? foundOf(parts, target) : await pickItem(parts.library);
    await parts.runs.start(found, await connectionFor(parts, undefined));
    return;
  }
  const { path, origin, connection } = askedFor(target);
  const on = await connectionFor(parts, connection);
  const { ended } = await parts.runs.startByPath(path, origin, on, { isAwaited: true });
  const { problem } = await ended;
  if (problem !== undefined) {
    throw new UserError(problem);
  }
}

function askedFor(target: unknown): Asked {
  const given: Readonly<Record<string, unknown>> =
    typeof target === 'string' ? { path: target } : { ...(target as object) };
  const { path, origin, connection } = given;
  if (typeof path !== 'string' || (connection !== undefined && typeof connection !== 'string')) {
    throw new UserError(
      l10n.t('Pass the path of a saved message or sequence, such as "Orders/New order".'),
    );
  }
  return { path, origin: origins.find(each => each === origin), connection };
}

/** Stops the runs of an item or, without an argument, those that the user picks. */
export async function stopItem(parts: RunItemParts, target: unknown): Promise<void> {
  if (target instanceof ItemNode) {
    parts.runner.stopItem(target.origin, target.item.path);
    return;
  }
  const running = parts.runner.all.filter(({ progress }) =>
    ['waiting', 'sending', 'repeating'].includes(progress.state),
  );
  const meant = running.filter(({ path, id }) => target === path || target === id);
  const all = typeof target === 'string' ? meant : await pickRuns(running);
  for (const { id } of all) {
    parts.runner.stop(id);
  }
}

async function pickRuns(running: SequenceRunner['all']): Promise<SequenceRunner['all']> {
  if (running.length === 0) {
    throw new UserError(l10n.t('No saved message or sequence is running.'));
  }
  if (running.length === 1) {
    return running;
  }
  const items = running.map(run => ({
    label: run.path,
    description: `${run.progress.step + 1}/${run.progress.of}`,
    run,
  }));
  const picked = await pickSeveral(items, {
    placeHolder: l10n.t('Select what to stop'),
  });
  return picked.map(({ run }) => run);
}

function foundOf({ library }: RunItemParts, { item, origin }: ItemNode): Found {
  if (item.kind === 'folder') {
    throw new UserError(l10n.t('A folder cannot be run. Run one of its messages or sequences.'));
  }
  return library.get(item.path, origin);
}

async function pickItem(library: LibraryStore): Promise<Found> {
  const { runnables } = library;
  if (runnables.length === 0) {
    throw new UserError(
      library.isHeldBack
        ? l10n.t(
            'The saved messages of this workspace are not sent in Restricted Mode. Trust the workspace first.',
          )
        : l10n.t('Nothing is saved yet. Run "New Message…" or "Import Messages…".'),
    );
  }
  const items = runnables.map(found => ({
    label: found.item.path,
    description: found.origin === 'user' ? l10n.t('User') : l10n.t('Workspace'),
    found,
  }));
  const picked = await pickOne(items, {
    placeHolder: l10n.t('Select the message or sequence to send'),
  });
  return picked.found;
}

async function connectionFor({ targets }: RunItemParts, name: string | undefined): Promise<string> {
  const open = targets.all.filter(({ isOpen, takes }) => isOpen && takes !== undefined);
  const { id } = await chooseConnection(
    targets,
    name,
    open,
    l10n.t('Select the connection to send on'),
    l10n.t('No connection is open. Connect first.'),
  );
  return id;
}
