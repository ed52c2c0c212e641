import { percentDecoded } from '../base/percent.ts';
import { isSecretName } from './names.ts';

/** Replaces a secret in every text that is shown. */
export const mask = '•••';

/** In UTF-16 code units. */
const maxUrlLength = 200;

/**
 * A URL for a sentence: without its login and query, and shortened. It need not be valid.
 *
 * @param author decides how the end of a login is found. A password typed by the user may contain any
 *   character, so all before the last `@` is masked. In a peer's URL, a login ends before the path.
 */
export function maskUrl(url: string, author: 'user' | 'peer'): string {
  const noQuery = (text: string) => text.replace(/\?.*/s, '?…');
  const safe =
    author === 'user'
      ? noQuery(maskLogin(url))
      : noQuery(url).replace(/^([^/\\]*[/\\]{2})[^/\\]*@/, `$1${mask}@`);
  return safe.length > maxUrlLength ? `${safe.slice(0, maxUrlLength)}…` : safe;
}

/** A URL typed by the user, with a mask for everything between its scheme and its last `@`. */
export function maskLogin(typed: string): string {
  return typed.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, `$1${mask}@`);
}

/**
 * Every value of a query, and a query that is a single value, such as `?eyJ…`. Of a fragment only
 * values with a name, since most fragments are places on a page.
 */
const queryPart = /([?&])(?:([^=&#]*)=)?[^&#]*|(#)([^=&#]*)=[^&#]*/g;

/** Which revision of a protocol a client speaks: decoders need it, and there is nothing secret in it. */
const revision =
  /^[?&](?:EIO=[34]|transport=(?:websocket|polling)|vsn=\d\.\d\.\d|compress=(?:zlib|zstd)-stream|encoding=(?:json|etf)|format=(?:json|protobuf)|(?:protocol|v)=\d{1,2})$/;

/** A URL with a mask for the values of its query and fragment, but for revisions; the names stay. */
export function maskQueryValues(url: string): string {
  return url.replace(
    queryPart,
    (all, sign?: string, name?: string, hash?: string, hashName?: string) => {
      const before = sign ?? hash ?? '';
      const known = name ?? hashName;
      return all === before || revision.test(all)
        ? all
        : `${before}${known === undefined ? '' : `${known}=`}${mask}`;
    },
  );
}

const userInfo = /([a-z][a-z0-9+.-]{0,20}:[/\\]{2})[^/\\?#\s"'<>]*@/gi;
const pair = /([?&#;]\s*)([^=&#;?\s"'<>]+)=([^&#;\s"'<>]*)/g;
const credentials = /\b(Bearer|Basic|Token|Negotiate|NTLM) +(?![\w-]+ *= *")[\w.~+/=-]{8,}/gi;
const jsonWebToken = /\beyJ[\w-]{8,}\.[\w-]+(\.[\w-]*)?/g;

/**
 * A text with masks for likely secrets: logins of URLs, values with the name of a secret,
 * credentials of HTTP authentication and JSON Web Tokens.
 */
export function maskLikelySecrets(text: string): string {
  return text
    .replace(userInfo, `$1${mask}@`)
    .replace(pair, (all, before: string, name: string) =>
      isSecretName(percentDecoded(name)) ? `${before}${name}=${mask}` : all,
    )
    .replace(credentials, `$1 ${mask}`)
    .replace(jsonWebToken, mask);
}

const jsonMember = /"([^"\\]{1,60})"\s*:\s*"([^"]+)"/g;

/**
 * Whether a message of the user contains a secret in clear text: a likely secret, or a value with a
 * name such as `password` in JSON. References are not secrets.
 */
export function spellsOutCredential(text: string): boolean {
  return (
    maskLikelySecrets(text) !== text ||
    [...text.matchAll(jsonMember)].some(
      ([, name = '', value = '']) => isSecretName(name) && !value.includes('${'),
    )
  );
}
