import { l10n, type Uri } from 'vscode';
import { isCancellation, messageOf, UserError } from '../../../core/base/errors.ts';
import type { Logger } from '../../../core/base/logger.ts';
import { readDeepLink, type DeepLink } from '../../../core/endpoint/deepLink.ts';
import { uniqueName } from '../../../core/endpoint/endpointName.ts';
import { referencesIn } from '../../../core/variables/template.ts';
import type { Connections } from '../connections.ts';
import type { SettingsService } from '../../settings/settings.ts';
import { showError } from '../../ui/notify.ts';
import { confirm } from '../../ui/prompts.ts';

export interface DeepLinkParts {
  readonly connections: Connections;
  readonly settings: SettingsService;
  /** Connects to an object as in `connections`, and shows it. */
  readonly connect: (entry: object) => Promise<unknown>;
  readonly log: Logger;
}

/**
 * Follows a link such as `vscode://websocket-monitor.websocket-monitor/connect?url=…`. Anyone can
 * create one, so the user is asked first, and none of the user's credentials are used.
 */
export async function followLink(parts: DeepLinkParts, { path, query }: Uri): Promise<void> {
  try {
    const link = readDeepLink(path, query);
    const proxy = withoutLogin(parts.settings.current.values.proxy);
    await confirmLink(link, proxy);
    await parts.connect(entryOf(parts, link, proxy));
  } catch (error) {
    if (isCancellation(error)) {
      return;
    }
    if (!(error instanceof UserError)) {
      parts.log.error('A link could not be followed', error);
    }
    await showError([l10n.t('WebSocket Monitor: {0}'), messageOf(error)]);
  }
}

async function confirmLink(
  { host, path, queryNames, secure }: DeepLink,
  proxy: string,
): Promise<void> {
  const detail = [
    secure ? l10n.t('Scheme: wss, encrypted') : l10n.t('Scheme: ws, not encrypted'),
    [l10n.t('Host: {0}'), host] as const,
    [l10n.t('Path: {0}'), path] as const,
    ...(queryNames.length > 0
      ? [[l10n.t('Query: {0} (the values are not shown)'), queryNames.join(', ')] as const]
      : []),
    '',
    l10n.t(
      'Your headers, sign-in, opening messages and certificates are not used, and the server certificate is verified. Your settings for reconnecting, heartbeats and limits are used.',
    ),
    ...(proxy === ''
      ? []
      : [[l10n.t('Your proxy is used, without its login: {0}'), proxy] as const]),
  ];
  const question = [l10n.t('A link wants to connect to {0}. Do you trust it?'), host] as const;
  await confirm(question, detail, l10n.t('Connect'));
}

/** The user's proxy is used for links too, but not the user's login at the proxy. */
function withoutLogin(proxy: string): string {
  const plain = proxy.replace(/^([^/]*:\/\/)?[^/?#]*@/s, '$1');
  return referencesIn(plain).length > 0 ? '' : plain;
}

/** The entry of a new connection, which inherits no credentials and no messages. */
function entryOf(
  { connections, settings }: DeepLinkParts,
  { url, name }: DeepLink,
  proxy: string,
): object {
  const taken = [...connections.all, ...settings.current.profiles];
  return {
    url,
    'name': uniqueName(name, taken),
    'headers': {},
    'auth': {},
    'onOpen': [],
    'subprotocols': [],
    'tls.cert': '',
    'tls.key': '',
    'tls.passphrase': '',
    'tls.ca': '',
    'tls.servername': '',
    proxy,
    'tls.rejectUnauthorized': true,
    'heartbeat.message': '',
  };
}
