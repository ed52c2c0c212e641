import { isSecretName } from '../../core/secrets/names.ts';
import { parseEndpoint, type Endpoint } from '../../core/endpoint/endpoint.ts';
import type { Profile } from '../../core/settings/profile.ts';
import type { Secrets } from '../secrets/secrets.ts';

/**
 * Everything secret that may be in these connections' captures: what was used in this window, every
 * secret that is stored, and what the settings spell out. None of it is to be in an export, whoever
 * sent it back.
 */
export async function exportSecrets(
  secrets: Secrets,
  profiles: readonly Profile[],
): Promise<readonly string[]> {
  const stored = await Promise.all(secrets.names.map(name => secrets.get(name)));
  const spelledOut = profiles.flatMap(secretsOf);
  return [...new Set([...stored, ...secrets.registry.all, ...spelledOut])].filter(
    (secret): secret is string => secret !== undefined && secret !== '',
  );
}

/** What stands in settings as it is; what references stand for is in the registry once it was used. */
function secretsOf({ url, values }: Profile): readonly string[] {
  const named = Object.entries(values.headers).filter(([name]) => isSecretName(name));
  const endpoint = parsed(url);
  const { user = '', password = '' } = endpoint?.credentials ?? {};
  return [
    ...named.flatMap(([, value]) => [value, ...value.split(/[\s;]+/).map(withoutName)]),
    ...loginOf(user, password),
    ...[...new URL(endpoint?.url ?? 'ws://x').searchParams].flatMap(([name, value]) =>
      isSecretName(name) ? [value] : [],
    ),
    ...proxyLogin(values.proxy),
    ...secretsOfAuth(values.auth),
    values['tls.passphrase'],
  ];
}

function secretsOfAuth(auth: Profile['values']['auth']): readonly string[] {
  switch (auth.type) {
    case undefined:
    case 'command':
      return [];
    case 'basic':
      return [auth.password];
    case 'bearer':
      return [auth.token];
    case 'apiKey':
      return [auth.value];
  }
}

/** A URL with references in it may be none as it stands. */
function parsed(url: string): Endpoint | undefined {
  try {
    return parseEndpoint(url);
  } catch {
    return undefined;
  }
}

/** A user name is a secret only where it stands alone. */
function loginOf(user: string, password: string): readonly string[] {
  return [password === '' ? user : password];
}

function proxyLogin(proxy: string): readonly string[] {
  if (!URL.canParse(proxy)) {
    return [];
  }
  const { username, password } = new URL(proxy);
  return [...loginOf(username, password), ...loginOf(decoded(username), decoded(password))];
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Of `name=value`, as in a cookie, the value; of `Bearer`, which is no secret, nothing. */
function withoutName(part: string): string {
  return /^(?:basic|bearer|digest|negotiate|ntlm|token)$/i.test(part)
    ? ''
    : part.replace(/^[\w.-]+=(?=.)/, '');
}
