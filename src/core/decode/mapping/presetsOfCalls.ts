import type { Mapping, MappingCase } from './mapping.ts';

/** Answers of JSON-RPC, and of what is like it. */
const answers: readonly MappingCase[] = [
  {
    when: '$.error:!=null',
    type: 'error',
    response: true,
    error: true,
    message: '$.error.code $.error.message',
    body: '$.error',
  },
  { when: '$.result or $.error', type: 'response', response: true, body: '$.result' },
];

/** JSON-RPC 2.0, sections 4 to 6, and subscriptions as Ethereum has them. */
export const jsonrpc: Mapping = {
  batch: true,
  id: '$.id',
  event: '$.method',
  handle: '$.result',
  subscribe: '$.method:~subscribe -$.method:~unsubscribe',
  cases: [
    { when: '$.method:>="" $.id:!=null', type: 'request', args: '$.params', request: true },
    {
      when: '$.method:>=""',
      type: 'notification',
      args: '$.params',
      item: '$.params.subscription',
    },
    ...answers,
  ],
};

/** The Chrome DevTools Protocol: JSON-RPC without `jsonrpc`, with ids that belong to a session. */
export const cdp: Mapping = {
  id: '$.id',
  event: '$.method',
  topic: '$.sessionId',
  scope: '$.sessionId',
  cases: [
    { when: '$.method:>="" $.id:!=null', type: 'request', args: '$.params', request: true },
    { when: '$.method:>=""', type: 'event', args: '$.params' },
    ...answers,
  ],
};

/** The Debug Adapter Protocol: each message has a number, and an answer that of its request. */
export const dap: Mapping = {
  type: '$.type',
  event: '$.command | $.event',
  id: '$.request_seq | $.seq',
  cases: [
    { when: '$.type:request', body: '$.arguments', request: true },
    {
      when: '$.type:response',
      body: '$.body',
      response: true,
      error: '$.success:false',
      message: '$.body.error.format | $.message',
    },
    { when: '$.type:event', body: '$.body' },
  ],
};

/** A message of OCPP: its type is a number, its id a text, and so is what follows of a call or an error. */
const ocppMessage = (type: number) => `$[0]:${type} -$[0]:>="" $[1]:>=""`;

/** OCPP-J 1.6 (section 4), 2.0.1 and 2.1 (part 4). */
export const ocpp: Mapping = {
  id: '$[1]',
  cases: [
    {
      when: `${ocppMessage(2)} $[2]:>="" $[3] -$[4]`,
      type: 'CALL',
      event: '$[2]',
      body: '$[3]',
      request: true,
    },
    { when: `${ocppMessage(3)} $[2] -$[3]`, type: 'CALLRESULT', body: '$[2]', response: true },
    {
      when: `${ocppMessage(4)} $[2]:>="" $[4] -$[5]`,
      type: 'CALLERROR',
      message: '$[2] $[3]',
      response: true,
      error: true,
    },
    {
      when: `${ocppMessage(5)} $[2]:>="" $[4] -$[5]`,
      subprotocol: 'ocpp2.1',
      type: 'CALLRESULTERROR',
      message: '$[2] $[3]',
      error: true,
    },
    {
      when: `${ocppMessage(6)} $[2]:>="" $[3] -$[4]`,
      subprotocol: 'ocpp2.1',
      type: 'SEND',
      event: '$[2]',
      body: '$[3]',
    },
  ],
};

/** obs-websocket 5. What identifies somebody is not shown. */
export const obs: Mapping = {
  type: '$.op',
  types: {
    0: 'Hello',
    1: 'Identify',
    2: 'Identified',
    3: 'Reidentify',
    5: 'Event',
    6: 'Request',
    7: 'RequestResponse',
    8: 'RequestBatch',
    9: 'RequestBatchResponse',
  },
  event: '$.d.requestType | $.d.eventType',
  id: '$.d.requestId',
  cases: [
    { when: '$.op:0', event: 'Hello' },
    { when: '$.op:1 or $.op:3', event: 'Identify', key: 'identify', request: true },
    { when: '$.op:2', event: 'Identify', key: 'identify', response: true },
    { when: '$.op:5', body: '$.d.eventData' },
    { when: '$.op:6', body: '$.d.requestData', request: true },
    {
      when: '$.op:7',
      body: '$.d.responseData',
      response: true,
      error: '$.d.requestStatus.result:false',
      message: '$.d.requestStatus.code $.d.requestStatus.comment',
    },
    { when: '$.op:8', event: 'RequestBatch', body: '$.d.requests', request: true },
    { when: '$.op:9', event: 'RequestBatch', body: '$.d.results', response: true },
  ],
};

/** The WebSocket API of Home Assistant. What authenticates somebody is not shown. */
export const homeassistant: Mapping = {
  batch: true,
  type: '$.type',
  id: '$.id',
  cases: [
    { when: '$.type:auth_invalid', error: true, message: '$.message' },
    { when: '$.type:auth or $.type:auth_required or $.type:auth_ok' },
    { when: '$.type:ping', heartbeat: true, request: true },
    { when: '$.type:pong', heartbeat: true, response: true },
    {
      when: '$.type:result',
      response: true,
      handle: '$.id',
      error: '$.success:false',
      message: '$.error.code $.error.message',
      body: '$.result',
    },
    { when: '$.type:event', event: '$.event.event_type', item: '$.id', body: '$.event' },
    {
      when: 'out: $.type:>=""',
      event: '$.type',
      body: '$',
      request: true,
      subscribe: '$.type:~subscribe -$.type:~unsubscribe',
    },
    { when: '$.type:>=""', body: '$' },
  ],
};

/** DDP of Meteor. What calls say that sign somebody in, or change who may, is not shown. */
export const ddp: Mapping = {
  type: '$.msg',
  id: '$.id',
  topic: '$.collection',
  cases: [
    { when: '$.msg:ping or $.msg:pong', heartbeat: true },
    { when: '$.msg:connect', label: 'connect $.version', key: 'connect', request: true },
    {
      when: '$.msg:connected',
      label: 'connect',
      key: 'connect',
      response: true,
      body: '$.session',
    },
    {
      when: '$.msg:failed',
      label: 'connect',
      key: 'connect',
      response: true,
      error: true,
      message: 'version $.version',
    },
    {
      when:
        '$.msg:method ' +
        '($.method:login or $.method:createUser or $.method:changePassword or $.method:resetPassword)',
      event: '$.method',
      request: true,
    },
    { when: '$.msg:method', event: '$.method', args: '$.params', request: true },
    {
      when: '$.msg:result',
      response: true,
      error: '$.error',
      message: '$.error.error $.error.reason | $.error',
      body: '$.result',
    },
    {
      when: '$.msg:sub',
      event: '$.name',
      label: 'sub $.name',
      args: '$.params',
      scope: 'sub',
      request: true,
    },
    {
      when: '$.msg:ready',
      id: '$.subs[0]',
      scope: 'sub',
      response: true,
    },
    {
      when: '$.msg:nosub',
      scope: 'sub',
      response: true,
      error: '$.error',
      message: '$.error.error $.error.reason | $.error',
    },
    { when: '$.msg:unsub', label: 'unsub $.id', scope: 'sub', request: true },
    { when: '$.msg:error', error: true, message: '$.reason' },
    {
      when: '$.collection',
      label: '$.msg $.collection $.id',
      body: '$.fields',
    },
    { when: '$.msg:updated', body: '$.methods' },
    { when: '$.server_id' },
    { when: '$.msg:>=""', body: '$' },
  ],
};

/** rosbridge 2. What authenticates somebody is not shown. */
export const rosbridge: Mapping = {
  type: '$.op',
  id: '$.id',
  topic: '$.topic | $.service | $.action',
  cases: [
    { when: '$.op:auth' },
    { when: '$.op:publish', label: 'publish $.topic', body: '$.msg' },
    {
      when: '$.op:call_service',
      event: '$.service',
      args: '$.args',
      request: '$.id',
    },
    {
      when: '$.op:service_response',
      event: '$.service',
      response: '$.id',
      error: '$.result:false',
      body: '$.values',
    },
    { when: '$.op:send_action_goal', event: '$.action', body: '$.args', request: '$.id' },
    {
      when: '$.op:action_feedback',
      event: '$.action',
      response: '$.id',
      end: '-$.op',
      body: '$.values',
    },
    {
      when: '$.op:action_result',
      event: '$.action',
      response: '$.id',
      error: '$.result:false',
      body: '$.values',
    },
    {
      when: '$.op:status',
      error: '$.level:error',
      warning: '$.level:warning',
      message: '$.msg',
      body: '$.msg',
    },
    { when: '$.op:>=""', label: '$.op $.topic | $.op $.service | $.op', body: '$' },
  ],
};
