import * as v from 'valibot';
import { setting, token, type Setting } from './setting.ts';

/** A program whose output is the token. It is run without a shell. */
export interface CommandAuth {
  readonly type: 'command';
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** In seconds. */
  readonly timeout?: number | undefined;
  /** The header that takes the token; `Authorization` if absent. */
  readonly header?: string | undefined;
  /** The scheme before the token; `Bearer` if absent, nothing if empty. */
  readonly scheme?: string | undefined;
}

/** How a connection signs in. All texts may hold references. */
export type AuthSetting =
  | { readonly type?: undefined }
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  | { readonly type: 'bearer'; readonly token: string }
  | {
      readonly type: 'apiKey';
      readonly in: 'header' | 'query';
      readonly name: string;
      readonly value: string;
    }
  | CommandAuth;

/** In seconds. */
export const defaultCommandTimeout = 10;
const minCommandTimeout = 0.1;
const maxCommandTimeout = 300;
const maxArguments = 100;

const schemeName = /^[A-Za-z0-9_-]*$/;
const line = /^[^\r\n\0]+$/;

// Not `v.strictObject`, which takes lists.
const emptyObject = v.pipe(
  v.custom<{ readonly type?: undefined }>(
    value =>
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.keys(value).length === 0,
  ),
  v.metadata({ type: 'object', maxProperties: 0 }),
);

const check = v.union([
  emptyObject,
  v.strictObject({ type: v.literal('basic'), username: v.string(), password: v.string() }),
  v.strictObject({ type: v.literal('bearer'), token: v.string() }),
  v.strictObject({
    type: v.literal('apiKey'),
    in: v.literal('header'),
    name: v.pipe(v.string(), v.regex(token)),
    value: v.string(),
  }),
  v.strictObject({
    type: v.literal('apiKey'),
    in: v.literal('query'),
    name: v.pipe(v.string(), v.regex(line)),
    value: v.string(),
  }),
  v.strictObject({
    type: v.literal('command'),
    command: v.pipe(
      v.array(v.string()),
      v.minLength(1),
      v.maxLength(maxArguments),
      v.check(([program]) => program !== ''),
    ),
    timeout: v.optional(
      v.pipe(v.number(), v.minValue(minCommandTimeout), v.maxValue(maxCommandTimeout)),
    ),
    header: v.optional(v.pipe(v.string(), v.regex(token))),
    scheme: v.optional(v.pipe(v.string(), v.regex(schemeName))),
  }),
]);

const allowed =
  '{} or an object with the "type" "basic" ("username", "password"), "bearer" ("token"), ' +
  '"apiKey" ("in", "name", "value") or "command" ("command", a list; perhaps "timeout", ' +
  '"header", "scheme")';

export function auth(): Setting<AuthSetting> {
  return setting<AuthSetting>(check, allowed, {});
}
