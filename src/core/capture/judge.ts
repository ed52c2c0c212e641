import type { Condition, PathQuestion } from '../filter/condition.ts';

/** What is asked of received messages that only decoders can tell. */
export interface Question {
  readonly condition: Condition;
  /** The value that is wanted of a match, where one is. */
  readonly path?: PathQuestion['path'];
  /** Which of several matches is wanted. */
  readonly wanted: 'first' | 'last';
  /** The number of the row from which on it is asked. */
  readonly from: number;
}

export interface JudgeRequest {
  readonly questions: readonly Question[];
  /** The row behind the last. */
  readonly to: number;
}

/** A message that matches a question. All of it is the peer's text. */
export interface Judged {
  /** The place of the question among those of the request. */
  readonly question: number;
  readonly seq: number;
  /** What its decoders say; absent where none has read it, or its text is readable. */
  readonly summary?: string;
  /** The value at the question's path. */
  readonly value?: string;
  /** Its first bytes, and how many it has. */
  readonly head: Uint8Array;
  readonly byteLength: number;
}

export interface JudgeAnswer {
  /** In the order of the rows, and of those of one row in that of the questions. */
  readonly matches: readonly Judged[];
  /** From this row on messages may be read otherwise later, when more of their session is known. */
  readonly settledTo: number;
  /** Binary messages that no decoder has read. */
  readonly undecoded: number;
  /** What they look like, without being decoded so; absent: nobody knows. */
  readonly offered?: string;
  /** Why some messages were not looked into; the end of a sentence. */
  readonly limited?: string;
  /** Why no message could be decoded, as a sentence. */
  readonly problem?: string;
}

/** Of each match, so much is read. */
export const judgedHeadLength = 16 * 1024;
