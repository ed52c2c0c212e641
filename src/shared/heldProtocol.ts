import * as v from 'valibot';
import type { Direction, RowKind } from '../core/record/record.ts';
import { maxBodyLength } from './limits.ts';

/** A held message as the page shows it. */
export interface HeldView {
  readonly number: number;
  /** When it came, in milliseconds since 1970. */
  readonly at: number;
  readonly kind: RowKind;
  readonly byteLength: number;
  /** The beginning, as of a row. Untrusted text of a peer. */
  readonly preview: string;
  /** The match of the rule that holds it; absent if it waits behind another one. */
  readonly heldBy?: string;
}

/** What waits in one direction. */
export interface HeldQueueView {
  readonly direction: Direction;
  readonly count: number;
  /** The first of them. */
  readonly messages: readonly HeldView[];
  /** Its source is not read any more. */
  readonly isFull: boolean;
  /** Milliseconds until all goes on since the source has closed, as of this snapshot. */
  readonly releasesInMs?: number;
}

/** What is held of the selected slot of a tap; without queues if nothing is. A full snapshot. */
export interface HeldState {
  readonly connection: string;
  readonly queues: readonly HeldQueueView[];
}

/** A message among all that are held in taps. */
export interface HeldAddress {
  readonly connection: string;
  readonly number: number;
}

/** A held message, to be edited. */
export interface HeldBody {
  readonly body: EditedBody;
  readonly direction: Direction;
  /** When it came, in milliseconds since 1970: numbers begin anew with each socket. */
  readonly at: number;
}

export interface HeldResults {
  'held.body': HeldBody;
}

const connection = v.pipe(v.string(), v.maxLength(200));
const number = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const text = v.pipe(v.string(), v.maxLength(maxBodyLength));
const aHeld = v.strictObject({ connection, number });

/** A held message in its edited form. It is sent as it is written: nothing in it is filled in. */
export const editedSchema = v.strictObject({
  as: v.picklist(['text', 'json', 'hex', 'base64']),
  text,
});
export type EditedBody = v.InferOutput<typeof editedSchema>;

/** The requests about held messages. One that fails is answered with a sentence. */
export const heldRequests = {
  'held.release': aHeld,
  'held.releaseEdited': v.strictObject({ connection, number, body: editedSchema }),
  'held.drop': aHeld,
  /** Sends what was made of a message that is not held any more, as it is written. */
  'held.inject': v.strictObject({
    connection,
    to: v.picklist(['server', 'client']),
    body: editedSchema,
  }),
  /** Of one direction, or of both. */
  'held.releaseAll': v.strictObject({
    connection,
    direction: v.optional(v.picklist(['in', 'out'])),
  }),
  /** The payload, to be edited. */
  'held.body': aHeld,
  /** Proposes a rule that holds messages like this row, and adds it if the user agrees. */
  'rule.add': v.strictObject({
    connection,
    seq: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  }),
} as const;
