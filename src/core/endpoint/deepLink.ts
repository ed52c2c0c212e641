import { UserError } from '../base/errors.ts';
import { visibleLine } from '../text/visibleText.ts';
import { parseEndpoint } from './endpoint.ts';
import { endpointName } from './endpointName.ts';

/** What a link from outside asks to connect to. It can carry nothing else. */
export interface DeepLink {
  readonly url: string;
  readonly name: string;
  readonly secure: boolean;
  readonly host: string;
  /** Readable, and not too long. */
  readonly path: string;
  readonly queryNames: readonly string[];
}

const longestUrl = 2048;
const longestName = 60;
const longestPath = 200;

/**
 * Reads `connect?url=…&name=…`. The editor decodes a link before it hands it on, so the URL may go on
 * after an `&`: it ends at the last `&name=`.
 *
 * @throws UserError if the link is none that may be followed, saying why
 */
export function readDeepLink(path: string, query: string): DeepLink {
  if (path !== '/connect') {
    throw new UserError('This link is none that WebSocket Monitor knows: only "connect" is.');
  }
  const { url, name } = parametersOf(query);
  if (url === undefined || url === '') {
    throw new UserError('This link names no URL to connect to.');
  }
  if (url.length > longestUrl) {
    throw new UserError('The URL in this link is too long.');
  }
  if (url.includes('${')) {
    throw new UserError('The URL in this link refers to variables, which no link may.');
  }
  const endpoint = parseEndpoint(url);
  if (endpoint.credentials) {
    throw new UserError('The URL in this link has a user name or password, which no link may.');
  }
  const { pathname, search } = new URL(endpoint.url);
  return {
    url: endpoint.url,
    name: short(visibleLine(name ?? '').trim(), longestName) || endpointName(endpoint.url, []),
    secure: endpoint.secure,
    host: endpoint.host,
    path: short(visibleLine(pathname), longestPath),
    queryNames: queryNames(search),
  };
}

function queryNames(search: string): readonly string[] {
  const names = search
    .slice(1)
    .split('&')
    .flatMap(pair => (pair === '' ? [] : [pair.split('=', 1)[0] ?? '']));
  return [...new Set(names)].map(name => short(visibleLine(name), longestName));
}

function parametersOf(query: string) {
  const [, before, url, after] =
    /^(?:name=([^&]*)&)?url=(.*?)(?:&name=([^&]*))?$/s.exec(query) ?? [];
  const isEncoded = url !== undefined && /^wss?%3a/i.test(url);
  const decode = (text: string | undefined) =>
    text === undefined || !isEncoded ? text : decoded(text);
  return { url: decode(url), name: decode(after ?? before) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new UserError('The URL in this link is not encoded as it must be.');
  }
}

function short(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
