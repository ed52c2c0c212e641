import { isObject, isSameJson, type JsonObject } from './json.ts';

/** Where a value is in a JSON document: names of members and positions in lists. */
export type JsonPath = readonly (string | number)[];

/** One change of a JSON document. What it does not name stays as it is, comments and all. */
export type JsonEdit =
  /** Gives a member a value; missing objects on the way are created. */
  | { readonly kind: 'set'; readonly path: JsonPath; readonly value: unknown }
  /** Gives values that are there others, all at once. Their own paths begin at `path`. */
  | {
      readonly kind: 'replace';
      readonly path: JsonPath;
      readonly values: readonly (readonly [JsonPath, unknown])[];
    }
  /** Takes a member or an item away, with the comments that are about it. */
  | { readonly kind: 'remove'; readonly path: JsonPath }
  /** Adds to the end of a list, which is created if it is missing. */
  | { readonly kind: 'append'; readonly path: JsonPath; readonly value: unknown }
  /** Adds several, in this order. One edit for each would read the document again for each. */
  | { readonly kind: 'extend'; readonly path: JsonPath; readonly values: readonly unknown[] }
  /** Moves the item at `from` to the place of the one at `to`; those between shift. */
  | {
      readonly kind: 'move';
      readonly path: JsonPath;
      readonly from: number;
      readonly to: number;
    };

/** What makes `after` of `before`, by as few members as will do. Lists are replaced as a whole. */
export function editsBetween(
  path: JsonPath,
  before: JsonObject,
  after: JsonObject,
): readonly JsonEdit[] {
  const removed = Object.keys(before)
    .filter(key => !Object.hasOwn(after, key))
    .map((key): JsonEdit => ({ kind: 'remove', path: [...path, key] }));
  const set = Object.entries(after).flatMap(([key, value]): readonly JsonEdit[] => {
    const old = Object.hasOwn(before, key) ? before[key] : undefined;
    if (isObject(old) && isObject(value)) {
      return editsBetween([...path, key], old, value);
    }
    return isSameJson(old, value) ? [] : [{ kind: 'set', path: [...path, key], value }];
  });
  return [...removed, ...set];
}
