import { l10n } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { targetName } from '../ui/trees.ts';
import type { HeldModel } from './heldModel.ts';

/** What a command for held messages is given: the slot, and the number of the message. */
interface HeldTarget {
  readonly slot: string;
  readonly number: number | undefined;
}

/** Lets a held message go on: the first one if no number is given. */
export function releaseHeld(held: HeldModel, target?: unknown, number?: unknown): void {
  const { slot, number: wanted } = targetOf(held, target, number);
  held.release(slot, wanted);
}

export function dropHeld(held: HeldModel, target?: unknown, number?: unknown): void {
  const { slot, number: wanted } = targetOf(held, target, number);
  held.drop(slot, wanted);
}

/** Lets all messages that are held go on: of one slot, or of all. */
export function releaseAllHeld(held: HeldModel, target?: unknown): void {
  if (target === undefined) {
    held.holding.forEach(({ id }) => held.releaseAll(id));
  } else {
    held.releaseAll(targetOf(held, target, undefined).slot);
  }
}

/** Opens a held message in the composer of the monitor. */
export function editHeld(
  held: HeldModel,
  edit: (slot: string, number: number) => void,
  target?: unknown,
  number?: unknown,
): void {
  const { slot, number: wanted } = targetOf(held, target, number);
  edit(slot, held.numberOf(slot, wanted));
}

function targetOf(held: HeldModel, target: unknown, number: unknown): HeldTarget {
  const given = targetName(target);
  if (number !== undefined && !(typeof number === 'number' && Number.isSafeInteger(number))) {
    throw new UserError(l10n.t('The second argument is the number of a held message.'));
  }
  if (typeof given === 'string') {
    return { slot: given, number };
  }
  const [only] = held.holding;
  if (!only) {
    throw new UserError(l10n.t('No message is held.'));
  }
  return { slot: only.id, number };
}
