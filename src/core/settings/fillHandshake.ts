import { UserError } from '../base/errors.ts';
import { originOf, type Endpoint } from '../endpoint/endpoint.ts';
import { fillEndpoint, type FilledEndpoint } from '../endpoint/endpointTemplate.ts';
import { isSecretName, secretSubprotocols } from '../secrets/names.ts';
import { withoutScheme } from '../secrets/values.ts';
import type { Handshake, TlsMaterial } from '../connection/wire/transport.ts';
import {
  assertSameOrigin,
  neededBy,
  spellingOf,
  type Need,
  type Needs,
} from '../variables/needs.ts';
import {
  isVolatile,
  resolve,
  type FillingWishes,
  type VariableSource,
} from '../variables/resolve.ts';
import { template, type Origin } from '../variables/value.ts';
import type { CommandAuth } from './authSetting.ts';
import {
  commandTimeoutMs,
  makeLogin,
  textsOfAuth,
  type Login,
  type LoginPorts,
  type TokenCommand,
} from './login.ts';
import type { Profile } from './profile.ts';
import { token } from './setting.ts';
import type { SettingKey } from './settingsTable.ts';

/** Fills in the rest of a handshake once its destination is known. */
export interface Admitted {
  readonly source: VariableSource;
  /** For what goes to the proxy. */
  readonly proxySource: VariableSource;
}

export interface HandshakePorts {
  /** Fills in the URL, before anything is dialled. */
  readonly source: VariableSource;
  /** Asks the user to allow what goes there. Rejects with a sentence if it is not allowed. */
  readonly admit: (url: FilledEndpoint) => Promise<Admitted>;
  /** Reads a file that a setting names. Rejects with a `UserError` if it cannot be read. */
  readonly readFile: (key: SettingKey, path: string) => Promise<Uint8Array>;
  /** Runs a program for a token, or returns its earlier one. */
  readonly token: (command: TokenCommand) => Promise<string>;
}

export interface FilledHandshake {
  readonly handshake: Handshake;
  /** The endpoint for display: it contains no secret. */
  readonly shown: Endpoint;
  /** Whether some value in it may differ the next time. */
  readonly isRefreshable: boolean;
  /** All values that were used. */
  readonly used: Needs;
}

/**
 * Puts a profile's opening handshake together: fills in variables, signs in, reads files.
 *
 * @throws UserError if a value or a file is missing or invalid; CancellationError
 */
export async function fillHandshake(
  profile: Profile,
  ports: HandshakePorts,
): Promise<FilledHandshake> {
  const { values, unusable } = profile;
  if (unusable.length > 0) {
    throw new UserError(unusable.join(' '));
  }
  const url = await fillEndpoint(template(profile.url, profile.scope), ports.source);
  const { endpoint: plain, shown } = url;
  const filling = new Filling(profile, ports, await ports.admit(url), url);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(values.headers)) {
    const filled = await filling.fill('headers', value, `The header ${name}`);
    headers[name] = filled;
    if (isSecretName(name)) {
      filling.addSecret(withoutScheme(filled)); // Without a scheme such as Bearer.
    }
  }
  const login = await makeLogin(values.auth, filling.login);
  const signed = signIn(plain, headers, login);
  const proxy = await filling.proxy();
  const tls = await filling.tls();
  const handshake: Handshake = {
    ...signed,
    subprotocols: await subprotocolsOf(values.subprotocols, filling),
    tls,
    compression: values.compression,
    maxMessageBytes: values.maxMessageSize,
    followRedirects: values.followRedirects,
    closeTimeoutMs: values.closeTimeout * 1000,
    ...(proxy ? { proxy } : {}),
    secrets: filling.secrets,
  };
  return {
    handshake,
    shown: withQueryOf(shown, login),
    isRefreshable: isRefreshable(profile),
    used: filling.used,
  };
}

/**
 * The subprotocols to offer. One that looks like a token, such as the second of `["token", "<the token>"]`, is
 * a secret.
 *
 * @throws UserError if a filled-in value cannot be a subprotocol; the error does not contain the value
 */
async function subprotocolsOf(written: readonly string[], filling: Filling): Promise<string[]> {
  const filled: string[] = [];
  for (const name of written) {
    const value = await filling.fill('subprotocols', name, 'subprotocols');
    if (!token.test(value)) {
      throw new UserError(
        `subprotocols: what ${name} stands for cannot be one. It has letters, digits and marks such as - . _ only.`,
      );
    }
    filled.push(value);
  }
  secretSubprotocols(filled).forEach(name => filling.addSecret(name));
  return filled;
}

function isRefreshable({ url, values }: Profile): boolean {
  const { auth, headers, subprotocols } = values;
  const texts = [url, ...Object.values(headers), ...subprotocols, ...textsOfAuth(auth)];
  return auth.type === 'command' || texts.some(isVolatile);
}

/** @throws UserError if there would be two logins */
function signIn(
  endpoint: Endpoint,
  headers: Readonly<Record<string, string>>,
  login: Login | undefined,
): Pick<Handshake, 'endpoint' | 'headers'> {
  if (login === undefined) {
    return { endpoint, headers };
  }
  const { name, value } = login;
  if (login.in === 'query') {
    const pair = `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
    const url = `${endpoint.url}${endpoint.url.includes('?') ? '&' : '?'}${pair}`;
    return { endpoint: withQueryOf({ ...endpoint, url }, login), headers };
  }
  const lower = name.toLowerCase();
  const twice = Object.keys(headers).find(other => other.toLowerCase() === lower);
  if (twice !== undefined) {
    throw new UserError(
      `The header ${twice} is set by headers and by auth: remove one of the two.`,
    );
  }
  if (endpoint.credentials && lower === 'authorization') {
    throw new UserError('The URL has a login before the @, and auth has one: remove one of them.');
  }
  return { endpoint, headers: { ...headers, [name]: value } };
}

function withQueryOf(endpoint: Endpoint, login: Login | undefined): Endpoint {
  return login?.in === 'query' && !endpoint.display.endsWith('?…')
    ? { ...endpoint, display: `${endpoint.display}?…` }
    : endpoint;
}

/** Fills in texts one after the other, and records the secrets that were used. */
class Filling {
  readonly #profile: Profile;
  readonly #ports: HandshakePorts;
  readonly #admitted: Admitted;
  readonly #to: string;
  readonly #secrets = new Set<string>();
  readonly #used: Need[];
  readonly login: LoginPorts;

  /** @param url where it goes, and what went into that */
  constructor(
    profile: Profile,
    ports: HandshakePorts,
    admitted: Admitted,
    { endpoint, secrets, used }: FilledEndpoint,
  ) {
    this.#profile = profile;
    this.#ports = ports;
    this.#admitted = admitted;
    this.#to = originOf(endpoint);
    this.#used = [...used];
    secrets.forEach(secret => this.addSecret(secret));
    this.login = {
      fill: (text, where) => this.fill('auth', text, where),
      token: auth => this.#token(auth),
      addSecret: text => this.addSecret(text),
    };
  }

  get used(): Needs {
    return this.#used;
  }

  get secrets(): readonly string[] {
    return [...this.#secrets];
  }

  addSecret(text: string): void {
    if (text !== '') {
      this.#secrets.add(text);
    }
  }

  /** @param key the setting that the text is of, and so who wrote it */
  async fill(
    key: SettingKey,
    text: string,
    where: string,
    wishes: FillingWishes = {},
  ): Promise<string> {
    const { source, proxySource } = this.#admitted;
    const {
      text: filled,
      secrets,
      used,
    } = await resolve(
      template(text, this.#authorOf(key)),
      where,
      key === 'proxy' ? proxySource : source,
      wishes,
    );
    assertSameOrigin(used, where, this.#to);
    this.#used.push(...used);
    secrets.forEach(secret => this.addSecret(secret));
    return filled;
  }

  proxy(): Promise<string> {
    const { proxy } = this.#profile.values;
    return this.fill('proxy', proxy, 'The setting proxy', { peer: 'refused' });
  }

  async tls(): Promise<TlsMaterial> {
    const { values } = this.#profile;
    const passphrase = await this.fill(
      'tls.passphrase',
      values['tls.passphrase'],
      'tls.passphrase',
    );
    this.addSecret(passphrase);
    const servername = values['tls.servername'];
    return {
      rejectUnauthorized: values['tls.rejectUnauthorized'],
      ...(await this.#file('ca', values['tls.ca'])),
      ...(await this.#file('cert', values['tls.cert'])),
      ...(await this.#file('key', values['tls.key'])),
      ...(passphrase ? { passphrase } : {}),
      ...(servername ? { servername } : {}),
    };
  }

  async #token(auth: CommandAuth): Promise<string> {
    this.#assertOwnProgram(auth);
    const command: string[] = [];
    for (const argument of auth.command) {
      command.push(await this.fill('auth', argument, 'auth.command', { peer: 'refused' }));
    }
    const timeoutMs = commandTimeoutMs(auth);
    return this.#ports.token({ command, written: auth.command, timeoutMs, secrets: this.secrets });
  }

  /** A file of a workspace may choose a program's input, but not the program. */
  #assertOwnProgram({ command: [program = ''] }: CommandAuth): void {
    const written = template(program, this.#authorOf('auth'));
    const needs = neededBy(written, this.#admitted.source.named);
    const foreign = needs.find(({ source }) => source === 'workspace');
    if (foreign) {
      throw new UserError(
        `The program of auth.command must not be a variable of the workspace, and ${spellingOf(foreign)} is one. Write its name out.`,
      );
    }
  }

  async #file<K extends 'ca' | 'cert' | 'key'>(
    name: K,
    written: string,
  ): Promise<Partial<Record<K, Uint8Array>>> {
    if (written === '') {
      return {};
    }
    const key = `tls.${name}` as const;
    const path = await this.fill(key, written, key, { peer: 'refused' });
    return { [name]: await this.#ports.readFile(key, path) } as Record<K, Uint8Array>;
  }

  #authorOf(key: SettingKey): Origin {
    return this.#profile.explicit.get(key) ?? 'user';
  }
}
