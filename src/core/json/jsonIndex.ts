import type { JsonNodes } from './jsonNodes.ts';
import { JsonScanner } from './jsonScanner.ts';

/** Where a text stops being JSON. Lines and columns count from 1, columns in UTF-16 units. */
export interface JsonProblem {
  readonly line: number;
  readonly column: number;
  /** The same in bytes, from 0. */
  readonly offset: number;
  /** The character that cannot stand there; absent where the text ends too early. */
  readonly found?: string;
}

export type JsonIndex =
  | {
      readonly nodes: JsonNodes;
      readonly problem?: undefined;
      /** The first place where it is only near to JSON, and was read all the same. */
      readonly deviation?: JsonProblem;
    }
  | {
      readonly nodes?: undefined;
      readonly problem: JsonProblem;
      readonly deviation?: undefined;
    };

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Each value takes 16 bytes. */
const mostNodes = 6_000_000;

/**
 * Finds the values of a text that is JSON or near to it, as `readJson` says. Yields after each slice how many bytes are done, so that its caller
 * may rest.
 */
export function* indexJson(
  bytes: Uint8Array,
  maxNodes = mostNodes,
  sliceLength = 262_144,
): Generator<number, JsonIndex> {
  const scanner = new JsonScanner(bytes, maxNodes);
  while (
    scanner.at < bytes.length &&
    scanner.run(Math.min(bytes.length, scanner.at + sliceLength))
  ) {
    yield scanner.at;
  }
  if (!scanner.isWhole) {
    return { problem: yield* problemAt(bytes, scanner, sliceLength) };
  }
  const { nodes, deviation } = scanner;
  return deviation
    ? { nodes, deviation: yield* problemAt(bytes, deviation, sliceLength) }
    : { nodes };
}

function* problemAt(
  bytes: Uint8Array,
  { at, line, lineStart }: Pick<JsonScanner, 'at' | 'line' | 'lineStart'>,
  sliceLength: number,
): Generator<number, JsonProblem> {
  let column = 1;
  for (let from = lineStart; from < at; from += sliceLength) {
    column += utf16Length(bytes, from, Math.min(at, from + sliceLength));
    yield at;
  }
  const place = { line, column, offset: at };
  const code = decoder.decode(bytes.subarray(at, at + 4)).codePointAt(0);
  return code === undefined ? place : { ...place, found: String.fromCodePoint(code) };
}

/** The length of UTF-8 as UTF-16: a character of four bytes takes two units. */
function utf16Length(bytes: Uint8Array, from: number, to: number): number {
  let length = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if ((byte & 0xc0) !== 0x80) {
      length += byte >= 0xf0 ? 2 : 1;
    }
  }
  return length;
}
