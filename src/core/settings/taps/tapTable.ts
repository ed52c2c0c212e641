import * as v from 'valibot';
import { messageOf } from '../../base/errors.ts';
import { parseUpstream } from '../../endpoint/upstream.ts';
import { isObject } from '../../json/json.ts';
import { ruleActions } from '../../tap/rules/tapRule.ts';
import { network } from './networkSetting.ts';
import {
  anyText,
  choice,
  essential,
  flag,
  headers,
  integer,
  number,
  secret,
  setting,
  type Setting,
} from '../setting.ts';

/** Path prefixes, each with the upstream that takes what begins with it. */
export type RouteSettings = Readonly<Record<string, string>>;

/** The longest wait for an upstream that is restarting, in seconds. */
const longestWait = 300;

/** As a browser sends it (RFC 6454, section 6.2): no path, no final slash, small letters. */
const origin = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\sA-Z]+$/;

/**
 * Every setting of a tap except `name` and `upstream`, by its path inside its object. A refused value
 * of an essential one keeps the tap from being started.
 */
export const tapTable = {
  'port': optional(
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
    'a port from 1 to 65535',
  ),
  'routes': essentialOfTap(routes()),
  'headers': essentialOfTap(secret(headers())),
  'host': choice(['upstream', 'keep'], 'upstream'),
  'forwarded': flag(false),
  'token': essentialOfTap(optional(v.boolean(), 'true or false')),
  'allowedOrigins': essentialOfTap(origins()),
  'waitForUpstream': number(0, 0, longestWait),
  'maxMessageSize': integer(67_108_864, 1024, 1_073_741_824),
  'tls.cert': essentialOfTap(anyText()),
  'tls.key': essentialOfTap(anyText()),
  'network': network(),
  'rules': rules(),
} satisfies Readonly<Record<string, Setting<unknown>>>;

type Table = typeof tapTable;
export type TapKey = keyof Table;
export const tapKeys = Object.keys(tapTable) as readonly TapKey[];

/** The value of every setting of a tap. */
export type TapValues = { readonly [K in TapKey]: Table[K]['fallback'] };

export function tapSettingOf(key: TapKey): Setting<TapValues[TapKey]> {
  return tapTable[key];
}

/** A setting whose default depends on others: it is `undefined` until it is set. */
function optional<T>(check: v.GenericSchema<unknown, T>, allowed: string): Setting<T | undefined> {
  return { ...setting<T | undefined>(check, allowed, undefined), ifUnusable: 'It is ignored.' };
}

function essentialOfTap<T>(own: Setting<T>): Setting<T> {
  return { ...essential(own), ifUnusable: 'The tap cannot be started until it is corrected.' };
}

function routes(): Setting<RouteSettings> {
  const isRoute = ([prefix, upstream]: readonly [string, unknown]) =>
    /^\/[^?#\s]*$/.test(prefix) &&
    typeof upstream === 'string' &&
    problemOf(upstream) === undefined;
  const check = v.pipe(
    v.custom<RouteSettings>(value => isObject(value) && Object.entries(value).every(isRoute)),
    v.metadata({
      type: 'object',
      additionalProperties: { type: 'string', pattern: '^([hH][tT][tT][pP]|[wW][sS])[sS]?://' },
      propertyNames: { pattern: '^/[^?#\\s]*$' },
    }),
  );
  const allowed =
    'path prefixes that begin with a slash, each with an upstream such as "ws://localhost:3000"';
  return setting(check, allowed, {});
}

/** Each rule is read by itself, so that a faulty one does not take the others away: see `readRules`. */
function rules(): Setting<unknown> {
  const text = { type: 'string' };
  const count = { type: 'number', minimum: 0 };
  const rule = {
    type: 'object',
    required: ['match', 'do'],
    additionalProperties: false,
    properties: {
      match: text,
      do: { type: 'string', enum: [...ruleActions] },
      enabled: { type: 'boolean' },
      once: { type: 'boolean' },
      after: count,
      values: { type: 'object' },
      pattern: text,
      with: text,
      ms: count,
      jitter: count,
      code: { type: 'integer' },
      reason: text,
    },
  };
  const check = v.pipe(
    v.custom<unknown>(() => true),
    v.metadata({ type: 'array', items: rule }),
  );
  return setting(check, 'a list of rules', []);
}

/** Why a text is no upstream. */
export function problemOf(upstream: string): string | undefined {
  try {
    parseUpstream(upstream);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function origins(): Setting<readonly string[]> {
  const check = v.array(v.pipe(v.string(), v.regex(origin)));
  const allowed = 'a list of origins as browsers send them, such as "http://localhost:3000"';
  return setting(check, allowed, []);
}
