/** Words that make a name of a header or a query value that of a secret, anywhere in it. */
const secretWords =
  /token|secret|passw|passphrase|credential|signature|session|cookie|jwt|bearer|authoriz|apikey|accesskey|licen[cs]ekey/;

/** Words that do so only as whole words, as in `X-Auth-Key` and `?sig=`. */
const secretWholeWords = new Set([
  'key',
  'auth',
  'sig',
  'pwd',
  'pass',
  'pin',
  'sid',
  'ticket',
  'otp',
]);

/** Names that contain such a word, but do not name a secret. */
const notSecret = new Set(['sec-websocket-key', 'x-amz-signedheaders']);

/** Whether the value with this name, of a header or a query, must not be shown. */
export function isSecretName(name: string): boolean {
  const lower = name.toLowerCase();
  if (notSecret.has(lower)) {
    return false;
  }
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return secretWords.test(words.join('')) || words.some(word => secretWholeWords.has(word));
}

/**
 * Headers whose values describe a handshake and never identify anybody, in lower case. The value of
 * any other header is masked wherever it is kept: no list of the names of secrets can be complete.
 */
const harmlessHeaders = new Set([
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

/** Whether the value of this header may be shown and kept, apart from known secrets in it. */
export function isHarmlessHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return harmlessHeaders.has(lower) || lower.startsWith('access-control-');
}

/** Headers whose values are URLs, in lower case. */
export const addressHeaders: ReadonlySet<string> = new Set([
  'content-location',
  'location',
  'origin',
  'referer',
]);

/**
 * A longer subprotocol is not a name but a token, which a browser can send in no other way. The longest
 * registered one has 54 characters, and its longest word has 19.
 *
 * @see https://www.iana.org/assignments/websocket
 */
const maxSubprotocolLength = 64;
const maxWordLength = 24;

/** Digits of versions; a token has more. */
const maxDigits = 6;
/** Versions of some interfaces are dates: `2024-10-01`, `20241001`. */
const date = /(?<!\d)20\d\d-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])(?!\d)/g;

/** A word of a name, perhaps with a version: `graphql`, `v12`, `json2`; or a short one of any kind. */
const nameWord = /^(?:[a-z]+\d{0,3}|\d{1,3}[a-z]{0,4}|[a-z\d]{1,7})$/i;

/** Whether a subprotocol reads as a name, such as `graphql-transport-ws`, and not as a token. */
function readsAsName(text: string): boolean {
  const words = wordsOf(text.replace(date, ''));
  const digits = words.join('').replace(/\D/g, '').length;
  return (
    text.length <= maxSubprotocolLength &&
    digits <= maxDigits &&
    words.every(word => nameWord.test(word) && !isMixedCase(word) && !isHex(word)) &&
    words.every(({ length }) => length <= maxWordLength)
  );
}

/** The words of a subprotocol's name. */
function wordsOf(name: string): readonly string[] {
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

/**
 * The subprotocols of a list that are in fact tokens: those that do not read as a name, and those that
 * follow a name such as `token`, as in `["token", "<the token>"]` and `bearer.<the token>`.
 */
export function secretSubprotocols(names: readonly string[]): readonly string[] {
  const isToken = (name: string) => !readsAsName(name) || hasTokenInside(name);
  return names.filter((name, index) => {
    const before = names[index - 1] ?? '';
    // What holds its token already says nothing of the next.
    return isToken(name) || (isSecretName(before) && !isToken(before));
  });
}

/** Words that may follow the name of a secret and are not a token: `auth-v2`, `token.json`. */
const formalWord =
  /^(?:v?\d{1,3}|json|xml|cbor|msgpack|proto|protobuf|binary|text|ws|wss|websocket|protocol|transport|token|bearer|auth|authorization|key)$/i;
const domainEnd = /\.(?:com|org|net|io|dev)$/i;

function hasTokenInside(name: string): boolean {
  const words = wordsOf(name);
  return (
    !domainEnd.test(name) &&
    words.some(
      (word, index) => !formalWord.test(word) && isSecretName(words.slice(0, index).join('-')),
    )
  );
}
