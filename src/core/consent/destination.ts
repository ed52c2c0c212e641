import { mask } from '../secrets/mask.ts';
import { originOf, type Endpoint } from '../endpoint/endpoint.ts';
import type { FilledEndpoint } from '../endpoint/endpointTemplate.ts';
import type { Profile } from '../settings/profile.ts';
import type { SettingKey } from '../settings/settingsTable.ts';
import { neededBy, type Needs } from '../variables/needs.ts';
import { template } from '../variables/value.ts';
import { parsedUrl } from './secretHosts.ts';
import { shownText, type ShownSource } from './shownProgram.ts';

/** Where data of a connection is sent, and who decided on that. */
export interface Destination {
  /** For display and comparison: an origin and, if a workspace chose them, the ways to it. */
  readonly to: string;
  /** The origin that is dialled. A secret may be in it. */
  readonly origin: string;
  /** Whether a workspace decides on any part of it. */
  readonly isForeign: boolean;
}

/** Settings by which a workspace could read data on its way to the user's own URL. */
const ways: readonly SettingKey[] = ['tls.rejectUnauthorized', 'tls.ca', 'tls.servername'];

/**
 * Where the connection of a profile leads, once its URL is filled in.
 *
 * @param source for what the setting `proxy` refers to
 */
export function destinationOf(
  profile: Profile,
  { endpoint, shown, used }: Pick<FilledEndpoint, 'endpoint' | 'shown' | 'used'>,
  source: ShownSource,
): Destination {
  const { scope, explicit, values } = profile;
  const isSetByWorkspace = (key: SettingKey) => explicit.get(key) === 'workspace';
  const ofProxy = proxyDestinationOf(profile, source);
  const proxy = ofProxy.isForeign && values.proxy !== '' ? ofProxy.to : undefined;
  const isWeakened = ways.some(key => isSetByWorkspace(key) && isUnsafe(values[key]));
  const to = [
    placeOf(endpoint, shown),
    ...(proxy === undefined ? [] : [`by way of ${proxy}`]),
    ...(isWeakened ? ['with a check of certificates that the workspace has changed'] : []),
  ].join(' ');
  return {
    to,
    origin: originOf(endpoint),
    isForeign:
      scope === 'workspace' || proxy !== undefined || isWeakened || isChosenByWorkspace(used),
  };
}

/** Whether it contains a variable of a workspace. Data of a peer is never part of a URL. */
export function isChosenByWorkspace(needs: Needs): boolean {
  return needs.some(({ origin, source }) => origin === 'workspace' || source === 'workspace');
}

/**
 * The scheme, host and port of a proxy, without its login, which is everything before the last @, as when
 * it is dialled. A text that is no URL of a proxy is shown unchanged, since it is not dialled.
 */
export function proxyPlaceOf(written: string): string {
  const [, scheme = '', place = ''] =
    /^([a-z][a-z0-9+.-]*:\/\/)?(?:.*@)?([^@]*)$/is.exec(written.trim()) ?? [];
  // The parser would encode a mask as a host name.
  const url = place.includes(mask) ? undefined : parsedUrl(`http://${place}`);
  const host = url?.host ?? place;
  const port = url && /:0*80\/?$/.test(place) ? ':80' : '';
  return `${scheme}${host}${port}`.toLowerCase();
}

/** A secret in the host is neither shown nor stored. */
function placeOf(endpoint: Endpoint, shown: Endpoint): string {
  const hasSecret = shown.host !== endpoint.host;
  return hasSecret ? `${endpoint.secure ? 'wss' : 'ws'}://${shown.host}` : originOf(endpoint);
}

function isUnsafe(value: unknown): boolean {
  return value === false || (typeof value === 'string' && value !== '');
}

/** Where the data in the setting `proxy` is sent. */
export function proxyDestinationOf(
  { explicit, values }: Profile,
  source: ShownSource,
): Destination {
  const author = explicit.get('proxy') ?? 'user';
  const to = proxyPlaceOf(shownText(values.proxy, source));
  const needs = neededBy(template(values.proxy, author), source.named);
  const isForeign = author === 'workspace' || isChosenByWorkspace(needs);
  return { to, origin: to.includes('://') ? to : `http://${to}`, isForeign };
}
