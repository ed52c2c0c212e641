import { isSecretName, secretSubprotocols } from '../../secrets/names.ts';
import { querySecrets } from '../../secrets/values.ts';
import type { CurlRequest } from './curlRequest.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** A request as an entry of the setting `connections`, still without a name. */
export function entryOfRequest(request: CurlRequest): JsonObject {
  const { url, headers, subprotocols, isInsecure, settings = {} } = request;
  const tls: Record<string, unknown> = isInsecure ? { rejectUnauthorized: false } : {};
  const others: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(settings)) {
    if (key.startsWith('tls.')) {
      tls[key.slice('tls.'.length)] = value;
    } else {
      others[key] = value;
    }
  }
  return {
    url,
    ...(subprotocols.length > 0 ? { subprotocols } : {}),
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
    ...(Object.keys(tls).length > 0 ? { tls } : {}),
    ...others,
  };
}

/** Where in a request something stands in clear that is a secret by its name. */
export function secretPlaces({ url, headers, subprotocols }: CurlRequest): readonly string[] {
  const names = Object.entries(headers)
    .filter(([name, value]) => isSecretName(name) && value.trim() !== '')
    .map(([name]) => `the header ${name}`);
  const query = querySecrets(url).map(({ name }) => `${name} of the URL`);
  const login = /^[a-z]+:\/\/[^/?#@]*:[^/?#@]+@/i.test(url) ? ['the password of the URL'] : [];
  const tokens = secretSubprotocols(subprotocols).length > 0 ? ['a token among subprotocols'] : [];
  return [...names, ...query, ...login, ...tokens];
}
