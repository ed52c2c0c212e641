import { parseEndpointTemplate } from '../endpoint/endpointTemplate.ts';
import type { ConnectionOptions, OnOpenEntry, UserRule } from '../connection/state/options.ts';
import type { MessageBody } from '../message/messageBody.ts';
import { stricterOf, type Origin } from '../variables/value.ts';
import type { Profile } from './profile.ts';
import type { MessageSetting, RuleSetting } from './setting.ts';

/** For a server on this machine, which was probably just restarted by hand. */
const loopbackMaxDelayMs = 5000;

/** The options of a profile's connection; durations are in milliseconds. */
export function connectionOptions(profile: Profile): ConnectionOptions {
  const { values, explicit } = profile;
  const endpoint = parseEndpointTemplate(profile.url);
  // Messages of the user for a URL of the workspace get no more rights than the workspace has.
  const origin = stricterOf(profile.scope, explicit.get('onOpen') ?? 'user');
  const isPlain = values.preset === 'default' && !explicit.has('reconnect.maxDelay');
  const maxMs = values['reconnect.maxDelay'] * 1000;
  const maxAttempts = values['reconnect.maxAttempts'];
  // A limit that the user sets always applies, unless the other one is set, too; a preset's does not.
  const isOnlyLimit =
    explicit.has('reconnect.maxAttempts') && !explicit.has('reconnect.maxAttemptsAfterSuccess');
  return {
    endpoint,
    onOpen: values.onOpen.map(message => onOpenEntry(message, origin)),
    queue: {
      maxMessages: values['queue.maxMessages'],
      maxBytes: values['queue.maxKilobytes'] * 1024,
      maxAgeMs: values['queue.maxAge'] * 1000,
    },
    connectTimeoutMs: values.connectTimeout * 1000,
    closeTimeoutMs: values.closeTimeout * 1000,
    reconnect: {
      enabled: values['reconnect.enabled'],
      initialMs: values['reconnect.initialDelay'] * 1000,
      factor: values['reconnect.factor'],
      maxMs: isPlain && endpoint.loopback ? loopbackMaxDelayMs : maxMs,
      jitter: values['reconnect.jitter'],
      maxAttempts,
      maxAttemptsAfterSuccess: isOnlyLimit
        ? maxAttempts
        : values['reconnect.maxAttemptsAfterSuccess'],
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

/** How long to wait for an answer by default. */
const defaultWaitMs = 30_000;

function onOpenEntry(message: MessageSetting, origin: Origin): OnOpenEntry {
  if (typeof message === 'string') {
    const what = { body: { as: 'text', text: message } } as const;
    return { when: 'every', what, origin, timing: { delayMs: 0 } };
  }
  const { when = 'every', delay = 0, waitFor } = message;
  const timeoutMs = waitFor?.timeout === undefined ? defaultWaitMs : waitFor.timeout * 1000;
  return {
    when,
    what: 'sequence' in message ? { sequence: message.sequence } : { body: bodyOf(message) },
    origin,
    timing: {
      delayMs: delay * 1000,
      ...(waitFor && { waitFor: { match: waitFor.match, timeoutMs } }),
    },
  };
}

type OneMessage = Exclude<MessageSetting, string | { readonly sequence: string }>;

function bodyOf(message: OneMessage): MessageBody {
  if ('text' in message) {
    return { as: 'text', text: message.text };
  }
  return 'json' in message
    ? { as: 'json', text: JSON.stringify(message.json) }
    : { as: 'base64', text: message.base64 };
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
