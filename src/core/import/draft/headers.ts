/** Whether a connection generates this header itself. */
export function isOwnHeader(name: string): boolean {
  return /^:|^(?:sec-websocket-(?!protocol$).*|upgrade|connection|content-length)$/i.test(
    name.trim(),
  );
}

/**
 * Headers by name, without those that a connection generates itself. Host is kept if it differs from
 * that of the URL.
 */
export function headersOf(
  pairs: Iterable<readonly [name: string, value: string]>,
  url: string,
): Readonly<Record<string, string>> {
  const [, authority = ''] = /^[^/?#]*\/\/(?:[^/?#]*@)?([^/?#]*)/.exec(url) ?? [];
  const headers = new Map<string, [name: string, value: string]>();
  for (const [name, value] of pairs) {
    const key = name.trim().toLowerCase();
    const isOfUrl = key === 'host' && value.toLowerCase() === authority.toLowerCase();
    if (key !== '' && !isOwnHeader(key) && key !== 'sec-websocket-protocol' && !isOfUrl) {
      const before = headers.get(key)?.[1];
      const glue = key === 'cookie' ? '; ' : ', ';
      headers.set(key, [name.trim(), before === undefined ? value : before + glue + value]);
    }
  }
  return Object.fromEntries(headers.values());
}
