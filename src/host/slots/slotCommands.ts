import { env, l10n } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { targetName } from '../ui/trees.ts';
import type { Slot } from './slot.ts';
import type { Slots } from './slots.ts';

/** Closes the socket of a slot that is open, to both sides, with 1000. */
export function closeSocket(slots: Slots, target: unknown): void {
  slotOf(slots, target).submit({ kind: 'close', code: 1000, reason: '' });
}

/** Copies the URL of a slot, without secrets. */
export async function copySocketUrl(slots: Slots, target: unknown): Promise<void> {
  await env.clipboard.writeText(slotOf(slots, target).url);
}

/** @throws UserError if `target` names none */
function slotOf(slots: Slots, target: unknown): Slot {
  const name = targetName(target);
  if (typeof name !== 'string') {
    throw new UserError(l10n.t('Pass the name or the id of an observed socket.'));
  }
  return slots.get(name);
}
