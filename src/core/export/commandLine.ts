import { percentDecoded } from '../base/percent.ts';
import type { AuthSetting } from '../settings/authSetting.ts';
import { templateWord } from './shellText.ts';
import { isSecretName, secretSubprotocols } from '../secrets/names.ts';
import { replaceQuerySecrets } from '../secrets/values.ts';
import { referencesIn } from '../variables/template.ts';

export const commandTools = ['wscat', 'websocat', 'curl'] as const;
export type CommandTool = (typeof commandTools)[number];

interface CommandLine {
  /** For a POSIX shell. */
  readonly command: string;
  /** The shell variables that it needs, in the order of their first use. */
  readonly variables: readonly string[];
}

/** Of RFC 6455, section 1.3: any 16 bytes will do. */
const sampleKey = 'dGhlIHNhbXBsZSBub25jZQ==';

/**
 * A command that connects as the connection does; with curl only the opening handshake. References
 * become shell variables, and so does each credential that the settings spell out.
 */
export function commandLine(written: CommandTarget, tool: CommandTool): CommandLine {
  const target = withoutCredentials(written);
  const variables = new Set<string>();
  const word = (template: string) => templateWord(template, variables);
  const { url, login } = withoutLogin(target);
  const headers = [...Object.entries(target.headers), ...authHeaders(target.auth)];
  const { subprotocols, isChecked } = target;
  const build = { wscat, websocat, curl }[tool];
  const words = build({ url: withKey(url, target.auth), login, headers, subprotocols, isChecked });
  return {
    command: words
      .map(each => (typeof each === 'string' ? each : each.map(word).join('')))
      .join(' '),
    variables: [...variables],
  };
}

/** A literal word, or templates that are joined to one word. */
type Word = string | readonly string[];

interface Parts {
  readonly url: string;
  readonly login: string | undefined;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly subprotocols: readonly string[];
  readonly isChecked: boolean;
}

function wscat({ url, login, headers, subprotocols, isChecked }: Parts): readonly Word[] {
  return [
    'wscat',
    '-c',
    [url],
    ...headers.flatMap(([name, value]): Word[] => ['-H', [`${name}: ${value}`]]),
    ...subprotocols.map(name => [`--subprotocol=${name}`]),
    ...(login === undefined ? [] : ['--auth', [login]]),
    ...(isChecked ? [] : ['--no-check']),
  ];
}

function websocat({ url, login, headers, subprotocols, isChecked }: Parts): readonly Word[] {
  return [
    'websocat',
    // Apart from its option, a header would take the URL for another header.
    ...headers.map(([name, value]) => [`--header=${name}: ${value}`]),
    ...(subprotocols.length === 0 ? [] : [[`--protocol=${subprotocols.join(',')}`]]),
    ...(login === undefined ? [] : [[`--basic-auth=${login}`]]),
    ...(isChecked ? [] : ['--insecure']),
    [url],
  ];
}

function curl({ url, login, headers, subprotocols, isChecked }: Parts): readonly Word[] {
  const handshake = [
    ['Connection', 'Upgrade'],
    ['Upgrade', 'websocket'],
    ['Sec-WebSocket-Version', '13'],
    ['Sec-WebSocket-Key', sampleKey],
    ...(subprotocols.length === 0 ? [] : [['Sec-WebSocket-Protocol', subprotocols.join(', ')]]),
    ...headers,
  ];
  return [
    // Without globbing: brackets in a URL are what they are.
    'curl',
    '-i',
    '-N',
    '-g',
    '--http1.1',
    ...handshake.flatMap(([name = '', value = '']): Word[] => [
      '-H',
      // A header that ends in a colon would be left out.
      [value === '' ? `${name};` : `${name}: ${value}`],
    ]),
    ...(login === undefined ? [] : ['-u', [login]]),
    ...(isChecked ? [] : ['-k']),
    [url.replace(/^ws/i, 'http')],
  ];
}

function authHeaders(auth: AuthSetting): readonly (readonly [string, string])[] {
  switch (auth.type) {
    case 'bearer':
      return [['Authorization', `Bearer ${auth.token}`]];
    case 'apiKey':
      return auth.in === 'header' ? [[auth.name, auth.value]] : [];
    case 'command': {
      const { header = 'Authorization', scheme = 'Bearer' } = auth;
      return [[header, `${scheme === '' ? '' : `${scheme} `}\${token}`]];
    }
    case 'basic':
    case undefined:
      return [];
  }
}

/** An API key that goes into the query. Its references become variables, which nothing encodes. */
function withKey(url: string, auth: AuthSetting): string {
  if (auth.type !== 'apiKey' || auth.in !== 'query') {
    return url;
  }
  const value = auth.value.includes('${') ? auth.value : encodeURIComponent(auth.value);
  return `${url}${url.includes('?') ? '&' : '?'}${encodeURIComponent(auth.name)}=${value}`;
}

/** User and password apart from the URL, in which some tools do not take them. */
function withoutLogin({ url, auth }: CommandTarget) {
  const [, scheme = '', login, rest = ''] = /^([a-z]+:\/\/)([^/?#@]*)@(.*)$/is.exec(url) ?? [];
  if (auth.type === 'basic') {
    return {
      url: login === undefined ? url : scheme + rest,
      login: `${auth.username}:${auth.password}`,
    };
  }
  if (login === undefined) {
    return { url, login };
  }
  const [user = ''] = login.split(':');
  return { url: scheme + rest, login: `${percentDecoded(user)}:\${password}` };
}

/** The parts of a connection that a command line can express. All texts may hold references. */
export interface CommandTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly subprotocols: readonly string[];
  readonly auth: AuthSetting;
  /** Whether the server's certificate is checked. */
  readonly isChecked: boolean;
}

/**
 * The same connection with a reference in place of each credential that the settings spell out, so that
 * no command has a credential in it.
 */
function withoutCredentials(target: CommandTarget): CommandTarget {
  const { url, headers, subprotocols, auth } = target;
  const tokens = new Set(secretSubprotocols(subprotocols));
  return {
    ...target,
    url: replaceQuerySecrets(url, ({ name, value }) => referenceFor(value, name)),
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

/** A value with references stays as it is, and so does an empty one. */
function referenceFor(value: string, name: string): string {
  const isSpelledOut = value !== '' && referencesIn(value).length === 0;
  return isSpelledOut ? `\${${name.replace(/[^\w.-]+/g, '-').replace(/^[^A-Za-z_]/, '_')}}` : value;
}
