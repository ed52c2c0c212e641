/** What admits the later requests of a browser whose page came with the token: its links lack that segment. */
export interface PageCookie {
  readonly name: string;
  readonly value: string;
}

/** Browsers send the cookies of a host to all its ports, so those of other taps come too. */
const namePrefix = 'wsmon-tap-';

/** @param id tells taps apart that had the same port: letters and digits */
export function pageCookie(port: number, id: string, value: string): PageCookie {
  return { name: `${namePrefix}${port}-${id}`, value };
}

/** The value of `Set-Cookie` (RFC 6265, section 4.1): until the browser ends, and not for its scripts. */
export function setPageCookie({ name, value }: PageCookie, isSecure: boolean): string {
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
}

/** All values of a cookie in headers `Cookie`. */
export function cookieValues(headers: readonly string[], name: string): readonly string[] {
  return headers
    .flatMap(header => header.split(';'))
    .map(pair => pair.trim())
    .filter(pair => pair.startsWith(`${name}=`))
    .map(pair => pair.slice(name.length + 1));
}

/** A header `Cookie` without the cookies of taps; all else stays byte for byte. Undefined if nothing is left. */
export function withoutPageCookies(header: string): string | undefined {
  if (!header.includes(namePrefix)) {
    return header;
  }
  const kept = header.split(';').filter(pair => !pair.trimStart().startsWith(namePrefix));
  const joined = kept.join(';').trimStart();
  return joined === '' ? undefined : joined;
}
