import { homedir } from 'node:os';
import { Uri, workspace } from 'vscode';
import { messageOf, UserError } from '../core/base/errors.ts';
import { parseEndpoint } from '../core/connection/endpoint.ts';
import type { Handshake, TlsMaterial } from '../core/connection/transport.ts';
import { fillIn, hasPlaceholder, type PlaceholderSource } from '../core/settings/placeholders.ts';
import type { Profile } from '../core/settings/profile.ts';
import type { SettingKey } from '../core/settings/settingsTable.ts';
import type { Secrets } from './secrets.ts';

/**
 * Puts a profile's opening handshake together.
 *
 * @throws UserError where a secret, an environment variable or a file is missing
 */
export async function prepareHandshake(
  profile: Profile,
  secrets: Secrets,
): Promise<{ readonly handshake: Handshake; readonly isRefreshable: boolean }> {
  const { values } = profile;
  const source: PlaceholderSource = {
    secret: name => secrets.get(name),
    env: name => process.env[name],
  };
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(values.headers)) {
    headers[name] = await fillIn(value, `The header ${name}`, source);
  }
  const proxy = await fillIn(values.proxy, 'The setting proxy', source);
  const handshake = {
    endpoint: parseEndpoint(profile.url),
    subprotocols: values.subprotocols,
    headers,
    tls: await readTls(profile, source),
    compression: values.compression,
    maxMessageBytes: values.maxMessageSize,
    followRedirects: values.followRedirects,
    closeTimeoutMs: values.closeTimeout * 1000,
    ...(proxy ? { proxy } : {}),
  };
  return { handshake, isRefreshable: Object.values(values.headers).some(hasPlaceholder) };
}

async function readTls({ values }: Profile, source: PlaceholderSource): Promise<TlsMaterial> {
  const [ca, cert, key] = await Promise.all([
    readFile('tls.ca', values['tls.ca']),
    readFile('tls.cert', values['tls.cert']),
    readFile('tls.key', values['tls.key']),
  ]);
  const passphrase = await fillIn(values['tls.passphrase'], 'tls.passphrase', source);
  const servername = values['tls.servername'];
  return {
    rejectUnauthorized: values['tls.rejectUnauthorized'],
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(passphrase ? { passphrase } : {}),
    ...(servername ? { servername } : {}),
  };
}

/** The file that a setting names: absolute, below `~`, or below the first workspace folder. */
async function readFile(key: SettingKey, path: string): Promise<Uint8Array | undefined> {
  if (path === '') {
    return undefined;
  }
  try {
    return await workspace.fs.readFile(locate(path));
  } catch (error) {
    throw new UserError(`${key}: the file "${path}" cannot be read (${messageOf(error)}).`, {
      cause: error,
    });
  }
}

function locate(path: string): Uri {
  if (path.startsWith('~/')) {
    return Uri.joinPath(Uri.file(homedir()), path.slice(2));
  }
  const isAbsolute = path.startsWith('/') || /^[a-z]:[\\/]/i.test(path);
  const folder = workspace.workspaceFolders?.[0];
  return isAbsolute || !folder ? Uri.file(path) : Uri.joinPath(folder.uri, path);
}
