import { isObject, type JsonObject } from '../json/json.ts';

// What a debugger, or a program that is debugged, tells. Any of it may be missing, wrong or huge.

/** The seconds until the last moment that a `Date` can have. */
const maxSeconds = 8.64e12;
const maxIdLength = 1000;

/** Empty if it is no text. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Empty if it is no object. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** Empty if it is no list. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/** A list as JSON; empty if it is none: the program's own code can call the binding, too. */
export function listIn(json: unknown): readonly unknown[] {
  try {
    return listOf(JSON.parse(textOf(json)));
  } catch {
    return [];
  }
}

/** The name of a socket within its target; `undefined` if it is none. */
export function idOf(value: unknown): string | undefined {
  const id = textOf(value);
  return id === '' || id.length > maxIdLength ? undefined : id;
}

/** A whole number of at least `least` that is exact; `undefined` if it is none. */
export function countOf(value: unknown, least = 0): number | undefined {
  return Number.isSafeInteger(value) && Number(value) >= least ? Number(value) : undefined;
}

/** Seconds by a clock that counts up from zero; NaN if it is none. */
export function secondsOf(value: unknown): number {
  return typeof value === 'number' && value >= 0 && value <= maxSeconds ? value : Number.NaN;
}

/** RFC 6455, section 5.2; NaN if it is none. */
export function opcodeOf(value: unknown): number {
  const opcode = countOf(value);
  return opcode !== undefined && opcode < 16 ? opcode : Number.NaN;
}

/** The status of an HTTP answer; 0 if it is none. */
export function statusOf(value: unknown): number {
  const status = countOf(value, 100);
  return status !== undefined && status < 1000 ? status : 0;
}

/** A close code of two bytes (RFC 6455, section 5.5.1); `undefined` if it is none. */
export function closeCodeOf(value: unknown): number | undefined {
  const code = countOf(value);
  return code !== undefined && code < 65_536 ? code : undefined;
}
