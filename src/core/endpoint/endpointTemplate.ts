import { UserError } from '../base/errors.ts';
import { percentEncoded } from '../base/percent.ts';
import { mask } from '../secrets/mask.ts';
import { assertSameOrigin, type Need, type Needs } from '../variables/needs.ts';
import { resolve, type Resolved, type VariableSource } from '../variables/resolve.ts';
import { parseTemplate, problemsIn } from '../variables/template.ts';
import { template, type Template } from '../variables/value.ts';
import { meantUrls } from './meantUrls.ts';
import { originOf, parseEndpoint, withoutCredentials, type Endpoint } from './endpoint.ts';

/** The part of a URL that holds a reference; it decides what the value may be and how it is encoded. */
type Place = 'whole' | 'scheme' | 'login' | 'host' | 'port' | 'path' | 'query';

/** The URL of a connection with all its references filled in. */
export interface FilledEndpoint {
  /** What is dialled. Secrets may be in all of it: never log or store it. */
  readonly endpoint: Endpoint;
  /** The same for people: secrets are masked in its host and display. It is never dialled. */
  readonly shown: Endpoint;
  readonly secrets: readonly string[];
  /** What went into it. */
  readonly used: Needs;
}

/** Where a value says which machine is talked to: a peer is not asked about that. */
const leading: ReadonlySet<Place> = new Set(['whole', 'scheme', 'host', 'port']);

/** Stands for values that are not known yet, so that the rest of a URL can be checked. */
const standIns: Readonly<Record<Place, string>> = {
  whole: 'wss://x',
  scheme: 'wss',
  login: 'x',
  host: 'x',
  port: '1',
  path: 'x',
  query: 'x',
};

/**
 * Parses a URL that may hold references, as the settings have it. What it returns is for showing
 * and comparing: where there are references, they stand in it as they were written.
 *
 * @throws UserError as `parseEndpoint`, and for a reference that can have no value
 */
export function parseEndpointTemplate(text: string): Endpoint {
  const written = text.trim();
  const parts = parseTemplate(written);
  const [problem] = problemsIn(
    written,
    parts.flatMap(part => (typeof part === 'string' ? [] : [part.argument])),
  );
  if (problem) {
    throw new UserError(problem.message);
  }
  const places = placesIn(written);
  const endpoint = parseEndpoint(
    parts
      .map(part => (typeof part === 'string' ? part : standIns[places.get(part.from) ?? 'path']))
      .join(''),
    written,
  );
  return places.size === 0 ? endpoint : { ...forPeople(endpoint, written), url: written };
}

/** A URL that may be meant by a text. */
export interface MeantUrl {
  readonly url: string;
  /** For people. */
  readonly display: string;
}

/** The URLs that a text without a scheme of WebSockets may stand for, the likeliest first. */
export function urlsMeantBy(text: string): readonly MeantUrl[] {
  return meantUrls(text).flatMap(meant => {
    try {
      const { url, display, credentials } = parseEndpointTemplate(meant);
      return [{ url: credentials ? meant : url, display }];
    } catch {
      return []; // It was a guess.
    }
  });
}

/**
 * Fills in the references of a URL. Values in its path and query are percent-encoded; one in its
 * host or port cannot lead elsewhere than there, and what a peer sent cannot stand there at all.
 *
 * @throws UserError if a value is missing or does not fit, without the value; CancellationError
 */
export async function fillEndpoint(
  { text, origin }: Template,
  source: VariableSource,
): Promise<FilledEndpoint> {
  const written = text.trim();
  const places = placesIn(written);
  const secrets = new Set<string>();
  let url = '';
  let masked = '';
  let isHostSecret = false;
  let isPortSecret = false;
  let isWholeSecret = false;
  const used: Need[] = [];
  for (const part of parseTemplate(written)) {
    if (typeof part === 'string') {
      url += part;
      masked += part;
      continue;
    }
    const reference = written.slice(part.from, part.to);
    const place = placeAfter(url, places.get(part.from) ?? 'path');
    const peer = leading.has(place) ? 'refused' : 'allowed';
    const value = await resolve(template(reference, origin), 'The URL', source, { peer });
    used.push(...value.used);
    const spelled = spell(value, place, reference, url);
    url += spelled;
    masked += value.secrets.length > 0 && place !== 'login' ? mask : spelled;
    if (value.secrets.length > 0) {
      [...value.secrets, spelled].forEach(secret => secrets.add(secret));
      isHostSecret ||= place === 'host' || place === 'whole';
      isPortSecret ||= place === 'port';
      isWholeSecret ||= place === 'whole';
    }
  }
  const { endpoint, shown } = read(url, masked, {
    hasSecret: secrets.size > 0,
    isPlaceSecret: isHostSecret || isPortSecret,
  });
  assertSameOrigin(used, 'The URL', originOf(endpoint));
  const { hostname, pathname, search } = new URL(endpoint.url);
  // Parsing writes a host in small letters and a path in its shortest form.
  const parsed = [
    ...(isHostSecret ? [hostname] : []),
    ...(isWholeSecret ? [pathname, `${pathname}${search}`] : []),
  ];
  return { endpoint, shown, secrets: [...new Set([...secrets, ...parsed])], used };
}

interface Hidden {
  readonly hasSecret: boolean;
  /** Host or port. */
  readonly isPlaceSecret: boolean;
}

function read(url: string, masked: string, { hasSecret, isPlaceSecret }: Hidden) {
  if (!hasSecret) {
    const endpoint = parseEndpoint(url);
    return { endpoint, shown: withoutCredentials(endpoint) };
  }
  try {
    const endpoint = parseEndpoint(url);
    const shown = forPeople(endpoint, masked);
    return { endpoint, shown: isPlaceSecret ? shown : withHostOf(shown, endpoint) };
  } catch (error) {
    const { display } = placeOf(masked);
    // The reason may hold the secret in a spelling of its own.
    const text = `The URL "${display}" is not valid with its secrets filled in: check them.`;
    throw new UserError(text, { cause: error });
  }
}

/** A value before it may have led past the host already, as `wss://example.com/base` does. */
function placeAfter(before: string, place: Place): Place {
  const isPast = /^[^/?#]*:\/\/[^/?#]*[/?#]/.test(before);
  const isOfHost = place === 'host' || place === 'port';
  return isOfHost && isPast ? (before.includes('?') ? 'query' : 'path') : place;
}

function spell({ text }: Resolved, place: Place, reference: string, before: string): string {
  switch (place) {
    case 'whole':
    case 'scheme':
      return text;
    case 'host':
      // A path right after a host cannot lead elsewhere: `${base}${version}` with `/v1`.
      if (text.startsWith('/') && /:\/\/[^/?#]+$/.test(before)) {
        return text.split('/').map(percentEncoded).join('/');
      }
      if (!/^[^\s/?#@\\]+$/.test(text)) {
        throw new UserError(`The URL needs a host from ${reference}: a name without / ? # or @.`);
      }
      return text;
    case 'port':
      if (!/^\d{1,5}$/.test(text)) {
        throw new UserError(`The URL needs a port from ${reference}: a number.`);
      }
      return text;
    case 'login':
    case 'path':
    case 'query':
      return percentEncoded(text);
  }
}

/** The place of each reference, by where it begins. */
function placesIn(written: string): ReadonlyMap<number, Place> {
  const places = new Map<number, Place>();
  const offsets = new Map<number, number>();
  let flat = '';
  for (const part of parseTemplate(written)) {
    if (typeof part === 'string') {
      flat += part;
    } else if (part.from === 0) {
      const place = written.startsWith('://', part.to) ? 'scheme' : 'whole';
      places.set(part.from, place);
      flat = standIns[place];
    } else {
      offsets.set(part.from, flat.length);
      flat += 'x';
    }
  }
  const placeAt = placesOf(flat);
  offsets.forEach((offset, from) => places.set(from, placeAt(offset)));
  return places;
}

/** Finds the part of a URL by an offset. */
function placesOf(url: string): (offset: number) => Place {
  const hostFrom = url.indexOf('://') + '://'.length;
  const length = url.slice(hostFrom).search(/[/?#]/);
  const hostTo = length < 0 ? url.length : hostFrom + length;
  const authority = url.slice(hostFrom, hostTo);
  const at = authority.lastIndexOf('@');
  const colon = authority.lastIndexOf(':');
  // The colons of an IPv6 address stand in brackets, and that of a login before the host.
  const hasPort = colon > Math.max(authority.lastIndexOf(']'), at);
  const portFrom = hasPort ? hostFrom + colon : hostTo;
  const query = url.indexOf('?');
  return offset => {
    if (offset < hostFrom) {
      return 'scheme';
    }
    if (offset >= hostTo) {
      return query >= 0 && offset > query ? 'query' : 'path';
    }
    return offset < hostFrom + at ? 'login' : offset > portFrom ? 'port' : 'host';
  };
}

/** What is shown is what was written, with references or masks in it. */
function forPeople(endpoint: Endpoint, written: string): Endpoint {
  const { host, display } = placeOf(written);
  return { ...withoutCredentials(endpoint), url: display, host, display };
}

/** What is dialled is shown as it is dialled: many spellings of a host read like another one. */
function withHostOf(shown: Endpoint, { host, secure }: Endpoint): Endpoint {
  const display = shown.display.replace(
    /^[^/?#]*:\/\/[^/?#]*/,
    `${secure ? 'wss' : 'ws'}://${host}`,
  );
  return { ...shown, url: display, host, display };
}

function placeOf(written: string): { readonly host: string; readonly display: string } {
  const [, scheme = '', authority = '', path = '', query] =
    /^([^/?#]*:\/\/)?([^/?#]*)([^?#]*)(\?.*)?/s.exec(written) ?? [];
  const host = authority.replace(/^.*@/s, '');
  return { host, display: `${scheme}${host}${path}${query === undefined ? '' : '?…'}` };
}
