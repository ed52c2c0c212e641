import type { MessageData } from '../../message/outgoingMessage.ts';
import { kindOf, type Direction } from '../../record/record.ts';
import type { HeldQueue } from '../../slot/heldMessages.ts';
import type { TransitMessage } from '../gate.ts';
import type { TapRule } from './tapRule.ts';

/** A message that waits. */
export interface Waiting {
  readonly number: number;
  readonly message: TransitMessage;
  /** It streams through when its turn comes. */
  readonly isLarge: boolean;
  readonly rule: TapRule | undefined;
  /** The user decides. */
  isHeld: boolean;
  /** By the monotonic clock. */
  dueAt: number;
  edited?: MessageData;
}

/** More is not kept in one direction: then its source is not read any more. */
export const maxHeldMessages = 1000;
export const maxHeldBytes = 16 * 1024 * 1024;

/** The messages of one direction that wait, in their order. */
export class WaitingQueue {
  #all: Waiting[] = [];
  #byteLength = 0;

  get all(): readonly Waiting[] {
    return this.#all;
  }

  get head(): Waiting | undefined {
    return this.#all[0];
  }

  get isEmpty(): boolean {
    return this.#all.length === 0;
  }

  get isFull(): boolean {
    return this.#all.length >= maxHeldMessages || this.#byteLength >= maxHeldBytes;
  }

  /** What waits for the user, and behind that. */
  held(direction: Direction): Pick<HeldQueue, 'messages' | 'byteLength'> {
    const first = this.#all.findIndex(({ isHeld }) => isHeld);
    const waiting = first < 0 ? [] : this.#all.slice(first).filter(({ isLarge }) => !isLarge);
    return {
      messages: waiting.map(({ number, message: { at, flags, payload }, rule, isHeld }) => ({
        number,
        direction,
        at,
        kind: kindOf(flags),
        payload,
        ...(isHeld && rule && { heldBy: rule.match }),
      })),
      byteLength: waiting.reduce((sum, { message }) => sum + message.payload.length, 0),
    };
  }

  find(number: number): Waiting | undefined {
    return this.#all.find(each => each.number === number && !each.isLarge);
  }

  push(waiting: Waiting): void {
    this.#all.push(waiting);
    this.#byteLength += waiting.message.payload.length;
  }

  remove(waiting: Waiting): void {
    const index = this.#all.indexOf(waiting);
    if (index >= 0) {
      this.#all.splice(index, 1);
      this.#byteLength -= waiting.message.payload.length;
    }
  }

  /** Gives away all. */
  clear(): readonly Waiting[] {
    const all = this.#all;
    this.#all = [];
    this.#byteLength = 0;
    return all;
  }
}
