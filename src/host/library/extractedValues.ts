import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { OnMatch, WatchOptions } from '../../core/connection/wire/messageTap.ts';
import type { Condition } from '../../core/filter/condition.ts';
import {
  parseFilter,
  parseAwaitedFilter,
  type FilterClock,
} from '../../core/filter/parseFilter.ts';
import type { Extractor } from '../../core/library/library.ts';
import { valueAt, type PathStep } from '../../core/json/jsonPath.ts';
import { peerText, type PeerText } from '../../core/variables/value.ts';

/** Longer messages are not searched for values. */
const maxMessageBytes = 1024 * 1024;
const maxExtractors = 100;

export interface ExtractedPorts {
  readonly filterClock: () => FilterClock;
  /** See `MessageTap.watch`. */
  readonly watch: (
    connection: string,
    condition: Condition,
    onMatch: OnMatch,
    options: WatchOptions,
  ) => Disposable;
  /** Resolves when decoders have looked at what a connection received before, or that takes long. */
  readonly settle: (connection: string) => Promise<void>;
  /** The origin (RFC 6454) of the URL that a connection was last dialled with. */
  readonly originOf: (connection: string) => string;
}

interface Rule {
  readonly extractor: Extractor;
  /** Stays the same as long as the extractor does. */
  readonly key: string;
  readonly path: readonly PathStep[];
  readonly condition: Condition;
}

/** The last message that matched. */
interface Taken {
  /** Searches it, which is done only when the value is asked for; decoders have found it already. */
  readonly value: () => string | undefined;
  /** The origin of the message; see `PeerText`. */
  readonly from?: string;
  /** Later ones have higher numbers. */
  readonly order: number;
}

/** A connection whose messages are watched. */
interface Followed {
  readonly name: string;
  readonly watches: DisposableStore;
  /** By the keys of the rules. */
  readonly taken: Map<string, Taken>;
}

/**
 * Values that extractors take from the received messages of each connection. A value is used only
 * by the connection that received it, unless its extractor names a connection: then the value of a
 * workspace's extractor is used by all connections to the same origin, and that of the user's
 * extractor by all connections. A message is searched when its value is asked for, not when it is
 * received: only the last one counts, and there may be thousands.
 */
export class ExtractedValues implements Disposable {
  readonly #ports: ExtractedPorts;
  /** By the connections' ids. */
  readonly #followed = new Map<string, Followed>();
  #rules: readonly Rule[] = [];
  #count = 0;

  constructor(ports: ExtractedPorts) {
    this.#ports = ports;
  }

  get names(): readonly string[] {
    return [...new Set(this.#rules.map(({ extractor }) => extractor.name))];
  }

  /** @returns a sentence for each extractor that cannot be used */
  setExtractors(extractors: readonly Extractor[]): readonly string[] {
    const problems: string[] = [];
    const own = new Set(
      extractors.filter(({ origin }) => origin === 'user').map(({ name }) => name),
    );
    this.#rules = extractors.slice(0, maxExtractors).flatMap(extractor => {
      const isTaken = extractor.origin === 'workspace' && own.has(extractor.name);
      const rule = isTaken
        ? `The extractor "${extractor.name}" of the workspace is not used: you have one with that name.`
        : this.#ruleOf(extractor);
      if (typeof rule === 'string') {
        problems.push(rule);
        return [];
      }
      return [rule];
    });
    for (const id of this.#followed.keys()) {
      this.#watch(id);
    }
    return problems;
  }

  /**
   * Watches what a connection receives, from now on.
   *
   * @param id used by `get`
   * @param name used by extractors
   */
  follow(id: string, name: string): void {
    if (!this.#followed.has(id)) {
      this.#followed.set(id, { name, watches: new DisposableStore(), taken: new Map() });
      this.#watch(id);
    }
  }

  forget(id: string): void {
    this.#followed.get(id)?.watches.dispose();
    this.#followed.delete(id);
  }

  /** Drops the values of a connection, which is dialled with another origin now. */
  clear(id: string): void {
    this.#followed.get(id)?.taken.clear();
  }

  /**
   * The last value that a connection received, or that the connection received which the extractor
   * names.
   *
   * @param id the connection that the value is for
   */
  get(name: string, id: string | undefined): PeerText | undefined {
    const rules = this.#rules.filter(({ extractor }) => extractor.name === name);
    const own = id === undefined ? undefined : this.#followed.get(id);
    const ownTaken = rules
      .filter(({ extractor }) => extractor.connection === undefined)
      .map(({ key }) => own?.taken.get(key));
    const last = newest(ownTaken);
    const ownText = last?.value();
    if (ownText !== undefined) {
      return peerText(ownText, last?.from);
    }
    // The extractor names a connection, so all connections may use it.
    const shared = newest(
      rules.flatMap(({ key, extractor }) =>
        [...this.#followed.values()]
          .filter(each => each.name === extractor.connection)
          .map(({ taken }) => taken.get(key)),
      ),
    );
    const text = shared?.value();
    return text === undefined ? undefined : peerText(text, shared?.from);
  }

  /** Resolves when all values are known that `get` may be asked for. @param id see `get` */
  async settle(id: string): Promise<void> {
    const named = new Set(this.#rules.map(({ extractor }) => extractor.connection));
    const concerned = [...this.#followed].filter(
      ([each, { name }]) => each === id || named.has(name),
    );
    await Promise.all(concerned.map(([each]) => this.#ports.settle(each)));
  }

  dispose(): void {
    for (const id of [...this.#followed.keys()]) {
      this.forget(id);
    }
  }

  #watch(id: string): void {
    const followed = this.#followed.get(id);
    if (!followed) {
      return;
    }
    const { name, watches, taken } = followed;
    watches.clear();
    for (const { key, path, condition, extractor } of this.#rules) {
      if (extractor.connection !== undefined && extractor.connection !== name) {
        continue;
      }
      watches.add(
        this.#ports.watch(
          id,
          condition,
          ({ payload, byteLength, decoded }) => {
            if (byteLength <= maxMessageBytes) {
              // Only the user's own extractors may pass values between origins.
              const isForAll = extractor.connection !== undefined && extractor.origin === 'user';
              const from = isForAll ? {} : { from: this.#ports.originOf(id) };
              const value = decoded ? () => decoded.value : searched(payload.slice(), path);
              taken.set(key, { value, ...from, order: ++this.#count });
            }
          },
          { path, wanted: 'last' },
        ),
      );
    }
  }

  #ruleOf(extractor: Extractor): Rule | string {
    const { name, path, when } = extractor;
    const clock = this.#ports.filterClock();
    const field = parseFilter(path, clock).condition;
    if (field?.is !== 'field' || field.comparison !== 'has') {
      return `The extractor "${name}" needs a path such as $.data.token, but has ${path}.`;
    }
    const filter = parseAwaitedFilter(when, clock);
    const [problem] = filter.problems;
    if (problem) {
      return `The extractor "${name}" cannot be used: ${when} is not a valid filter. ${problem.message}`;
    }
    const of = filter.condition ? [filter.condition, field] : [field];
    const key = JSON.stringify(extractor);
    return { extractor, key, path: field.path, condition: { is: 'all', of } };
  }
}

function searched(payload: Uint8Array, path: readonly PathStep[]): () => string | undefined {
  return () => valueAt(payload, path);
}

function newest(taken: readonly (Taken | undefined)[]): Taken | undefined {
  return taken.reduce(
    (last, each) => (each && (!last || each.order > last.order) ? each : last),
    undefined,
  );
}
