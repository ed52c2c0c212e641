import type { JsonPart } from '../core/payload/jsonView.ts';
import { hexDump } from './hexDump.ts';

/** Some lines of a long text, drawn when they come near the screen. */
export interface TextBlock {
  readonly text: string;
  readonly lineCount: number;
  /** The same text in coloured parts. */
  readonly parts?: () => Iterable<JsonPart>;
}

const blockLength = 16_384;
const hexBlockLength = 8_192;

/**
 * Cuts text between lines, or, where a line is longer than a block, within it: never within a
 * surrogate pair. The newline at a cut belongs to neither side.
 */
export function* cutText(text: string, length = blockLength): Generator<TextBlock> {
  let begin = 0;
  while (begin + length < text.length) {
    const newline = text.lastIndexOf('\n', begin + length);
    const isBetweenLines = newline >= begin;
    const end = isBetweenLines ? newline : afterPair(text, begin + length);
    yield block(text.slice(begin, end));
    begin = isBetweenLines ? end + 1 : end;
  }
  yield block(text.slice(begin));
}

export function* cutHex(bytes: Uint8Array): Generator<TextBlock> {
  for (let begin = 0; begin < bytes.length; begin += hexBlockLength) {
    const text = hexDump(bytes.subarray(begin, begin + hexBlockLength), begin);
    yield block(text);
  }
}

function block(text: string): TextBlock {
  return { text, lineCount: text.split('\n').length };
}

function afterPair(text: string, end: number): number {
  const code = text.charCodeAt(end - 1);
  return code >= 0xd800 && code <= 0xdbff ? end + 1 : end;
}
