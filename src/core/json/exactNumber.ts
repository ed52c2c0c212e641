/** A JSON number that a `number` would round, as it was written. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** RFC 8259, section 6. */
const grammar = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** Longer texts are not read as numbers. */
const maxNumberLength = 400;
/** So many digits survive a `number` and keep their order (IEEE 754, binary64). */
const safeDigits = 15;

/** The value of a text that is a number as JSON writes it; exact if a `number` would round it. */
export function numberIn(text: string): number | ExactNumber | undefined {
  return text.length <= maxNumberLength && grammar.test(text) ? exactNumber(text) : undefined;
}

/** @param text a number as JSON writes it */
export function exactNumber(text: string): number | ExactNumber {
  return isSafe(text) ? Number(text) : new ExactNumber(text);
}

function isSafe(text: string): boolean {
  if (text.length <= safeDigits && !/e/i.test(text)) {
    return true;
  }
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const digits = mantissa.replace(/[-.]/g, '').replace(/^0+/, '');
  // What is far from 1 may not be held at all; both limits leave room for the digits of the other.
  return digits.length <= safeDigits && mantissa.length < 100 && /^[+-]?0*\d{1,2}$/.test(exponent);
}

/**
 * Below 0 if `one` is less than `other`, 0 if they are equal, above 0 otherwise. The written digits
 * decide, never a rounded value. `undefined` if one of them is not a number (NaN).
 */
export function compareNumbers(
  one: number | ExactNumber,
  other: number | ExactNumber,
): number | undefined {
  if (typeof one === 'number' && typeof other === 'number') {
    return one < other ? -1 : one > other ? 1 : one === other ? 0 : undefined;
  }
  for (const [value, sign] of [
    [one, 1],
    [other, -1],
  ] as const) {
    if (typeof value === 'number' && !Number.isFinite(value)) {
      return Number.isNaN(value) ? undefined : sign * value;
    }
  }
  return compareDecimals(decimalOf(String(one)), decimalOf(String(other)));
}

/** `0.digits` times ten to the power of `exponent`; zero has no digits. */
interface Decimal {
  readonly sign: number;
  readonly digits: string;
  readonly exponent: bigint;
}

function decimalOf(text: string): Decimal {
  const [, minus, whole = '', fraction = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const all = whole + fraction;
  const digits = trimmed(all);
  const leading = all.length - all.replace(/^0+/, '').length;
  return {
    sign: digits === '' ? 0 : minus === '-' ? -1 : 1,
    digits,
    exponent: BigInt(power.replace('+', '')) + BigInt(whole.length - leading),
  };
}

/** Without zeros at either end; by hand, since a search for them at the end would begin at each. */
function trimmed(digits: string): string {
  let end = digits.length;
  while (digits.charAt(end - 1) === '0') {
    end--;
  }
  return digits.slice(0, end).replace(/^0+/, '');
}

function compareDecimals(one: Decimal, other: Decimal): number {
  if (one.sign !== other.sign || one.sign === 0) {
    return one.sign - other.sign;
  }
  if (one.exponent !== other.exponent) {
    return one.exponent < other.exponent ? -one.sign : one.sign;
  }
  return one.digits === other.digits ? 0 : one.digits < other.digits ? -one.sign : one.sign;
}

/** A container of which some members are written. */
interface OpenContainer {
  readonly end: string;
  readonly values: readonly unknown[];
  /** Of an object. */
  readonly names: readonly string[] | undefined;
  at: number;
}

/**
 * What is sent on for a value that was read: as it was written, with nothing rounded. Keeps its own
 * stack, and nothing for each value: a text may be all brackets, or all digits and commas.
 */
export function jsonText(value: unknown): string {
  const pieces: string[] = [];
  const open: OpenContainer[] = [];
  let next: unknown = value;
  for (;;) {
    if (typeof next === 'object' && next !== null && !(next instanceof ExactNumber)) {
      pieces.push(Array.isArray(next) ? '[' : '{');
      open.push(opened(next));
    } else {
      pieces.push(scalarText(next));
    }
    let container = open.at(-1);
    while (container && container.at === container.values.length) {
      pieces.push(container.end);
      open.pop();
      container = open.at(-1);
    }
    if (!container) {
      return pieces.join('');
    }
    const { at, names, values } = container;
    if (at > 0) {
      pieces.push(',');
    }
    if (names) {
      pieces.push(JSON.stringify(names[at]), ':');
    }
    next = values[at];
    container.at++;
  }
}

function opened(container: object): OpenContainer {
  return Array.isArray(container)
    ? { end: ']', values: container as readonly unknown[], names: undefined, at: 0 }
    : { end: '}', values: Object.values(container), names: Object.keys(container), at: 0 };
}

function scalarText(value: unknown): string {
  return typeof value === 'number' || value instanceof ExactNumber
    ? String(value)
    : JSON.stringify(value);
}
