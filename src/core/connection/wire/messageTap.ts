import { UserError } from '../../base/errors.ts';
import { toDisposable, type Disposable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/logger.ts';
import type { Condition } from '../../filter/condition.ts';
import type { RowTest } from '../../filter/matcher.ts';
import { parseLiveFilter, type FilterClock } from '../../filter/parseFilter.ts';
import { RowReader } from '../../filter/rowReader.ts';
import { MatchLimitError, boundedRowTest } from '../../filter/boundedMatch.ts';

/** Given the payload of a message that came. It is lent: it is valid only during the call. */
export type OnMatch = (payload: Uint8Array) => void;

interface Watcher {
  readonly matches: RowTest;
  readonly onMatch: OnMatch;
  hasSaidWhyNot: boolean;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const nothing = { flags: 0, at: 0, size: 0, payload: () => new Uint8Array() };
const everything: Condition = { is: 'all', of: [] };

/**
 * Passes received messages to those that wait for one. It costs nothing while there are none; what is
 * matched here is matched while the message comes in, so watch no longer than is needed. A message is
 * decoded and parsed at most once for all watchers, and none can hold the thread up.
 */
export class MessageTap {
  readonly #log: Logger;
  readonly #notice: (sentence: string) => void;
  readonly #watchers = new Set<Watcher>();
  readonly #reader = new RowReader(bytes => decoder.decode(bytes));

  /** @param notice called once for each watcher for which a message could not be matched */
  constructor(log: Logger, notice: (sentence: string) => void) {
    this.#log = log;
    this.#notice = notice;
  }

  /** Calls `onMatch` with each received message that matches, from now on, until disposed of. */
  watch(condition: Condition, onMatch: OnMatch): Disposable {
    const watcher = { matches: boundedRowTest(condition), onMatch, hasSaidWhyNot: false };
    this.#watchers.add(watcher);
    return toDisposable(() => this.#watchers.delete(watcher));
  }

  /** Whether `offer` must be given each message. */
  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  /** To be called with each message that came. */
  offer(at: number, flags: number, payload: Uint8Array): void {
    if (this.#watchers.size === 0) {
      return;
    }
    this.#reader.read({ flags, at, size: payload.length, payload: () => payload });
    for (const watcher of [...this.#watchers]) {
      try {
        if (watcher.matches(this.#reader)) {
          watcher.onMatch(payload);
        }
      } catch (error) {
        this.#failed(watcher, error);
      }
    }
    // So that no message is kept for longer than it is looked at.
    this.#reader.read(nothing);
  }

  #failed(watcher: Watcher, error: unknown): void {
    if (!(error instanceof MatchLimitError)) {
      this.#log.error('A watcher of received messages failed', error);
    } else if (!watcher.hasSaidWhyNot) {
      watcher.hasSaidWhyNot = true;
      this.#notice(
        `A received message was not looked into for a value or an awaited answer: ${error.message}. ` +
          'Name what to wait for by a word, or by a simpler pattern.',
      );
    }
  }
}

/**
 * What a filter's text asks for; an empty one asks for nothing, so that all fits.
 *
 * @throws UserError if it is no filter
 */
export function conditionOf(filter: string, clock: FilterClock): Condition {
  const { condition = everything, problems } = parseLiveFilter(filter, clock);
  const [problem] = problems;
  if (problem) {
    throw new UserError(`“${filter}” is no filter: ${problem.message}`);
  }
  return condition;
}
