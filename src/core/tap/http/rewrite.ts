import type { HeaderLine } from '../../record/handshakeFacts.ts';
import type { TapOptions } from '../tapOptions.ts';
import { hideToken, isOwnOrigin, type AskedTap } from './access.ts';
import { withoutPageCookies } from './pageCookie.ts';
import type { Destination } from './route.ts';

/** What it takes to write headers anew. */
export interface RewriteContext {
  readonly tap: AskedTap;
  readonly options: Pick<
    TapOptions,
    'headers' | 'host' | 'forwarded' | 'token' | 'allowedAuthorities'
  >;
  readonly destination: Destination;
  /** `Host` as the client sent it. */
  readonly host: string;
  /** The client's address. */
  readonly client: string;
}

/** Headers of one connection only (RFC 9110, section 7.6.1), in lower case. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** The headers for the upstream, in the order and case in which they came. */
export function requestHeaders(
  lines: readonly HeaderLine[],
  context: RewriteContext,
): readonly HeaderLine[] {
  const { options, destination, host } = context;
  const added = new Map(
    Object.entries(options.headers).map(([name, value]) => [name.toLowerCase(), { name, value }]),
  );
  const result: HeaderLine[] = [];
  const placed = new Set<string>();
  for (const [name, sent] of lines) {
    const value = hideToken(sent, options.token);
    const lower = name.toLowerCase();
    const own = added.get(lower);
    if (own) {
      if (!placed.has(lower)) {
        placed.add(lower);
        result.push([own.name, own.value]);
      }
    } else if (lower === 'cookie') {
      const kept = withoutPageCookies(value);
      if (kept !== undefined) {
        result.push([name, kept]);
      }
    } else if (lower === 'host') {
      result.push([name, options.host === 'keep' ? value : destination.upstream.authority]);
    } else if (lower === 'origin' || lower === 'referer') {
      result.push([name, asUpstream(value, context)]);
    } else {
      result.push([name, value]);
    }
  }
  for (const [lower, { name, value }] of added) {
    if (!placed.has(lower)) {
      result.push([name, value]);
    }
  }
  return options.forwarded ? withForwarded(result, context, host) : result;
}

/** They decide where a message ends and where it goes, so that `Connection` cannot take them away. */
const endToEnd = ['content-length', 'host'];

/**
 * Without what concerns the connection to the client only.
 *
 * @param kept names of headers that stay although `Connection` names them
 */
export function withoutHopByHop(
  lines: readonly HeaderLine[],
  kept: readonly string[] = [],
): readonly HeaderLine[] {
  const stays = new Set([...endToEnd, ...kept.map(name => name.toLowerCase())]);
  const named = lines
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(',').map(each => each.trim().toLowerCase()));
  return lines.filter(([name]) => {
    const lower = name.toLowerCase();
    return !hopByHop.has(lower) && (stays.has(lower) || !named.includes(lower));
  });
}

/** An origin or URL of the tap's as one of the upstream's; all others stay. */
function asUpstream(value: string, { tap, options, destination, host }: RewriteContext): string {
  const [, origin = '', rest = ''] = /^(https?:\/\/[^/?#]+)(.*)$/i.exec(value) ?? [];
  // A server that is given the tap's Host compares it with the tap's origin.
  if (options.host === 'keep' || !isOwnOrigin(origin, host, tap, options)) {
    return value;
  }
  return `${originOf(destination.upstream)}${rest}`;
}

function originOf({
  isSecure,
  authority,
}: Pick<Destination['upstream'], 'isSecure' | 'authority'>): string {
  return `${isSecure ? 'https' : 'http'}://${authority}`;
}

/** This product, among those that a request has come through (RFC 8586). */
const loopToken = 'websocket-monitor';

/**
 * The headers of a request with a mark that it has come through a tap. Unlike `Via` it changes
 * nothing of what servers do.
 */
export function withLoopMark(lines: readonly HeaderLine[]): readonly HeaderLine[] {
  const marks = loopMarks(lines);
  return [
    ...lines.filter(([name]) => !isLoopHeader(name)),
    ['CDN-Loop', [...marks, loopToken].join(', ')],
  ];
}

/** How many taps have marked a request. */
export function tapsBehind(lines: readonly HeaderLine[]): number {
  return loopMarks(lines).filter(mark => mark.toLowerCase().split(';', 1)[0] === loopToken).length;
}

function loopMarks(lines: readonly HeaderLine[]): readonly string[] {
  return lines
    .flatMap(([name, value]) => (isLoopHeader(name) ? value.split(',') : []))
    .map(mark => mark.trim())
    .filter(mark => mark !== '');
}

function isLoopHeader(name: string): boolean {
  return name.toLowerCase() === 'cdn-loop';
}

function withForwarded(
  lines: readonly HeaderLine[],
  { tap, client }: RewriteContext,
  host: string,
): readonly HeaderLine[] {
  const before = (wanted: string) =>
    lines.flatMap(([name, value]) => (name.toLowerCase() === wanted ? [value] : [])).join(', ');
  const chain = before('x-forwarded-for');
  const via = before('via');
  const isOurs = (name: string) => /^(?:x-forwarded-(?:for|host|proto)|via)$/i.test(name);
  return [
    ...lines.filter(([name]) => !isOurs(name)),
    ['X-Forwarded-For', chain === '' ? client : `${chain}, ${client}`],
    ['X-Forwarded-Host', host],
    ['X-Forwarded-Proto', tap.isSecure ? 'https' : 'http'],
    ['Via', via === '' ? '1.1 websocket-monitor' : `${via}, 1.1 websocket-monitor`],
  ];
}

/** One header of an answer, as the client gets it. */
export function answerHeader([name, value]: HeaderLine, context: RewriteContext): HeaderLine {
  switch (name.toLowerCase()) {
    case 'location':
      return [name, asTap(value, context)];
    case 'set-cookie':
      return [name, withoutDomain(value, context.destination.upstream.hostname)];
    default:
      return [name, value];
  }
}

/** A URL or path of the upstream's as one of the tap's. */
function asTap(location: string, { tap, options, destination, host }: RewriteContext): string {
  const { upstream, prefix } = destination;
  const [, scheme = '', authority = '', rest = ''] =
    /^(?:(https?|wss?):)?\/\/([^/?#]*)(.*)$/i.exec(location) ?? [];
  const isUpstreams = [upstream.authority, `${upstream.hostname}:${upstream.port}`].some(
    each => each.toLowerCase() === authority.toLowerCase(),
  );
  const token = options.token === undefined ? '' : `/~${options.token}`;
  if (authority === '') {
    // A path. One that is relative to the request's needs no change.
    return location.startsWith('/')
      ? `${token}${ownPath(location, upstream.path, prefix)}`
      : location;
  }
  if (!isUpstreams || (scheme !== '' && /s$/i.test(scheme) !== upstream.isSecure)) {
    return location;
  }
  const own = scheme.toLowerCase().startsWith('ws') ? 'ws' : 'http';
  const begin = scheme === '' ? '' : `${own}${tap.isSecure ? 's' : ''}:`;
  return `${begin}//${host}${token}${ownPath(rest, upstream.path, prefix)}`;
}

/** The path at the tap of a path at the upstream. */
function ownPath(path: string, upstreamPath: string, prefix: string): string {
  const rest = path.slice(upstreamPath.length);
  const isBelow = path.startsWith(upstreamPath) && /^(?:$|[/?#])/.test(rest);
  return isBelow && (upstreamPath !== '' || prefix !== '') ? `${prefix}${rest}` : path;
}

/** Without a `Domain` that is the upstream's host or one above it: the tap's host is another one. */
function withoutDomain(cookie: string, hostname: string): string {
  return cookie
    .split(';')
    .filter(part => {
      const equals = part.indexOf('=');
      const isDomain = part.slice(0, equals).trim().toLowerCase() === 'domain';
      const lower = isDomain
        ? part
            .slice(equals + 1)
            .trim()
            .toLowerCase()
            .replace(/^\./, '')
        : '';
      const host = hostname.toLowerCase();
      return lower === '' || (host !== lower && !host.endsWith(`.${lower}`));
    })
    .join(';');
}

/**
 * The head of an answer with what has to be written anew. All other lines stay as they came, byte for
 * byte.
 *
 * @param raw one character a byte, up to and with the empty line
 */
export function answerHead(raw: string, context: RewriteContext): string {
  // A peer wrote this: each line is read once, whatever is in it.
  return raw.replace(/^([^\s:]+):(.*)$/gm, (line, name: string, rest: string) => {
    const value = rest.trim();
    const [, written] = answerHeader([name, value], context);
    const at = rest.indexOf(value);
    const blanksAfter = rest.slice(at + value.length);
    return written === value ? line : `${name}:${rest.slice(0, at)}${written}${blanksAfter}`;
  });
}
