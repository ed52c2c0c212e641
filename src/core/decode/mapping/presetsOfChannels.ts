import type { Mapping } from './mapping.ts';

/** A channel with its parameters: `RoomChannel {"room":1}`. */
const channel = '$.identifier.channel $.identifier';

/** Action Cable of Rails: `identifier` and `data` are JSON within texts. */
export const actioncable: Mapping = {
  json: ['$.identifier', '$.data'],
  topic: channel,
  key: '$.identifier',
  cases: [
    {
      when: '$.command:subscribe',
      type: '$.command',
      label: `subscribe ${channel}`,
      request: true,
    },
    { when: '$.command:unsubscribe', type: '$.command', label: `unsubscribe ${channel}` },
    { when: '$.command:>="" $.data:>=""', type: '$.command', label: 'message $.data' },
    { when: '$.command:>=""', type: '$.command', event: '$.data.action', body: '$.data' },
    { when: '$.type:ping', type: '$.type', heartbeat: true },
    { when: '$.type:welcome', type: '$.type' },
    {
      when: '$.type:confirm_subscription',
      type: '$.type',
      label: `subscribe ${channel}`,
      response: true,
    },
    {
      when: '$.type:reject_subscription',
      type: '$.type',
      label: `subscribe ${channel}`,
      response: true,
      error: true,
      message: 'rejected',
    },
    { when: '$.type:disconnect', type: '$.type', warning: true, message: '$.reason' },
    { when: '$.message', type: 'message', label: channel, body: '$.message' },
  ],
};

/** Pusher Channels 7: `data` is JSON within a text. What authorizes a subscription, or signs in, is not shown. */
export const pusher: Mapping = {
  json: ['$.data'],
  type: 'protocol',
  event: '$.event',
  topic: '$.channel',
  key: '$.channel | $.data.channel',
  value: '$.data',
  cases: [
    { when: '$.event:pusher:ping', label: 'ping', heartbeat: true },
    { when: '$.event:pusher:pong', label: 'pong', heartbeat: true },
    {
      when: '$.event:pusher:subscribe',
      topic: '$.channel | $.data.channel',
      label: 'subscribe $.channel | subscribe $.data.channel',
      request: true,
    },
    {
      when: '$.event:pusher:unsubscribe',
      topic: '$.channel | $.data.channel',
      body: '$.data',
    },
    {
      when: '$.event:pusher_internal:subscription_succeeded',
      label: 'subscribe $.channel',
      response: true,
    },
    {
      when: '$.event:pusher:subscription_error',
      label: 'subscribe $.channel',
      response: true,
      error: true,
      message: '$.data.error | $.data',
    },
    {
      when: '$.event:pusher:error',
      label: 'error',
      error: true,
      message: '$.data.code $.data.message',
    },
    { when: '$.event:pusher:signin', label: 'pusher:signin' },
    // What begins with `pusher:`, `pusher_internal:` or `client-`: `;` and `.` follow on `:` and `-`.
    { when: '$.event:>="pusher:" $.event:<"pusher;"', body: '$.data' },
    { when: '$.event:>="pusher_internal:" $.event:<"pusher_internal;"', body: '$.data' },
    {
      when: '$.event:>="client-" $.event:<"client."',
      type: 'client event',
      body: '$.data',
    },
    { when: '$.event:>=""', type: 'event', body: '$.data' },
  ],
};

/** Ably's realtime protocol. What authenticates somebody is not shown. */
export const ably: Mapping = {
  type: '$.action',
  types: {
    0: 'HEARTBEAT',
    1: 'ACK',
    2: 'NACK',
    3: 'CONNECT',
    4: 'CONNECTED',
    5: 'DISCONNECT',
    6: 'DISCONNECTED',
    7: 'CLOSE',
    8: 'CLOSED',
    9: 'ERROR',
    10: 'ATTACH',
    11: 'ATTACHED',
    12: 'DETACH',
    13: 'DETACHED',
    14: 'PRESENCE',
    15: 'MESSAGE',
    16: 'SYNC',
    17: 'AUTH',
    18: 'ACTIVATE',
    19: 'OBJECT',
    20: 'OBJECT_SYNC',
    21: 'ANNOTATION',
  },
  topic: '$.channel',
  id: '$.msgSerial | $.id',
  message: '$.error.code $.error.message',
  cases: [
    { when: '$.action:0', label: 'heartbeat', heartbeat: true },
    { when: '$.action:1', scope: 'message', response: true },
    { when: '$.action:2', scope: 'message', response: true, error: true },
    { when: '$.action:6', label: 'DISCONNECTED', warning: '$.error' },
    { when: '$.action:9', label: 'ERROR $.channel', error: true },
    {
      when: '$.action:10',
      label: 'ATTACH $.channel',
      scope: 'attach',
      key: '$.channel',
      request: true,
    },
    {
      when: '$.action:11',
      label: 'ATTACH $.channel',
      scope: 'attach',
      key: '$.channel',
      response: true,
      warning: '$.error',
    },
    {
      when: '$.action:12',
      label: 'DETACH $.channel',
      scope: 'detach',
      key: '$.channel',
      request: true,
    },
    {
      when: '$.action:13',
      label: 'DETACH $.channel',
      scope: 'detach',
      key: '$.channel',
      response: true,
      warning: '$.error',
    },
    {
      when: '$.action:14 or $.action:16',
      label: 'PRESENCE $.channel',
      scope: 'message',
      request: 'out:',
      args: '$.presence',
    },
    {
      when: '$.action:15',
      event: '$.messages[0].name',
      label: 'MESSAGE $.channel $.messages[0].name',
      scope: 'message',
      request: 'out:',
      args: '$.messages',
    },
    { when: '$.action:>=0' },
  ],
};

/** The gateway of Discord, version 10. What identifies somebody is not shown. */
export const discord: Mapping = {
  type: '$.op',
  types: {
    0: 'dispatch',
    1: 'heartbeat',
    2: 'identify',
    3: 'presence update',
    4: 'voice state update',
    6: 'resume',
    7: 'reconnect',
    8: 'request guild members',
    9: 'invalid session',
    10: 'hello',
    11: 'heartbeat ack',
    31: 'request soundboard sounds',
  },
  cases: [
    { when: '$.op:0', event: '$.t', id: '$.s', body: '$.d' },
    { when: '$.op:1', label: 'heartbeat', heartbeat: true, key: 'heartbeat', request: 'out:' },
    { when: '$.op:11', label: 'heartbeat', heartbeat: true, key: 'heartbeat', response: true },
    { when: '$.op:2 or $.op:6' },
    { when: '$.op:7', warning: true },
    { when: '$.op:9', warning: true, message: 'resumable $.d' },
    { when: '$.op:>=0', body: '$.d' },
  ],
};

/** OpenAI's Realtime API. */
export const openaiRealtime: Mapping = {
  type: '$.type',
  event: '$.type',
  id: '$.event_id',
  cases: [
    {
      when: '$.type:error',
      error: true,
      label: 'error',
      message: '$.error.code $.error.message | $.error.message',
    },
    {
      when: '$.type:response.done $.response.status:failed',
      error: true,
      label: '$.type',
      message: '$.response.status_details.error.code $.response.status_details.error.message',
    },
    { when: '$.type:>=""', body: '$' },
  ],
};
