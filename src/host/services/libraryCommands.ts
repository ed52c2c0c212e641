import { CommandId } from '../../shared/ids.ts';
import type { CommandHandlers } from '../ui/commands.ts';
import type { Environments } from '../library/environments.ts';
import type { ImportParts } from '../import/importMessages.ts';
import { runItem, stopItem, type RunItemParts } from '../library/runItem.ts';

export interface LibraryCommandParts extends RunItemParts, ImportParts {
  readonly environments: Environments;
}

/** What each command of the library does. */
export function libraryCommands(parts: LibraryCommandParts) {
  const load = () => import('../library/itemCommands.ts');
  return {
    [CommandId.RunSaved]: target => runItem(parts, target),
    [CommandId.StopSaved]: target => stopItem(parts, target),
    [CommandId.EditSaved]: async target => (await load()).editItem(parts, target),
    [CommandId.DuplicateSaved]: async target => (await load()).duplicateItem(parts, target),
    [CommandId.DeleteSaved]: async target => (await load()).deleteItem(parts, target),
    [CommandId.MoveSavedUp]: async target => (await load()).moveItem(parts, target, -1),
    [CommandId.MoveSavedDown]: async target => (await load()).moveItem(parts, target, 1),
    [CommandId.NewMessage]: async target => (await load()).newMessage(parts, target),
    [CommandId.NewSequence]: async target => (await load()).newSequence(parts, target),
    [CommandId.NewFolder]: async target => (await load()).newFolder(parts, target),
    [CommandId.ImportMessages]: async target =>
      (await import('../import/importMessages.ts')).importMessages(parts, target),
    [CommandId.OpenMessagesFile]: async target => (await load()).openMessagesFile(parts, target),
    [CommandId.SwitchEnvironment]: target => parts.environments.switch(target),
  } satisfies Partial<CommandHandlers>;
}
