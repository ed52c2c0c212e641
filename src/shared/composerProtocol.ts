import * as v from 'valibot';
import type { CheckedBody } from '../core/message/checkBody.ts';
import type { MessageBody } from '../core/message/messageBody.ts';
import type { RunProgress } from '../core/library/sequenceRun.ts';
import { maxBodyLength } from './limits.ts';

export type { CheckedBody };

/** A message or sequence of the library. Both files may have an item of the same path. */
export interface ItemView {
  readonly kind: 'message' | 'sequence';
  readonly origin: 'workspace' | 'user';
  /** Its folders and its name: `Orders/New order`. */
  readonly path: string;
}

/** A run of a saved item on the connection that the composer sends to. */
export interface RunView {
  readonly id: string;
  /** The path of the item that runs. */
  readonly name: string;
  readonly progress: RunProgress;
}

/** The state of the composer of the selected connection. A full snapshot. */
export interface ComposerView {
  readonly connection: string;
  /** What happens to a message that is sent now; a ping or a close is never queued. */
  readonly sends: 'now' | 'queue' | 'never';
  /** Why it is not sent at once, as a sentence. */
  readonly why?: string;
  /** A tap would take what cannot be sent here: the socket can only be watched. */
  readonly needsTap?: boolean;
  /** The message can go either way, as into a tap. */
  readonly hasSides?: boolean;
  /** Messages that wait in the queue until the connection is open. */
  readonly queued: number;
  /** Messages sent by the composer, newest last, with unresolved references. At most 50, and 64 KiB together. */
  readonly history: readonly MessageBody[];
  /** The names that references can use, for completion. At most 500 of each. */
  readonly names: {
    readonly env: readonly string[];
    readonly secret: readonly string[];
    /** Variables of the environment in use, and extracted values. */
    readonly named: readonly string[];
  };
  /** The library, in its order. At most 1,000 items. */
  readonly items: readonly ItemView[];
  /** Runs in progress, and those that ended recently, oldest first. */
  readonly runs: readonly RunView[];
  readonly environment?: { readonly name: string; readonly isProduction: boolean };
}

export interface ComposerResults {
  'compose.check': CheckedBody;
  /** `cancelled`: the user was asked and declined. */
  'compose.send': { readonly delivery: 'written' | 'queued' | 'cancelled' };
  /** Without a path if the user picked none. */
  'compose.pickFile': { readonly path?: string };
  /** The path that it was saved under; absent if the user cancelled. */
  'compose.save': { readonly path?: string };
  /** Not started: the user was asked and declined. */
  'library.run': { readonly isStarted: boolean };
  'library.body': { readonly body: MessageBody };
}

const connection = v.pipe(v.string(), v.maxLength(200));
const text = v.pipe(v.string(), v.maxLength(maxBodyLength));
const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));
const itemOf = v.strictObject({ origin: v.picklist(['workspace', 'user']), path });

/** The schema of a `MessageBody` that the page sends. */
export const bodySchema = v.variant('as', [
  v.strictObject({ as: v.literal('text'), text }),
  v.strictObject({ as: v.literal('json'), text }),
  v.strictObject({ as: v.literal('hex'), text }),
  v.strictObject({ as: v.literal('base64'), text }),
  v.strictObject({ as: v.literal('file'), path, isText: v.boolean() }),
  v.strictObject({ as: v.literal('ping'), text: v.pipe(v.string(), v.maxLength(4096)) }),
  v.strictObject({
    as: v.literal('close'),
    code: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535)),
    reason: v.pipe(v.string(), v.maxLength(4096)),
  }),
]);

/** The requests of the composer. One that fails is answered with a sentence. */
export const composerRequests = {
  'compose.check': v.strictObject({ connection, body: bodySchema }),
  /** The page names the path, so a file is sent only if the user picked it or it is in the workspace. */
  'compose.send': v.strictObject({
    connection,
    body: bodySchema,
    /** For `ComposerView.hasSides`; the server if it is absent. */
    to: v.optional(v.picklist(['server', 'client'])),
  }),
  'compose.pickFile': v.undefined_(),
  /** Asks the user for a name and a place, and saves the body in the library. */
  'compose.save': v.strictObject({ body: bodySchema }),
  /** Discards the queued messages. */
  'queue.cancel': v.strictObject({ connection }),
  /** Sends a saved message with its timing, or runs a sequence. */
  'library.run': v.strictObject({ connection, ...itemOf.entries }),
  /** The body of a saved message, to edit it before it is sent. */
  'library.body': itemOf,
  'run.stop': v.strictObject({ id: v.pipe(v.string(), v.maxLength(200)) }),
} as const;
