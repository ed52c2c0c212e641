import { parseEndpoint } from '../connection/endpoint.ts';
import type { ConnectionOptions, OutgoingMessage, UserRule } from '../connection/options.ts';
import type { Profile } from './profile.ts';
import type { MessageSetting, RuleSetting } from './setting.ts';

/** Retries of a server on this machine come no later: it has just been restarted by hand. */
const loopbackMaxDelayMs = 5000;

/** What a profile means for its connection, in milliseconds. */
export function connectionOptions(profile: Profile): ConnectionOptions {
  const { values, explicit } = profile;
  const endpoint = parseEndpoint(profile.url);
  const isPlain = values.preset === 'default' && !explicit.has('reconnect.maxDelay');
  const maxMs = values['reconnect.maxDelay'] * 1000;
  return {
    endpoint,
    onOpen: values.onOpen.map(outgoing),
    connectTimeoutMs: values.connectTimeout * 1000,
    closeTimeoutMs: values.closeTimeout * 1000,
    reconnect: {
      enabled: values['reconnect.enabled'],
      initialMs: values['reconnect.initialDelay'] * 1000,
      factor: values['reconnect.factor'],
      maxMs: isPlain && endpoint.loopback ? loopbackMaxDelayMs : maxMs,
      jitter: values['reconnect.jitter'],
      maxAttempts: values['reconnect.maxAttempts'],
      maxAttemptsAfterSuccess: values['reconnect.maxAttemptsAfterSuccess'],
      stableAfterMs: values['reconnect.stableAfter'] * 1000,
      rules: values['reconnect.rules'].map(userRule),
    },
    heartbeat: {
      ping: values['heartbeat.ping'],
      intervalMs: values['heartbeat.interval'] * 1000,
      timeoutMs: values['heartbeat.timeout'] * 1000,
      message: values['heartbeat.message'],
      messageIntervalMs: values['heartbeat.messageInterval'] * 1000,
      expect: values['heartbeat.expect'],
    },
  };
}

/** The bytes or the text that a message in settings stands for. */
function outgoing(message: MessageSetting): OutgoingMessage {
  if (typeof message === 'string') {
    return message;
  }
  if ('text' in message) {
    return message.text;
  }
  return 'json' in message ? JSON.stringify(message.json) : decodeBase64(message.base64);
}

function userRule({ delay, counts, action, close, status, error }: RuleSetting): UserRule {
  return {
    action,
    ...(close === undefined ? {} : { close }),
    ...(status === undefined ? {} : { status }),
    ...(error === undefined ? {} : { error }),
    ...(delay === undefined ? {} : { delayMs: delay * 1000 }),
    ...(counts === undefined ? {} : { counts }),
  };
}

function decodeBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), character => character.charCodeAt(0));
}
