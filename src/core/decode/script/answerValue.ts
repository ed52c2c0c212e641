import { bytesJson, floatJson } from '../exportForm.ts';
import { maxDepth } from '../limits.ts';

/** What the values of one answer may still take. */
export interface ValueBudget {
  /** In UTF-16 code units of JSON. */
  length: number;
  /** Values, with those that are met again, as nothing says that they are the same. */
  values: number;
}

/** Digits of a longer integer would take long to be written. */
const maxIntegerBits = 4096;

/** It is said as a clause: "the decoder gave "value" …". */
class ValueError extends Error {}

/**
 * A value that came by structured clone as JSON in the form of `exportForm.ts`; members that are `undefined` are left out, as
 * JSON does.
 *
 * @returns the JSON, or a clause that says what is wrong with it
 */
export function answerValue(
  value: unknown,
  budget: ValueBudget,
): { readonly json: string } | { readonly problem: string } {
  const parts: string[] = [];
  try {
    write(value, parts, budget, 0);
    return { json: parts.join('') };
  } catch (error) {
    if (error instanceof ValueError) {
      return { problem: error.message };
    }
    throw error;
  }
}

function write(value: unknown, parts: string[], budget: ValueBudget, depth: number): void {
  budget.values--;
  if (budget.values < 0) {
    throw new ValueError('with too many values');
  }
  const scalar = scalarJson(value, budget);
  if (scalar !== undefined) {
    put(scalar, parts, budget);
    return;
  }
  if (depth >= maxDepth) {
    throw new ValueError('that is nested too deep');
  }
  const writeInner = (inner: unknown) => write(inner, parts, budget, depth + 1);
  if (Array.isArray(value) || value instanceof Set) {
    writeList(value, parts, budget, writeInner);
  } else if (value instanceof Map) {
    writeMap(value, parts, budget, writeInner);
  } else {
    writeMembers(Object.entries(value as object), parts, budget, writeInner);
  }
}

function put(text: string, parts: string[], budget: ValueBudget): void {
  budget.length -= text.length;
  if (budget.length < 0) {
    throw new ValueError('that is too long');
  }
  parts.push(text);
}

function writeList(
  values: readonly unknown[] | ReadonlySet<unknown>,
  parts: string[],
  budget: ValueBudget,
  writeInner: (value: unknown) => void,
): void {
  put('[', parts, budget);
  let isFirst = true;
  // Holes of an array that has nearly none but them are values as well: they count.
  for (const each of values) {
    put(isFirst ? '' : ',', parts, budget);
    isFirst = false;
    writeInner(each ?? null);
  }
  put(']', parts, budget);
}

function writeMembers(
  members: Iterable<readonly [string, unknown]>,
  parts: string[],
  budget: ValueBudget,
  writeInner: (value: unknown) => void,
): void {
  put('{', parts, budget);
  let isFirst = true;
  for (const [name, member] of members) {
    if (member !== undefined) {
      if (name.length > budget.length) {
        throw new ValueError('that is too long');
      }
      put(`${isFirst ? '' : ','}${JSON.stringify(name)}:`, parts, budget);
      isFirst = false;
      writeInner(member);
    }
  }
  put('}', parts, budget);
}

function writeMap(
  map: ReadonlyMap<unknown, unknown>,
  parts: string[],
  budget: ValueBudget,
  writeInner: (value: unknown) => void,
): void {
  if ([...map.keys()].every(key => typeof key === 'string')) {
    writeMembers(map as ReadonlyMap<string, unknown>, parts, budget, writeInner);
    return;
  }
  put('{"$map":', parts, budget);
  writeList([...map], parts, budget, writeInner);
  put('}', parts, budget);
}

/** `undefined`: it holds others. */
function scalarJson(value: unknown, budget: ValueBudget): string | undefined {
  switch (typeof value) {
    case 'string':
      return textJson(value, budget);
    case 'number':
      return numberJson(value);
    case 'bigint':
      return integerJson(value);
    case 'boolean':
      return String(value);
    case 'object':
      return value === null ? 'null' : objectJson(value, budget);
    case 'undefined':
    case 'function':
    case 'symbol':
      return '{"$undefined":true}';
  }
}

function objectJson(value: object, budget: ValueBudget): string | undefined {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    const bytes = bytesIn(value);
    if (bytes.length > budget.length) {
      throw new ValueError('that is too long');
    }
    return bytesJson(bytes);
  }
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? 'null' : `{"$time":"${value.toISOString()}"}`;
  }
  if (value instanceof RegExp || value instanceof Error) {
    return textJson(String(value), budget);
  }
  const isBoxed =
    value instanceof Number ||
    value instanceof String ||
    value instanceof Boolean ||
    value instanceof BigInt;
  return isBoxed ? scalarJson(value.valueOf(), budget) : undefined;
}

export function bytesIn(value: ArrayBufferView | ArrayBuffer): Uint8Array {
  return ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value);
}

function textJson(text: string, budget: ValueBudget): string {
  if (text.length > budget.length) {
    throw new ValueError('that is too long');
  }
  return JSON.stringify(text);
}

function numberJson(value: number): string {
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : floatJson(value);
}

function integerJson(value: bigint): string {
  if (BigInt.asIntN(maxIntegerBits, value) !== value) {
    throw new ValueError('with an integer that is too long');
  }
  return String(value);
}
