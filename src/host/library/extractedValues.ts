import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { Condition, PathStep } from '../../core/filter/condition.ts';
import { parseFilter, type FilterClock } from '../../core/filter/parseFilter.ts';
import type { Extractor } from '../../core/library/library.ts';
import { valueAt } from '../../core/library/valueAt.ts';

/** A longer message is looked into by nobody for a token. */
const longestMessage = 1024 * 1024;
const mostExtractors = 100;

export interface ExtractedPorts {
  readonly filterClock: () => FilterClock;
  /**
   * Calls `onMatch` with the payload of each received message that matches, from now on.
   * The payload is lent for the call.
   */
  readonly watch: (
    connection: string,
    condition: Condition,
    onMatch: (payload: Uint8Array) => void,
  ) => Disposable;
}

interface Rule {
  readonly name: string;
  readonly path: readonly PathStep[];
  readonly condition: Condition;
}

/** The last message that matched, until somebody asks for the value that is in it. */
interface Taken {
  readonly path: readonly PathStep[];
  readonly payload: Uint8Array;
}

/**
 * What extractors have taken from the received messages of each connection. A message is looked into
 * when its value is asked for, not when it comes: only the last one counts, and thousands may come.
 */
export class ExtractedValues implements Disposable {
  readonly #ports: ExtractedPorts;
  readonly #watches = new Map<string, DisposableStore>();
  readonly #taken = new Map<string, Map<string, Taken>>();
  #rules: readonly Rule[] = [];

  constructor(ports: ExtractedPorts) {
    this.#ports = ports;
  }

  get names(): readonly string[] {
    return this.#rules.map(({ name }) => name);
  }

  /** Returns a sentence for each extractor that cannot be used. */
  setExtractors(extractors: readonly Extractor[]): readonly string[] {
    const problems: string[] = [];
    this.#rules = extractors.slice(0, mostExtractors).flatMap(extractor => {
      const rule = this.#ruleOf(extractor);
      if (typeof rule === 'string') {
        problems.push(rule);
        return [];
      }
      return [rule];
    });
    for (const connection of this.#watches.keys()) {
      this.follow(connection);
    }
    return problems;
  }

  /** Looks at what a connection receives, from now on. */
  follow(connection: string): void {
    const store = this.#watches.get(connection) ?? new DisposableStore();
    this.#watches.set(connection, store);
    store.clear();
    for (const { name, path, condition } of this.#rules) {
      store.add(
        this.#ports.watch(connection, condition, payload => {
          if (payload.length <= longestMessage) {
            this.#valuesOf(connection).set(name, { path, payload: payload.slice() });
          }
        }),
      );
    }
  }

  forget(connection: string): void {
    this.#watches.get(connection)?.dispose();
    this.#watches.delete(connection);
    this.#taken.delete(connection);
  }

  /** The value that a connection received last or, where it has none, any other. */
  get(name: string, connection: string | undefined): string | undefined {
    const own = connection === undefined ? undefined : this.#taken.get(connection)?.get(name);
    const others = [...this.#taken.values()].map(values => values.get(name));
    const taken = own ?? others.findLast(each => each !== undefined);
    return taken && valueAt(taken.payload, taken.path);
  }

  dispose(): void {
    for (const connection of [...this.#watches.keys()]) {
      this.forget(connection);
    }
  }

  #valuesOf(connection: string): Map<string, Taken> {
    const values = this.#taken.get(connection) ?? new Map<string, Taken>();
    this.#taken.set(connection, values);
    return values;
  }

  #ruleOf({ name, path, when }: Extractor): Rule | string {
    const clock = this.#ports.filterClock();
    const field = parseFilter(path, clock).condition;
    if (field?.is !== 'field' || field.comparison !== 'has') {
      return `The extractor "${name}" needs a path such as $.data.token, and has ${path}.`;
    }
    const filter = parseFilter(when, clock);
    const [problem] = filter.problems;
    if (problem) {
      return `The extractor "${name}" cannot be used: ${when} is no filter. ${problem.message}`;
    }
    const of = filter.condition ? [filter.condition, field] : [field];
    return { name, path: field.path, condition: { is: 'all', of } };
  }
}
