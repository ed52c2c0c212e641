/** Words that make the name of a header or a query value one of a secret, wherever they are in it. */
const secretWords =
  /token|secret|passw|passphrase|credential|signature|session|cookie|jwt|bearer|authoriz|apikey|accesskey|licen[cs]ekey/;

/** Words that do so only where they stand alone, as in `X-Auth-Key` and `?sig=`. */
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

/** Names that hold such a word, but no secret. */
const notSecret = new Set(['sec-websocket-key', 'x-amz-signedheaders']);

/** Whether what goes by this name, a header or a part of a query, is not to be shown. */
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
 * Headers whose values say how a handshake went and never who somebody is, in small letters. The
 * value of any other header is masked wherever it is kept: no list of names that tell of secrets can
 * know them all.
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

/** Whether the value of this header may be shown and kept as it is, but for what is known as secret. */
export function isHarmlessHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return harmlessHeaders.has(lower) || lower.startsWith('access-control-');
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
 * Those of a list of subprotocols that are tokens in truth: what reads as no name, and what follows a
 * name such as `token` or `access_token`, as in `["token", "<the token>"]` and `bearer.<the token>`.
 */
export function secretSubprotocols(names: readonly string[]): readonly string[] {
  const isToken = (name: string) => !readsAsName(name) || hasTokenInside(name);
  return names.filter((name, index) => {
    const before = names[index - 1] ?? '';
    // What holds its token already says nothing of the next.
    return isToken(name) || (isSecretName(before) && !isToken(before));
  });
}

/** Words of names, which may follow one that tells of a secret: `auth-v2`, `token.json`. */
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
