import { isTextual, kindOf } from './record.ts';

/** In UTF-16 code units. */
const maxTextLength = 512;
const maxBinaryByteLength = 64;
/** Far above what a state change has without its handshake; a file may claim anything. */
const maxStateLength = 64 * 1024;
/** Of any control frame (RFC 6455, section 5.5): a close frame's is shown in full, for its reason. */
const maxControlPayload = 125;

/**
 * A code unit of UTF-16 takes at most three bytes of UTF-8. Three more, so that a code point which
 * is cut at the end of the bytes lies beyond the text that is shown.
 */
const maxTextByteLength = 3 * maxTextLength + 3;

// Without `ignoreBOM` the decoder would take a leading byte order mark away.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const hexPairs: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

/** How many bytes of the payload `preview` needs: all of a state change, to take its JSON apart. */
export function previewByteLength(flags: number): number {
  switch (kindOf(flags)) {
    case 'state':
      return Infinity;
    case 'text':
      return maxTextByteLength;
    case 'close':
      return maxControlPayload;
    case 'binary':
    case 'ping':
    case 'pong':
      return maxBinaryByteLength;
  }
}

/**
 * The beginning of a payload for the list: text as it is, binary as hex pairs, a state change as
 * its JSON without the handshake, the steps of a run and the calls that opened a socket, which are
 * long and no matter of the list.
 * What is not UTF-8 shows as U+FFFD; a code point is never cut in half.
 *
 * @param head at least `previewByteLength(flags)` bytes, or the whole payload
 */
export function preview(flags: number, head: Uint8Array): string {
  const shown = head.subarray(0, previewByteLength(flags));
  if (!isTextual(flags)) {
    return hexPreview(shown);
  }
  const text = decoder.decode(shown);
  return kindOf(flags) === 'state' ? statePreview(text) : shorten(text);
}

/** All of `bytes` as lower-case hex pairs with spaces between them. */
export function hexPreview(bytes: Uint8Array): string {
  return Array.from(bytes, byte => hexPairs[byte]).join(' ');
}

function statePreview(json: string): string {
  try {
    const short = withoutLongParts(json);
    return short.length > maxStateLength ? shorten(json) : short;
  } catch {
    // It is no JSON, or nested deeper than can be written again.
    return shorten(json);
  }
}

function withoutLongParts(json: string): string {
  const value: unknown = JSON.parse(json);
  if (typeof value !== 'object' || value === null || !isLong(value)) {
    return json;
  }
  const { run, watch } = value;
  return JSON.stringify({
    ...value,
    handshake: undefined,
    ...(isObject(run) ? { run: { ...run, steps: undefined } } : {}),
    ...(isObject(watch) ? { watch: { ...watch, openedAt: undefined } } : {}),
  });
}

const longMembers = ['handshake', 'run', 'watch'];

function isLong(value: object): value is { readonly run?: unknown; readonly watch?: unknown } {
  return longMembers.some(name => Object.hasOwn(value, name));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function shorten(text: string): string {
  if (text.length <= maxTextLength) {
    return text;
  }
  const last = text.charCodeAt(maxTextLength - 1);
  const isHighSurrogate = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, isHighSurrogate ? maxTextLength - 1 : maxTextLength);
}
