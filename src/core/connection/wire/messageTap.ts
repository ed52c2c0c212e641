import type { Clock } from '../../base/clock.ts';
import { UserError } from '../../base/errors.ts';
import { toDisposable, type Disposable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/logger.ts';
import type { Judged, Question } from '../../capture/judge.ts';
import type { Condition } from '../../filter/condition.ts';
import { concernsDecoders } from '../../filter/conditionParts.ts';
import type { RowTest } from '../../filter/matcher.ts';
import { parseAwaitedFilter, type FilterClock } from '../../filter/parseFilter.ts';
import { RowReader } from '../../filter/rowReader.ts';
import { MatchLimitError, boundedRowTest } from '../../filter/boundedMatch.ts';
import { DecodedWatches, type DecodedWatch, type DecodersOf } from './decodedWatches.ts';

/** A received message that matches. */
export interface Match {
  /** Its row in the capture; absent if it was not stored. */
  readonly row?: number | undefined;
  /** All of it, or of what decoders have judged its beginning. Lent: it is valid only during the call. */
  readonly payload: Uint8Array;
  readonly byteLength: number;
  /** What decoders say of it, if they were asked: a line, and the value at the path of the watch. */
  readonly decoded?: Pick<Judged, 'summary' | 'value'>;
}

export type OnMatch = (match: Match) => void;

export interface Watch extends Disposable {
  /** Why it may have missed a message, as a sentence. */
  readonly whyNot: string | undefined;
}

export interface WatchOptions {
  /** The value that is wanted of a match, where one is. */
  readonly path?: Question['path'];
  /** `last`: only the last match counts, and what came before it may be left out. By default `first`: each. */
  readonly wanted?: Question['wanted'];
}

interface Watcher {
  readonly matches: RowTest;
  readonly onMatch: OnMatch;
  /** Of a condition that decoders may answer otherwise. */
  readonly decoded: DecodedWatch | undefined;
  readonly failed: (why: string) => void;
}

interface MessageTapPorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Called once for each watcher for which a message could not be matched. */
  readonly notice: (sentence: string) => void;
  readonly decoders: DecodersOf;
}

/** Thrown where a condition asks what only decoders know. One for all: no stack is wanted. */
const awaitsDecoders = new Error('Decoders are asked');
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const nothing = { flags: 0, at: 0, size: 0, payload: () => new Uint8Array() };
const everything: Condition = { is: 'all', of: [] };

/**
 * Passes received messages to those that wait for one. It costs nothing while there are none; what is
 * matched here is matched while the message comes in, so watch no longer than is needed. A message is
 * decoded and parsed at most once for all watchers, and none can hold the thread up. Of messages whose values
 * only decoders know, those of the capture are asked; a watcher gets what follows them when they have answered.
 */
export class MessageTap implements Disposable {
  readonly #ports: MessageTapPorts;
  readonly #watchers = new Set<Watcher>();
  readonly #decodedWatches: DecodedWatches;
  readonly #reader = new RowReader(bytes => decoder.decode(bytes));

  constructor(ports: MessageTapPorts) {
    this.#ports = ports;
    this.#decodedWatches = new DecodedWatches(ports.clock, ports.decoders);
  }

  /** Calls `onMatch` with each received message that matches, from now on, until disposed of. */
  watch(
    condition: Condition,
    onMatch: OnMatch,
    { path, wanted = 'first' }: WatchOptions = {},
  ): Watch {
    let hasFailed = false;
    const failed = (why: string) => {
      if (!hasFailed) {
        hasFailed = true;
        this.#ports.notice(
          `A received message was not looked into for a value or an awaited answer: ${why}. ` +
            'Name what to wait for by a word, or by a simpler pattern.',
        );
      }
    };
    const decoded = concernsDecoders(condition)
      ? this.#decodedWatches.add({
          condition,
          wanted,
          ...(path && { path }),
          onMatch: judged => this.#tell(onMatch, matchOf(judged)),
          onLimited: failed,
        })
      : undefined;
    const watcher = { matches: boundedRowTest(condition), onMatch, decoded, failed };
    this.#watchers.add(watcher);
    const watching = toDisposable(() => {
      this.#watchers.delete(watcher);
      if (decoded) {
        this.#decodedWatches.delete(decoded);
      }
    });
    return {
      dispose: () => watching.dispose(),
      get whyNot() {
        return decoded?.whyNot;
      },
    };
  }

  /** Whether `offer` must be given each message. */
  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  /** Resolves when decoders have looked at what came before, or that takes long. */
  settle(): Promise<void> {
    return this.#decodedWatches.settle();
  }

  /** To be called with each message that came. @param row its number; `undefined` if it was not stored */
  offer(at: number, flags: number, payload: Uint8Array, row: number | undefined): void {
    if (this.#watchers.size === 0) {
      return;
    }
    const message = { row, payload, byteLength: payload.length };
    this.#reader.read({
      flags,
      at,
      size: payload.length,
      payload: () => payload,
      decoded: () => {
        throw awaitsDecoders;
      },
    });
    for (const watcher of [...this.#watchers]) {
      if (watcher.decoded?.isBehind === true) {
        watcher.decoded.note(row);
      } else if (this.#doesMatch(watcher, row)) {
        this.#tell(watcher.onMatch, message);
      }
    }
    // So that no message is kept for longer than it is looked at.
    this.#reader.read(nothing);
  }

  dispose(): void {
    this.#watchers.clear();
    this.#decodedWatches.dispose();
  }

  #doesMatch({ matches, decoded, failed }: Watcher, row: number | undefined): boolean {
    try {
      return matches(this.#reader);
    } catch (error) {
      if (error === awaitsDecoders) {
        decoded?.note(row);
      } else if (error instanceof MatchLimitError) {
        failed(error.message);
      } else {
        this.#ports.log.error('A watcher of received messages failed', error);
      }
      return false;
    }
  }

  #tell(onMatch: OnMatch, match: Match): void {
    try {
      onMatch(match);
    } catch (error) {
      this.#ports.log.error('A watcher of received messages failed', error);
    }
  }
}

function matchOf({ seq, head, byteLength, summary, value }: Judged): Match {
  return {
    row: seq,
    payload: head,
    byteLength,
    decoded: { ...(summary !== undefined && { summary }), ...(value !== undefined && { value }) },
  };
}

/**
 * What a filter's text asks for; an empty one asks for nothing, so that all fits.
 *
 * @throws UserError if it is no filter
 */
export function conditionOf(filter: string, clock: FilterClock): Condition {
  const { condition = everything, problems } = parseAwaitedFilter(filter, clock);
  const [problem] = problems;
  if (problem) {
    throw new UserError(`“${filter}” is no filter: ${problem.message}`);
  }
  return condition;
}
