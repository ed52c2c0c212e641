/** A header or query value is a secret if its name contains one of these. */
const secretWords =
  /token|secret|passw|passphrase|passcode|credential|signature|session|cookie|jwt|bearer|authoriz|apikey|accesskey|licen[cs]ekey/;

/** Words that denote a secret only as whole words, as in `X-Auth-Key` and `?sig=`. */
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

/** Names that contain such a word, but do not denote a secret. */
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
 * Headers whose values describe a handshake and never identify a user, in lower case. The value of any
 * other header is masked in stored facts, since no list of the names of secrets can be complete.
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
 * A longer subprotocol is a token, which browsers can send only in this header or the URL. The longest
 * registered name has 54 characters, and its longest word has 19.
 *
 * @see https://www.iana.org/assignments/websocket
 */
const maxSubprotocolLength = 64;
const maxWordLength = 24;

/** The maximum number of digits in a name; a token has more. */
const maxDigits = 6;
/** Some interfaces use dates as versions: `2024-10-01`, `20241001`. */
const date = /(?<!\d)20\d\d-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])(?!\d)/g;

/** A word of a name, possibly with a version, such as `graphql`, `v12`, `json2`; or any short word. */
const nameWord = /^(?:[a-z]+\d{0,3}|\d{1,3}[a-z]{0,4}|[a-z\d]{1,7})$/i;

/** Whether a subprotocol looks like a name, such as `graphql-transport-ws`, and not like a token. */
function looksLikeName(text: string): boolean {
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

/** `wampCra` is a name; a long word with several capitals in the middle is base64. */
function isMixedCase(word: string): boolean {
  return word.length > 16 && (word.match(/[a-z][A-Z]/g)?.length ?? 0) > 3;
}

/** No longer word of a language consists of the letters a to f only. */
function isHex(word: string): boolean {
  return word.length > 8 && /^[\da-f]+$/i.test(word);
}

/**
 * The subprotocols of a list that are in fact tokens: those that do not look like a name, and those
 * that follow a name such as `token`, as in `["token", "<the token>"]` and `bearer.<the token>`.
 */
export function secretSubprotocols(names: readonly string[]): readonly string[] {
  const isToken = (name: string) => !looksLikeName(name) || hasTokenInside(name);
  return names.filter((name, index) => {
    const before = names[index - 1] ?? '';
    // A name that contains its token, such as `bearer.<the token>`, does not announce another one.
    return isToken(name) || (isSecretName(before) && !isToken(before));
  });
}

/** Words that may follow the name of a secret without being a token: `auth-v2`, `token.json`. */
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
