import { parseEndpoint, type Endpoint } from '../../core/endpoint/endpoint.ts';
import { percentDecoded } from '../../core/base/percent.ts';
import { secretValues, type LoginTexts } from '../../core/secrets/values.ts';
import type { Profile } from '../../core/settings/profile.ts';
import type { Secrets } from '../secrets/secrets.ts';

/**
 * Everything secret that may be in these connections' captures: what was used in this window, every
 * secret that is stored, and what the settings hold in clear. None of it may be in an export, whichever
 * side sent it.
 */
export async function exportSecrets(
  secrets: Secrets,
  profiles: readonly Profile[],
): Promise<readonly string[]> {
  const stored = await Promise.all(secrets.names.map(name => secrets.get(name)));
  const all = [...stored, ...secrets.registry.all, ...profiles.flatMap(secretsOf)];
  return [...new Set(all)].filter((secret): secret is string => !!secret);
}

/** What the settings hold in clear; a value that a reference stands for is in the registry once used. */
function secretsOf({ url, values }: Profile): readonly string[] {
  const endpoint = parsed(url);
  const { credentials } = endpoint ?? {};
  return secretValues({
    url: endpoint?.url ?? url,
    headers: values.headers,
    subprotocols: values.subprotocols,
    logins: [...(credentials ? [credentials] : []), ...proxyLogin(values.proxy)],
    others: [secretOfAuth(values.auth), values['tls.passphrase']],
  });
}

function secretOfAuth(auth: Profile['values']['auth']): string | undefined {
  switch (auth.type) {
    case undefined:
    case 'command':
      return undefined;
    case 'basic':
      return auth.password;
    case 'bearer':
      return auth.token;
    case 'apiKey':
      return auth.value;
  }
}

/** A URL with references in it may not be valid as it stands. */
function parsed(url: string): Endpoint | undefined {
  try {
    return parseEndpoint(url);
  } catch {
    return undefined;
  }
}

function proxyLogin(proxy: string): readonly LoginTexts[] {
  if (!URL.canParse(proxy)) {
    return [];
  }
  const { username, password } = new URL(proxy);
  return [{ user: percentDecoded(username), password: percentDecoded(password) }];
}
