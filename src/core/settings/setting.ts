import * as v from 'valibot';
import { answerMatcher } from '../connection/heartbeat.ts';
import { parseFilter } from '../filter/parseFilter.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/** One setting: what it may be, and what it is where nothing valid is set. */
export interface Setting<T> {
  readonly check: v.GenericSchema<unknown, T>;
  /** What is allowed, to be read after "must be". */
  readonly allowed: string;
  readonly fallback: T;
  /** The manifest's JSON schema for it, less its description, order and scope. */
  readonly schema: JsonSchema;
  /** Whether a connection in `connections` may override it. */
  readonly perConnection: boolean;
  /** Whether only what the user set counts, and nothing that a workspace says. */
  readonly isUsers?: boolean;
  /** Whether nothing is dialled where its value will not do: the default is not what was asked for. */
  readonly isEssential?: boolean;
  /** What comes of a value that will not do, as a sentence; absent: the default is used. */
  readonly ifUnusable?: string;
  /** Whether its values may hold credentials, and so are never shown or logged. */
  readonly isSecret?: boolean;
  /** Whether a workspace that is not trusted may set it. */
  readonly isHarmless?: boolean;
}

export function setting<T>(
  check: v.GenericSchema<unknown, T>,
  allowed: string,
  fallback: T,
  schema: JsonSchema,
): Setting<T> {
  return {
    check,
    allowed,
    fallback,
    schema: { ...schema, default: fallback },
    perConnection: true,
  };
}

/** The same setting, but one for the whole window. */
export function forWindow<T>(own: Setting<T>): Setting<T> {
  return { ...own, perConnection: false };
}

/**
 * The same setting, but it is about what several workspaces share, and so the user's alone.
 *
 * @param ifUnusable see `Setting`
 */
export function forUser<T>(own: Setting<T>, ifUnusable: string): Setting<T> {
  return { ...forWindow(own), isUsers: true, ifUnusable };
}

/** The same setting, but where its value will not do, what it is for is not dialled. */
export function essential<T>(own: Setting<T>): Setting<T> {
  return { ...own, isEssential: true, ifUnusable: 'Nothing is dialled until it is corrected.' };
}

/** The same setting, but a workspace may set it in Restricted Mode, too: it only decides on looks. */
export function harmless<T>(own: Setting<T>): Setting<T> {
  return { ...own, isHarmless: true };
}

/** The same setting, but no message shows its value. */
export function secret<T>(own: Setting<T>): Setting<T> {
  return { ...own, isSecret: true };
}

export function flag(fallback: boolean): Setting<boolean> {
  return setting(v.boolean(), 'true or false', fallback, { type: 'boolean' });
}

/** A number; durations are in seconds. */
export function number(fallback: number, minimum: number, maximum: number): Setting<number> {
  const check = v.pipe(v.number(), v.minValue(minimum), v.maxValue(maximum));
  const allowed = `a number from ${minimum} to ${maximum}`;
  return setting(check, allowed, fallback, { type: 'number', minimum, maximum });
}

export function integer(fallback: number, minimum: number, maximum: number): Setting<number> {
  const check = v.pipe(v.number(), v.integer(), v.minValue(minimum), v.maxValue(maximum));
  const allowed = `a whole number from ${minimum} to ${maximum}`;
  return setting(check, allowed, fallback, { type: 'integer', minimum, maximum });
}

export function text(): Setting<string> {
  return setting(v.string(), 'a text', '', { type: 'string' });
}

export function choice<const T extends readonly string[]>(
  values: T,
  fallback: T[number],
): Setting<T[number]> {
  const check: v.GenericSchema<unknown, T[number]> = v.picklist(values);
  const allowed = values.map(value => `"${value}"`).join(' or ');
  return setting(check, allowed, fallback, { type: 'string', enum: values });
}

/**
 * What answers an application heartbeat: a text, or a regular expression that compiles. It is tried on
 * what a peer sends where nothing can stop it, so one whose time has no bound is refused.
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
  return setting(check, allowed, '', { type: 'string' });
}

/** RFC 9110, section 5.6.2: what header names and subprotocols may consist of. */
export const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** The same with references, which stand for what is filled in. */
export const tokenTemplate = /^(?:[!#$%&'*+.^_`|~0-9A-Za-z-]|\$\{[^{}]*\})+$/;
const distinct = (values: string[]) => new Set(values).size === values.length;

export function subprotocols(): Setting<readonly string[]> {
  const check = v.pipe(v.array(v.pipe(v.string(), v.regex(tokenTemplate))), v.check(distinct));
  return setting(check, 'a list of different subprotocol names without spaces', [], {
    type: 'array',
    items: { type: 'string', pattern: tokenTemplate.source },
    uniqueItems: true,
  });
}

export type Headers = Readonly<Record<string, string>>;

const isLine = (text: unknown) => typeof text === 'string' && /^[^\r\n\0]*$/.test(text);

export function headers(): Setting<Headers> {
  // Not `v.record`, which skips names such as `constructor` and takes lists.
  const check = v.custom<Headers>(
    value =>
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.entries(value).every(([name, text]) => token.test(name) && isLine(text)),
  );
  return setting(
    check,
    'header names with texts of one line',
    {},
    {
      type: 'object',
      additionalProperties: { type: 'string' },
    },
  );
}

/** A message in settings: a text, or an object that says how it is written, when it is sent, and more. */
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

const longestPause = 86_400;

const messageForms = {
  text: { type: 'string' },
  json: {},
  base64: { type: 'string', pattern: '^[A-Za-z0-9+/]*={0,2}$' },
  sequence: { type: 'string', minLength: 1 },
} as const;

const messageTimes = {
  when: { type: 'string', enum: whens },
  delay: { type: 'number', minimum: 0, maximum: longestPause },
  waitFor: {
    type: 'object',
    properties: {
      match: { type: 'string', minLength: 1 },
      timeout: { type: 'number', minimum: 0, maximum: longestPause },
    },
    required: ['match'],
    additionalProperties: false,
  },
} as const;

/** Messages for a peer. Those of `onOpen`; a sequence waits for what its own steps say. */
export function messages(): Setting<readonly MessageSetting[]> {
  const pause = v.pipe(v.number(), v.minValue(0), v.maxValue(longestPause));
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
  return setting(v.array(message), allowed, [], {
    type: 'array',
    items: {
      anyOf: [
        { type: 'string' },
        ...Object.entries(messageForms).map(([key, form]) => ({
          type: 'object',
          properties: { [key]: form, ...timesOf(key) },
          required: [key],
          additionalProperties: false,
        })),
      ],
    },
  });
}

function timesOf(form: string): JsonSchema {
  const { waitFor, ...start } = messageTimes;
  return form === 'sequence' ? start : { ...start, waitFor };
}

function isFilter(text: string): boolean {
  return parseFilter(text, { now: 0, startOfDay: 0 }).problems.length === 0;
}

/** A rule of the user's as settings have it; its `delay` is in seconds. */
export interface RuleSetting {
  readonly close?: number | string | undefined;
  readonly status?: number | string | undefined;
  readonly error?: string | undefined;
  readonly action: 'retry' | 'stop';
  readonly delay?: number | undefined;
  /** Only presets set it. */
  readonly counts?: boolean | undefined;
}

const range = '^(\\*|[0-9]{3,4}(-[0-9]{3,4})?)$';

export function rules(): Setting<readonly RuleSetting[]> {
  const codes = v.union([
    v.pipe(v.number(), v.integer()),
    v.pipe(v.string(), v.regex(RegExp(range))),
  ]);
  const what = {
    action: v.picklist(['retry', 'stop']),
    delay: v.optional(v.pipe(v.number(), v.minValue(0))),
  };
  const rule = v.union([
    v.strictObject({ close: codes, ...what }),
    v.strictObject({ status: codes, ...what }),
    v.strictObject({ error: v.string(), ...what }),
  ]);
  const allowed =
    'a list of rules with one of "close", "status" or "error", an "action" of "retry" or "stop", ' +
    'and perhaps a "delay" in seconds';
  const code = { type: ['integer', 'string'], pattern: range };
  return setting(v.array(rule), allowed, [], {
    type: 'array',
    items: {
      type: 'object',
      properties: {
        close: code,
        status: code,
        error: { type: 'string' },
        action: { type: 'string', enum: ['retry', 'stop'] },
        delay: { type: 'number', minimum: 0 },
      },
      required: ['action'],
      additionalProperties: false,
    },
  });
}
