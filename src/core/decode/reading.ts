import type { Layer } from './layer.ts';

/** What is wrong with the bytes of a message; what was read before it is shown all the same. */
export const problemCodes = [
  'truncated',
  'trailing',
  'empty',
  'unexpected',
  'unterminated',
  'mismatch',
  'reserved',
  'no-beginning',
  'too-deep',
  'too-long',
  'bad-json',
  'bad-utf8',
  'bad-length',
  'bad-varint',
  'bad-tag',
  'bad-flags',
  'bad-escape',
  'bad-compression',
  'bad-checksum',
  'unsupported',
  // Said by a decoder that users have written, or of one; `message` has the words.
  'script',
] as const;
export type ProblemCode = (typeof problemCodes)[number];

export interface Problem {
  /** In bytes of the layer that was read; of a text in its UTF-8. */
  readonly at: number;
  readonly is: ProblemCode;
  /** For people, in place of the code. */
  readonly message?: string;
}

/** Where a value's bytes are: its path, the first byte and the one after its last, its type and the value as text. */
export type Field = readonly [path: string, begin: number, end: number, type: string, text: string];

/**
 * The part of a row in a call. A `request` waits for one answer; `open` begins what goes on by itself, such as a
 * subscription; an `item` is one of several answers; `response` and `cancel` end the call.
 */
export type CallRole = 'request' | 'open' | 'item' | 'response' | 'cancel';

export interface Call {
  readonly role: CallRole;
  /** Names the call among those of its session that are open. It holds who asked, where both sides ask. */
  readonly key: string;
  /** A response that says that the request failed. */
  readonly isFailed?: boolean;
  /** A response after which the call goes on, and the key by which its items name it. */
  readonly handle?: string;
  /** A response or cancel behind which further items of the call may come. */
  readonly isFollowed?: boolean;
  /** The row is an ordinary one, without a part in a call, where no such call is open. */
  readonly isOptional?: boolean;
  /** A request that is no call with one answer: it goes on by itself, as a subscription does. */
  readonly isOpenEnded?: boolean;
  /** A request that may come again before its answer, which is no reason for a warning. */
  readonly mayRepeat?: boolean;
  /** The topic of the row where such a call is open, and the row has none of its own. */
  readonly topic?: string;
  /** Of a request: keys of what its sender goes on to send for it, such as arguments that are streams. */
  readonly inputs?: readonly string[];
  /** Where no call is open under `key`: one of `inputs`, of which the row is an item, or the end. */
  readonly inputKey?: string;
  /** A cancel that is answered all the same. */
  readonly isAnswered?: boolean;
}

/** What the request of a call is named; a row that answers it takes what it does not know itself. */
export interface Asked {
  readonly name?: string | undefined;
  readonly topic?: string | undefined;
  /** What summaries of answers call the request, where that is neither of them; no answer takes it. */
  readonly label?: string | undefined;
  /** What the request is called where nothing names it; no answer takes it. */
  readonly type?: string | undefined;
}

/**
 * What a decoder has read. Whatever costs time is a function, for it is asked only of rows that somebody
 * looks at.
 */
export interface Reading {
  readonly type?: string | undefined;
  /** The type with what is before its name, where that is shown at length. */
  readonly fullType?: string | undefined;
  /** Of the event or method. */
  readonly name?: string | undefined;
  readonly topic?: string | undefined;
  readonly id?: string | undefined;
  readonly severity?: 'warning' | 'error' | undefined;
  /** It keeps the connection alive, and says nothing else. */
  readonly isHeartbeat?: boolean | undefined;
  /** One line, see `oneLine`. */
  readonly summary: (asked?: Asked) => string;
  /** The summary without the body, where a further decoder reads the body. */
  readonly lead?: ((asked?: Asked) => string) | undefined;
  /** A decoder behind knows better what the message is: type, name, topic, id and summary are its own where it has them. */
  readonly givesWay?: boolean | undefined;
  /** Lists show the message as it came in place of the summary. */
  readonly isPreviewed?: boolean | undefined;
  /** The decoded value as JSON, in the form that `exportForm.ts` describes. */
  readonly value?: (() => string) | undefined;
  /** What is around the value, as a JSON object: headers, properties. */
  readonly envelope?: (() => string) | undefined;
  /** In the order of their bytes, which count from the first of the layer; a container before what it holds. */
  readonly fields?: (() => readonly Field[]) | undefined;
  readonly problem?: Problem | undefined;
  readonly call?: Call | undefined;
  /** Other calls of the same row; `call` is the one that is shown. Those that are not open matter only if that is not either. */
  readonly moreCalls?: readonly Call[] | undefined;
  /** What its answers are told of it; absent: its name and topic. */
  readonly asks?: Asked | undefined;
  /** Several records of one message, each with its bytes in `range`. */
  readonly records?: readonly Reading[] | undefined;
  /** Of a record: its first byte in the layer and the one after its last. */
  readonly range?: readonly [begin: number, end: number] | undefined;
  /** The rows whose bytes this one needs, by their numbers: earlier ones. */
  readonly parts?: readonly number[] | undefined;
  /** It is a part of what the row of this number has announced; `null`: of what a later row completes. */
  readonly partOf?: number | null | undefined;
  /**
   * The same once the parts that it announces are there, as whole messages in their order, and whether each
   * is a text.
   */
  readonly withParts?:
    ((parts: readonly Uint8Array[], areTexts?: readonly boolean[]) => Reading) | undefined;
  /** What the next decoder of the chain gets. */
  readonly next?: Layer | undefined;
  /** In place of `next`: what could be read before the problem, to be shown, but not to be decoded further. */
  readonly beginning?: Layer | undefined;
}

/** Whether something is wrong with a message, or with one of its records. */
export function hasProblem({
  problem,
  records,
}: {
  readonly problem?: Problem | undefined;
  readonly records?: readonly { readonly problem?: Problem | undefined }[] | undefined;
}): boolean {
  return problem !== undefined || records?.some(record => record.problem) === true;
}
