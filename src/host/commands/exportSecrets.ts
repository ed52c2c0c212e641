import { parseEndpoint } from '../../core/connection/endpoint.ts';
import { isSecretName } from '../../core/connection/redaction.ts';
import { fillIn, type PlaceholderSource } from '../../core/settings/placeholders.ts';
import type { Profile } from '../../core/settings/profile.ts';
import type { Secrets } from '../secrets.ts';

/**
 * Everything secret that these connections may have sent, and every secret that is stored: none of
 * it is to be in an export, whoever sent it back.
 */
export async function exportSecrets(
  secrets: Secrets,
  profiles: readonly Profile[],
): Promise<readonly string[]> {
  const source: PlaceholderSource = {
    secret: name => secrets.get(name),
    env: name => process.env[name],
  };
  const stored = await Promise.all(secrets.names.map(name => secrets.get(name)));
  const sent = await Promise.all(profiles.map(profile => secretsOf(profile, source)));
  return [...new Set([...stored, ...sent.flat()])].filter(
    (secret): secret is string => secret !== undefined && secret !== '',
  );
}

async function secretsOf(
  { url, values }: Profile,
  source: PlaceholderSource,
): Promise<readonly string[]> {
  const named = Object.entries(values.headers).filter(([name]) => isSecretName(name));
  const filled = await Promise.all(
    [...named.map(([, value]) => value), values.proxy, values['tls.passphrase']].map(text =>
      filledIn(text, source),
    ),
  );
  const proxy = filled[named.length] ?? '';
  const headers = filled.slice(0, named.length);
  const endpoint = parseEndpoint(url);
  return [
    ...headers.flatMap(value => [value, ...value.split(/[\s;]+/).map(withoutName)]),
    ...loginOf(endpoint.credentials?.user ?? '', endpoint.credentials?.password ?? ''),
    ...[...new URL(endpoint.url).searchParams].flatMap(([name, value]) =>
      isSecretName(name) ? [value] : [],
    ),
    ...proxyLogin(proxy),
    filled.at(-1) ?? '',
  ];
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

/** A secret that is missing now was never sent. */
async function filledIn(text: string, source: PlaceholderSource): Promise<string> {
  try {
    return await fillIn(text, '', source);
  } catch {
    return '';
  }
}
