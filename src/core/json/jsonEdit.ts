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

/** What makes `after` of `before`, by as few members and items as will do. */
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
    return editsOfValue([...path, key], old, value);
  });
  return [...removed, ...set];
}

function editsOfValue(path: JsonPath, old: unknown, value: unknown): readonly JsonEdit[] {
  if (isSameJson(old, value)) {
    return [];
  }
  if (isObject(old) && isObject(value)) {
    return editsBetween(path, old, value);
  }
  return isFilledList(old) && isFilledList(value)
    ? editsOfList(path, old, value)
    : [{ kind: 'set', path, value }];
}

/**
 * Each item keeps the comments about it, wherever it moves: items are removed, added at the end, and
 * moved to their places, and at last those that differ are changed.
 */
function editsOfList(
  path: JsonPath,
  before: readonly unknown[],
  after: readonly unknown[],
): readonly JsonEdit[] {
  const sources = sourcesOf(before, after);
  const edits: JsonEdit[] = [];
  /** The items as the edits so far leave them: indexes of `after`. */
  const order = before.map((_, at) => sources.indexOf(at));
  for (let at = order.length - 1; at >= 0; at--) {
    if (order[at] === -1) {
      edits.push({ kind: 'remove', path: [...path, at] });
      order.splice(at, 1);
    }
  }
  for (const [at, value] of after.entries()) {
    if (sources[at] === undefined) {
      edits.push({ kind: 'append', path, value });
      order.push(at);
    }
  }
  for (let to = 0; to < order.length; to++) {
    const from = order.indexOf(to);
    if (from !== to) {
      edits.push({ kind: 'move', path, from, to });
      order.splice(to, 0, ...order.splice(from, 1));
    }
  }
  const changed = after.flatMap((value, at) => {
    const source = sources[at];
    return source === undefined ? [] : editsOfValue([...path, at], before[source], value);
  });
  return [...edits, ...changed];
}

/** For each item of `after` the item of `before` that it was; `undefined` for a new one. */
function sourcesOf(
  before: readonly unknown[],
  after: readonly unknown[],
): readonly (number | undefined)[] {
  const free = new Set(before.keys());
  const take = (fits: (at: number) => boolean) => {
    const found = [...free].find(fits);
    free.delete(found ?? -1);
    return found;
  };
  const unchanged = after.map((value, at) =>
    isSameJson(before[at], value) ? take(each => each === at) : undefined,
  );
  const moved = unchanged.map(
    (source, at) => source ?? take(each => isSameJson(before[each], after[at])),
  );
  const alike = moved.map((source, at) => source ?? take(each => isLike(before[each], after[at])));
  return alike.map((source, at) => source ?? take(each => each === at));
}

/** Whether one value may be the other after a change: both are objects with a member in common, or both not. */
function isLike(one: unknown, other: unknown): boolean {
  return isObject(one) && isObject(other)
    ? Object.keys(one).some(key => Object.hasOwn(other, key))
    : typeof one === typeof other;
}

function isFilledList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0;
}
