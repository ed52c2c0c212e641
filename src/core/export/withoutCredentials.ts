import { percentDecoded } from '../base/percent.ts';
import { isSecretName, secretSubprotocols } from '../secrets/redaction.ts';
import type { AuthSetting } from '../settings/authSetting.ts';
import { referencesIn } from '../variables/template.ts';
import type { CommandTarget } from './commandTarget.ts';

/**
 * The same connection with a reference in place of each credential that the settings spell out, so that
 * none of them leaves them with a command.
 */
export function withoutCredentials(target: CommandTarget): CommandTarget {
  const { url, headers, subprotocols, auth } = target;
  const tokens = new Set(secretSubprotocols(subprotocols));
  return {
    ...target,
    url: withoutQueryCredentials(url),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, headerValue(name, value)]),
    ),
    subprotocols: subprotocols.map(name =>
      tokens.has(name) ? referenceFor(name, 'subprotocol') : name,
    ),
    auth: withoutAuthCredentials(auth),
  };
}

/** A scheme such as `Bearer` stays. */
function headerValue(name: string, value: string): string {
  if (!isSecretName(name)) {
    return value;
  }
  const isAuthorization = name.toLowerCase().endsWith('authorization');
  const [scheme = ''] = (isAuthorization && /^[\w-]+ +(?=.)/.exec(value)) || [];
  return scheme + referenceFor(value.slice(scheme.length), name);
}

function withoutQueryCredentials(url: string): string {
  const at = url.indexOf('?');
  return at < 0
    ? url
    : url.slice(0, at) +
        url
          .slice(at)
          .replace(
            /([?&])([^=&#]+)=([^&#]*)/g,
            (all: string, mark: string, name: string, value: string) => {
              const decoded = percentDecoded(name);
              return isSecretName(decoded) ? `${mark}${name}=${referenceFor(value, decoded)}` : all;
            },
          );
}

function withoutAuthCredentials(auth: AuthSetting): AuthSetting {
  switch (auth.type) {
    case 'basic':
      return { ...auth, password: referenceFor(auth.password, 'password') };
    case 'bearer':
      return { ...auth, token: referenceFor(auth.token, 'token') };
    case 'apiKey':
      return { ...auth, value: referenceFor(auth.value, auth.name) };
    case 'command':
    case undefined:
      return auth;
  }
}

/** A value with references is none of its own; an empty one hides nothing. */
function referenceFor(value: string, name: string): string {
  const isSpelledOut = value !== '' && referencesIn(value).length === 0;
  return isSpelledOut ? `\${${name.replace(/[^\w.-]+/g, '-').replace(/^[^A-Za-z_]/, '_')}}` : value;
}
