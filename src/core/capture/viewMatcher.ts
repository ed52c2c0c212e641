import type { FollowedRows } from '../decode/callTable.ts';
import type { Condition, ConversationQuestion } from '../filter/condition.ts';
import {
  asksValue,
  concernsCalls,
  concernsDecoders,
  concernsParts,
  conversationsIn,
  everyPart,
  isNoPattern,
  isOfFlags,
} from '../filter/conditionParts.ts';
import { rowTest, type Decode, type MatchedRow, type RowTest } from '../filter/matcher.ts';
import { RowReader } from '../filter/rowReader.ts';
import type { Block } from '../record/block.ts';
import type { BlockRows, MatchedRows } from './matchedRows.ts';
import type { ViewQuery } from './view.ts';

/**
 * What becomes of a row in a view. `Unread` is out as well: a message that may be meant, but is no
 * JSON and has no decoded value, so that the question for a value in it has no answer.
 */
export const RowMatch = { Out: 0, Shown: 1, Hidden: 2, Unread: 3 } as const;
export type RowMatch = (typeof RowMatch)[keyof typeof RowMatch];

/** Classifies rows a block at a time: as the matcher would classify each, but much faster. */
export interface BlockSearch {
  /** @param areJson whether all messages of the block are known to be JSON */
  find(rows: BlockRows, isEach: boolean, areJson: () => boolean): Iterable<MatchedRows>;
  /** Whether all messages of a block are JSON for sure. */
  isJson(block: Block): boolean;
}

type RowQuery = Pick<ViewQuery, 'condition' | 'hide'>;

const flagsCount = 2 ** 16;
const noBytes = new Uint8Array();

/**
 * A compiled view query. Throws if a condition has an invalid regular expression.
 */
export class ViewMatcher {
  readonly query: RowQuery;
  /** The flags alone decide of a row that nobody decodes. */
  readonly isByFlags: boolean;
  /** There are regular expressions, which may take a lifetime. */
  readonly hasPattern: boolean;
  /** What decoders say of a row may decide. */
  readonly asksDecoders: boolean;
  /** Which later rows may change what decoders say of a row. */
  readonly follows: FollowedRows;
  readonly conversations: readonly ConversationQuestion[];
  /** The condition at its best for a message that is not JSON; absent if it does not ask for JSON. */
  readonly bestCase: Condition | undefined;
  readonly decode: Decode;
  /** Absent as long as its code is not loaded: then each row is matched by itself. */
  search: BlockSearch | undefined;
  readonly #reader: RowReader;
  readonly #matches: RowTest | undefined;
  readonly #hides: RowTest | undefined;
  readonly #mayMatch: RowTest | undefined;
  /** What was decided for flags, plus one. */
  readonly #byFlags: Uint8Array | undefined;

  constructor(query: RowQuery, decode: Decode) {
    const { condition, hide } = query;
    this.query = query;
    this.isByFlags = [condition, hide].every(part => !part || everyPart(part, isOfFlags));
    this.hasPattern = [condition, hide].some(part => part && !everyPart(part, isNoPattern));
    this.asksDecoders = [condition, hide].some(part => part && concernsDecoders(part));
    this.follows = {
      calls: [condition, hide].some(part => part && concernsCalls(part)),
      parts: [condition, hide].some(part => part && concernsParts(part)),
    };
    this.conversations = condition ? conversationsIn(condition) : [];
    this.bestCase = condition && asksValue(condition) ? bestCaseOf(condition) : undefined;
    this.decode = decode;
    this.#reader = new RowReader(decode);
    this.#matches = condition && rowTest(condition);
    this.#hides = hide && rowTest(hide);
    this.#mayMatch = this.bestCase && rowTest(this.bestCase);
    this.#byFlags = this.isByFlags ? new Uint8Array(flagsCount) : undefined;
  }

  match(row: MatchedRow): RowMatch {
    const reader = this.#reader;
    reader.read(row);
    if (this.#matches && !this.#matches(reader)) {
      return this.#isUnread(reader) ? RowMatch.Unread : RowMatch.Out;
    }
    return this.#hides?.(reader) ? RowMatch.Hidden : RowMatch.Shown;
  }

  #isUnread(reader: RowReader): boolean {
    return this.#mayMatch?.(reader) === true && reader.isOpaque && this.#hides?.(reader) !== true;
  }

  /** For a test that `isByFlags`. */
  matchFlags(flags: number): RowMatch {
    const known = this.#byFlags?.[flags];
    if (known) {
      return (known - 1) as RowMatch;
    }
    const verdict = this.match({ flags, at: 0, size: 0, payload: () => noBytes });
    if (this.#byFlags && flags < flagsCount) {
      this.#byFlags[flags] = verdict + 1;
    }
    return verdict;
  }
}

const always: Condition = { is: 'all', of: [] };
const never: Condition = { is: 'any', of: [] };

/**
 * The condition as it would be at best for a message that cannot be looked into: each question for a
 * value of its JSON has the answer that lets the message match.
 */
function bestCaseOf(condition: Condition, isNegated = false): Condition {
  switch (condition.is) {
    case 'all':
    case 'any':
      return { ...condition, of: condition.of.map(part => bestCaseOf(part, isNegated)) };
    case 'not':
      return { is: 'not', of: bestCaseOf(condition.of, !isNegated) };
    case 'field':
      return isNegated ? never : always;
    case 'text':
    case 'pattern':
    case 'decoded':
    case 'direction':
    case 'kind':
    case 'size':
    case 'time':
    case 'error':
    case 'heartbeat':
    case 'compressed':
    case 'tap':
      return condition;
  }
}
