import { failedFrame } from '../../framing/failedFrame.ts';
import type { Frame, FrameBytes } from '../../framing/frames.ts';
import { maxLayerLength } from '../../limits.ts';
import type { Problem } from '../../reading.ts';
import { textIn } from '../../values/utf8Text.ts';

/** An operation whose places count in the bytes that it was read from. */
export interface NatsOperation {
  /** In upper case. */
  readonly name: string;
  /** What follows on the name. */
  readonly rest: string;
  readonly words: readonly string[];
  /** Of operations that have one. */
  readonly payload?: {
    /** Of its headers, which end where the body begins. */
    readonly begin: number;
    readonly bodyBegin: number;
    readonly end: number;
  };
  /** Behind its last byte. */
  readonly end: number;
}

/** Bytes of a line without its end; what the server says of itself may be longer. */
const maxLineLength = 4096;
const maxFactsLength = 262_144;

const carriageReturn = 0x0d;
const lineFeed = 0x0a;

/** How many words of a line behind the name: those with a payload end in its length. */
const payloadOperations: ReadonlyMap<
  string,
  { readonly min: number; readonly hasHeaders: boolean }
> = new Map([
  ['PUB', { min: 2, hasHeaders: false }],
  ['HPUB', { min: 3, hasHeaders: true }],
  ['MSG', { min: 3, hasHeaders: false }],
  ['HMSG', { min: 4, hasHeaders: true }],
]);
const plainOperations: ReadonlyMap<string, number> = new Map([
  ['INFO', 0],
  ['CONNECT', 0],
  ['PING', 0],
  ['PONG', 0],
  ['+OK', 0],
  ['-ERR', 0],
  ['SUB', 2],
  ['UNSUB', 1],
]);

/**
 * Reads the operation that begins at `begin`.
 *
 * @returns what else is there if it is not a whole one
 */
export function readNatsOperation(
  from: FrameBytes,
  begin: number,
): NatsOperation | Extract<Frame, { readonly is: 'part' | 'none' }> {
  const { bytes } = from;
  const lineEnd = endOfLine(bytes, begin);
  const failed = (at: number, is: Problem['is']) => ({
    is: 'none' as const,
    reading: failedFrame(from, begin, at, is, lineEnd < 0 ? undefined : lineEnd),
  });
  if (lineEnd < 0) {
    const limit = mayBeLong(bytes, begin) ? maxFactsLength : maxLineLength;
    return bytes.length - begin > limit
      ? failed(begin, 'unexpected')
      : { is: 'part', until: 'line feed', limit };
  }
  const line = textIn(bytes, begin, lineEnd);
  const [first = '', ...words] = line.split(/[ \t]/).filter(word => word !== '');
  const name = first.toUpperCase();
  const rest = line.slice(line.indexOf(first) + first.length).trim();
  const lineFeedEnd = lineEnd + 2;
  const shape = payloadOperations.get(name);
  if (!shape) {
    const least = plainOperations.get(name);
    return least === undefined || words.length < least
      ? failed(begin, 'unexpected')
      : { name, rest, words, end: lineFeedEnd };
  }
  const length = lengthIn(words.at(-1));
  const headersLength = shape.hasHeaders ? lengthIn(words.at(-2)) : 0;
  if (words.length < shape.min || length === undefined || headersLength === undefined) {
    return failed(begin, 'unexpected');
  }
  if (headersLength > length) {
    return failed(begin, 'bad-length');
  }
  if (length > maxLayerLength) {
    return failed(begin, 'too-long');
  }
  const end = lineFeedEnd + length;
  if (end + 2 > bytes.length) {
    return { is: 'part', until: end + 2 - begin, type: name };
  }
  if (bytes[end] !== carriageReturn || bytes[end + 1] !== lineFeed) {
    return failed(end, 'unexpected');
  }
  const payload = { begin: lineFeedEnd, bodyBegin: lineFeedEnd + headersLength, end };
  return { name, rest, words, payload, end: end + 2 };
}

/** Where CR and LF begin; -1 if they do not follow. */
function endOfLine(bytes: Uint8Array, begin: number): number {
  for (let at = bytes.indexOf(lineFeed, begin); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) {
    if (at > begin && bytes[at - 1] === carriageReturn) {
      return at - 1;
    }
  }
  return -1;
}

/** The server's INFO lists all other servers, and the client's CONNECT may hold a token. */
function mayBeLong(bytes: Uint8Array, begin: number): boolean {
  const name = textIn(bytes, begin, Math.min(begin + 8, bytes.length)).toUpperCase();
  return name.startsWith('INFO') || name.startsWith('CONNECT');
}

function lengthIn(word: string | undefined): number | undefined {
  return word !== undefined && /^\d{1,15}$/.test(word) ? Number(word) : undefined;
}
