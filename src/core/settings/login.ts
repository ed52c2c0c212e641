import { UserError } from '../base/errors.ts';
import { defaultCommandTimeout, type AuthSetting, type CommandAuth } from './authSetting.ts';

/** The part of a request that signs in. */
export type Login =
  | { readonly in: 'header'; readonly name: string; readonly value: string }
  /** Neither name nor value is percent-encoded. */
  | { readonly in: 'query'; readonly name: string; readonly value: string };

/** A program to run for a token, with its arguments filled in. */
export interface TokenCommand {
  readonly command: readonly string[];
  /** As the settings have it, for asking the user. */
  readonly written: readonly string[];
  readonly timeoutMs: number;
  /** The parts of it that must not be shown. */
  readonly secrets: readonly string[];
}

export interface LoginPorts {
  /** Fills in the references of a text. `where` names its place, for errors. */
  readonly fill: (text: string, where: string) => Promise<string>;
  readonly token: (auth: CommandAuth) => Promise<string>;
  /** Registers a text that must not be shown. */
  readonly addSecret: (text: string) => void;
}

/**
 * Makes a login from the setting `auth`; `undefined` if it is empty.
 *
 * @throws UserError if a value is missing or not usable
 */
export async function makeLogin(auth: AuthSetting, ports: LoginPorts): Promise<Login | undefined> {
  switch (auth.type) {
    case undefined:
      return undefined;
    case 'basic':
      return basic(auth, ports);
    case 'bearer': {
      const token = await secret(auth.token, 'auth.token', ports);
      return { in: 'header', name: 'Authorization', value: `Bearer ${token}` };
    }
    case 'apiKey': {
      const value = await secret(auth.value, 'auth.value', ports);
      return { in: auth.in, name: auth.name, value };
    }
    case 'command': {
      const { header = 'Authorization', scheme = 'Bearer' } = auth;
      const token = await ports.token(auth);
      ports.addSecret(token);
      return { in: 'header', name: header, value: scheme === '' ? token : `${scheme} ${token}` };
    }
  }
}

/** The texts of the setting that may hold references. */
export function textsOfAuth(auth: AuthSetting): readonly string[] {
  switch (auth.type) {
    case undefined:
      return [];
    case 'basic':
      return [auth.username, auth.password];
    case 'bearer':
      return [auth.token];
    case 'apiKey':
      return [auth.value];
    case 'command':
      return auth.command;
  }
}

/** In milliseconds. */
export function commandTimeoutMs({ timeout = defaultCommandTimeout }: CommandAuth): number {
  return timeout * 1000;
}

/** RFC 7617, with the user's name and password in UTF-8. */
async function basic(
  { username, password }: AuthSetting & { readonly type: 'basic' },
  ports: LoginPorts,
): Promise<Login> {
  const name = await ports.fill(username, 'auth.username');
  if (name.includes(':')) {
    throw new UserError('auth.username holds a colon, which Basic authentication does not allow.');
  }
  const encoded = base64(`${name}:${await secret(password, 'auth.password', ports)}`);
  ports.addSecret(encoded);
  return { in: 'header', name: 'Authorization', value: `Basic ${encoded}` };
}

/** @throws UserError if it is empty or not one line */
async function secret(text: string, where: string, ports: LoginPorts): Promise<string> {
  const value = await ports.fill(text, where);
  ports.addSecret(value);
  if (/[\r\n\0]/.test(value)) {
    throw new UserError(`${where} has more than one line.`);
  }
  if (value === '' && where !== 'auth.password') {
    throw new UserError(`${where} is empty.`);
  }
  return value;
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
