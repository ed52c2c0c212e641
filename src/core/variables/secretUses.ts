import { referencesIn } from './template.ts';

/** Plain data, as settings and files hold it, and its name for people. */
export interface Place {
  readonly where: string;
  readonly value: unknown;
}

/** Settings and files are not nested deeper. */
const deepest = 20;

/** The secrets that are referred to, by name, each with the places that do. */
export function secretUses(places: Iterable<Place>): ReadonlyMap<string, readonly string[]> {
  const uses = new Map<string, Set<string>>();
  for (const { where, value } of places) {
    for (const text of textsIn(value, deepest)) {
      for (const { kind, argument } of referencesIn(text)) {
        if (kind === 'secret') {
          uses.set(argument, (uses.get(argument) ?? new Set()).add(where));
        }
      }
    }
  }
  return new Map([...uses].map(([name, wheres]) => [name, [...wheres]]));
}

function* textsIn(value: unknown, depth: number): Generator<string> {
  if (typeof value === 'string') {
    yield value;
  } else if (typeof value === 'object' && value !== null && depth > 0) {
    for (const each of Object.values(value)) {
      yield* textsIn(each, depth - 1);
    }
  }
}
