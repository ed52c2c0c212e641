import { CommandId } from '../../shared/ids.ts';
import type { CommandHandlers } from '../commands.ts';
import type { Environments } from '../library/environments.ts';
import { importMessages, type ImportParts } from './importMessages.ts';
import { runSaved, stopSaved, type RunSavedParts } from './runSaved.ts';
import {
  deleteSaved,
  duplicateSaved,
  editSaved,
  moveSaved,
  newFolder,
  newMessage,
  newSequence,
  openMessagesFile,
} from './savedItems.ts';

export interface LibraryCommandParts extends RunSavedParts, ImportParts {
  readonly environments: Environments;
}

/** What each command of the library does. */
export function libraryCommands(parts: LibraryCommandParts) {
  return {
    [CommandId.RunSaved]: target => runSaved(parts, target),
    [CommandId.StopSaved]: target => stopSaved(parts, target),
    [CommandId.EditSaved]: target => editSaved(parts, target),
    [CommandId.DuplicateSaved]: target => duplicateSaved(parts, target),
    [CommandId.DeleteSaved]: target => deleteSaved(parts, target),
    [CommandId.MoveSavedUp]: target => moveSaved(parts, target, -1),
    [CommandId.MoveSavedDown]: target => moveSaved(parts, target, 1),
    [CommandId.NewMessage]: target => newMessage(parts, target),
    [CommandId.NewSequence]: target => newSequence(parts, target),
    [CommandId.NewFolder]: target => newFolder(parts, target),
    [CommandId.ImportMessages]: target => importMessages(parts, target),
    [CommandId.OpenMessagesFile]: target => openMessagesFile(parts, target),
    [CommandId.SwitchEnvironment]: target => parts.environments.switch(target),
  } satisfies Partial<CommandHandlers>;
}
