import { UserError } from '../../core/base/errors.ts';
import type { Destination } from '../../core/consent/destination.ts';
import type { Slot } from '../slots/slot.ts';

/**
 * Where what is sent to a slot goes. A workspace may have chosen it, so what it refers to needs
 * permission.
 *
 * @throws UserError if nothing can be sent
 */
export function destinationOfSlot(slot: Slot): Destination {
  const { control } = slot;
  if (!control) {
    throw new UserError(slot.refusalOf('message'));
  }
  return { to: control.serverOrigin, origin: control.serverOrigin, isForeign: true };
}
