import * as v from 'valibot';
import { answerMatcher } from '../connection/keepAlive.ts';
import { parseAwaitedFilter } from '../filter/parseFilter.ts';

/** One setting: what it may be, and its default. How it reads is in `settingTexts.ts`. */
export interface Setting<T> {
  readonly check: v.GenericSchema<unknown, T>;
  /** What is allowed, to be read after "must be". */
  readonly allowed: string;
  /** The default, which also replaces a value that is refused. */
  readonly fallback: T;
  /** Whether a connection in `connections` may override it. */
  readonly perConnection: boolean;
  /** Whether a change takes effect while connected, or only with the next opening handshake. */
  readonly appliesTo: 'live' | 'handshake';
  /** Whether only the user's own settings count, and no workspace's. */
  readonly isUserOnly?: boolean;
  /** Whether a refused value prevents dialling, because the default is not what was asked for. */
  readonly isEssential?: boolean;
  /** The consequence of a refused value, as a sentence; absent: the default is used. */
  readonly ifUnusable?: string;
  /** Whether its values may hold credentials, and so are never shown or logged. */
  readonly isSecret?: boolean;
  /** Whether it counts in Restricted Mode, too, because it decides on looks only. */
  readonly isUnrestricted?: boolean;
}

export function setting<T>(
  check: v.GenericSchema<unknown, T>,
  allowed: string,
  fallback: T,
): Setting<T> {
  return { check, allowed, fallback, perConnection: true, appliesTo: 'live' };
}

/** The same setting, for the whole window only. */
export function forWindow<T>(own: Setting<T>): Setting<T> {
  return { ...own, perConnection: false };
}

/**
 * The same setting, for the user only: it is about data of all workspaces.
 *
 * @param ifUnusable see `Setting`
 */
export function userOnly<T>(own: Setting<T>, ifUnusable: string): Setting<T> {
  return { ...forWindow(own), isUserOnly: true, ifUnusable };
}

/** The same setting, but a change waits for the next opening handshake. */
export function atHandshake<T>(own: Setting<T>): Setting<T> {
  return { ...own, appliesTo: 'handshake' };
}

/** The same setting, but while its value is refused, nothing is dialled. */
export function essential<T>(own: Setting<T>): Setting<T> {
  return { ...own, isEssential: true, ifUnusable: 'Nothing is dialled until it is corrected.' };
}

/** The same setting, also for a workspace in Restricted Mode. */
export function unrestricted<T>(own: Setting<T>): Setting<T> {
  return { ...own, isUnrestricted: true };
}

/** The same setting, but no message shows its value. */
export function secret<T>(own: Setting<T>): Setting<T> {
  return { ...own, isSecret: true };
}

export function flag(fallback: boolean): Setting<boolean> {
  return setting(v.boolean(), 'true or false', fallback);
}

/** A number; durations are in seconds. */
export function number(fallback: number, minimum: number, maximum: number): Setting<number> {
  const check = v.pipe(v.number(), v.minValue(minimum), v.maxValue(maximum));
  const allowed = `a number from ${minimum} to ${maximum}`;
  return setting(check, allowed, fallback);
}

export function integer(fallback: number, minimum: number, maximum: number): Setting<number> {
  const check = v.pipe(v.number(), v.integer(), v.minValue(minimum), v.maxValue(maximum));
  const allowed = `a whole number from ${minimum} to ${maximum}`;
  return setting(check, allowed, fallback);
}

export function anyText(): Setting<string> {
  return setting(v.string(), 'a text', '');
}

export function choice<const T extends readonly string[]>(
  values: T,
  fallback: T[number],
): Setting<T[number]> {
  const check: v.GenericSchema<unknown, T[number]> = v.picklist(values);
  const allowed = values.map(value => `"${value}"`).join(' or ');
  return setting(check, allowed, fallback);
}

/**
 * The answer to an application heartbeat: a text, or a regular expression that compiles. It runs on
 * received text without a time limit, so an expression whose time has no bound is refused.
 */
export function answerPattern(): Setting<string> {
  const isUsable = (expect: string) => {
    try {
      return expect === '' || answerMatcher(expect) !== undefined;
    } catch {
      return false;
    }
  };
  const check = v.pipe(v.string(), v.check(isUsable));
  const allowed =
    'a text, or a valid /regular expression/ without references to groups such as \\1, ' +
    'and without repeats of repeats beside looks ahead or behind';
  return setting(check, allowed, '');
}

/** RFC 9110, section 5.6.2: the form of header names and subprotocols. */
export const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** The same, with references that are filled in later. */
export const tokenTemplate = /^(?:[!#$%&'*+.^_`|~0-9A-Za-z-]|\$\{[^{}]*\})+$/;
const areDistinct = (values: string[]) => new Set(values).size === values.length;

export function subprotocols(): Setting<readonly string[]> {
  const check = v.pipe(
    v.array(v.pipe(v.string(), v.regex(tokenTemplate))),
    v.check(areDistinct),
    v.metadata({ uniqueItems: true }),
  );
  return setting(check, 'a list of different subprotocol names without spaces', []);
}

export type Headers = Readonly<Record<string, string>>;

const isLine = (text: unknown) => typeof text === 'string' && /^[^\r\n\0]*$/.test(text);

export function headers(): Setting<Headers> {
  // Not `v.record`, which skips names such as `constructor` and takes lists.
  const isHeaders = (value: unknown) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.entries(value).every(([name, text]) => token.test(name) && isLine(text));
  const check = v.pipe(
    v.custom<Headers>(isHeaders),
    v.metadata({ type: 'object', additionalProperties: { type: 'string' } }),
  );
  return setting(check, 'header names with texts of one line', {});
}

/** A message in settings: a text, or an object with its format, when it is sent, and more. */
export type MessageSetting = string | (MessageForm & MessageTimes);

type MessageForm =
  | { readonly text: string }
  | { readonly json: unknown }
  | { readonly base64: string }
  /** The path of a sequence of the library. */
  | { readonly sequence: string };

/** Times are in seconds. */
interface MessageTimes {
  readonly when?: OnOpenWhen | undefined;
  readonly delay?: number | undefined;
  readonly waitFor?: { readonly match: string; readonly timeout?: number | undefined } | undefined;
}

const whens = ['every', 'first', 'reconnect'] as const;
export type OnOpenWhen = (typeof whens)[number];

const maxPause = 86_400;

/** The messages of `onOpen`. A sequence has no `waitFor`, since its own steps have. */
export function messages(): Setting<readonly MessageSetting[]> {
  const pause = v.pipe(v.number(), v.minValue(0), v.maxValue(maxPause));
  const start = { when: v.optional(v.picklist(whens)), delay: v.optional(pause) };
  const match = v.pipe(v.string(), v.minLength(1), v.check(isFilter));
  const times = {
    ...start,
    waitFor: v.optional(v.strictObject({ match, timeout: v.optional(pause) })),
  };
  const message = v.union([
    v.string(),
    v.strictObject({ text: v.string(), ...times }),
    v.strictObject({ json: v.unknown(), ...times }),
    v.strictObject({ base64: v.pipe(v.string(), v.base64()), ...times }),
    v.strictObject({ sequence: v.pipe(v.string(), v.minLength(1)), ...start }),
  ]);
  const allowed =
    'a list of texts or of { "text": … }, { "json": … }, { "base64": … } or { "sequence": … }, ' +
    'perhaps with "when", "delay" and "waitFor"';
  return setting(v.array(message), allowed, []);
}

function isFilter(text: string): boolean {
  return parseAwaitedFilter(text, { now: 0, startOfDay: 0 }).problems.length === 0;
}

/** A rule as the user writes it; its `delay` is in seconds. */
export interface RuleSetting {
  readonly close?: number | string | undefined;
  readonly status?: number | string | undefined;
  readonly error?: string | undefined;
  readonly action: 'retry' | 'stop';
  readonly delay?: number | undefined;
  /** Only presets set it. */
  readonly counts?: boolean | undefined;
}

const codeRange = /^(\*|[0-9]{3,4}(-[0-9]{3,4})?)$/;

export function rules(): Setting<readonly RuleSetting[]> {
  const codes = v.union([v.pipe(v.number(), v.integer()), v.pipe(v.string(), v.regex(codeRange))]);
  const outcome = {
    action: v.picklist(['retry', 'stop']),
    delay: v.optional(v.pipe(v.number(), v.minValue(0))),
  };
  const rule = v.union([
    v.strictObject({ close: codes, ...outcome }),
    v.strictObject({ status: codes, ...outcome }),
    v.strictObject({ error: v.string(), ...outcome }),
  ]);
  const allowed =
    'a list of rules with one of "close", "status" or "error", an "action" of "retry" or "stop", ' +
    'and perhaps a "delay" in seconds';
  return setting(v.array(rule), allowed, []);
}
