import { maskNamedSecrets } from '../../../secrets/namedSecrets.ts';
import type { MessageFacts } from '../../decoder.ts';
import type { Asked, Reading } from '../../reading.ts';
import { oneLine } from '../../summaryText.ts';

/** What a message of a channel says, whichever way it is encoded. */
export interface ChannelMessage {
  readonly ref: string | undefined;
  readonly topic: string;
  readonly event: string;
  /** The payload for a summary; of a reply the response within it. */
  readonly shown: () => string;
  /** Of a reply. */
  readonly status?: string | undefined;
}

/** The event of an answer, and those that say that a channel failed. */
const reply = 'phx_reply';
const failures: ReadonlySet<string> = new Set(['phx_error']);
/** With these, clients say who they are; the second is of Supabase Realtime. */
const logins: ReadonlySet<string> = new Set(['phx_join', 'access_token']);
/** The topic that is the connection itself: nothing but heartbeats and their answers. */
const connectionTopic = 'phoenix';

/** What it says but for its value, and the summary without the payload as `lead`. */
export function channelReading(
  message: ChannelMessage,
  direction: MessageFacts['direction'],
): Reading {
  return message.event === reply ? replyReading(message) : pushReading(message, direction);
}

function pushReading(
  { ref, topic, event, shown }: ChannelMessage,
  direction: MessageFacts['direction'],
): Reading {
  const isPush = direction === 'out';
  return {
    type: isPush ? 'push' : 'broadcast',
    name: event,
    topic,
    id: ref,
    severity: failures.has(event) ? 'error' : undefined,
    isHeartbeat: topic === connectionTopic && event === 'heartbeat' ? true : undefined,
    call: isPush && ref !== undefined ? { role: 'request', key: keyOf(topic, ref) } : undefined,
    lead: () => oneLine(event),
    summary: () => {
      const text = `${event} ${shown()}`.trimEnd();
      return oneLine(logins.has(event) ? maskNamedSecrets(text) : text);
    },
  };
}

function replyReading({ ref, topic, shown, status = '' }: ChannelMessage): Reading {
  const isFailed = status !== 'ok';
  const lead = (asked?: Asked) =>
    `${asked?.name ?? `#${ref ?? ''}`} ${isFailed ? `! ${status}`.trimEnd() : '='}`;
  return {
    type: 'reply',
    topic,
    id: ref,
    severity: isFailed ? 'error' : undefined,
    isHeartbeat: topic === connectionTopic && !isFailed ? true : undefined,
    call: { role: 'response', key: keyOf(topic, ref), isFailed },
    lead: asked => oneLine(lead(asked)),
    summary: asked => oneLine(`${lead(asked)} ${shown()}`.trimEnd()),
  };
}

function keyOf(topic: string, ref = ''): string {
  return `${ref} ${topic}`;
}
