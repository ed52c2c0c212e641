/**
 * Headers whose values say how a handshake went and never who somebody is, in small letters. The
 * value of any other header is masked wherever it is kept: no list of names that tell of secrets can
 * know them all.
 */
const plainHeaders = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'accept-ranges',
  'age',
  'allow',
  'alt-svc',
  'cache-control',
  'cf-cache-status',
  'connection',
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-security-policy',
  'content-type',
  'date',
  'expires',
  'host',
  'keep-alive',
  'last-modified',
  'location',
  'origin',
  'permissions-policy',
  'pragma',
  'proxy-agent',
  'proxy-authenticate',
  'proxy-connection',
  'referer',
  'referrer-policy',
  'retry-after',
  'sec-websocket-accept',
  'sec-websocket-extensions',
  'sec-websocket-key',
  'sec-websocket-protocol',
  'sec-websocket-version',
  'server',
  'server-timing',
  'strict-transport-security',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'vary',
  'via',
  'warning',
  'www-authenticate',
  'x-content-type-options',
  'x-frame-options',
  'x-powered-by',
  'x-xss-protection',
]);

/** Whether the value of this header may be shown and kept as it is, but for what is known as secret. */
export function isPlainHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return plainHeaders.has(lower) || lower.startsWith('access-control-');
}

/** Headers whose values are addresses, in small letters. */
export const addressHeaders: ReadonlySet<string> = new Set([
  'content-location',
  'location',
  'origin',
  'referer',
]);

/**
 * A subprotocol longer than this is no name but a token, which browsers can send no other way. The
 * longest that is registered has 54 characters, and its longest word has 19.
 *
 * @see https://www.iana.org/assignments/websocket
 */
const longestSubprotocol = 64;
const longestWord = 24;

/** Digits of versions; a token has more. */
const mostDigits = 6;
/** Versions of some interfaces are dates: `2024-10-01`, `20241001`. */
const date = /(?<!\d)20\d\d-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])(?!\d)/g;

/** A word of a name, perhaps with a version: `graphql`, `v12`, `json2`; or a short one of any kind. */
const nameWord = /^(?:[a-z]+\d{0,3}|\d{1,3}[a-z]{0,4}|[a-z\d]{1,7})$/i;

/** Whether a subprotocol reads as a name, such as `graphql-transport-ws`, and not as a token. */
export function isPlainSubprotocol(text: string): boolean {
  const words = wordsOf(text.replace(date, ''));
  const digits = words.join('').replace(/\D/g, '').length;
  return (
    text.length <= longestSubprotocol &&
    digits <= mostDigits &&
    words.every(word => nameWord.test(word) && !isMixedCase(word) && !isHex(word)) &&
    words.every(({ length }) => length <= longestWord)
  );
}

/** The words of a subprotocol's name. */
export function wordsOf(name: string): readonly string[] {
  return name.split(/[-._+/:~]/).filter(word => word !== '');
}

/** `wampCra` is a name; capitals in the middle of a long word, time and again, are base64. */
function isMixedCase(word: string): boolean {
  return word.length > 16 && (word.match(/[a-z][A-Z]/g)?.length ?? 0) > 3;
}

/** No word of a language has so many of the letters a to f and no other. */
function isHex(word: string): boolean {
  return word.length > 8 && /^[\da-f]+$/i.test(word);
}
