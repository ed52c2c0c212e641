import { isSecretName, secretSubprotocols } from './names.ts';
import { base64Of, bytesAsText } from './spellings.ts';

/** User name and password, percent-decoded. */
export interface LoginTexts {
  readonly user: string;
  readonly password: string;
}

/** The parts of a connection or its settings that may contain secrets. */
interface SecretSource {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly subprotocols: readonly string[];
  /** The logins of the URL and the proxy. */
  readonly logins: readonly LoginTexts[];
  /** Texts that are always secret, such as a passphrase; empty texts are ignored. */
  readonly others: readonly (string | undefined)[];
}

/** All texts of a connection that must not be shown, even if a peer sends them back. */
export function secretValues(source: SecretSource): readonly string[] {
  const { url, headers, subprotocols, logins, others } = source;
  const found = [
    ...others,
    ...Object.entries(headers).flatMap(([name, value]) =>
      isSecretName(name) ? headerSecrets(value) : [],
    ),
    ...querySecrets(url).flatMap(({ value }) => [
      value,
      queryDecoded(value),
      queryDecoded(value.replaceAll('+', '%2B')),
    ]),
    ...logins.flatMap(loginSecrets),
    ...secretSubprotocols(subprotocols),
  ];
  return [...new Set(found)].filter((secret): secret is string => !!secret);
}

/** As a server reads it: `+` is a space, and a malformed escape stays while the others are decoded. */
function queryDecoded(text: string): string {
  return new URL(`x:?v=${text}`).searchParams.get('v') ?? text;
}

/** Parameters of a header that are no secrets and that would mask ordinary words. */
const harmlessParameter =
  /^(?:algorithm|charset|nc|qop|realm|signedheaders|stale|uri|userhash|username)=/i;
const schemeOnly = /^(?:basic|bearer|digest|negotiate|ntlm|token)$/i;

/** The value of a header that is a secret, and its parts: behind a scheme, each cookie, and a password. */
function headerSecrets(value: string): readonly string[] {
  return [
    value,
    withoutScheme(value),
    ...basicSecrets(value),
    ...value.split(';').map(cookie => cookie.slice(cookie.indexOf('=') + 1).trim()),
    ...value
      .split(/[\s;]+/)
      .filter(part => !schemeOnly.test(part) && !harmlessParameter.test(part))
      .map(part => part.replace(/^[\w.-]+=(?=.)/, '')),
  ].filter(part => !schemeOnly.test(part));
}

const basicCredentials = /^basic +([a-z0-9+/_-]+={0,2})\s*$/i;

/** What is in `Basic` credentials (RFC 7617), which a server may spell out: the password, and both parts. */
function basicSecrets(value: string): readonly string[] {
  const [, encoded = ''] = basicCredentials.exec(value) ?? [];
  const bytes = bytesOfBase64(encoded);
  return [new TextDecoder('utf-8').decode(bytes), bytesAsText(bytes)].flatMap(login => {
    const colon = login.indexOf(':');
    return colon < 0 ? [] : [login, login.slice(colon + 1)];
  });
}

/** Empty if it is none. Peers write it without its end, too. */
function bytesOfBase64(encoded: string): Uint8Array {
  const plain = encoded.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/');
  return plain.length % 4 === 1
    ? new Uint8Array()
    : Uint8Array.from(atob(plain), character => character.charCodeAt(0));
}

/** A header's value without its first word, such as `Bearer`. */
export function withoutScheme(value: string): string {
  return value.replace(/^\S+\s+/, '');
}

/** A user name is a secret only without a password, since it may be a token. */
function loginSecrets({ user, password }: LoginTexts): readonly string[] {
  return user === '' && password === ''
    ? []
    : [password === '' ? user : password, base64Of(`${user}:${password}`)];
}

const queryPair = /([?&])([^=&#]+)=([^&#]+)/g;

/** A value of a query that has the name of a secret. */
interface QuerySecret {
  /** Percent-decoded. */
  readonly name: string;
  /** As in the URL. */
  readonly value: string;
}

/** The values of a URL's query that are secrets by their names. The URL may contain references. */
export function querySecrets(url: string): readonly QuerySecret[] {
  return [...url.matchAll(queryPair)]
    .map(([, , name = '', value = '']) => ({ name: queryDecoded(name), value }))
    .filter(({ name }) => isSecretName(name));
}

/** Replaces each value of a URL's query that is a secret by its name. */
export function replaceQuerySecrets(
  url: string,
  replacement: (secret: QuerySecret) => string,
): string {
  return url.replace(queryPair, (all, sign: string, written: string, value: string) => {
    const name = queryDecoded(written);
    return isSecretName(name) ? `${sign}${written}=${replacement({ name, value })}` : all;
  });
}

/** Whether a URL contains a login, or a value that is a secret by its name. */
export function urlHoldsSecret(url: string): boolean {
  return /\/\/[^/?#]*@/.test(url) || querySecrets(url).length > 0;
}
