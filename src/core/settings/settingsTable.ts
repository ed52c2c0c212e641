import * as v from 'valibot';
import { auth } from './authSetting.ts';
import {
  answerPattern,
  atHandshake,
  choice,
  essential,
  flag,
  forWindow,
  headers,
  integer,
  messages,
  number,
  rules,
  secret,
  subprotocols,
  anyText,
  unrestricted,
  userOnly,
  type Setting,
} from './setting.ts';

export const settingsSection = 'websocketMonitor';

const day = 86_400;

const keepsAll = 'Until it is corrected, no capture is deleted for it.';

/**
 * Every setting except `url` and `connections`, by its key below `websocketMonitor`. The settings in
 * package.json and docs/settings.md are written from it by `npm run manifest`.
 */
export const settingsTable = {
  'autoConnect': flag(false),
  'preset': choice(['default', 'classic'], 'default'),
  'subprotocols': atHandshake(essential(secret(subprotocols()))),
  'headers': atHandshake(essential(secret(headers()))),
  'auth': atHandshake(essential(secret(auth()))),
  'onOpen': secret(messages()),
  'queue.maxMessages': integer(0, 0, 10_000),
  'queue.maxKilobytes': integer(1024, 1, 1_048_576),
  'queue.maxAge': number(30, 0.1, day),
  'connectTimeout': number(10, 0.1, 600),
  'closeTimeout': number(3, 0.1, 60),
  'maxMessageSize': atHandshake(integer(67_108_864, 1024, 1_073_741_824)),
  'compression': atHandshake(flag(true)),
  'followRedirects': atHandshake(flag(false)),
  'reconnect.enabled': flag(true),
  'reconnect.initialDelay': number(1, 0, day),
  'reconnect.factor': number(2, 1, 100),
  'reconnect.maxDelay': number(30, 0, day),
  'reconnect.jitter': number(0.5, 0, 1),
  'reconnect.maxAttempts': integer(10, 0, 1_000_000),
  'reconnect.maxAttemptsAfterSuccess': integer(0, 0, 1_000_000),
  'reconnect.stableAfter': number(10, 0, day),
  'reconnect.rules': rules(),
  'heartbeat.ping': flag(true),
  'heartbeat.interval': number(20, 1, day),
  'heartbeat.timeout': number(10, 0.1, day),
  'heartbeat.message': anyText(),
  'heartbeat.messageInterval': number(10, 0.1, day),
  'heartbeat.expect': answerPattern(),
  'tls.rejectUnauthorized': atHandshake(essential(flag(true))),
  'tls.ca': atHandshake(essential(anyText())),
  'tls.cert': atHandshake(essential(anyText())),
  'tls.key': atHandshake(essential(anyText())),
  'tls.passphrase': atHandshake(essential(secret(anyText()))),
  'tls.servername': atHandshake(essential(anyText())),
  'proxy': atHandshake(essential(secret(anyText()))),
  'history.maxMessages': forWindow(integer(10_000_000, 100, 1_000_000_000)),
  'history.maxMegabytes': forWindow(integer(2048, 1, 1_048_576)),
  'history.overflow': forWindow(choice(['pause', 'drop'], 'pause')),
  'history.keepDays': userOnly(integer(30, 1, 36_500), keepsAll),
  'history.keepMegabytes': userOnly(integer(4096, 1, 1_048_576), keepsAll),
  'debug.watch': forWindow(choice(['browsers', 'all', 'off'], 'browsers')),
  'debug.closeCodes': forWindow(flag(false)),
  'output.enabled': unrestricted(forWindow(flag(true))),
  'output.decoded': unrestricted(forWindow(flag(false))),
  'output.maxCharacters': unrestricted(forWindow(integer(2000, 1, 100_000))),
  'statusBar.showRate': unrestricted(forWindow(flag(true))),
} satisfies Readonly<Record<string, Setting<unknown>>>;

type Table = typeof settingsTable;
export type SettingKey = keyof Table;
export const settingKeys = Object.keys(settingsTable) as readonly SettingKey[];

/** The value of every setting of the table. */
export type SettingValues = { readonly [K in SettingKey]: Table[K]['fallback'] };

export function settingOf(key: SettingKey): Setting<SettingValues[SettingKey]> {
  return settingsTable[key];
}

/** Why `own` does not take `value`, as a clause; `undefined` if it does. */
export function problemWith(own: Setting<unknown>, value: unknown): string | undefined {
  if (v.is(own.check, value)) {
    return undefined;
  }
  const found = own.isSecret ? `${typeName(value)} that is not shown here` : shown(value);
  return `must be ${own.allowed}, but is ${found}`;
}

function typeName(value: unknown): string {
  const type = Array.isArray(value) ? 'list' : typeof value;
  return type === 'object' ? 'an object' : `a ${type}`;
}

/** Other extensions may call a command with any value, also one that is not JSON. */
function shown(value: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch {
    // A cycle or a bigint: its type is shown instead.
  }
  const text = json ?? typeName(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** The values of a preset; a key that the user sets takes precedence. */
export const presets: Readonly<Record<SettingValues['preset'], Partial<SettingValues>>> = {
  default: {},
  classic: {
    'onOpen': ['start'],
    'reconnect.initialDelay': 2,
    'reconnect.factor': 1,
    'reconnect.maxDelay': 2,
    'reconnect.jitter': 0,
    'reconnect.maxAttempts': 11,
    'reconnect.maxAttemptsAfterSuccess': 11,
    'reconnect.stableAfter': Infinity,
    'reconnect.rules': [
      { error: 'ECONNREFUSED', action: 'retry' },
      { error: '*', action: 'stop' },
      { status: '*', action: 'stop' },
      { close: 1006, action: 'retry', counts: false },
      { close: '*', action: 'stop' },
    ],
    'heartbeat.interval': 20,
    'heartbeat.timeout': 20,
    'heartbeat.message': 'ping',
    'heartbeat.messageInterval': 10,
  },
};
