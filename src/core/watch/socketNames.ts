import type { SocketOrigin, SocketOwner } from '../slot/observedSocket.ts';
import type { ScriptPlace } from '../record/watchFacts.ts';
import type { HandshakeRedactor } from '../secrets/handshakeRedactor.ts';
import { shortened } from '../text/plainText.ts';

/** In UTF-16 code units. */
const maxUrlLength = 2000;
const maxTitleLength = 60;

/** The address of a socket as it may be shown: without user information and values of the query. */
export interface SocketAddress {
  readonly url: string;
  readonly host: string;
  readonly path: string;
}

/** What stands for the address of a socket that was opened before it was watched. */
export const unknownAddress: SocketAddress = { url: '', host: 'a server', path: '' };

export function addressOf(url: string, redactor: HandshakeRedactor): SocketAddress {
  const shown = shortened(redactor.url(shortened(url, maxUrlLength)), maxUrlLength);
  const [, host, path] = /^[a-z]+:\/\/(?:[^/?#]*@)?([^/?#]*)([^?#]*)/i.exec(shown) ?? [];
  return { url: shown, host: host || 'a server', path: path || '/' };
}

/**
 * What the slot of a socket is called and kept by.
 *
 * @param title of the page or program
 * @param isServer the program is its server: the two ends of one socket may be in the same program
 */
export function originOfSocket(
  owner: SocketOwner,
  title: string,
  { url, path }: SocketAddress,
  isServer = false,
): SocketOrigin {
  const end = isServer ? ' (server)' : '';
  const what = path === '' ? '(opened before)' : path;
  const name = `${shortened(shortTitle(title), maxTitleLength)} ${what}${end}`.trim();
  return { owner, path: `${path}${end}`, name, url };
}

/** The debugger calls workers and frames by their whole addresses: `worker.js` for `http://h/worker.js`. */
function shortTitle(title: string): string {
  const trimmed = shortened(title.trim(), maxUrlLength);
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? fileOf(trimmed) || trimmed : trimmed;
}

/** The calls that opened a socket, as they may be kept. */
export function shownCalls(
  calls: readonly ScriptPlace[],
  redactor: HandshakeRedactor,
): readonly ScriptPlace[] {
  return calls.map(({ url, line, column, functionName }) => ({
    url: shownScript(url, redactor),
    line,
    column,
    functionName: shortened(functionName, maxTitleLength),
  }));
}

/** The address of a script as it may be kept. */
export function shownScript(url: string, redactor: HandshakeRedactor): string {
  return shortened(redactor.url(shortened(url, maxUrlLength)), maxUrlLength);
}

/**
 * Where a call is, in few words: `app.js:12`; `line 12 of the page /shop/` for a script within a page
 * whose address has no file name; `line 12 of /@vite/client` for others without one that tells a kind.
 */
export function shortPlace({ url, line }: ScriptPlace): string {
  const scheme = /^(blob|data):/i.exec(url)?.[1];
  const file = fileOf(url);
  if (scheme === undefined && /\.\w+$/.test(file)) {
    return `${shortened(file, maxTitleLength)}:${line}`;
  }
  return `line ${line} of ${scheme ? `a script at a ${scheme}: address` : longPlace(url, file)}`;
}

/** What a script within a page, or without a file name that tells its kind, is called. */
function longPlace(url: string, file: string): string {
  const [, path] = /^https?:\/\/[^/?#]*([^?#]*)/i.exec(url) ?? [];
  if (path === undefined) {
    return shortened(file || url, maxTitleLength);
  }
  const page = path === '' || path.endsWith('/') ? 'the page ' : '';
  return `${page}${shortened(path || '/', maxTitleLength)}`;
}

/** The last name in the path of an address; empty if it ends with none. */
function fileOf(url: string): string {
  const path = url.replace(/[?#].*$/s, '').replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '');
  return /[^/\\]*$/.exec(path)?.[0] ?? '';
}
