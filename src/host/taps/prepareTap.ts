import { l10n } from 'vscode';
import { messageOf, UserError } from '../../core/base/errors.ts';
import type { HandshakeRequestOptions } from '../../core/connection/wire/transport.ts';
import type { Upstream } from '../../core/endpoint/upstream.ts';
import type { FilledHandshake } from '../../core/settings/fillHandshake.ts';
import type { Profile } from '../../core/settings/profile.ts';
import type { SettingsScope } from '../../core/settings/settingLayers.ts';
import type { TapProfile } from '../../core/settings/taps/tapProfile.ts';
import { addsSomething } from '../../core/tap/tapOptions.ts';
import type { PreparedTap } from './tap.ts';

export interface PrepareTapPorts {
  /** See `SettingsService.profileOf`. */
  readonly profileOf: (entry: unknown, scope: SettingsScope) => Profile;
  /** See `Handshakes.prepare`. */
  readonly prepareHandshake: (
    subject: { readonly id: string; readonly profile: Profile; readonly isTap: true },
    wishes: HandshakeRequestOptions,
  ) => Promise<FilledHandshake>;
  /** See `MessageFiles.read`. */
  readonly readFile: (path: string, author: SettingsScope, folder?: string) => Promise<Uint8Array>;
  /** A random text for a path. The same for each start of a tap in this window. */
  readonly tokenFor: (name: string) => string;
}

/**
 * Puts together what a tap does: asks for permissions, fills in headers, reads files.
 *
 * Rejects with a UserError if something is missing or not allowed.
 *
 * @param mayAsk whether the user may be asked
 */
export async function prepareTap(
  ports: PrepareTapPorts,
  tap: TapProfile,
  mayAsk: boolean,
): Promise<PreparedTap> {
  const { values, routes, upstream, name } = tap;
  const { handshake, profile } = await fill(ports, tap, upstream, mayAsk);
  const seen = new Set([originOf(upstream)]);
  for (const { upstream: other } of routes) {
    // The headers go to each of them, so each is asked for.
    if (!seen.has(originOf(other))) {
      seen.add(originOf(other));
      await fill(ports, tap, other, mayAsk);
    }
  }
  const { headers, tls, secrets = [] } = handshake;
  const hasToken = values.token ?? addsSomething({ headers, tls });
  const token = hasToken ? ports.tokenFor(name) : undefined;
  const listener = await listenerTls(ports, tap);
  return {
    options: {
      upstream,
      routes,
      headers,
      host: values.host,
      forwarded: values.forwarded,
      allowedOrigins: values.allowedOrigins,
      waitForUpstreamMs: values.waitForUpstream * 1000,
      connectTimeoutMs: profile.values.connectTimeout * 1000,
      maxMessageBytes: values.maxMessageSize,
      tls,
      secrets: token === undefined ? secrets : [...secrets, token],
      ...(token !== undefined && { token }),
    },
    ...(listener && { tls: listener }),
  };
}

/** The same as for a connection to the upstream, so that the same permissions are needed. */
async function fill(
  { profileOf, prepareHandshake }: PrepareTapPorts,
  { name, values, scope }: TapProfile,
  upstream: Upstream,
  mayAsk: boolean,
): Promise<FilledHandshake & { readonly profile: Profile }> {
  const profile = profileOf(
    {
      name: l10n.t('tap {0}', name),
      url: webSocketUrl(upstream),
      headers: values.headers,
      // What holds for all connections is not meant for taps.
      auth: {},
      subprotocols: [],
      onOpen: [],
      heartbeat: { message: '' },
      proxy: '',
      preset: 'default',
    },
    scope,
  );
  const filled = await prepareHandshake(
    { id: `tap ${name}`, profile, isTap: true },
    {
      withoutCompression: false,
      byUser: mayAsk,
      isUnasked: !mayAsk,
      isLoginRefused: false,
      untimed: async work => work(),
    },
  );
  return { ...filled, profile };
}

function webSocketUrl({ url }: Upstream): string {
  return url.replace(/^http/, 'ws');
}

function originOf({ isSecure, authority }: Upstream): string {
  return `${isSecure ? 'wss' : 'ws'}://${authority}`;
}

async function listenerTls(
  { readFile }: PrepareTapPorts,
  { values, scope, folder }: TapProfile,
): Promise<PreparedTap['tls']> {
  const read = async (key: 'tls.cert' | 'tls.key') => {
    try {
      return await readFile(values[key], scope, folder);
    } catch (error) {
      throw new UserError(`${key}: ${messageOf(error)}`, { cause: error });
    }
  };
  return values['tls.cert'] === ''
    ? undefined
    : { cert: await read('tls.cert'), key: await read('tls.key') };
}
