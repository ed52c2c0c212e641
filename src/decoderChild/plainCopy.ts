const isArray: (value: unknown) => value is readonly unknown[] = Array.isArray.bind(Array);
const namesIn = Object.keys.bind(Object);
const prototypeOf = Object.getPrototypeOf.bind(Object) as (of: object) => unknown;
const ofObjects: unknown = Object.prototype;
const ofBytes = Uint8Array.prototype;
const ofBuffers: unknown = Buffer.prototype;

const maxDepth = 32;
const maxNodes = 10_000;
const notPlain = Symbol('not plain');

export interface PlainCopy {
  readonly value: unknown;
  /** About how much it takes. */
  readonly size: number;
}

/** How much of a value was copied. */
interface Extent {
  nodes: number;
  size: number;
}

/**
 * A copy of what consists of plain objects, lists, bytes and primitive values, which most answers do;
 * `undefined` for all else, and for what is large. It is a fraction of the work of a structured clone, and what
 * the decoder does to the original later changes nothing. Getters are run, and may throw.
 */
export function plainCopy(value: unknown): PlainCopy | undefined {
  const extent = { nodes: 0, size: 0 };
  const copied = copyOf(value, 0, extent);
  return copied === notPlain ? undefined : { value: copied, size: extent.size };
}

function copyOf(value: unknown, depth: number, extent: Extent): unknown {
  extent.nodes++;
  extent.size += 8;
  if (typeof value === 'string') {
    extent.size += value.length;
  }
  if (typeof value === 'function' || typeof value === 'symbol') {
    return notPlain;
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return depth > maxDepth || extent.nodes > maxNodes
    ? notPlain
    : copyOfObject(value, depth, extent);
}

function copyOfObject(value: object, depth: number, extent: Extent): unknown {
  if (isArray(value)) {
    return copyOfList(value, depth, extent);
  }
  const prototype = prototypeOf(value);
  if (prototype === ofBytes || prototype === ofBuffers) {
    const bytes = value as Uint8Array;
    extent.size += bytes.length;
    return new Uint8Array(bytes);
  }
  return prototype === ofObjects || prototype === null
    ? copyOfMembers(value as Readonly<Record<string, unknown>>, depth, extent)
    : notPlain;
}

function copyOfList(list: readonly unknown[], depth: number, extent: Extent): unknown {
  if (extent.nodes + list.length > maxNodes) {
    return notPlain;
  }
  const copy: unknown[] = [];
  for (let index = 0; index < list.length; index++) {
    const each = copyOf(list[index], depth + 1, extent);
    if (each === notPlain) {
      return notPlain;
    }
    copy[index] = each;
  }
  return copy;
}

function copyOfMembers(
  members: Readonly<Record<string, unknown>>,
  depth: number,
  extent: Extent,
): unknown {
  const copy: Record<string, unknown> = {};
  for (const name of namesIn(members)) {
    const each = name === '__proto__' ? notPlain : copyOf(members[name], depth + 1, extent);
    if (each === notPlain) {
      return notPlain;
    }
    extent.size += name.length;
    copy[name] = each;
  }
  return copy;
}
