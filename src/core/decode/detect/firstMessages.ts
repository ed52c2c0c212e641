import type { Direction } from '../../record/record.ts';
import type { SeenText } from './seenText.ts';

interface FirstMessage {
  readonly as: readonly string[];
  /** Of the side that sends it. */
  readonly direction: Direction;
  readonly test: (message: SeenText) => boolean;
}

function begins(pattern: RegExp): FirstMessage['test'] {
  return ({ head }) => pattern.test(head);
}

/** How only one protocol begins. */
const firstMessages: readonly FirstMessage[] = [
  { as: ['socketio'], direction: 'in', test: begins(/^0\{\s*"sid"/) },
  { as: ['signalr'], direction: 'out', test: isHubHandshake },
  { as: ['mqtt'], direction: 'out', test: isMqttConnect },
  {
    as: ['stomp'],
    direction: 'out',
    test: ({ head }) => /^(?:CONNECT|STOMP)\r?\n/.test(head) && /\n\r?\n/.test(head),
  },
  {
    as: ['phoenix'],
    direction: 'out',
    test: begins(/^\[(?:null|"[^"]{0,64}"),\s*(?:null|"[^"]{0,64}"),\s*"[^"]*",\s*"phx_join",/),
  },
  { as: ['phoenix'], direction: 'out', test: begins(/^\{[^{}]*"event":\s*"phx_join"/) },
  { as: ['nats'], direction: 'in', test: begins(/^INFO \{/) },
  { as: ['json', 'wamp'], direction: 'out', test: begins(/^\[1,\s*"[^"]*",\s*\{.*"roles":\s*\{/) },
  {
    as: ['json', 'pusher'],
    direction: 'in',
    test: begins(/^\{\s*"event":\s*"pusher:connection_established"/),
  },
  { as: ['json', 'homeassistant'], direction: 'in', test: begins(/^\{"type":\s*"auth_required"/) },
  {
    as: ['json', 'discord'],
    direction: 'in',
    test: ({ head }) => /^\{[^{}]*"op":10\b/.test(head) && head.includes('"heartbeat_interval":'),
  },
  {
    as: ['json', 'obs'],
    direction: 'in',
    test: ({ head }) => head.startsWith('{') && head.includes('"obsWebSocketVersion":'),
  },
  { as: ['json', 'ddp'], direction: 'out', test: begins(/^\{"msg":\s*"connect",\s*"version":/) },
  { as: ['firebase'], direction: 'in', test: begins(/^\{"t":"c","d":\{"t":"h",/) },
  {
    as: ['json', 'openai-realtime'],
    direction: 'in',
    test: ({ head }) =>
      /^\{"type":\s*"session\.created"/.test(head) && head.includes('"realtime.session"'),
  },
];

/** @param message the first of its direction */
export function chainOfFirstMessage(message: SeenText): readonly string[] | undefined {
  return firstMessages.find(
    ({ direction, test }) => direction === message.direction && test(message),
  )?.as;
}

/** Its two members in any order, and the sign that ends a record. */
function isHubHandshake({ head }: SeenText): boolean {
  const end = head.indexOf('\u001e');
  const record = head.slice(0, Math.max(0, Math.min(end, maxHandshakeLength)));
  return (
    /^\{[^{}]*\}$/.test(record) && record.includes('"protocol":') && record.includes('"version":')
  );
}

const maxHandshakeLength = 200;

/** MQTT 3.1.1 and 5, section 3.1; version 3.1 has another name. */
function isMqttConnect({ bytes, isText, head }: SeenText): boolean {
  if (isText || bytes[0] !== 0x10) {
    return false;
  }
  const nameAt = bytes.subarray(1, 5).findIndex(byte => byte < 0x80) + 2;
  return nameAt > 1 && /^.(?:\0\u0004MQTT|\0\u0006MQIsdp)/su.test(head.slice(nameAt - 1));
}
