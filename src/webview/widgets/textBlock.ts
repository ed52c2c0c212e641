import { sequenceLength } from '../../core/base/utf8.ts';

/** Some lines of a long text. The browser lays them out when they come near the screen. */
export interface TextBlock {
  readonly text: string;
  /** In bytes. */
  readonly begin: number;
  readonly lineCount: number;
  /** The place in `text` of a character to mark. */
  readonly mark?: number;
}

/** In bytes. */
const blockLength = 16_384;

const newline = 0x0a;
// Without `ignoreBOM` each block's decoder would take a byte order mark away.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Cuts UTF-8 into blocks of text between lines, or within a line that is longer than a block, but
 * never within a character. The newline at a cut belongs to neither side.
 *
 * @param mark the offset of a byte whose character is to be marked
 */
export function* cutText(
  bytes: Uint8Array,
  mark?: number,
  length = blockLength,
): Generator<TextBlock> {
  let begin = 0;
  while (begin + length < bytes.length) {
    const lineEnd = bytes.lastIndexOf(newline, begin + length);
    const isBetweenLines = lineEnd >= begin;
    const end = isBetweenLines ? lineEnd : characterBegin(bytes, begin + length);
    yield block(bytes, [begin, end], mark);
    begin = isBetweenLines ? end + 1 : end;
  }
  yield block(bytes, [begin, bytes.length], mark);
}

function block(
  bytes: Uint8Array,
  [begin, end]: readonly [number, number],
  mark: number | undefined,
): TextBlock {
  const text = decoder.decode(bytes.subarray(begin, end));
  return {
    text,
    begin,
    lineCount: text.split('\n').length,
    ...(mark !== undefined && mark >= begin && mark < end
      ? { mark: decoder.decode(bytes.subarray(begin, mark)).length }
      : {}),
  };
}

/** The begin of the character at `at`. Invalid UTF-8 may be cut anywhere. */
export function characterBegin(bytes: Uint8Array, at: number): number {
  let begin = at;
  while (begin > at - 3 && ((bytes[begin] ?? 0) & 0xc0) === 0x80) {
    begin--;
  }
  return ((bytes[begin] ?? 0) & 0xc0) === 0x80 ? at : begin;
}

/** The byte at which the UTF-16 unit `unit` of a block begins. @param begin of the block */
export function byteOfUnit(bytes: Uint8Array, begin: number, unit: number): number {
  let at = begin;
  for (let left = unit; left > 0 && at < bytes.length;) {
    const length = sequenceLength(bytes, at);
    // What is no character is shown as one.
    at += Math.max(1, length);
    left -= length === 4 ? 2 : 1;
  }
  return at;
}
