import { skipSpaces } from '../../../json/jsonSpaces.ts';
const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

const encoder = new TextEncoder();
const words = ['true', 'false', 'null'].map(word => encoder.encode(word));
/** What may follow on a backslash, but for `u`. */
const escapes = encoder.encode('"\\/bfnrt');

/**
 * Where bytes are no JSON text (RFC 8259, and nothing beside it): the first byte at which none can go on, `end` if they
 * end too early; `undefined` if they are one. Takes no object for a value, and no stack but a byte for each open container.
 */
export function jsonProblem(bytes: Uint8Array, begin: number, end: number): number | undefined {
  const open = new OpenContainers();
  let at = skipSpaces(bytes, begin, end);
  for (;;) {
    const first = unitAt(bytes, at, end);
    if (first === openBrace || first === openBracket) {
      at = skipSpaces(bytes, at + 1, end);
      if (unitAt(bytes, at, end) !== (first === openBrace ? closeBrace : closeBracket)) {
        open.push(first === openBrace);
        at = first === openBrace ? memberValue(bytes, at, end) : at;
        if (at < 0) {
          return ~at;
        }
        continue;
      }
      at++;
    } else {
      at = scalarEnd(bytes, at, end);
      if (at < 0) {
        return ~at;
      }
    }
    // A value has ended, and maybe containers with it.
    at = skipSpaces(bytes, at, end);
    while (
      open.depth > 0 &&
      unitAt(bytes, at, end) === (open.isObject ? closeBrace : closeBracket)
    ) {
      open.pop();
      at = skipSpaces(bytes, at + 1, end);
    }
    if (open.depth === 0) {
      return at < end ? at : undefined;
    }
    if (unitAt(bytes, at, end) !== comma) {
      return at;
    }
    at = skipSpaces(bytes, at + 1, end);
    at = open.isObject ? memberValue(bytes, at, end) : at;
    if (at < 0) {
      return ~at;
    }
  }
}

/** Whether each container that is open is an object, the outermost first. */
class OpenContainers {
  depth = 0;
  #areObjects = new Uint8Array(16);

  get isObject(): boolean {
    return this.#areObjects[this.depth - 1] === 1;
  }

  push(isObject: boolean): void {
    if (this.depth === this.#areObjects.length) {
      const larger = new Uint8Array(2 * this.depth);
      larger.set(this.#areObjects);
      this.#areObjects = larger;
    }
    this.#areObjects[this.depth++] = isObject ? 1 : 0;
  }

  pop(): void {
    this.depth--;
  }
}

/** -1 behind the end. */
function unitAt(bytes: Uint8Array, at: number, end: number): number {
  return at < end ? (bytes[at] ?? -1) : -1;
}

/*
 * The following return the place behind what they read, or `~place` of the byte that is not allowed.
 */

/** Passes the name of a member and the colon. */
function memberValue(bytes: Uint8Array, begin: number, end: number): number {
  if (unitAt(bytes, begin, end) !== quote) {
    return ~begin;
  }
  const nameEnd = stringEnd(bytes, begin, end);
  if (nameEnd < 0) {
    return nameEnd;
  }
  const at = skipSpaces(bytes, nameEnd, end);
  return unitAt(bytes, at, end) === colon ? skipSpaces(bytes, at + 1, end) : ~at;
}

function scalarEnd(bytes: Uint8Array, begin: number, end: number): number {
  const first = unitAt(bytes, begin, end);
  if (first === quote) {
    return stringEnd(bytes, begin, end);
  }
  const word = words.find(each => each[0] === first);
  if (!word) {
    return numberEnd(bytes, begin, end);
  }
  for (let index = 1; index < word.length; index++) {
    if (unitAt(bytes, begin + index, end) !== word[index]) {
      return ~(begin + index);
    }
  }
  return begin + word.length;
}

function stringEnd(bytes: Uint8Array, begin: number, end: number): number {
  let at = begin + 1;
  while (at < end) {
    const unit = bytes[at] ?? 0;
    if (unit === quote) {
      return at + 1;
    }
    if (unit < 0x20) {
      return ~at;
    }
    if (unit === backslash) {
      at = escapeEnd(bytes, at, end);
      if (at < 0) {
        return at;
      }
    } else {
      at++;
    }
  }
  return ~end;
}

function escapeEnd(bytes: Uint8Array, begin: number, end: number): number {
  const letter = unitAt(bytes, begin + 1, end);
  if (letter !== 0x75) {
    return escapes.includes(letter) ? begin + 2 : ~(begin + 1);
  }
  for (let at = begin + 2; at < begin + 6; at++) {
    if (!isHexDigit(unitAt(bytes, at, end))) {
      return ~at;
    }
  }
  return begin + 6;
}

function isHexDigit(unit: number): boolean {
  const lower = unit | 0x20;
  return isDigit(unit) || (lower >= 0x61 && lower <= 0x66);
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

function numberEnd(bytes: Uint8Array, begin: number, end: number): number {
  let at = unitAt(bytes, begin, end) === 0x2d ? begin + 1 : begin;
  at = unitAt(bytes, at, end) === 0x30 ? at + 1 : digitsEnd(bytes, at, end);
  if (at >= 0 && unitAt(bytes, at, end) === 0x2e) {
    at = digitsEnd(bytes, at + 1, end);
  }
  if (at >= 0 && (unitAt(bytes, at, end) | 0x20) === 0x65) {
    const sign = unitAt(bytes, at + 1, end);
    at = digitsEnd(bytes, sign === 0x2b || sign === 0x2d ? at + 2 : at + 1, end);
  }
  return at;
}

/** At least one digit. */
function digitsEnd(bytes: Uint8Array, begin: number, end: number): number {
  let at = begin;
  while (isDigit(unitAt(bytes, at, end))) {
    at++;
  }
  return at === begin ? ~at : at;
}
