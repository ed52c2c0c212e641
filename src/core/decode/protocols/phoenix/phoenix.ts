import type { AnyDecoder, MessageFacts } from '../../decoder.ts';
import type { Layer } from '../../layer.ts';
import type { Problem, Reading } from '../../reading.ts';
import { JsonSlice } from '../json/jsonSlice.ts';
import { unreadLine } from '../json/headText.ts';
import { readBinary } from './binaryMessage.ts';
import { channelReading, type ChannelMessage } from './channelMessage.ts';

/** Channels of Phoenix, also those of Supabase Realtime. */
export const phoenix: AnyDecoder = {
  name: 'phoenix',
  title: 'Phoenix channels',
  takes: 'both',
  read: (layer, _context, { direction }) =>
    layer.kind === 'text' ? readText(layer, direction) : readBinary(layer, direction),
};

function readText(layer: Layer, direction: MessageFacts['direction']): Reading {
  const json = JsonSlice.read(layer.bytes);
  if (typeof json === 'number') {
    return unread(layer, { at: json, is: 'bad-json' });
  }
  const value = () => layer.text;
  const message = json.isArray ? listMessage(json) : objectMessage(json);
  return message
    ? { ...channelReading(message, direction), lead: undefined, value }
    : { ...unread(layer, { at: 0, is: 'unexpected' }), value };
}

function unread({ bytes }: Layer, problem: Problem): Reading {
  return { severity: 'error', problem, summary: () => unreadLine(bytes) };
}

/** Version 2: `[join_ref, ref, topic, event, payload]`. */
function listMessage(json: JsonSlice): ChannelMessage | undefined {
  const [, ref, topic, event, payload, more] = json.elements(6);
  return payload && !more ? messageOf(ref, topic, event, payload) : undefined;
}

/** Version 1: the same as an object. */
function objectMessage(json: JsonSlice): ChannelMessage | undefined {
  return messageOf(...json.members('ref', 'topic', 'event', 'payload'));
}

function messageOf(
  ref: JsonSlice | undefined,
  topicSlice: JsonSlice | undefined,
  eventSlice: JsonSlice | undefined,
  payload: JsonSlice | undefined,
): ChannelMessage | undefined {
  const topic = topicSlice?.isString ? topicSlice.label : undefined;
  const event = eventSlice?.isString ? eventSlice.label : undefined;
  if (topic === undefined || event === undefined) {
    return undefined;
  }
  const isReply = event === 'phx_reply';
  const [status, response] = (isReply ? payload?.members('status', 'response') : undefined) ?? [];
  const shown = isReply ? response : payload;
  return {
    ref: ref?.label,
    topic,
    event,
    status: status?.label,
    shown: () => shown?.shown ?? '',
  };
}
