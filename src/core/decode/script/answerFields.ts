import { memberStep } from '../pathStep.ts';
import type { Field } from '../reading.ts';

/** In UTF-16 code units, of a path or a text. */
const maxTextLength = 512;

/**
 * The fields that a script has given, in the order of their bytes, a container before what it holds. Those with an error
 * are left out.
 *
 * @param byteLength of the layer
 * @returns also a clause about the first error: "fields" …
 */
export function readFields(
  list: readonly unknown[],
  byteLength: number,
  maxCount: number,
): { readonly fields: readonly Field[]; readonly problem?: string } {
  let problem: string | undefined;
  const fields: Field[] = [];
  for (const each of list.slice(0, maxCount)) {
    const field = readField(each, byteLength);
    if (typeof field === 'string') {
      problem ??= field;
    } else {
      fields.push(field);
    }
  }
  if (list.length > maxCount) {
    problem ??= 'of which there are too many';
  }
  // The order of those with the same bytes stays.
  fields.sort(([, begin, end], [, otherBegin, otherEnd]) => begin - otherBegin || otherEnd - end);
  const isWithin = nesting();
  const nested = fields.filter(field => {
    const isKept = isWithin(field);
    problem ??= isKept
      ? undefined
      : `of which ${JSON.stringify(field[0])} begins in another one, but does not end there`;
    return isKept;
  });
  return { fields: nested, ...(problem !== undefined && { problem }) };
}

/** @returns a clause about what is wrong with it */
function readField(value: unknown, byteLength: number): Field | string {
  if (!Array.isArray(value)) {
    return 'of which one is no list such as ["$.op", 0, 1]';
  }
  const [path, begin, end, type = '', text = ''] = value as readonly unknown[];
  if (typeof path !== 'string') {
    return 'of which one has a path that is no text';
  }
  if (!isPlace(begin, 0, byteLength) || !isPlace(end, begin, byteLength)) {
    return `of which ${JSON.stringify(short(path))} is not within the ${byteLength} bytes`;
  }
  if (!isPlain(type) || !isPlain(text)) {
    return `of which ${JSON.stringify(short(path))} has something else than texts behind its place`;
  }
  return [pathOf(short(path)), begin, end, short(String(type)), short(String(text))];
}

/** Paths begin at the value or at the envelope. */
function pathOf(path: string): string {
  return /^[$@]/.test(path) ? path : `$${memberStep(path)}`;
}

function isPlace(value: unknown, from: number, to: number): value is number {
  return Number.isInteger(value) && (value as number) >= from && (value as number) <= to;
}

function isPlain(value: unknown): value is string | number | boolean | null {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

/** For fields in their order: whether one ends within those that it begins in. */
function nesting(): (field: Field) => boolean {
  const around: number[] = [];
  return ([, begin, end]) => {
    while (around.length > 0 && (around.at(-1) ?? 0) <= begin) {
      around.pop();
    }
    const outer = around.at(-1);
    if (outer !== undefined && end > outer) {
      return false;
    }
    around.push(end);
    return true;
  };
}

function short(text: string): string {
  return text.length <= maxTextLength ? text : `${text.slice(0, maxTextLength - 1)}…`;
}
