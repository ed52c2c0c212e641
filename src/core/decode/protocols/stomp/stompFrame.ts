import { failedFrame } from '../../framing/failedFrame.ts';
import type { Frame, FrameBytes } from '../../framing/frames.ts';
import { maxCarriedLength, maxLayerLength } from '../../limits.ts';
import type { Problem } from '../../reading.ts';
import { textIn } from '../../values/utf8Text.ts';

export type StompVersion = '1.0' | '1.1' | '1.2';

export interface StompHeader {
  readonly name: string;
  readonly value: string;
  /** Of its line, without the end of it. */
  readonly begin: number;
  readonly end: number;
}

/** A frame whose places count in the bytes that it was read from. */
export interface StompFrame {
  readonly command: string;
  /** As they came; of those with the same name the first counts. */
  readonly headers: readonly StompHeader[];
  /** The value of a header. */
  readonly first: (name: string) => string | undefined;
  readonly bodyBegin: number;
  readonly bodyEnd: number;
  /** Behind its NUL. */
  readonly end: number;
}

const commands: ReadonlySet<string> = new Set([
  'CONNECT',
  'STOMP',
  'CONNECTED',
  'SEND',
  'SUBSCRIBE',
  'UNSUBSCRIBE',
  'ACK',
  'NACK',
  'BEGIN',
  'COMMIT',
  'ABORT',
  'DISCONNECT',
  'MESSAGE',
  'RECEIPT',
  'ERROR',
]);
const maxCommandLength = 12;
/** In bytes; servers allow much less. */
const maxHeadLength = 65_536;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** The end of an end of line that begins at `at` (LF, or CR and LF), else `at`. */
export function endOfLineEnd(bytes: Uint8Array, at: number): number {
  if (bytes[at] === lineFeed) {
    return at + 1;
  }
  return bytes[at] === carriageReturn && bytes[at + 1] === lineFeed ? at + 2 : at;
}

/**
 * Reads the frame that begins at `begin` (STOMP 1.2, "STOMP Frames").
 *
 * @param version `undefined` is not known, and read as the newest
 * @returns what else is there if it is not a whole frame
 */
export function readStompFrame(
  from: FrameBytes,
  begin: number,
  version: StompVersion | undefined,
): StompFrame | Extract<Frame, { readonly is: 'part' | 'none' }> {
  const { bytes } = from;
  const failed = (at: number, is: Problem['is']) => ({
    is: 'none' as const,
    reading: failedFrame(from, begin, at, is),
  });
  const commandEnd = bytes.indexOf(lineFeed, begin);
  if (commandEnd < 0) {
    const isShort = bytes.length - begin <= maxCommandLength;
    return isShort && isBeginningOfCommand(bytes, begin)
      ? { is: 'part', until: 'anything' }
      : failed(begin, 'unexpected');
  }
  const command = commandEnd - begin > maxCommandLength ? '' : lineText(bytes, begin, commandEnd);
  if (!commands.has(command)) {
    return failed(begin, 'unexpected');
  }
  const unescape = unescaping(command, version);
  const headers: StompHeader[] = [];
  const values = new Map<string, string>();
  let at = commandEnd + 1;
  for (;;) {
    const lineEnd = bytes.indexOf(lineFeed, at);
    if (lineEnd < 0) {
      return bytes.length - begin > maxHeadLength
        ? failed(begin, 'too-long')
        : { is: 'part', until: 'blank line', type: command, limit: maxHeadLength };
    }
    const line = lineText(bytes, at, lineEnd);
    if (line === '') {
      at = lineEnd + 1;
      break;
    }
    const colon = line.indexOf(':');
    if (colon < 0) {
      return failed(at, 'unexpected');
    }
    const name = unescape(line.slice(0, colon));
    const value = unescape(line.slice(colon + 1));
    if (name === undefined || value === undefined) {
      return failed(at, 'bad-escape');
    }
    headers.push({ name, value, begin: at, end: lineEnd });
    if (!values.has(name)) {
      values.set(name, value);
    }
    at = lineEnd + 1;
  }
  const length = values.get('content-length')?.trim();
  const isCounted = length !== undefined && /^\d{1,15}$/.test(length);
  const bodyEnd = isCounted ? at + Number(length) : bytes.indexOf(0, at);
  if (isCounted && Number(length) > maxLayerLength) {
    return failed(begin, 'too-long');
  }
  if (bodyEnd < 0 || bodyEnd >= bytes.length) {
    const until = isCounted ? bodyEnd + 1 - begin : 'NUL';
    return { is: 'part', until, type: command, limit: maxCarriedLength };
  }
  if (bytes[bodyEnd] !== 0) {
    return failed(bodyEnd, 'unexpected');
  }
  return {
    command,
    headers,
    first: name => values.get(name),
    bodyBegin: at,
    bodyEnd,
    end: bodyEnd + 1,
  };
}

function isBeginningOfCommand(bytes: Uint8Array, begin: number): boolean {
  const text = textIn(bytes, begin, bytes.length).replace(/\r$/, '');
  for (const command of commands) {
    if (command.startsWith(text)) {
      return true;
    }
  }
  return false;
}

function lineText(bytes: Uint8Array, begin: number, lineFeedAt: number): string {
  const end = lineFeedAt > begin && bytes[lineFeedAt - 1] === carriageReturn ? -1 : 0;
  return textIn(bytes, begin, lineFeedAt + end);
}

/**
 * How names and values of headers are read: version 1.0 knows no escapes, `CONNECT` and `CONNECTED` have none for its
 * sake, and `\r` came with 1.2. The result is `undefined` for an escape that is not defined, which is a fatal error.
 */
function unescaping(
  command: string,
  version: StompVersion | undefined,
): (text: string) => string | undefined {
  if (command === 'CONNECT' || command === 'CONNECTED' || version === '1.0') {
    return text => text;
  }
  return text => (text.includes('\\') ? unescaped(text, version) : text);
}

function unescaped(text: string, version: StompVersion | undefined): string | undefined {
  const parts: string[] = [];
  let from = 0;
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', from)) {
    const letter = text[at + 1] ?? '';
    const character = letter === 'r' && version === '1.1' ? undefined : escapes.get(letter);
    if (character === undefined) {
      return undefined;
    }
    parts.push(text.slice(from, at), character);
    from = at + 2;
  }
  return parts.join('') + text.slice(from);
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['c', ':'],
  ['\\', '\\'],
  ['r', '\r'],
]);
