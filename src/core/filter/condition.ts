import type { PathStep } from '../json/jsonPath.ts';
import type { Direction, RowKind, TapMark } from '../record/record.ts';
import type { AskedCallState } from './decodedRow.ts';

/** A number that JavaScript would round, as it was written. */
interface ExactValue {
  readonly exact: string;
}

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** What a value of JSON at a path is asked for. */
export interface PathQuestion {
  readonly path: readonly PathStep[];
  /** `has`: the path leads somewhere; `~`: its text holds `value`, in upper or lower case. */
  readonly comparison: Comparison | '~' | 'has';
  readonly value: string | number | boolean | null | ExactValue;
}

/** What decoders know of each record of a message, and conditions ask for by its text. */
export type DecodedFact = 'event' | 'topic' | 'type' | 'id';

/** What only decoders can answer. Of a message with several records, one of them must fit. */
export type DecodedQuestion =
  /**
   * The fact is one of the texts; `!=`: none of them; `~`: holds one of them, in upper or lower case. In all
   * other comparisons there is one text, which is compared as a number with numbers.
   */
  | {
      readonly of: DecodedFact;
      readonly comparison: Comparison | '~';
      readonly texts: readonly string[];
    }
  /** The name of one of its decoders, in upper or lower case; `raw`: a message that none has read. */
  | { readonly of: 'as'; readonly comparison: '=' | '~'; readonly texts: readonly string[] }
  | { readonly of: 'call'; readonly states: readonly AskedCallState[] }
  | ConversationQuestion
  /** All of the limits hold for the time between a request and its answer. */
  | { readonly of: 'latency'; readonly limits: readonly LatencyLimit[] }
  | { readonly of: 'undecodable' }
  /** What is around the decoded value. */
  | ({ readonly of: 'envelope' } & PathQuestion);

/** What belongs together with the row of this number. */
export interface ConversationQuestion {
  readonly of: 'conversation';
  readonly row: number;
  /** The name of the connection that the row is of; absent: any. */
  readonly connection?: string;
  /** The capture that is meant by the name. */
  readonly capture?: number;
}

interface LatencyLimit {
  readonly comparison: Comparison;
  readonly ms: number;
}

/**
 * What a filter asks of a row, as data, so that it travels from the page's text over the host to the
 * capture worker and means the same in each.
 */
export type Condition =
  | { readonly is: 'all'; readonly of: readonly Condition[] }
  | { readonly is: 'any'; readonly of: readonly Condition[] }
  | { readonly is: 'not'; readonly of: Condition }
  /**
   * The payload as text holds these characters; without `exact`, as readers see them: in upper or
   * lower case, with JSON's escapes read and accents joined (see `wordTest`). The text of
   * a binary message is its bytes as UTF-8; of a state change its sentence; of a close frame
   * `1006 reason`. See `RowReader.text`.
   */
  | { readonly is: 'text'; readonly text: string; readonly exact: boolean }
  /** A regular expression of JavaScript, with the flags `i`, `m`, `s` and `u` at most. */
  | { readonly is: 'pattern'; readonly source: string; readonly flags: string }
  | { readonly is: 'direction'; readonly direction: Direction }
  | { readonly is: 'kind'; readonly kinds: readonly RowKind[] }
  /** Bytes of the payload. */
  | { readonly is: 'size'; readonly comparison: Comparison; readonly bytes: number }
  /** Milliseconds since 1970. */
  | { readonly is: 'time'; readonly comparison: '<' | '>='; readonly at: number }
  /**
   * A text message or a state change that is JSON, or near to it (see `readJson`), or what decoders have
   * made of another message, and has, at the path, a value that compares so. Numbers compare as they were written, however long. A string that is a
   * number compares as one with a number, and `"true"` equals `true`; a number does not equal a string.
   * Objects and arrays equal nothing.
   */
  | ({ readonly is: 'field' } & PathQuestion)
  /** Apart from `as:raw` false for a row that nobody decodes. */
  | { readonly is: 'decoded'; readonly asks: DecodedQuestion }
  /**
   * A state change that is a warning or an error, a close code other than 1000 and 1001, or a message that
   * says so to its decoder.
   */
  | { readonly is: 'error' }
  /** Sent or answered by the heartbeat, or by that of a protocol that a decoder knows. */
  | { readonly is: 'heartbeat' }
  /** Came compressed. */
  | { readonly is: 'compressed' }
  /** A tap sent, changed, kept back or held it. */
  | { readonly is: 'tap'; readonly action: TapMark };

/** What is looked for within a list. */
export interface FindQuery {
  readonly text: string;
  /** Whether `text` is the source of a regular expression. */
  readonly isPattern: boolean;
  readonly isCaseSensitive: boolean;
}

/** The rows that a find stops at. Throws a SyntaxError, with its reason, for a bad expression. */
export function findCondition({ text, isPattern, isCaseSensitive }: FindQuery): Condition {
  if (!isPattern) {
    return { is: 'text', text, exact: isCaseSensitive };
  }
  const flags = isCaseSensitive ? '' : 'i';
  new RegExp(text, flags);
  return { is: 'pattern', source: text, flags };
}

const controlKinds: readonly RowKind[] = ['ping', 'pong', 'close'];

/**
 * Whether a filter asks for control frames or the heartbeat by name, so that they must not be hidden
 * from it. To leave them out by name is not to ask for them.
 */
export function asksForControlFrames(condition: Condition): boolean {
  if (condition.is === 'all' || condition.is === 'any') {
    return condition.of.some(asksForControlFrames);
  }
  if (condition.is === 'kind') {
    return condition.kinds.some(kind => controlKinds.includes(kind));
  }
  return condition.is === 'heartbeat';
}
