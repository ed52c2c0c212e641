import { UserError } from '../base/errors.ts';
import { toDisposable, type Disposable } from '../base/lifecycle.ts';
import type { Logger } from '../base/logger.ts';
import type { Condition } from '../filter/condition.ts';
import { matcherOf, type Matcher } from '../filter/matcher.ts';
import { parseFilter, type FilterClock } from '../filter/parseFilter.ts';

/** Given the payload of a message that came. It is lent: it is valid only during the call. */
export type OnMatch = (payload: Uint8Array) => void;

interface Watcher {
  readonly matches: Matcher;
  readonly onMatch: OnMatch;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const everything: Condition = { is: 'all', of: [] };

/**
 * Shows received messages to whoever waits for one. It costs nothing while nobody does; what is
 * matched here is matched while the message comes in, so watch no longer than is needed.
 */
export class MessageTap {
  readonly #log: Logger;
  readonly #watchers = new Set<Watcher>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Calls `onMatch` with each received message that matches, from now on, until disposed of. */
  watch(condition: Condition, onMatch: OnMatch): Disposable {
    const decode = (bytes: Uint8Array) => decoder.decode(bytes);
    const watcher = { matches: matcherOf(condition, { decode }), onMatch };
    this.#watchers.add(watcher);
    return toDisposable(() => this.#watchers.delete(watcher));
  }

  /** To be called with each message that came. */
  offer(at: number, flags: number, payload: Uint8Array): void {
    if (this.#watchers.size === 0) {
      return;
    }
    const row = { flags, at, size: payload.length, payload: () => payload };
    for (const { matches, onMatch } of [...this.#watchers]) {
      try {
        if (matches(row)) {
          onMatch(payload);
        }
      } catch (error) {
        this.#log.error('A watcher of received messages failed', error);
      }
    }
  }
}

/**
 * What a filter's text asks for; an empty one asks for nothing, so that all fits.
 *
 * @throws UserError where it is no filter
 */
export function conditionOf(filter: string, clock: FilterClock): Condition {
  const { condition = everything, problems } = parseFilter(filter, clock);
  const [problem] = problems;
  if (problem) {
    throw new UserError(`“${filter}” is no filter: ${problem.message}`);
  }
  return condition;
}
