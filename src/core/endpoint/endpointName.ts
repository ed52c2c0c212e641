import { parseEndpointTemplate } from './endpointTemplate.ts';

/** What has a name already. */
export interface Named {
  readonly name: string;
  readonly url: string;
}

/** Of a part of the path, in UTF-16 code units; its end says more than its beginning. */
const maxPartLength = 24;

/**
 * The name of a connection that was given none: host, port and the last part of the path, or as much
 * of the URL as tells it from others. Values of the query, which may be secrets, are never in it; where
 * nothing else differs, it gets a number.
 *
 * @param url as typed; `parseEndpointTemplate` does not refuse it
 */
export function endpointName(url: string, taken: readonly Named[]): string {
  const names = new Set(taken.map(({ name }) => name));
  const { host, display } = parseEndpointTemplate(url);
  const place = withoutQuery(display);
  const ofPath = pathNames(host, place);
  const [first = host] = ofPath;
  const longest = ofPath.at(-1) ?? host;
  const alike = taken.filter(other => withoutScheme(placeOf(other)) === withoutScheme(place));
  const parameters = parametersOf(url);
  const candidates = [
    // More of the path does not tell it from one that has the same path.
    ...(alike.some(({ name }) => ofPath.includes(name)) ? [] : ofPath),
    ...(alike.some(other => placeOf(other) === place) ? [] : [place]),
    ...(parameters === '' || alike.some(other => parametersOf(other.url) === parameters)
      ? []
      : [`${longest}?${parameters}`]),
  ];
  return candidates.find(name => !names.has(name)) ?? uniqueName(first, taken);
}

/** The name itself, or with the first number that makes it different from those taken. */
export function uniqueName(wanted: string, taken: readonly { readonly name: string }[]): string {
  const names = new Set(taken.map(({ name }) => name));
  let unique = wanted;
  for (let number = 2; names.has(unique); number++) {
    unique = `${wanted} (${number})`;
  }
  return unique;
}

/** With more and more of the path from its end. A part that is a reference names nothing. */
function pathNames(host: string, place: string): readonly string[] {
  const [, path = ''] = /^[^/]*\/\/[^/]*(.*)$/s.exec(place) ?? [];
  const parts = path
    .split('/')
    .filter(part => part !== '' && !part.includes('${'))
    .map(part => (part.length > maxPartLength ? `…${part.slice(-maxPartLength)}` : part));
  return parts.length === 0
    ? [host]
    : parts.map((_, index) => {
        const shown = parts.slice(parts.length - 1 - index).join('/');
        return index === parts.length - 1 ? `${host}/${shown}` : `${host}/…/${shown}`;
      });
}

/** The names of the query's values, in order. */
function parametersOf(url: string): string {
  const [, query = ''] = /\?(.*)$/s.exec(url) ?? [];
  return query
    .split('&')
    .filter(pair => pair.includes('='))
    .map(pair => pair.slice(0, pair.indexOf('=')))
    .filter(name => /^[\w.[\]-]{1,20}$/.test(name))
    .join('&');
}

/** Of a long list each is asked for with each that follows. */
const places = new WeakMap<Named, { readonly url: string; readonly place: string }>();

function placeOf(named: Named): string {
  const { url } = named;
  const known = places.get(named);
  if (known?.url === url) {
    return known.place;
  }
  const place = withoutQuery(parseEndpointTemplate(url).display);
  places.set(named, { url, place });
  return place;
}

function withoutQuery(display: string): string {
  return display.replace(/\?….*$/s, '');
}

function withoutScheme(place: string): string {
  return place.replace(/^wss?:/, '');
}
