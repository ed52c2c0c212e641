/** A host without a scheme: a port, a path and a query may follow. */
const place = /^(\[[0-9a-f:.]+\]|[\p{L}\p{M}\p{N}._-]+)(:\d{1,5})?(?=[/?#]|$)/iu;
const onThisMachine = /^(localhost|.+\.localhost|127(\.\d+){1,3}|0\.0\.0\.0|\[::1?\])$/i;

/**
 * The URLs that a text without `ws://` or `wss://` may stand for, the likeliest first; none if it looks
 * like no address. They are guesses by its form alone, which `parseEndpoint` has to check.
 */
export function meantUrls(text: string): readonly string[] {
  const typed = text.trim();
  if (/^wss?:\/\//i.test(typed)) {
    return [];
  }
  const [, scheme, behind = ''] = /^(https?|wss?):\/{0,2}(.*)$/is.exec(typed) ?? [];
  if (scheme !== undefined && (/^\w+:\//.test(typed) || isPlace(behind))) {
    return [`${/^(https|wss)$/i.test(scheme) ? 'wss' : 'ws'}://${behind}`];
  }
  // Next to a page, `//host` means its scheme, and `:8080` its host.
  const rest = typed.replace(/^\/\/(?=[^/])/, '').replace(/^(?=:\d)/, 'localhost');
  return rest !== typed || isPlace(rest) ? withSchemes(rest) : [];
}

/** Whether it is an address and no word, which may be the name of a connection. */
function isPlace(text: string): boolean {
  const [, host = '', port] = place.exec(text) ?? [];
  return host !== '' && (port !== undefined || /^\[|.\../.test(host) || onThisMachine.test(host));
}

/** Servers on this machine rarely speak TLS, others mostly do. */
function withSchemes(text: string): readonly string[] {
  const [, host, port] = place.exec(text) ?? [];
  if (host === undefined) {
    return [];
  }
  const isPlain = port === ':80' || (port !== ':443' && onThisMachine.test(host));
  const schemes = isPlain ? ['ws', 'wss'] : ['wss', 'ws'];
  return schemes.map(scheme => `${scheme}://${text}`);
}
